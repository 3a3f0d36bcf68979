"""Every test of shift and the interval beside it answer alike about no shift."""

import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import ilacs_reliability as ilr
import strategies as our
from closeness import close

SCALE = ilr.Scale(["a", "b", "c", "d"])
LEVELS = (0.6, 0.8, 0.9, 0.95, 0.99)
MANY_LEVELS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.97, 0.98, 0.99, 0.999)
FEW = {"n_resamples": 199, "rng": 7}

# name: (the test, no shift, methods, methods that take clusters too)
DIRECTED = {
    "sign_test": (ilr.sign_test, {}, ("exact", "midp", "asymptotic")),
    "mcnemar": (
        ilr.mcnemar,
        {"at_least": "c"},
        ("exact", "midp", "asymptotic", "corrected", "unconditional"),
    ),
    "wilcoxon_signed_rank": (
        ilr.wilcoxon_signed_rank,
        FEW,
        ("exact", "asymptotic", "monte_carlo"),
    ),
    "wilcoxon_signed_rank, pratt": (
        ilr.wilcoxon_signed_rank,
        {"zero_method": "pratt", **FEW},
        ("exact", "asymptotic", "monte_carlo"),
    ),
    "marginal_score_shift": (
        ilr.marginal_score_shift,
        FEW,
        ("score", "wald", "exact", "monte_carlo"),
    ),
    "marginal_score_shift, uneven": (
        ilr.marginal_score_shift,
        {"scores": (0, 1, 1.5, 4), **FEW},
        ("score", "wald", "exact", "monte_carlo"),
    ),
    "marginal_rank_shift": (ilr.marginal_rank_shift, {}, ("shrunk", "logit", "wald")),
}
NULLS = {"marginal_rank_shift": 0.5, "share": 0.5, "paired_odds_ratio": 1.0, "sign_test": 0.5}
OMNIBUS = {
    "bowker": (ilr.bowker, FEW, ("asymptotic", "exact", "monte_carlo")),
    "stuart_maxwell": (ilr.stuart_maxwell, FEW, ("asymptotic", "exact", "monte_carlo")),
    "bhapkar": (ilr.bhapkar, {}, ("asymptotic",)),
}
OCCASIONS = {
    "cochran_q": (ilr.cochran_q, {"at_least": "c", **FEW}),
    "friedman": (ilr.friedman, FEW),
    "madansky": (ilr.madansky, FEW),
}
THREE = ("asymptotic", "exact", "monte_carlo")


def cases(tests):
    return [
        pytest.param(test, keywords | ({"method": method} if name != "bhapkar" else {}), id=label)
        for name, (test, keywords, methods) in tests.items()
        for method in methods
        for label in [f"{name}, {method}"]
    ]


@st.composite
def transitions(draw):
    """A table of four grades, in which few or many units moved, some to a few places only."""
    largest = draw(st.sampled_from([1, 2, 6, 15]))
    table = draw(hnp.arrays(np.int64, (4, 4), elements=st.integers(0, largest)))
    table *= draw(hnp.arrays(np.int64, (4, 4), elements=st.integers(0, 1)))
    table[np.diag_indices(4)] *= draw(st.integers(0, 4))
    assume(table.sum() > 0)
    return ilr.transitions_from_table(table, scale=SCALE)


@st.composite
def clustered(draw, *, occasions=2):
    """Units in clusters of any size, the second occasion often better."""
    n = draw(st.integers(1, 24))
    first = draw(hnp.arrays(np.int64, n, elements=st.integers(0, 3)))
    steps = st.sampled_from(draw(st.sampled_from([(0, 1), (-1, 0, 1), (0, 0, 1, 2, 3)])))
    moves = draw(hnp.arrays(np.int64, (n, occasions - 1), elements=steps))
    codes = np.column_stack([first, np.clip(first[:, None] + moves, 0, 3)])
    clusters = draw(hnp.arrays(np.int64, n, elements=st.integers(0, draw(st.integers(1, 12)))))
    return ilr.ratings_from_codes(codes, scale=SCALE, clusters=clusters, design="repeat")


def check(result, null, p_value=None, side="two-sided"):
    """Hold that the interval leaves the null value out exactly where the test rejects."""
    if result.effect.status == "undefined":
        assert result.p_value == close(1)
        return
    if result.status == "undefined":
        # Bhapkar's, where moves of all units add up along one direction
        assert result.reason == "one_way"
        return
    for level in LEVELS:
        alpha = (1 - level) * (1 if side == "two-sided" else 0.5)
        if abs(result.p_value - alpha) < 1e-9:
            continue
        low, high = result.effect.confidence_interval(level)
        assert low < high
        assert low - 1e-9 <= result.effect.value <= high + 1e-9
        inside = {"two-sided": low <= null <= high, "greater": low <= null, "less": null <= high}
        assert inside[side] == (result.p_value > alpha), (level, result.p_value, low, high)


def null_of(result):
    return NULLS.get(result.effect.name, 0.0)


@pytest.mark.parametrize("side", ["two-sided", "greater", "less"])
@pytest.mark.parametrize(("test", "keywords"), cases(DIRECTED))
@given(table=transitions())
@our.examples(25)
def test_a_directed_test_and_its_interval_agree(test, keywords, side, table):
    result = test(table, alternative=side, **keywords)
    check(result, null_of(result), side=side)


@pytest.mark.parametrize("side", ["two-sided", "greater", "less"])
@pytest.mark.parametrize(
    ("test", "keywords"),
    [case for case in cases(DIRECTED) if "unconditional" not in case.id],
)
@given(ratings=clustered())
@our.examples(25)
def test_with_clusters_a_directed_test_and_its_interval_agree(test, keywords, side, ratings):
    result = test(ratings, alternative=side, **keywords)
    check(result, null_of(result), side=side)


@pytest.mark.filterwarnings("ignore:Bhapkar's test is undefined")
@pytest.mark.parametrize(("test", "keywords"), cases(OMNIBUS))
@given(table=st.one_of(transitions(), clustered()))
@our.examples(50)
def test_a_test_of_the_whole_table_and_its_interval_agree(test, keywords, table):
    result = test(table, **keywords)
    check(result, 0.0)


@pytest.mark.parametrize("method", THREE)
@pytest.mark.parametrize(("test", "keywords"), OCCASIONS.values(), ids=OCCASIONS)
@given(ratings=clustered(occasions=3), alone=st.booleans())
@our.examples(25)
def test_a_test_of_several_occasions_and_its_interval_agree(test, keywords, method, ratings, alone):
    if alone:
        ratings = ilr.ratings_from_codes(
            np.repeat(ratings.patterns, ratings.frequencies.astype(int), axis=0), scale=SCALE
        )
    check(test(ratings, method=method, **keywords), 0.0)


@pytest.mark.parametrize("method", THREE)
@pytest.mark.parametrize("effect", ["net", "difference", "score"])
@given(data=st.data(), kind=st.sampled_from([transitions(), clustered()]))
@our.examples(25)
def test_strata_and_their_intervals_agree(effect, method, data, kind):
    tables = data.draw(st.lists(kind, min_size=1, max_size=3))
    cut = {"at_least": "c"} if effect == "difference" else {}
    plain = tables[0].__class__ is not ilr.Ratings
    shift = ilr.stratified_shift(
        tables,
        effect=effect,
        method=method,
        heterogeneity="monte_carlo" if plain and method == "monte_carlo" else "asymptotic",
        **cut,
        **FEW,
    )
    check(shift.test, 0.0)
    if len(tables) > 1 and shift.heterogeneity.df:
        for level in LEVELS:
            low, _ = shift.heterogeneity.effect.confidence_interval(level)
            p_value = shift.heterogeneity.p_value
            if abs(p_value - (1 - level)) > 1e-9 and shift.heterogeneity.effect.value:
                assert (low <= 0) == (p_value > 1 - level)


@pytest.mark.parametrize("method", ["exact", "midp", "asymptotic"])
@given(table=st.one_of(transitions(), clustered()))
@our.examples(50)
def test_a_pair_of_grades_and_its_interval_agree(method, table):
    found = ilr.pairwise_symmetry(table, method=method)
    for p_value, effect in zip(found.p_values, found.effects, strict=True):
        null = 0.0 if effect.clusters is not None else 0.5
        for level in LEVELS:
            if abs(p_value - (1 - level)) > 1e-9:
                low, high = effect.confidence_interval(level)
                assert (low <= null <= high) == (p_value > 1 - level)


def test_no_result_says_that_its_interval_is_of_another_method():
    table = ilr.transitions_from_table(
        [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]], scale=SCALE
    )
    for test, keywords, methods in (DIRECTED | OMNIBUS).values():
        for method in methods:
            how = {} if test is ilr.bhapkar else {"method": method}
            result = test(table, **keywords, **how)
            assert not any("another method" in note for note in result.notes)
            # an estimate travels to other processes with its intervals
            again = pickle.loads(pickle.dumps(result.effect))
            assert tuple(again.confidence_interval()) == tuple(result.effect.confidence_interval())


def nested(estimate):
    """Hold that each interval lies within those of higher levels."""
    if estimate.status == "undefined":
        return
    limits = np.array([[*estimate.confidence_interval(level)] for level in MANY_LEVELS])
    assert (limits[1:, 0] <= limits[:-1, 0] + 1e-8).all(), limits
    assert (limits[1:, 1] >= limits[:-1, 1] - 1e-8).all(), limits


@pytest.mark.filterwarnings("ignore:Bhapkar's test is undefined")
@pytest.mark.parametrize(("test", "keywords"), cases(DIRECTED | OMNIBUS))
@given(table=transitions(), ratings=clustered())
@our.examples(15)
def test_intervals_lie_within_those_of_higher_levels(test, keywords, table, ratings):
    nested(test(table, **keywords).effect)
    if keywords.get("method") != "unconditional":
        nested(test(ratings, **keywords).effect)


@pytest.mark.parametrize("method", THREE)
@pytest.mark.parametrize(("test", "keywords"), OCCASIONS.values(), ids=OCCASIONS)
@given(ratings=clustered(occasions=3))
@our.examples(15)
def test_intervals_of_several_occasions_are_nested_too(test, keywords, method, ratings):
    nested(test(ratings, method=method, **keywords).effect)
    alone = ilr.ratings_from_codes(
        np.repeat(ratings.patterns, ratings.frequencies.astype(int), axis=0)[:6], scale=SCALE
    )
    nested(test(alone, method=method, **keywords).effect)


@pytest.mark.parametrize("method", THREE)
@given(data=st.data(), kind=st.sampled_from([transitions(), clustered()]))
@our.examples(15)
def test_intervals_over_strata_are_nested_too(method, data, kind):
    tables = data.draw(st.lists(kind, min_size=1, max_size=3))
    shift = ilr.stratified_shift(tables, method=method, **FEW)
    nested(shift.pooled)
    nested(shift.heterogeneity.effect)


def test_a_higher_level_never_gives_a_narrower_calibrated_interval():
    effect = ilr.marginal_score_shift([[2, 2, 0], [1, 3, 2], [0, 2, 0]], method="exact").effect
    nested(effect)
    widths = [effect.confidence_interval(level).width for level in (0.9, 0.95, 0.99)]
    assert widths == sorted(widths)
    assert widths[-1] > widths[0]


STAYED = [[3, 0], [0, 4]]


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@pytest.mark.parametrize(
    "effect",
    [
        lambda: ilr.paired_odds_ratio(STAYED),
        lambda: ilr.mcnemar(STAYED).effect,
        lambda: ilr.sign_test(STAYED).effect,
        lambda: ilr.wilcoxon_signed_rank(STAYED).effect,
        lambda: ilr.bowker(STAYED).effect,
        lambda: ilr.stuart_maxwell(STAYED, method="exact").effect,
        lambda: ilr.bhapkar(STAYED).effect,
        lambda: ilr.net_shift([[0, 0], [0, 4]]).room_up,
    ],
)
def test_an_undefined_effect_has_an_undefined_interval_of_every_kind(effect):
    found = effect()
    assert found.status == "undefined"
    assert found.interval_methods
    for method in (None, *found.interval_methods):
        assert np.isnan([*found.confidence_interval(0.9, method=method)]).all()
