"""Thresholds, margins and differences."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

import ilacs_reliability as ilr
import strategies as our
from closeness import close

BINARY = ilr.Scale(["no", "yes"])
PAIRS = [[1, 1], [2, 2], [1, 2], [2, 2], [1, 1], [2, 1], [2, 2], [1, 1], [1, 1], [2, 2]]


def agreement(agree, n):
    return ilr.percent_agreement(ilr.ratings_from_table([[agree, n - agree], [0, 0]], scale=BINARY))


def undefined():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        return ilr.cohen_kappa([[1, 1], [1, 1]])


def batch():
    ratings = ilr.ratings_from_table([[5, 1], [1, 5]], scale=BINARY)
    return ilr.cohen_kappa(ratings.with_frequencies([[5, 1, 1, 5], [6, 1, 1, 4]]))


# a threshold


@given(n=st.integers(1, 60), data=st.data(), threshold=st.floats(0.02, 0.98))
def test_a_share_is_tested_by_the_binomial_test(n, data, threshold):
    """Clopper and Pearson's limits invert the two one-sided binomial tests."""
    agree = data.draw(st.integers(0, n))
    side = "greater" if agree / n > threshold else "less"
    ours = ilr.threshold_test(agreement(agree, n), threshold, alternative=side).p_value
    exact = stats.binomtest(agree, n, threshold, alternative=side).pvalue
    # no p-value goes below 5e-15, where a level is 1; above one half it says no more than that
    assert_allclose(ours, min(exact, 0.5), rtol=1e-6, atol=1e-14)


@given(ratings=our.studies(), threshold=st.floats(-0.9, 0.99))
def test_the_wald_test_is_the_normal_tail(ratings, threshold):
    estimate = ilr.fleiss_kappa(ratings)
    assume(estimate.standard_error > 1e-6)
    # what is below the range is excluded with certainty
    assume(estimate.range[0] < threshold)
    z = (estimate.value - threshold) / estimate.standard_error
    assume(abs(z) <= 6)  # beyond that the level cannot be told from 1
    for side, tail in (
        ("greater", stats.norm.sf(z)),
        ("less", stats.norm.cdf(z)),
        ("two-sided", 2 * stats.norm.sf(abs(z))),
    ):
        result = ilr.threshold_test(estimate, threshold, alternative=side, method="wald")
        assert_allclose(result.p_value, tail, rtol=1e-5, atol=1e-12)
        assert_allclose(result.statistic, z)


@given(ratings=our.studies(), threshold=st.floats(-0.9, 0.99))
def test_the_sides_add_up(ratings, threshold):
    estimate = ilr.gwet_ac(ratings)
    p = {
        side: ilr.threshold_test(estimate, threshold, alternative=side).p_value
        for side in ("greater", "less", "two-sided")
    }
    assert_allclose(p["greater"] + p["less"], 1.0, atol=1e-9)
    assert_allclose(p["two-sided"], min(1.0, 2 * min(p["greater"], p["less"])), atol=1e-6)


@given(ratings=our.studies(), thresholds=st.lists(st.floats(-0.9, 0.99), min_size=2, max_size=4))
def test_a_higher_threshold_is_never_easier_to_pass(ratings, thresholds):
    estimate = ilr.gwet_ac(ratings)
    values = [ilr.threshold_test(estimate, level).p_value for level in sorted(thresholds)]
    assert (np.diff(values) >= -1e-9).all()


def test_small_p_values_keep_their_relative_accuracy():
    p = ilr.threshold_test(agreement(60, 60), 0.5).p_value
    assert_allclose(p, max(0.5**60, 0.5e-14), rtol=1e-6)
    p = ilr.threshold_test(agreement(38, 40), 0.5).p_value
    assert_allclose(p, stats.binom.sf(37, 40, 0.5), rtol=1e-4)


def test_a_test_carries_its_effect_and_says_what_it_found():
    estimate = agreement(22, 24)
    result = ilr.threshold_test(estimate, 0.8)
    assert result.effect is estimate
    assert (result.status, result.alternative, result.n_units) == ("ok", "greater", 24)
    assert result.method == "inverted clopper_pearson interval"
    sentence = result.describe()
    assert (
        "gives p = 0.115 for the hypothesis that the percent agreement is at most 0.8" in sentence
    )
    assert "95% interval 0.730 to 0.990" in sentence
    assert "it does not show whether the grades were right" in sentence
    assert result.to_dict()["effect_value"] == estimate.value
    assert "p = 0.115" in result._repr_html_()
    assert repr(result).startswith("SignificanceResult(threshold_test, inverted clopper")


def test_an_undefined_estimate_has_an_undefined_test():
    estimate = undefined()
    with pytest.warns(ilr.UndefinedEstimateWarning, match="every rating is the same grade"):
        result = ilr.threshold_test(estimate, 0.5)
    assert np.isnan(result.p_value)
    assert (result.status, result.reason) == ("undefined", "no_variation")
    assert "is undefined (every rating is the same grade, 1)" in result.describe()
    with pytest.warns(ilr.UndefinedEstimateWarning):
        assert np.isnan(ilr.equivalence_test(estimate, low=0.2, high=0.9).p_value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternative": "bigger"}, r"`alternative` must be one of .* but got 'bigger'"),
        ({"method": "exact"}, "`method` must be one of .* but got 'exact'"),
    ],
)
def test_a_threshold_test_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        ilr.threshold_test(ilr.cohen_kappa(PAIRS), 0.5, **options)


@pytest.mark.parametrize("threshold", [float("nan"), float("inf")])
def test_a_threshold_is_a_finite_number(threshold):
    with pytest.raises(ValueError, match="`threshold` must be a finite number"):
        ilr.threshold_test(ilr.cohen_kappa(PAIRS), threshold)


def test_a_test_takes_one_estimate_with_an_interval():
    with pytest.raises(TypeError, match="must be an Estimate, but got float"):
        ilr.threshold_test(0.5, 0.5)
    with pytest.raises(ValueError, match=r"of one study, but got a batch of shape \(2,\)"):
        ilr.threshold_test(batch(), 0.5)
    bare = ilr.Estimate(
        value=0.5, name="bare", frequencies=np.ones(2), influence_source=np.zeros(2), n_units=2
    )
    with pytest.raises(ValueError, match=r"\(bare\) offers no interval"):
        ilr.threshold_test(bare, 0.5)


# margins


@given(ratings=our.studies(), low=st.floats(-0.9, 0.5), width=st.floats(0.05, 1.0))
def test_equivalence_is_the_90_percent_interval_within_the_margins(ratings, low, width):
    estimate, high = ilr.gwet_ac(ratings), low + width
    interval = estimate.confidence_interval(0.90)
    assume(min(abs(interval.low - low), abs(interval.high - high)) > 1e-7)
    p = ilr.equivalence_test(estimate, low=low, high=high).p_value
    assert (p <= 0.05) == (low < interval.low and interval.high < high)


def test_equivalence_is_the_harder_of_two_sides():
    estimate = ilr.cohen_kappa(ilr.ratings_from_table([[80, 5], [6, 62]], scale=BINARY))
    result = ilr.equivalence_test(estimate, low=0.7, high=0.95)
    sides = [
        ilr.threshold_test(estimate, 0.7, alternative="greater").p_value,
        ilr.threshold_test(estimate, 0.95, alternative="less").p_value,
    ]
    assert result.p_value == close(max(sides))
    assert result.method.startswith("two one-sided tests")
    for low, high in ((0.9, 0.7), (0.7, 0.7)):
        with pytest.raises(ValueError, match="`low` must be below `high`"):
            ilr.equivalence_test(estimate, low=low, high=high)


# differences


@given(ratings=our.studies(max_raters=2))
def test_a_paired_difference_has_the_influence_of_both(ratings):
    a, b = ilr.gwet_ac(ratings), ilr.cohen_kappa(ratings)
    gap = ilr.difference(a, b, paired=True)
    assert_allclose(gap.value, a.value - b.value, atol=1e-15)
    both = np.repeat(a.influence - b.influence, ratings.frequencies)
    n = a.n_units
    assert_allclose(gap.standard_error, np.sqrt((both**2).sum() / (n * (n - 1))), atol=1e-12)
    back = ilr.difference(b, a, paired=True)
    assert_allclose(back.value, -gap.value, atol=1e-15)
    for method in gap.interval_methods:
        low, high = gap.confidence_interval(method=method)
        assert_allclose([*back.confidence_interval(method=method)], [-high, -low], atol=1e-9)


@given(first=our.studies(max_raters=2), second=our.studies(max_raters=2))
def test_independent_variances_add(first, second):
    a, b = ilr.gwet_ac(first), ilr.gwet_ac(second)
    gap = ilr.difference(a, b, paired=False)
    assert_allclose(gap.value, a.value - b.value, atol=1e-15)
    assert_allclose(
        gap.standard_error, np.hypot(a.standard_error, b.standard_error), rtol=1e-9, atol=1e-12
    )
    low, high = gap.confidence_interval()
    assert low - 1e-12 <= gap.value <= high + 1e-12


def test_an_estimate_does_not_differ_from_itself():
    kappa = ilr.cohen_kappa(PAIRS)
    gap = ilr.difference(kappa, kappa, paired=True)
    assert gap.value == close(0)
    assert_allclose(gap.standard_error, 0, atol=1e-12)


def test_a_paired_difference_is_narrower_where_errors_move_together():
    ratings = ilr.ratings_from_table([[40, 9], [6, 45]], scale=BINARY)
    a, b = ilr.scott_pi(ratings), ilr.cohen_kappa(ratings)
    paired, apart = (ilr.difference(a, b, paired=which) for which in (True, False))
    assert paired.standard_error < 0.2 * apart.standard_error
    assert paired.confidence_interval().width < 0.5 * apart.confidence_interval().width


def test_welch_degrees_of_freedom_of_independent_studies():
    """Two kappas from statsmodels, and the t quantile of Welch's degrees of freedom."""
    tables = ([[40, 9], [6, 45]], [[10, 3], [2, 9]])
    kappas = [ilr.cohen_kappa(ilr.ratings_from_table(t, scale=BINARY)) for t in tables]
    sizes = [100, 24]
    variances = [
        cohens_kappa(np.array(t)).var_kappa * n / (n - 1)
        for t, n in zip(tables, sizes, strict=True)
    ]
    total = sum(variances)
    df = total**2 / sum(v**2 / (n - 1) for v, n in zip(variances, sizes, strict=True))
    gap = ilr.difference(*kappas, paired=False)
    half = stats.t.ppf(0.975, df) * np.sqrt(total)
    low, high = gap.confidence_interval(method="t")
    assert_allclose([low, high], [gap.value - half, gap.value + half], rtol=1e-9)


def test_a_difference_of_clustered_estimates_keeps_the_clusters():
    table = [[0, 0], [0, 1], [1, 1], [1, 1], [0, 0], [1, 0]]
    ratings = ilr.ratings_from_codes(table, scale=BINARY, clusters=[0, 0, 1, 1, 2, 2])
    a, b = ilr.gwet_ac(ratings), ilr.percent_agreement(ratings)
    gap = ilr.difference(a, b, paired=True)
    assert gap.n_independent == 3
    pulls = (a.influence - b.influence) * ratings.frequencies
    sums = np.bincount(ratings.clusters, weights=pulls)
    assert_allclose(gap.standard_error, np.sqrt((sums**2).sum() * 3 / 2) / 6, rtol=1e-12)


def test_independent_clustered_variances_add_too():
    table = [[0, 0], [0, 1], [1, 1], [1, 1], [0, 0], [1, 0]]
    a = ilr.gwet_ac(ilr.ratings_from_codes(table, scale=BINARY, clusters=[0, 0, 1, 1, 2, 2]))
    b = ilr.gwet_ac(PAIRS)
    gap = ilr.difference(a, b, paired=False)
    assert_allclose(gap.standard_error, np.hypot(a.standard_error, b.standard_error), rtol=1e-9)


def test_a_difference_refuses():
    kappa = ilr.cohen_kappa(PAIRS)
    other = ilr.cohen_kappa([[1, 1], [2, 2], [1, 2]])
    with pytest.raises(ValueError, match="must come from the same `Ratings`"):
        ilr.difference(kappa, other, paired=True)
    with pytest.raises(ValueError, match="batch"):
        ilr.difference(batch(), kappa, paired=False)
    with pytest.raises(TypeError, match="must be an Estimate"):
        ilr.difference(kappa, 0.5, paired=False)
    with pytest.raises(TypeError, match="paired"):
        ilr.difference(kappa, other)


def test_a_difference_with_an_undefined_estimate_is_undefined():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="difference is undefined"):
        gap = ilr.difference(undefined(), ilr.cohen_kappa(PAIRS), paired=False)
    assert np.isnan(gap.value)
    assert gap.reason == "no_variation"
    assert np.isnan([*gap.confidence_interval()]).all()


FIRST = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 1]], scale=BINARY, frequencies=[10, 3, 7])
OTHER = ilr.ratings_from_codes([[0, 1], [1, 0], [1, 1]], scale=BINARY, frequencies=[10, 3, 7])
COEFFICIENTS = {
    "percent_agreement": ilr.percent_agreement,
    "krippendorff_alpha": ilr.krippendorff_alpha,
    "cohen_kappa": ilr.cohen_kappa,
    "icc": ilr.icc,
    "net": lambda ratings: ilr.net_shift(ratings).net,
    "improved": lambda ratings: ilr.net_shift(ratings).improved,
}


@pytest.mark.parametrize("coefficient", COEFFICIENTS.values(), ids=COEFFICIENTS)
def test_equal_frequencies_of_other_patterns_are_no_pairs(coefficient):
    a, b = coefficient(FIRST), coefficient(OTHER)
    with pytest.raises(ValueError, match="must come from the same `Ratings`"):
        ilr.difference(a, b, paired=True)
    assert ilr.difference(a, b, paired=False).status == "ok"


def test_equal_tables_of_other_units_are_no_pairs():
    codes = np.array([[0, 0], [0, 1], [1, 1], [1, 0]] * 5, dtype=np.int8)
    mixed = np.random.default_rng(1).permutation(len(codes))
    a = ilr.cohen_kappa(ilr.ratings_from_codes(codes, scale=BINARY))
    b = ilr.cohen_kappa(ilr.ratings_from_codes(codes[mixed], scale=BINARY))
    with pytest.raises(ValueError, match="equal tables alone may be of other units"):
        ilr.difference(a, b, paired=True)


MOVES = [[9, 3, 1], [2, 6, 4], [0, 1, 8]]
SEQUENCE = np.array([[0, 0, 1], [1, 1, 1], [0, 1, 0], [1, 0, 1], [0, 0, 0], [1, 1, 0]] * 9)
UNKNOWN = {
    "corrected_shift": lambda: ilr.corrected_shift(MOVES, error=np.eye(3), n_resamples=19, rng=0),
    "reliability_from_repeats": lambda: ilr.reliability_from_repeats(
        ilr.ratings_from_codes(SEQUENCE, scale=BINARY, design="repeat")
    ),
}


@pytest.mark.parametrize("made", UNKNOWN.values(), ids=UNKNOWN)
def test_what_no_unit_is_known_to_pull_on_is_not_paired(made):
    """Itself less itself is no number with an error of .175."""
    one, other = made(), ilr.net_shift(MOVES).net
    for pair, name in (((one, one), "a"), ((one, other), "a"), ((other, one), "b")):
        with pytest.raises(ValueError, match=f"`{name}` .* does not know by what each unit"):
            ilr.difference(*pair, paired=True)


def test_plain_tables_alike_are_no_pairs():
    for function in (ilr.paired_superiority, ilr.marginal_score_shift, ilr.net_shift):
        made = [function(MOVES) for _ in range(2)]
        a, b = (getattr(one, "effect", getattr(one, "net", one)) for one in made)
        with pytest.raises(ValueError, match="must come from the same `Ratings`"):
            ilr.difference(a, b, paired=True)


def test_groups_of_raters_of_one_study_are_paired():
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 2, (40, 6))
    ratings = ilr.ratings_from_codes(codes, scale=BINARY)
    groups = [ratings.select_raters(0, 1, 2), ratings.select_raters(3, 4, 5)]
    gap = ilr.difference(*map(ilr.fleiss_kappa, groups), paired=True)
    assert gap.value == pytest.approx(
        ilr.fleiss_kappa(codes[:, :3]).value - ilr.fleiss_kappa(codes[:, 3:]).value
    )
    # by leaving units out of both at once
    left = [
        np.subtract(
            *(
                ilr.fleiss_kappa(np.delete(codes, unit, axis=0)[:, part]).value
                for part in (slice(0, 3), slice(3, 6))
            )
        )
        for unit in range(40)
    ]
    assert gap.standard_error == pytest.approx(np.std(left) * 39 / np.sqrt(39), rel=0.1)


def test_raters_and_complete_units_of_one_study_are_paired():
    table = [[1, 1, 2], [2, 2, 2], [1, 2, 2], [2, 1, 2], [1, 1, 1], [2, 2, None], [1, 1, 1]]
    ratings = ilr.ratings_from_matrix(table, scale=ilr.Scale([1, 2]))
    kappas = [ilr.cohen_kappa(ratings.select_raters(0, other)) for other in (1, 2)]
    assert ilr.difference(*kappas, paired=True).status == "ok"
    # the second leaves out the unit that one rater did not rate
    gap = ilr.difference(ilr.gwet_ac(ratings), ilr.kendall_w(ratings), paired=True)
    assert gap.status == "ok"


@pytest.mark.parametrize(("second", "design"), [("repeat", "repeat"), ("simultaneous", "")])
def test_a_difference_is_of_a_repeat_where_both_are(second, design):
    codes = [[0, 0], [0, 1], [1, 1], [1, 1]]
    a, b = (
        ilr.gwet_ac(ilr.ratings_from_codes(codes, scale=BINARY, design=each))
        for each in ("repeat", second)
    )
    assert ilr.difference(a, b, paired=False).design == design


KAPPA = ilr.cohen_kappa(PAIRS)


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: KAPPA.confidence_interval("0.95"), TypeError, r"`confidence_level` .* '0\.95'"),
        (
            lambda: KAPPA.confidence_interval([0.9]),
            TypeError,
            "`confidence_level` must be a number",
        ),
        (
            lambda: ilr.bootstrap(ilr.cohen_kappa, PAIRS, confidence_level=None),
            TypeError,
            "`confidence_level` must be a number, but got None",
        ),
        (lambda: ilr.threshold_test(KAPPA, "x"), TypeError, "`threshold` must be a number"),
        (
            lambda: ilr.equivalence_test(KAPPA, low=-np.inf, high=1.0),
            ValueError,
            "`low` must be a finite number, but got -inf",
        ),
        (
            lambda: ilr.equivalence_test(KAPPA, low=0.0, high=np.nan),
            ValueError,
            "`high` must be a finite number, but got nan",
        ),
        (lambda: ilr.equivalence_test(KAPPA, low="a", high=1), TypeError, "`low` must be a number"),
    ],
)
def test_numbers_are_numbers(ask, error, message):
    with pytest.raises(error, match=message):
        ask()


def test_a_level_may_be_any_kind_of_number():
    for level in (np.float32(0.5), np.array(0.5)):
        assert KAPPA.confidence_interval(level).high == close(KAPPA.confidence_interval(0.5).high)


def test_the_limits_of_a_difference_know_how_the_errors_move_together():
    """Zou and Donner's formula, where one coefficient rests on more units than the other."""
    codes = [[0, 0], [1, 1], [0, 1], [1, 0], [0, 0], [1, 1], [0, 0], [1, 1], [0, 1]]
    lone = [[0, -1], [1, -1], [-1, 1], [0, -1]]
    ratings = ilr.ratings_from_codes([*codes, *lone], scale=ilr.Scale([1, 2]))
    a, b = ilr.gwet_ac(ratings), ilr.percent_agreement(ratings)
    assert a.n_units > b.n_units
    difference = ilr.difference(a, b, paired=True)
    low, high = difference.confidence_interval(method="mover")
    pulls = np.sqrt(ratings.frequencies) * [a.influence, b.influence]
    correlation = pulls[0] @ pulls[1] / np.sqrt((pulls**2).sum(axis=1).prod())
    (a_low, a_high), (b_low, b_high) = (one.confidence_interval() for one in (a, b))
    below, above = (
        np.sqrt(x**2 + y**2 - 2 * correlation * x * y)
        for x, y in ((a.value - a_low, b_high - b.value), (a_high - a.value, b.value - b_low))
    )
    assert (difference.value - low, high - difference.value) == (close(below), close(above))


@pytest.mark.parametrize("threshold", [-1.0, 1.0])
def test_what_one_unit_rules_out_has_no_p_value_to_speak_of(threshold):
    kappa = ilr.cohen_kappa(ilr.ratings_from_table([[5, 2], [1, 6]], scale=ilr.Scale(["a", "b"])))
    assert kappa.interval_methods[0] == "enumerated"
    assert ilr.threshold_test(kappa, threshold, alternative="two-sided").p_value < 1e-9
