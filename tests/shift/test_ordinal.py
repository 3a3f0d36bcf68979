"""Signed ranks, mean scores and mean ranks of paired grades."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.shift import signed

FIRST_YEAR = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
FLEISS = [[35, 5, 0], [15, 20, 5], [10, 5, 5]]
TESTS = {
    "sign exact": lambda t, **k: ilr.sign_test(t, **k),
    "sign asymptotic": lambda t, **k: ilr.sign_test(t, method="asymptotic", **k),
    "signed rank": lambda t, **k: ilr.wilcoxon_signed_rank(t, **k),
    "signed rank, Pratt": lambda t, **k: ilr.wilcoxon_signed_rank(t, zero_method="pratt", **k),
    "signed rank asymptotic": lambda t, **k: ilr.wilcoxon_signed_rank(t, method="asymptotic", **k),
    "score": lambda t, **k: ilr.marginal_score_shift(t, **k),
    "score exact": lambda t, **k: ilr.marginal_score_shift(t, method="exact", **k),
    "wald": lambda t, **k: ilr.marginal_score_shift(t, method="wald", **k),
    "rank shrunk": lambda t, **k: ilr.marginal_rank_shift(t, **k),
    "rank logit": lambda t, **k: ilr.marginal_rank_shift(t, method="logit", **k),
    "rank wald": lambda t, **k: ilr.marginal_rank_shift(t, method="wald", **k),
}
every_test = pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)


@st.composite
def square(draw, *, most=4, largest=8, least=2):
    size = draw(st.integers(2, most))
    table = draw(hnp.arrays(np.int64, (size, size), elements=st.integers(0, largest)))
    assume(table.sum() >= least)
    return table


def changes_of(table):
    i, j = np.indices(np.shape(table))
    return np.repeat((j - i).ravel(), np.ravel(table))


@every_test
@given(table=square())
def test_swapping_occasions_turns_the_shift_and_keeps_p(test, table):
    here, there = test(table), test(table.T)
    assert_allclose(here.p_value, there.p_value, rtol=1e-8)
    assert 0 <= here.p_value <= 1
    for one, other in (("less", "greater"), ("greater", "less")):
        assert_allclose(
            test(table, alternative=one).p_value,
            test(table.T, alternative=other).p_value,
            rtol=1e-8,
        )


@every_test
def test_nobody_moving_gives_p_one_and_says_so(test):
    result = test(np.diag([3, 4, 5]))
    assert result.p_value == close(1)
    assert "No unit moved" in result.notes[-1]
    assert "p = 1" in result.describe()


@every_test
@given(table=square())
def test_the_sentence_and_the_row_hold_the_p_value(test, table):
    result = test(table)
    assert result.to_dict()["p_value"] == close(result.p_value)
    assert result.describe().endswith(".")


@given(table=square(least=1, largest=5))
@settings(deadline=None)
def test_the_exact_signed_rank_is_the_share_of_signs_as_extreme(table):
    changes = changes_of(table)
    for zero in ("wilcox", "pratt"):
        sizes = np.abs(changes if zero == "pratt" else changes[changes != 0])
        ranks = stats.rankdata(sizes)[sizes != 0]
        assume(len(ranks) <= 12)
        signs = np.sign(changes[changes != 0])
        sums = np.array([s @ ranks for s in product((-1, 1), repeat=len(ranks))])
        for side, extreme in (
            ("two-sided", np.abs(sums) >= abs(signs @ ranks) - 1e-9),
            ("greater", sums >= signs @ ranks - 1e-9),
            ("less", sums <= signs @ ranks + 1e-9),
        ):
            result = ilr.wilcoxon_signed_rank(table, zero_method=zero, alternative=side)
            assert_allclose(result.p_value, np.mean(extreme), rtol=1e-10)


@given(table=square(least=1, largest=4))
@settings(deadline=None)
def test_the_exact_score_test_is_the_share_of_signs_as_extreme(table):
    scores = np.array([0.0, 1.0, 1.5, 4.0])[: len(table)]
    i, j = np.indices(table.shape)
    changes = np.repeat((scores[j] - scores[i]).ravel(), table.ravel())
    moved = changes[changes != 0]
    assume(len(moved) <= 12)
    sums = np.array([np.dot(s, np.abs(moved)) for s in product((-1, 1), repeat=len(moved))])
    result = ilr.marginal_score_shift(table, scores=scores, method="exact")
    assert_allclose(result.p_value, np.mean(np.abs(sums) >= abs(moved.sum()) - 1e-9), rtol=1e-9)


@given(table=square(largest=40))
def test_the_asymptotic_signed_rank_is_scipys(table):
    changes = changes_of(table)
    assume(np.any(changes != 0))
    for zero in ("wilcox", "pratt"):
        theirs = stats.wilcoxon(changes, zero_method=zero, method="asymptotic")
        ours = ilr.wilcoxon_signed_rank(table, zero_method=zero, method="asymptotic")
        assert_allclose(ours.p_value, theirs.pvalue, rtol=1e-9)


def test_small_p_values_keep_their_digits():
    # 300 moves, all up: the chance is 2 / 2**300
    assert_allclose(
        ilr.wilcoxon_signed_rank([[0, 200, 100], [0, 0, 0], [0, 0, 0]]).p_value,
        2.0**-299,
        rtol=1e-12,
    )
    assert_allclose(ilr.sign_test([[0, 300], [0, 0]]).p_value, 2.0**-299, rtol=1e-12)


def test_many_sizes_are_met_in_the_middle_or_drawn():
    rng = np.random.default_rng(5)
    size = 9
    table = rng.integers(0, 2, (size, size)) * rng.integers(0, 3, (size, size))
    result = ilr.wilcoxon_signed_rank(table)
    drawn = ilr.wilcoxon_signed_rank(table, method="monte_carlo", n_resamples=40_000, rng=1)
    assert result.method == "exact"
    spread = np.sqrt(result.p_value * (1 - result.p_value) / 40_000)
    assert abs(result.p_value - drawn.p_value) < 4 * spread
    crowd = rng.integers(5, 90, (12, 12))
    assert "too much to enumerate" in ilr.wilcoxon_signed_rank(crowd, n_resamples=99).method


@pytest.mark.parametrize("method", ["score", "wald"])
@given(table=square(largest=12))
def test_score_test_and_interval_agree_about_zero(method, table):
    result = ilr.marginal_score_shift(table, method=method)
    for level in (0.8, 0.95):
        low, high = result.effect.confidence_interval(level, method)
        if abs(result.p_value - (1 - level)) > 1e-6 and table.sum() > 4:
            assert (low <= 0 <= high) == (result.p_value > 1 - level)


@pytest.mark.parametrize("method", ["shrunk", "logit", "wald"])
@given(table=square(largest=12))
def test_rank_test_and_interval_agree_about_one_half(method, table):
    result = ilr.marginal_rank_shift(table, method=method)
    for level in (0.8, 0.95):
        low, high = result.effect.confidence_interval(level, method)
        if abs(result.p_value - (1 - level)) > 1e-6:
            assert (low <= 0.5 <= high) == (result.p_value > 1 - level)


EFFECTS = {
    "score": lambda t: ilr.marginal_score_shift(t).effect,
    "rank": lambda t: ilr.marginal_rank_shift(t).effect,
    "superiority": ilr.paired_superiority,
    "biserial": lambda t: ilr.wilcoxon_signed_rank(t).effect,
    "net": lambda t: ilr.net_shift(t).net,
    "difference": lambda t: ilr.paired_difference(t, at_least=2),
}


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)
@given(table=square(largest=6))
def test_an_effect_stays_in_its_range_and_is_never_a_point(effect, table):
    estimate = effect(table)
    assume(estimate.status == "ok")
    assert_allclose(estimate.influence @ estimate.frequencies, 0, atol=1e-9 * table.sum())
    reach = {"marginal_rank_shift": (0, 1), "paired_superiority": (0, 1)}.get(
        estimate.name, (-(len(table) - 1), len(table) - 1)
    )
    for method in estimate.interval_methods:
        if method in ("wald", "t", "fisher") and table.sum() < 2:
            continue
        low, high = estimate.confidence_interval(method=method)
        assert reach[0] - 1e-12 <= low <= estimate.value + 1e-9, method
        assert estimate.value - 1e-9 <= high <= reach[1] + 1e-12, method
        assert low < high, method


@pytest.mark.parametrize("name", ["score", "rank", "biserial", "superiority"])
def test_the_influence_is_that_of_the_jackknife(name):
    table = 4 * np.array(FLEISS) + 1
    estimate = EFFECTS[name](table)
    shifts = []
    for cell in np.ndindex(table.shape):
        less = table.copy()
        less[cell] -= 1
        shifts.append(estimate.value - EFFECTS[name](less).value)
    shifts = np.array(shifts) * estimate.n_units
    moved = estimate.frequencies > 0
    assert_allclose(shifts[moved], estimate.influence[moved], atol=0.02)


def test_the_error_of_mean_ranks_is_the_jackknifes():
    table, effect = np.array(FLEISS), ilr.marginal_rank_shift(FLEISS).effect
    values, times = [], []
    for cell in zip(*np.nonzero(table), strict=True):
        less = table.copy()
        less[cell] -= 1
        values.append(ilr.marginal_rank_shift(less).effect.value)
        times.append(table[cell])
    values, times = np.array(values), np.array(times)
    n = times.sum()
    spread = (n - 1) / n * times @ (values - times @ values / n) ** 2
    assert_allclose(effect.standard_error, np.sqrt(spread), rtol=0.002)


def test_superiority_is_half_of_one_plus_the_net_change():
    effect, net = ilr.paired_superiority(FIRST_YEAR), ilr.net_shift(FIRST_YEAR).net
    assert_allclose(effect.value, (1 + net.value) / 2)
    assert_allclose(
        [*effect.confidence_interval()], [(1 + x) / 2 for x in net.confidence_interval()]
    )


def test_the_mean_score_uses_the_scales_scores():
    scale = ilr.Scale(["poor", "fair", "good"], scores=[0, 1, 5])
    table = ilr.transitions_from_table(FLEISS, scale=scale)
    given_scores = ilr.marginal_score_shift(FLEISS, scores=[0, 1, 5])
    assert_allclose(ilr.marginal_score_shift(table).effect.value, given_scores.effect.value)
    assert_allclose(given_scores.effect.value, (10 * 5 + 30 * 1 - (20 * 5 + 40 * 1)) / 100)


def test_ratings_and_their_table_say_the_same_and_missing_ones_do_not_enter():
    rows = [[i, j] for i in range(4) for j in range(4) for _ in range(FIRST_YEAR[i][j])]
    ratings = ilr.ratings_from_codes([*rows, [2, -1], [-1, 3]], scale=ilr.OFSTED_SCALE)
    for test in TESTS.values():
        result = test(ratings)
        assert_allclose(result.p_value, test(FIRST_YEAR).p_value, rtol=1e-12)
        assert result.n_units == 33
        assert "Left out: 2 units graded once." in result.notes


def test_a_batch_of_studies_gives_an_array_of_effects():
    ratings = ilr.ratings_from_table(FIRST_YEAR, scale=ilr.OFSTED_SCALE)
    many = ratings.with_frequencies(np.stack([ratings.frequencies, 2 * ratings.frequencies]))
    for effect in (ilr.paired_superiority, lambda r: ilr.paired_difference(r, at_least="good")):
        batch, single = effect(many), effect(ratings)
        assert_allclose(batch.value, [single.value] * 2)
        for method in single.interval_methods:
            low, high = batch.confidence_interval(method=method)
            assert_allclose([low[0], high[0]], [*single.confidence_interval(method=method)])
    with pytest.raises(ValueError, match="must be one study, but got a batch"):
        ilr.bowker(many)


def test_the_bootstrap_takes_a_paired_effect():
    ratings = ilr.ratings_from_table(FIRST_YEAR, scale=ilr.OFSTED_SCALE)
    result = ilr.bootstrap(ilr.paired_superiority, ratings, rng=20240331, n_resamples=999)
    low, high = result.confidence_interval
    assert low < 49 / 66 < high


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (ilr.wilcoxon_signed_rank, {"zero_method": "zsplit"}, "`zero_method` must be one of"),
        (ilr.wilcoxon_signed_rank, {"method": "t"}, "`method` must be one of"),
        (ilr.marginal_score_shift, {"scores": [1, 2]}, "one number for each of 4 grades"),
        (ilr.marginal_score_shift, {"scores": [1, 2, 3, np.inf]}, "`scores` must be finite"),
        (ilr.marginal_score_shift, {"scores": [1, 2, 3, 1e200]}, "`scores` must lie between"),
        (ilr.marginal_score_shift, {"scores": [0, 0, 0, 1e-200]}, "`scores` must lie between"),
        (ilr.pairwise_symmetry, {"adjust": "fdr"}, "`adjust` must be one of"),
        (ilr.marginal_score_shift, {"n_resamples": 0}, "`n_resamples` must be a positive"),
        (ilr.marginal_rank_shift, {"method": "probit"}, "`method` must be one of"),
        (ilr.marginal_rank_shift, {"alternative": "up"}, "`alternative` must be one of"),
    ],
)
def test_a_bad_option_is_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(FIRST_YEAR, **arguments)


def test_three_raters_and_anonymous_raters_are_refused():
    three = ilr.ratings_from_codes([[0, 1, 1], [1, 1, 0]], scale=ilr.Scale(["a", "b"]))
    anonymous = ilr.ratings_from_counts([[1, 1], [2, 0]], scale=ilr.Scale(["a", "b"]))
    for ratings in (three, anonymous):
        with pytest.raises(ValueError, match="two known raters"):
            ilr.net_shift(ratings)
    once = ilr.ratings_from_codes([[0, -1], [-1, 1]], scale=ilr.Scale(["a", "b"]))
    with pytest.raises(ValueError, match="no unit that was graded twice"):
        ilr.net_shift(once)


def test_scores_that_fall_turn_the_sign_and_say_so():
    rising, falling = (
        ilr.marginal_score_shift([[1, 5], [2, 4]], scores=scores) for scores in ([1, 2], [2, 1])
    )
    assert falling.effect.value == close(-rising.effect.value)
    assert falling.effect.value > -1
    assert any("sign of the change follows the scores" in note for note in falling.notes)
    assert not any("sign of the change" in note for note in rising.notes)


@pytest.mark.filterwarnings("ignore:Bhapkar's test is undefined")
@pytest.mark.parametrize(
    "test",
    [
        ilr.marginal_score_shift,
        ilr.marginal_rank_shift,
        ilr.stuart_maxwell,
        ilr.bhapkar,
        ilr.bowker,
        ilr.sign_test,
        ilr.mcnemar,
        ilr.wilcoxon_signed_rank,
    ],
)
def test_a_single_unit_says_why_its_p_value_is_large(test):
    alone = [note for note in test([[0, 1], [0, 0]]).notes if "There is a single " in note]
    assert len(alone) == 1
    assert not any("single unit" in note for note in test([[0, 2], [0, 0]]).notes)


@pytest.mark.parametrize("test", [ilr.sign_test, ilr.mcnemar, ilr.wilcoxon_signed_rank])
def test_too_few_moves_for_a_small_p_value_say_so(test):
    note = "No more than 5 units moved: p cannot be below 0.0625."
    assert test([[20, 5], [0, 20]]).p_value == close(0.0625)
    assert note in test([[20, 5], [0, 20]]).notes
    assert note in test([[20, 3], [2, 20]]).notes
    assert not any("cannot be below" in x for x in test([[20, 6], [0, 20]]).notes)
    assert not any(
        "cannot be below" in x for x in test([[20, 5], [0, 20]], alternative="greater").notes
    )


def test_moves_that_cancel_within_clusters_say_so():
    rows = [(0, 1), (1, 0), (0, 1), (1, 0)]
    ratings = ilr.ratings_from_codes(rows, scale=ilr.Scale(["a", "b"]), clusters=[0, 0, 1, 1])
    for test in (ilr.sign_test, ilr.mcnemar, ilr.wilcoxon_signed_rank, ilr.marginal_score_shift):
        result = test(ratings)
        assert result.p_value == close(1)
        assert "Moves balance within every cluster: p = 1." in result.notes


@given(table=square(largest=6))
def test_a_pratt_correlation_is_of_pratts_ranks(table):
    changes = changes_of(table)
    assume((changes != 0).any())
    ranks = stats.rankdata(np.abs(changes)) * np.sign(changes)
    effect = ilr.wilcoxon_signed_rank(table, zero_method="pratt").effect
    assert_allclose(effect.value, ranks.sum() / np.abs(ranks).sum(), atol=1e-12)


def test_whole_scores_of_many_sizes_are_enumerated():
    crowd = np.random.default_rng(5).integers(0, 9, (12, 12))
    exact = ilr.marginal_score_shift(crowd, method="exact")
    drawn = ilr.marginal_score_shift(crowd, method="monte_carlo", n_resamples=40_000, rng=1)
    assert exact.method == "exact"
    spread = np.sqrt(exact.p_value * (1 - exact.p_value) / 40_000)
    assert abs(exact.p_value - drawn.p_value) < 4 * spread


def test_the_usual_critical_value_stands_where_it_tells_the_same_sums_apart():
    table = [[35, 5, 0], [15, 20, 5], [10, 5, 5]]
    score, exact = (ilr.marginal_score_shift(table, method=m).effect for m in ("score", "exact"))
    for level in (0.9, 0.95):
        usual, own = score.confidence_interval(level), exact.confidence_interval(level)
        assert (usual.method, own.method) == ("score", "calibrated_score")
        assert_allclose([*usual], [*own], atol=0.02)


def test_sums_of_half_ranks_listed_one_by_one_are_those_of_enumerated_halves(monkeypatch):
    weights, sizes = [1.5, 4.0, 9.5, 11.0], [3, 7, 4, 6]
    halves = signed.signed_sum_tail(weights, sizes)
    monkeypatch.setattr(signed, "LARGEST_HALF", 0)
    monkeypatch.setattr(signed, "LIST_ONCE", 1e12)
    listed = signed.signed_sum_tail(weights, sizes)
    assert halves.key != listed.key
    for total in (-20.0, 0.0, 0.5, 31.5, 100.0, 150.0, 166.5, 167.0):
        assert_allclose(listed(total), halves(total), rtol=1e-12)


@given(
    groups=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 6)), min_size=1, max_size=5),
    parts=st.sampled_from([1, 2]),
    share=st.floats(-1.1, 1.1),
)
def test_listed_sums_have_the_chances_of_all_signs(groups, parts, share):
    weights = [rank + 1 / parts for rank in sorted({weight for weight, _ in groups})]
    sizes = [size for _, size in groups][: len(weights)]
    chances = {0.0: Fraction(1)}
    for weight in np.repeat(weights, sizes).tolist():
        wider = {}
        for total, chance in chances.items():
            for way in (weight, -weight):
                wider[total + way] = wider.get(total + way, 0) + chance / 2
        chances = wider
    observed = share * float(np.dot(weights, sizes))
    seen = sum(chance for total, chance in chances.items() if total >= observed - 1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signed, "LARGEST_HALF", 0)
        patch.setattr(signed, "LIST_ONCE", 1e12)
        listed = signed.signed_sum_tail(weights, sizes)
    assert_allclose(listed(observed), float(seen), rtol=1e-12)


def test_signed_ranks_of_a_thousand_units_on_seven_grades_are_exact():
    table = np.random.default_rng(3).multinomial(1000, np.full(49, 1 / 49)).reshape(7, 7)
    exact = ilr.wilcoxon_signed_rank(table)
    assert exact.method == "exact"
    near = ilr.wilcoxon_signed_rank(table, method="asymptotic")
    assert_allclose(exact.p_value, near.p_value, atol=2e-3)
    assert_allclose(
        [*exact.effect.confidence_interval()], [*near.effect.confidence_interval()], atol=2e-3
    )


def test_intervals_over_many_clusters_of_odd_ranks_are_as_those_enumerated(monkeypatch):
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 6, (60, 2)).astype(np.int8)
    codes[:, 1] = np.maximum(codes[:, 1], codes[:, 0] - 1)
    scale = ilr.Scale(tuple(range(6)))
    ratings = ilr.ratings_from_codes(
        codes, scale=scale, clusters=rng.integers(0, 18, 60), design="repeat"
    )
    fast = ilr.wilcoxon_signed_rank(ratings)
    monkeypatch.setattr(signed, "LARGEST_HALF", 1e12)
    slow = ilr.wilcoxon_signed_rank(ratings)
    assert_allclose(fast.p_value, slow.p_value, rtol=1e-9)
    limits = [[*result.effect.confidence_interval()] for result in (fast, slow)]
    assert_allclose(*limits, atol=1e-8)


@given(up=st.integers(0, 20), down=st.integers(0, 20), level=st.floats(0.05, 0.999))
def test_bonett_and_prices_limits_hold_their_estimate(up, down, level):
    estimate = ilr.net_shift([[1, up], [down, 0]]).net
    assert estimate.value in estimate.confidence_interval(level, "bonett_price")


@pytest.mark.parametrize("wrong", [None, 3, "good", ilr.load_dataset("ilacs_to_next_ilacs")])
def test_what_is_no_table_is_refused_and_a_dataset_points_at_its_counts(wrong):
    with pytest.raises(TypeError, match="`table` must be a square table of counts") as caught:
        ilr.wilcoxon_signed_rank(wrong)
    assert ("pass its `counts`" in str(caught.value)) == hasattr(wrong, "counts")
