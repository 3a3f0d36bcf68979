"""Rank tests and tests of shares: brute force, laws, published values, peers' failures."""

from itertools import combinations, permutations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.comparison.fixed_margins import convolved, merged

PAIN = [[11, 2, 0, 1, 0], [3, 1, 4, 2, 1]]
PREVIOUSLY_GOOD = [[3, 8, 45, 39], [4, 6, 5, 3]]
# previously good or outstanding authorities at a short inspection: declined, did not; by size
DECLINED_BY_SIZE = [[2, 45], [4, 34], [9, 28]]


@st.composite
def two_groups(draw, *, max_units=5, max_grades=4):
    """Two small groups of grades, each with a unit."""
    n_grades = draw(st.integers(2, max_grades))
    grade = st.integers(0, n_grades - 1)
    groups = [draw(st.lists(grade, min_size=1, max_size=max_units)) for _ in range(2)]
    return np.array([np.bincount(group, minlength=n_grades) for group in groups])


def raw(counts):
    return [np.repeat(np.arange(len(row)), row) for row in counts]


def allocations(counts):
    """Yield the grades of both groups for every way to deal out the units."""
    first, second = raw(counts)
    pooled = np.concatenate([first, second])
    for chosen in combinations(range(len(pooled)), len(first)):
        inside = np.isin(np.arange(len(pooled)), chosen)
        yield pooled[inside], pooled[~inside]


def wins(first, second):
    """Return twice the pairs that the second group wins, ties half."""
    return int((np.sign(second[None] - first[:, None]) + 1).sum())


@given(two_groups())
def test_exact_rank_sum_is_brute_force(counts):
    first, second = raw(counts)
    seen, middle = wins(first, second), len(first) * len(second)
    every = np.array([wins(*groups) for groups in allocations(counts)])
    expected = {
        "two-sided": np.mean(abs(every - middle) >= abs(seen - middle)),
        "greater": np.mean(every >= seen),
        "less": np.mean(every <= seen),
    }
    for alternative, p_value in expected.items():
        assert_allclose(ilr.mann_whitney(counts, alternative=alternative).p_value, p_value)


@given(two_groups())
def test_studentised_permutation_is_brute_force(counts):
    assume(counts.sum(axis=1).min() > 1)
    every = [studentised(*groups) for groups in allocations(counts)]
    seen = studentised(*raw(counts))
    expected = {
        "two-sided": np.mean(np.abs(every) >= abs(seen) - 1e-9),
        "greater": np.mean(np.array(every) >= seen - 1e-9),
    }
    for alternative, p_value in expected.items():
        result = ilr.brunner_munzel(counts, method="permutation", alternative=alternative)
        assert_allclose(result.p_value, p_value)


def studentised(first, second):
    """Return the Brunner-Munzel statistic, written out."""
    below = np.array([np.mean(first < y) + np.mean(first == y) / 2 for y in second])
    above = np.array([np.mean(second > x) + np.mean(second == x) / 2 for x in first])
    gap = below.mean() - 0.5
    error = np.sqrt(below.var(ddof=1) / len(second) + above.var(ddof=1) / len(first))
    if abs(gap) < 1e-12:
        return 0.0
    return gap / error if error > 1e-12 else np.copysign(np.inf, gap)


@given(st.lists(st.integers(0, 2), min_size=3, max_size=6), st.data())
def test_exact_jonckheere_is_brute_force(grades, data):
    cuts = sorted(data.draw(st.sets(st.integers(1, len(grades) - 1), min_size=1, max_size=2)))

    def statistic(order):
        groups = np.split(np.array(order), cuts)
        return sum(wins(a, b) for a, b in combinations(groups, 2))

    every = np.array([statistic(order) for order in permutations(grades)])
    table = [np.bincount(group, minlength=3) for group in np.split(np.array(grades), cuts)]
    sizes = [len(group) for group in np.split(np.array(grades), cuts)]
    middle = sum(a * b for a, b in combinations(sizes, 2))
    seen = statistic(grades)
    for alternative, hits in {
        "two-sided": abs(every - middle) >= abs(seen - middle),
        "greater": every >= seen,
        "less": every <= seen,
    }.items():
        result = ilr.jonckheere(table, alternative=alternative)
        assert_allclose(result.p_value, hits.mean())
        assert result.method == "exact"


def test_pain_scores_are_as_published():
    # Brunner and Munzel (2000); the permutation p of Neubert and Brunner (2007)
    result = ilr.brunner_munzel(PAIN, method="t")
    assert_allclose([result.statistic, result.df], [3.1375, 17.683], rtol=2e-5)
    assert_allclose(result.p_value, 0.005786, atol=5e-7)
    assert_allclose(ilr.brunner_munzel(PAIN, method="permutation").p_value, 0.008038, atol=5e-7)


@given(two_groups(max_units=12))
def test_brunner_munzel_is_scipys_where_scipy_has_an_answer(counts):
    assume(counts.sum(axis=1).min() > 1)
    ours = ilr.brunner_munzel(counts, method="t")
    # where a group shows next to no spread, its part of the error is not zero here
    assume(ours.method == "t" and not any("approximate p-value" in n for n in ours.notes))
    theirs = stats.brunnermunzel(*raw(counts))
    assert_allclose(ours.p_value, theirs.pvalue, rtol=1e-7)
    assert_allclose(ours.statistic, theirs.statistic, rtol=1e-7, atol=1e-9)


def test_exact_rank_sum_with_ties_is_not_scipys():
    # six against six on four grades: SciPy's exact method takes ties for distinct values
    table = [[0, 4, 2, 0], [0, 1, 2, 3]]
    first, second = raw(table)
    ours = ilr.mann_whitney(table).p_value
    theirs = stats.mannwhitneyu(second, first, method="exact").pvalue
    every = np.array([wins(*groups) for groups in allocations(np.array(table))])
    brute = np.mean(abs(every - 36) >= abs(wins(first, second) - 36))
    assert_allclose(ours, brute)
    assert_allclose([ours, theirs], [0.080087, 0.064935], atol=1e-6)


@pytest.mark.parametrize("method", ["t", "logit", "permutation"])
def test_separated_groups_have_a_p_value_and_a_bounded_interval(method):
    table = [[8, 0, 0], [0, 3, 4]]
    result = ilr.brunner_munzel(table, method=method)
    assert 0 < result.p_value < 0.05
    low, high = result.effect.confidence_interval()
    assert 0.5 < low < high == 1
    assert np.isfinite(ilr.mann_whitney(table).p_value)


def test_a_group_of_one_unit_is_permuted_unstudentised():
    result = ilr.brunner_munzel([[0, 4, 3], [1, 0, 0]])
    assert_allclose(result.p_value, ilr.mann_whitney([[0, 4, 3], [1, 0, 0]]).p_value)
    assert "one unit" in result.notes[-1]


TWO_GROUP_TESTS = {
    "brunner_munzel t": (ilr.brunner_munzel, {"method": "t"}),
    "brunner_munzel logit": (ilr.brunner_munzel, {"method": "logit"}),
    "brunner_munzel permutation": (ilr.brunner_munzel, {"method": "permutation"}),
    "mann_whitney exact": (ilr.mann_whitney, {"method": "exact"}),
    "mann_whitney asymptotic": (ilr.mann_whitney, {"method": "asymptotic"}),
    "jonckheere exact": (ilr.jonckheere, {"method": "exact"}),
    "jonckheere asymptotic": (ilr.jonckheere, {"method": "asymptotic"}),
    "fisher": (ilr.two_proportions, {"method": "fisher", "at_least": 2}),
    "score": (ilr.two_proportions, {"method": "score", "at_least": 2}),
}
every_test = pytest.mark.parametrize(
    ("test", "options"), TWO_GROUP_TESTS.values(), ids=TWO_GROUP_TESTS
)


@every_test
@given(counts=two_groups(max_units=9))
def test_swapping_the_groups_keeps_p(test, options, counts):
    ours, swapped = test(counts, **options), test(counts[::-1], **options)
    assert_allclose(swapped.p_value, ours.p_value, rtol=1e-6)
    assert 0 <= ours.p_value <= 1
    one, other = (
        test(counts[::s], alternative=a, **options) for s, a in ((1, "less"), (-1, "greater"))
    )
    assert_allclose(one.p_value, other.p_value, rtol=1e-6)


@every_test
def test_no_overlap_has_no_p_value(test, options):
    with pytest.warns(ilr.UndefinedEstimateWarning, match="share no stratum"):
        result = test([[[3, 4], [0, 0]], [[0, 0], [2, 5]]], **options)
    assert np.isnan(result.p_value)
    assert result.reason == "no_overlap"
    assert "undefined" in result.describe()


@every_test
def test_grades_all_alike_give_p_of_one(test, options):
    assert_allclose(test([[0, 6], [0, 8]], **options).p_value, 1)


AGREEING = {
    name: TWO_GROUP_TESTS[name]
    for name in ("brunner_munzel t", "brunner_munzel logit", "brunner_munzel permutation")
}


@pytest.mark.parametrize(("test", "options"), AGREEING.values(), ids=AGREEING)
@given(counts=two_groups(max_units=9), level=st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_p_value_and_interval_agree_about_a_half(test, options, counts, level):
    result = test(counts, **options)
    if "permutation" in result.method:
        assume(result.effect.interval_methods[0] == "permutation")
    inside = 0.5 in result.effect.confidence_interval(level)
    assert inside == (result.p_value > 1 - level) or abs(result.p_value - (1 - level)) < 1e-9


def test_the_permutation_interval_has_width_at_any_level():
    result = ilr.brunner_munzel([[4, 1], [4, 1]], method="permutation")
    low, high = result.effect.confidence_interval(0.5)
    assert low < 0.5 < high


@given(counts=two_groups(max_units=12), level=st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_score_test_and_its_interval_agree_about_no_difference(counts, level):
    result = ilr.two_proportions(counts, at_least=2, method="score")
    inside = 0.0 in result.effect.confidence_interval(level)
    assert result.effect.interval_methods[0] == "miettinen_nurminen"
    assert inside == (result.p_value > 1 - level) or abs(result.p_value - (1 - level)) < 1e-7


EFFECTS = {
    "relative_effect": (ilr.relative_effect, {}, lambda x: 1 - x),
    "cliffs_delta": (ilr.cliffs_delta, {}, lambda x: -x),
    "somers_d": (ilr.somers_d, {}, lambda x: -x),
    "generalised_odds": (ilr.generalised_odds, {}, lambda x: 1 / x if x else np.inf),
    "risk_difference": (ilr.risk_difference, {"at_least": 2}, lambda x: -x),
    "odds_ratio": (ilr.odds_ratio, {"at_least": 2}, lambda x: 1 / x if x else np.inf),
    "risk_ratio": (ilr.risk_ratio, {"at_least": 2}, lambda x: 1 / x if x else np.inf),
}
every_effect = pytest.mark.parametrize(
    ("effect", "options", "turned"), EFFECTS.values(), ids=EFFECTS
)


def bounded(limits):
    """Map limits, infinite ones too, into -1 to 1, so that differences are comparable."""
    return [np.arctan(limit) / (np.pi / 2) for limit in limits]


@every_effect
@given(counts=two_groups(max_units=9))
def test_swapping_the_groups_turns_the_effect_and_its_interval(effect, options, turned, counts):
    assume(counts[:, 1:].sum() > 0)
    assume(effect is not ilr.odds_ratio or counts[:, 0].sum() > 0)
    ours, swapped = effect(counts, **options), effect(counts[::-1], **options)
    assert_allclose(swapped.value, turned(ours.value), rtol=1e-9, atol=1e-12)
    for method in ours.interval_methods:
        low, high = ours.confidence_interval(method=method)
        found = [*swapped.confidence_interval(method=method)]
        assert_allclose(bounded(found), bounded([turned(high), turned(low)]), atol=1e-8)


@every_effect
@given(counts=two_groups(max_units=9))
def test_an_interval_has_width_and_holds_the_effect(effect, options, turned, counts):
    assume(counts[:, 1:].sum() > 0)
    assume(effect is not ilr.odds_ratio or counts[:, 0].sum() > 0)
    estimate = effect(counts, **options)
    for method in estimate.interval_methods:
        low, high = estimate.confidence_interval(method=method)
        assert low <= estimate.value * (1 + 1e-12) + 1e-12
        assert estimate.value <= high * (1 + 1e-12) + 1e-12
        assert low < high


@every_effect
@given(counts=two_groups(max_units=9))
def test_influence_averages_to_zero(effect, options, turned, counts):
    assume(counts.sum(axis=1).min() > 1)
    assume(counts[:, 1:].sum() > 0)
    assume(effect is not ilr.odds_ratio or counts[:, 0].sum() > 0)
    estimate = effect(counts, **options)
    assume(np.isfinite(estimate.influence).all())
    scale = 1 + np.abs(estimate.influence).max()
    assert_allclose(estimate.influence @ estimate.frequencies, 0, atol=1e-9 * scale)


@every_effect
def test_influence_follows_the_jackknife(effect, options, turned):
    counts = np.array([[30, 80, 450, 390], [40, 60, 50, 30]])
    estimate = effect(counts, **options)
    n, whole = counts.sum(), estimate.value
    for cell in np.ndindex(counts.shape):
        less = counts.copy()
        less[cell] -= 1
        moved = (n - 1) * (whole - effect(less, **options).value)
        assert_allclose(estimate.influence.reshape(2, 4)[cell], moved, rtol=0.1, atol=0.02)


def test_generalised_odds_without_ties_are_wins_over_losses():
    first, second = raw(PREVIOUSLY_GOOD)
    won = (second[None] > first[:, None]).sum()
    lost = (second[None] < first[:, None]).sum()
    assert_allclose(ilr.generalised_odds(PREVIOUSLY_GOOD, ties="dropped").value, won / lost)


@pytest.mark.parametrize("ties", ["split", "dropped"])
@pytest.mark.parametrize(
    "counts", [[[0, 1, 0, 0, 0], [0, 0, 1, 4, 1]], [[2, 1, 0, 0, 0], [0, 0, 1, 6, 2]]]
)
def test_generalised_odds_of_separated_groups_are_infinite_or_zero(counts, ties):
    assert ilr.generalised_odds(counts, ties=ties).value == np.inf
    assert ilr.generalised_odds(counts[::-1], ties=ties).value == close(0)


def test_generalised_odds_of_one_side_alone_are_infinite_or_zero():
    counts = [[3, 0, 0], [4, 3, 5]]
    assert ilr.generalised_odds(counts, ties="dropped").value == np.inf
    assert ilr.generalised_odds(counts[::-1], ties="dropped").value == close(0)


@given(
    first=st.lists(st.integers(0, 20), min_size=2, max_size=2).filter(any),
    second=st.lists(st.integers(0, 20), min_size=3, max_size=3).filter(any),
)
def test_separation_is_seen_whatever_the_counts(first, second):
    counts = [[*first, 0, 0, 0], [0, 0, *second]]
    above, below = ilr.relative_effect(counts), ilr.relative_effect(counts[::-1])
    assert (above.value, below.value) == (1, 0)
    assert any("completely separated" in note for note in above.notes)


def test_generalised_odds_of_ties_alone_are_undefined():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="every rating is the same grade"):
        odds = ilr.generalised_odds([[0, 4], [0, 3]], ties="dropped")
    assert np.isnan(odds.value)


@given(two_groups(max_units=10), st.sampled_from(["group", "grade"]))
def test_somers_d_is_scipys(counts, given_side):
    assume((counts.sum(axis=0) > 0).sum() > 1)
    table = counts if given_side == "group" else counts.T
    theirs = stats.somersd(np.asarray(table)[:, np.asarray(table).sum(axis=0) > 0]).statistic
    assert_allclose(ilr.somers_d(counts, given=given_side).value, theirs, atol=1e-12)


def test_somers_d_of_three_groups_is_scipys():
    ours = ilr.somers_d(DECLINED_BY_SIZE)
    assert_allclose(ours.value, stats.somersd(DECLINED_BY_SIZE).statistic)
    assert_allclose(ours.influence @ ours.frequencies, 0, atol=1e-9)


def test_asymptotic_rank_sum_is_scipys_without_continuity():
    first, second = raw(PREVIOUSLY_GOOD)
    theirs = stats.mannwhitneyu(second, first, method="asymptotic", use_continuity=False)
    ours = ilr.mann_whitney(PREVIOUSLY_GOOD, method="asymptotic")
    assert_allclose([ours.p_value, ours.statistic], [theirs.pvalue, theirs.statistic])


def test_asymptotic_jonckheere_of_two_groups_is_the_rank_sum():
    ours = ilr.jonckheere(PREVIOUSLY_GOOD, method="asymptotic").p_value
    assert_allclose(ours, ilr.mann_whitney(PREVIOUSLY_GOOD, method="asymptotic").p_value)


@pytest.mark.parametrize("test", [ilr.mann_whitney, ilr.jonckheere])
def test_monte_carlo_comes_near_the_exact_p_value(test):
    drawn = test(
        PREVIOUSLY_GOOD, method="monte_carlo", alternative="less", n_resamples=20000, rng=1
    )
    crowd = test([[10, 20, 30], [20, 20, 20]], method="monte_carlo", n_resamples=20000, rng=1)
    exact = test([[10, 20, 30], [20, 20, 20]])
    assert drawn.p_value < 0.002
    assert "20,000 draws" in drawn.method
    # four standard errors of a share of 20,000 draws
    assert abs(crowd.p_value - exact.p_value) < 4 * np.sqrt(exact.p_value / 20000)


@pytest.mark.parametrize("method", ["fisher", "boschloo", "barnard"])
def test_exact_tests_of_shares_are_scipys(method):
    result = ilr.two_proportions([[11, 84], [10, 8]], method=method, alternative="less")
    theirs = {
        "fisher": stats.fisher_exact,
        "boschloo": stats.boschloo_exact,
        "barnard": stats.barnard_exact,
    }[method](np.array([[8, 84], [10, 11]]), alternative="less")
    assert_allclose(result.p_value, theirs.pvalue, rtol=1e-6)


def test_a_zero_cell_in_every_stratum_leaves_an_interval():
    # statsmodels 0.15 StratifiedTable: odds ratio inf, interval (nan, nan)
    odds = ilr.odds_ratio([[[7, 0], [5, 3]], [[6, 0], [4, 2]]])
    low, high = odds.confidence_interval()
    assert np.isinf([odds.value, high]).all()
    assert 0 < low < 1
    assert np.isfinite(odds.confidence_interval(method="midp").low)


def test_the_exact_odds_ratio_interval_is_scipys():
    theirs = stats.contingency.odds_ratio(np.array([[8, 10], [84, 11]])).confidence_interval()
    ours = ilr.odds_ratio([[11, 84], [10, 8]]).confidence_interval()
    assert_allclose([*ours], [theirs.low, theirs.high], rtol=1e-4)


def test_the_common_odds_ratio_of_two_equal_strata_is_that_of_one():
    table = [[11, 84], [10, 8]]
    assert_allclose(ilr.odds_ratio([table, table]).value, ilr.odds_ratio(table).value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ilr.brunner_munzel(PAIN, method="perm"), "`method` must be one of"),
        (lambda: ilr.brunner_munzel(PAIN, alternative="two"), "`alternative` must be one of"),
        (lambda: ilr.mann_whitney(PAIN, n_resamples=0), "`n_resamples` must be a positive whole"),
        (lambda: ilr.mann_whitney(PAIN, method="auto"), "`method` must be one of"),
        (lambda: ilr.jonckheere([[1, 2]]), "`grades` must have two or more groups, but got 1"),
        (lambda: ilr.generalised_odds(PAIN, ties="half"), "`ties` must be one of"),
        (lambda: ilr.somers_d(PAIN, given="both"), "`given` must be one of"),
        (lambda: ilr.two_proportions(PAIN), "got neither"),
        (lambda: ilr.two_proportions(PAIN, at_least=2, method="z"), "`method` must be one of"),
        (lambda: ilr.relative_effect([[1, 2.5], [2, 1]]), "2.5 at group 0, grade 1"),
        (lambda: ilr.relative_effect([[1, -2], [2, 1]]), "-2 at group 0, grade 1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


WRONG_KINDS = {
    "margin": (ilr.ordinal_equivalence, "a"),
    "method": (lambda g, **o: ilr.ordinal_noninferiority(g, margin=0.1, **o), 3),
    "n_resamples": (ilr.mann_whitney, 2.5),
    "rng": (ilr.brunner_munzel, "x"),
}


@pytest.mark.parametrize("argument", WRONG_KINDS)
def test_an_option_of_the_wrong_kind_is_named(argument):
    test, value = WRONG_KINDS[argument]
    with pytest.raises(TypeError, match=f"`{argument}` must be .*, but got {value!r}"):
        test(PREVIOUSLY_GOOD, **{argument: value})


@pytest.mark.parametrize(
    ("test", "options"),
    [
        (ilr.brunner_munzel, {"rng": -1}),
        (ilr.jonckheere, {"rng": -1}),
        (ilr.ordinal_equivalence, {"margin": 0.1, "rng": -1}),
        (ilr.ordinal_equivalence, {"margin": float("nan")}),
        (ilr.mann_whitney, {"method": np.array(["exact", "t"])}),
    ],
)
def test_an_option_of_a_wrong_value_is_named(test, options):
    with pytest.raises(ValueError, match=f"`{[*options][-1]}` must be .*, but got"):
        test(PREVIOUSLY_GOOD, **options)


def test_a_table_that_is_none_names_the_argument():
    with pytest.raises(TypeError, match="`grades` must hold counts"):
        ilr.relative_effect("good")
    with pytest.raises(ValueError, match=r"`grades` must be groups by grades .* shape \(3,\)"):
        ilr.mann_whitney([1, 2, 3])


@given(two_groups(max_units=9), st.sampled_from(["two-sided", "less", "greater"]))
def test_jonckheere_of_two_groups_is_mann_whitney(counts, alternative):
    trend = ilr.jonckheere(counts, alternative=alternative)
    ranks = ilr.mann_whitney(counts, alternative=alternative)
    assert (trend.p_value, trend.method) == (ranks.p_value, "exact")
    assert_allclose(trend.statistic, ranks.statistic)


def test_jonckheere_of_two_groups_is_exact_where_mann_whitney_is():
    few, many = [[13, 38, 45, 39, 30, 20], [24, 36, 25, 33, 28, 18]], PREVIOUSLY_GOOD
    for counts in (few, many):
        trend, ranks = ilr.jonckheere(counts), ilr.mann_whitney(counts)
        assert trend.method == ranks.method == "exact"
        assert trend.p_value == close(ranks.p_value)


def test_jonckheere_of_three_groups_of_forty_is_exact():
    counts = np.array([[1, 6, 25, 15], [2, 8, 20, 8], [5, 9, 15, 8]])
    result = ilr.jonckheere(counts)
    assert result.method == "exact"
    # whichever end is the larger, and counted from either end
    fewer = counts // 3
    turned = ilr.jonckheere(fewer[::-1, ::-1])
    assert_allclose(turned.p_value, ilr.jonckheere(fewer).p_value, rtol=1e-9)
    drawn = ilr.jonckheere(counts, method="monte_carlo", n_resamples=20_000, rng=2)
    assert abs(drawn.p_value - result.p_value) < 5 * np.sqrt(result.p_value / 20_000)


def test_jonckheere_of_four_groups_is_brute_force():
    counts = np.array([[2, 0, 1], [0, 1, 1], [1, 0, 1], [0, 1, 0]])
    units = np.concatenate(raw(counts))
    sizes = counts.sum(axis=1)

    def later_wins(dealt):
        groups = np.split(np.array(dealt), np.cumsum(sizes)[:-1])
        return sum(wins(a, b) for a, b in combinations(groups, 2))

    every = np.array([later_wins(dealt) for dealt in permutations(units.tolist())])
    seen, middle = later_wins(units), every.mean()
    expected = np.mean(np.abs(every - middle) >= abs(seen - middle) - 1e-9)
    assert_allclose(ilr.jonckheere(counts).p_value, expected)


@pytest.mark.parametrize("n", [10**7, 10**10, 10**12])
def test_the_score_sees_rare_grades_of_huge_groups(n):
    found = {}
    for name, at_least in (("few", [5, 25]), ("most", [n - 5, n - 25])):
        table = [[n - count, count] for count in at_least]
        found[name] = ilr.two_proportions(table, method="score")
    # sqrt(20**2 / 30), the difference over its error where shares are next to nothing
    assert_allclose(found["few"].statistic, 20 / 30**0.5, rtol=2e-6)
    assert_allclose(found["most"].statistic, -20 / 30**0.5, rtol=2e-6)
    low, high = found["few"].effect.confidence_interval()
    assert_allclose([low * n, high * n], [9.9715, 32.4016], rtol=1e-3)
    assert_allclose([*found["most"].effect.confidence_interval()], [-high, -low], rtol=1e-3)


def test_equal_sums_are_joined_however_large():
    values, weights = merged((np.array([[1e10], [1e10], [2e10]]), np.array([0.5, 0.25, 0.25])))
    assert values.tolist() == [[1e10], [2e10]]
    assert_allclose(weights, [0.75, 0.25])


@pytest.mark.parametrize("table", [[[1, 0, 1], [3, 4, 5]], [[1, 0, 1], [9, 1, 9]]])
def test_two_units_that_differ_have_the_permutations_interval(table):
    effect = ilr.brunner_munzel(table, method="permutation").effect
    assert effect.interval_methods[0] == "permutation"
    alike = ilr.brunner_munzel([[0, 2, 0], [9, 4, 5]], method="permutation").effect
    assert any("exact for identical distributions" in note for note in alike.notes)


def test_sums_of_many_parts_are_joined_only_where_memory_is_for_them():
    """Two million rows of sixteen numbers each would take some 1.5 GB."""
    many = (np.arange(1400.0 * 16).reshape(1400, 16), np.full(1400, 1 / 1400))
    assert convolved(many, many) is None
    few = (many[0][:, :1], many[1])
    values, weights = convolved(few, few)
    assert len(values) == 2 * 1400 - 1
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("method", ["fisher", "boschloo", "score"])
def test_one_unit_above_the_cut_is_as_likely_in_either_group_as_they_are_large(method):
    found = ilr.two_proportions([[9, 1], [20, 0]], at_least=2, method=method).p_value
    expected = {
        "fisher": 1 / 3,
        "boschloo": stats.boschloo_exact([[9, 20], [1, 0]], n=256).pvalue,
        "score": 2 * stats.norm.sf(np.sqrt(29) * 20 / np.sqrt(29 * 10 * 20)),
    }
    assert found == pytest.approx(expected[method], rel=1e-6)


@pytest.mark.parametrize("method", ["t", "logit"])
@pytest.mark.parametrize("turned", [False, True])
def test_one_unit_a_group_is_a_toss(method, turned):
    """The better of two units is in either group with a chance of one half."""
    table = [[1, 0], [0, 1]] if turned else [[0, 1], [1, 0]]
    found = {
        alternative: ilr.brunner_munzel(table, method=method, alternative=alternative).p_value
        for alternative in ("greater", "less", "two-sided")
    }
    lower, higher = ("greater", "less") if turned else ("less", "greater")
    assert found == pytest.approx({lower: 0.5, higher: 1.0, "two-sided": 1.0})


def test_permutation_gives_way_in_an_equivalence_test_where_a_group_is_one_unit():
    table = [[1, 0, 0], [2, 3, 4]]
    assert ilr.relative_effect(table).interval_methods[0] == "disjoint_pairs"
    for ask in (ilr.ordinal_noninferiority, ilr.ordinal_equivalence):
        found = ask(table, margin=0.2, method="permutation", rng=1)
        assert found.method.endswith("inverted disjoint_pairs interval")
        assert found.p_value == close(ask(table, margin=0.2).p_value)
