"""Strata, equivalence, models and hidden selection: laws, brute force, edges, bad input."""

from ast import literal_eval
from collections import Counter
from fractions import Fraction
from functools import reduce
from itertools import combinations, permutations, product
from math import prod

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability.comparison import strata as in_strata
from ilacs_reliability.comparison.effects import placements
from maxima import cumulative_logit

GOOD = [[3, 8, 45, 39], [4, 6, 5, 3]]
OUTSTANDING = [[0, 1, 3, 23], [0, 0, 0, 1]]
BY_SIZE = [[[45, 2], [0, 4]], [[34, 4], [1, 6]], [[28, 9], [8, 0]]]


def strata(*, n_groups=2, most=4, max_strata=2, max_grades=3):
    """Small strata, each with a unit of every group."""
    shapes = st.tuples(st.integers(1, max_strata), st.just(n_groups), st.integers(2, max_grades))
    tables = shapes.flatmap(lambda s: hnp.arrays(np.int64, s, elements=st.integers(0, most)))
    return tables.filter(lambda t: (t.sum(axis=2) > 0).all())


def dealt(table):
    """Return every table that dealing out a stratum's units gives, as often as it occurs."""
    grades = np.repeat(np.tile(np.arange(table.shape[1]), len(table)), table.ravel())
    n_first = int(table[0].sum())
    for chosen in combinations(range(len(grades)), n_first):
        inside = np.isin(np.arange(len(grades)), chosen)
        rows = [np.bincount(grades[part], minlength=table.shape[1]) for part in (inside, ~inside)]
        yield np.array(rows)


def rank_surplus(table):
    totals = table.sum(axis=0)
    n = totals.sum()
    ranks = np.cumsum(totals) - totals / 2 + 0.5
    return (table[1] @ ranks - table[1].sum() * (n + 1) / 2) / (n + 1)


@our.examples(30)
@given(strata(most=2))
def test_exact_van_elteren_is_brute_force(tables):
    each = [np.array([rank_surplus(one) for one in dealt(table)]) for table in tables]
    every = reduce(np.add.outer, each).ravel()
    seen = sum(map(rank_surplus, tables))
    for alternative, hits in {
        "two-sided": abs(every) >= abs(seen) - 1e-9,
        "greater": every >= seen - 1e-9,
        "less": every <= seen + 1e-9,
    }.items():
        ours = ilr.van_elteren(tables, alternative=alternative)
        assert_allclose(ours.p_value, hits.mean(), rtol=1e-9)
        assert ours.method == "exact"
        assert_allclose(ours.statistic, seen, atol=1e-12)


@our.examples(30)
@given(strata(most=2), st.sampled_from(["general", "row_means", "correlation"]))
def test_exact_association_is_brute_force(tables, kind):
    result = ilr.cochran_mantel_haenszel(tables, kind=kind)
    each = [Counter(str(one.tolist()) for one in dealt(table)).items() for table in tables]
    ways, every = [], []
    # the covariance is fixed by the margins, so the asymptotic statistic orders the tables
    for combination in product(*each):
        deal = [literal_eval(table) for table, _ in combination]
        one = ilr.cochran_mantel_haenszel(deal, kind=kind, method="asymptotic")
        every.append(one.statistic)
        ways.append(prod(times for _, times in combination))
    hits = np.array(every) >= result.statistic - 1e-9
    assert_allclose(result.p_value, hits @ ways / sum(ways), rtol=1e-9)
    assert result.method.startswith("exact")


@given(strata(max_strata=1, most=6))
def test_one_stratum_gives_the_unstratified_answer(tables):
    one, pooled = ilr.stratified_relative_effect(tables), ilr.relative_effect(tables)
    assert_allclose(one.value, pooled.value)
    assert_allclose(one.standard_error, pooled.standard_error)
    assert_allclose([*one.confidence_interval()], [*pooled.confidence_interval()])
    for method in ("exact", "asymptotic"):
        ours = ilr.van_elteren(tables, method=method).p_value
        assert_allclose(ours, ilr.mann_whitney(tables, method=method).p_value)
    ranks = {"kind": "row_means", "scores": "ranks", "method": "asymptotic"}
    by_ranks = ilr.cochran_mantel_haenszel(tables, **ranks).p_value
    assert_allclose(by_ranks, ilr.mann_whitney(tables, method="asymptotic").p_value, atol=1e-12)


@given(strata(max_strata=3, most=6))
def test_rank_scores_give_van_elteren(tables):
    ranks = {"kind": "row_means", "scores": "ranks"}
    for method in ("asymptotic", "exact"):
        ours = ilr.cochran_mantel_haenszel(tables, method=method, **ranks)
        theirs = ilr.van_elteren(tables, method=method)
        if ours.method == theirs.method:
            assert_allclose(ours.p_value, theirs.p_value, rtol=1e-7)


STRATIFIED_TESTS = {
    "van_elteren": (ilr.van_elteren, {}),
    "van_elteren asymptotic": (ilr.van_elteren, {"method": "asymptotic"}),
    "general": (ilr.cochran_mantel_haenszel, {"kind": "general", "method": "asymptotic"}),
    "row_means": (ilr.cochran_mantel_haenszel, {"kind": "row_means", "method": "asymptotic"}),
    "correlation": (ilr.cochran_mantel_haenszel, {"kind": "correlation", "method": "asymptotic"}),
    "parallel lines": (ilr.parallel_lines_test, {"method": "score"}),
}
every_test = pytest.mark.parametrize(
    ("test", "options"), STRATIFIED_TESTS.values(), ids=STRATIFIED_TESTS
)


@pytest.mark.filterwarnings("ignore:the parallel lines test is undefined")
@every_test
@our.examples(20)
@given(tables=strata(max_strata=3, most=6))
def test_swapping_the_groups_keeps_p(test, options, tables):
    assume((tables.sum(axis=(0, 1)) > 0).sum() > 1)
    ours, swapped = test(tables, **options), test(tables[:, ::-1], **options)
    assert_allclose(swapped.p_value, ours.p_value, rtol=1e-5, atol=1e-9)
    assert ours.status == "undefined" or 0 <= ours.p_value <= 1


@pytest.mark.filterwarnings("ignore:the parallel lines test is undefined")
@every_test
@our.examples(20)
@given(tables=strata(max_strata=3, most=6))
def test_a_stratum_with_one_group_changes_nothing_but_a_note(test, options, tables):
    assume((tables.sum(axis=(0, 1)) > 0).sum() > 1)
    lone = np.zeros_like(tables[:1])
    lone[0, 1] = 3
    ours, more = test(tables, **options), test(np.concatenate([tables, lone]), **options)
    assert_allclose(more.p_value, ours.p_value)
    assert any("one group only and do not enter: stratum" in note for note in more.notes)


def test_the_share_outside_is_said():
    effect = ilr.stratified_relative_effect([GOOD, [[0, 0, 0, 0], [21, 37, 55, 4]]])
    assert effect.notes[0].startswith("117 of 230 units (50.9%)")
    assert effect.n_units == 113


@pytest.mark.parametrize(
    "effect",
    [ilr.stratified_relative_effect, ilr.odds_ratio, ilr.proportional_odds, ilr.risk_difference],
)
def test_no_overlap_gives_no_number(effect):
    with pytest.warns(ilr.UndefinedEstimateWarning, match="share no stratum"):
        estimate = effect([[[3, 4], [0, 0]], [[0, 0], [2, 5]]])
    assert np.isnan(estimate.value)
    assert estimate.reason == "no_overlap"


@our.examples(60)
@given(strata(max_strata=3, most=6))
def test_effects_within_strata_turn_with_the_groups(tables):
    ours = ilr.stratified_relative_effect(tables)
    swapped = ilr.stratified_relative_effect(tables[:, ::-1])
    assert_allclose(swapped.value, 1 - ours.value)
    for method in ours.interval_methods:
        low, high = ours.confidence_interval(method=method)
        assert 0 <= low <= ours.value + 1e-12
        assert ours.value - 1e-12 <= high <= 1
        assert low < high
        found = [*swapped.confidence_interval(method=method)]
        assert_allclose(found, [1 - high, 1 - low], atol=1e-7)


def test_a_borrowed_spread_is_said_and_enters_the_standard_error():
    effect = ilr.stratified_relative_effect([GOOD, OUTSTANDING])
    assert any("1 group has one unit in a stratum" in note for note in effect.notes)
    low, high = effect.confidence_interval(method="normal")
    assert_allclose((high - low) / 2 / 1.959963984540054, effect.standard_error)


def test_separated_strata_have_an_interval():
    effect = ilr.stratified_relative_effect([[[5, 0], [0, 4]], [[6, 0], [0, 1]]])
    low, high = effect.confidence_interval()
    # the stratum with one pair and a weight of 6/7 / (20/9 + 6/7) covers least
    share = 6 / 7 / (20 / 9 + 6 / 7)
    assert_allclose([low, high], [0.025 ** (share / 1), 1])


@given(strata(max_strata=2, most=8), st.sampled_from([0.05, 0.1, 0.2, 0.4]))
def test_equivalence_agrees_with_its_90_percent_interval(tables, margin):
    result = ilr.ordinal_equivalence(tables, margin=margin)
    low, high = result.effect.confidence_interval(0.9)
    inside = 0.5 - margin < low and high < 0.5 + margin
    assert inside == (result.p_value < 0.05) or abs(result.p_value - 0.05) < 1e-6
    worse = ilr.ordinal_noninferiority(tables, margin=margin)
    assert (low > 0.5 - margin) == (worse.p_value < 0.05) or abs(worse.p_value - 0.05) < 1e-6
    assert worse.p_value <= result.p_value + 1e-9


def test_a_large_p_value_never_reads_as_sameness():
    result = ilr.ordinal_equivalence(GOOD, margin=0.1)
    assert result.p_value > 0.5
    assert "neither a difference nor that the groups are alike" in result.notes[-1]
    assert "alike where p is large" in ilr.brunner_munzel(GOOD).describe()


def test_declines_are_counted_from_the_strata():
    grouped = ilr.grades_from_table(
        [[[3, 8, 45, 39], [4, 6, 5, 3]], [[0, 1, 3, 23], [0, 0, 0, 1]]],
        scale=ilr.OFSTED_SCALE,
        groups=("short", "standard"),
        strata=("good", "outstanding"),
    )
    effect = ilr.ordinal_equivalence(grouped, margin=0.2, on="decline").effect
    weights = np.array([95 * 18 / 113, 27 * 1 / 28])
    gaps = np.array([10 / 18 - 11 / 95, 0 / 1 - 4 / 27])
    assert_allclose(effect.value, weights @ gaps / weights.sum())
    one = ilr.grades_from_table(GOOD, scale=ilr.OFSTED_SCALE, strata=("good",))
    alone = ilr.ordinal_noninferiority(one, margin=0.1, on="decline").effect
    at_cut = ilr.risk_difference(one, at_most="requires improvement")
    assert_allclose(alone.value, at_cut.value)
    assert_allclose([*alone.confidence_interval()], [*at_cut.confidence_interval()])


def test_equivalence_by_permutation_inverts_its_interval():
    result = ilr.ordinal_equivalence([[1, 3, 5, 2], [1, 2, 6, 1]], margin=0.3, method="permutation")
    low, high = result.effect.confidence_interval(1 - 2 * result.p_value, "permutation")
    assert min(abs(low - 0.2), abs(high - 0.8)) < 0.02


def test_zelen_is_brute_force():
    tables = np.array([[[3, 2], [1, 4]], [[2, 3], [3, 1]]])
    chances = {}
    for combo in product(*[list(dealt(table)) for table in tables]):
        key = tuple(int(t[1, 1]) for t in combo)
        if sum(key) == 5:
            chances[key] = chances.get(key, 0) + 1
    total = sum(chances.values())
    expected = sum(c for c in chances.values() if c <= chances[(4, 1)]) / total
    assert_allclose(ilr.heterogeneity(tables).p_value, expected)


def test_size_changes_the_difference_but_few_units_say_so():
    result = ilr.heterogeneity(BY_SIZE)
    assert result.method == "exact"
    assert result.p_value < 1e-3
    low, high = result.effect.confidence_interval()
    assert low < result.effect.value < high


def test_equal_strata_are_not_heterogeneous():
    assert ilr.heterogeneity([GOOD, GOOD]).p_value == pytest.approx(1)
    assert ilr.heterogeneity([GOOD, GOOD], at_least=3).p_value == pytest.approx(1)


SEPARATED = {
    "complete": [[6, 0, 0], [0, 4, 2]],
    "quasi": [[6, 1, 0], [0, 5, 1]],
    "two grades": [[6, 0], [0, 5]],
    "peers' twelve rows": [[3, 3, 0, 0], [0, 0, 3, 3]],
    "strata": [[[7, 0], [5, 3]], [[6, 0], [4, 2]]],
}


@pytest.mark.parametrize("table", SEPARATED.values(), ids=SEPARATED)
def test_separated_groups_have_penalised_odds_and_say_so(table):
    # statsmodels 0.15 OrderedModel: coefficient 45 with a standard error of 46107
    odds = ilr.proportional_odds(table)
    low, high = odds.confidence_interval()
    assert 1 < low < odds.value < high < 1e6
    assert "log-F(1, 1) prior" in odds.notes[-1]
    with pytest.warns(ilr.UndefinedEstimateWarning, match="groups are separated"):
        without = ilr.proportional_odds(table, penalty="none")
    assert without.reason == "separation"
    if (np.sum(table, axis=tuple(range(np.ndim(table) - 1))) > 0).sum() > 2:
        assert 0 <= ilr.parallel_lines_test(table).p_value <= 1


def test_frequencies_count():
    once, ten = ilr.proportional_odds(GOOD), ilr.proportional_odds(np.array(GOOD) * 10)
    assert_allclose(ten.value, once.value, rtol=1e-8)
    assert_allclose(ten.standard_error * np.sqrt(10), once.standard_error, rtol=0.01)


def test_an_unused_grade_changes_no_odds():
    wide = np.insert(np.array(GOOD), 2, 0, axis=1)
    assert_allclose(ilr.proportional_odds(wide).value, ilr.proportional_odds(GOOD).value)
    ours, more = ilr.parallel_lines_test(GOOD), ilr.parallel_lines_test(wide)
    assert_allclose([more.statistic, more.df], [ours.statistic, ours.df])


def test_proportional_odds_of_two_grades_are_the_odds_ratio():
    table = [[11, 84], [10, 8]]
    assert_allclose(ilr.proportional_odds(table).value, ilr.odds_ratio(table).value)
    with pytest.warns(ilr.UndefinedEstimateWarning, match="only two grades are used"):
        assert ilr.parallel_lines_test(table).reason == "single_cut"


def test_proportional_odds_are_statsmodels():
    counts = np.array([GOOD, [[5, 9, 20, 10], [3, 6, 7, 2]]])
    cells = np.argwhere(counts >= 0).repeat(counts.ravel(), axis=0)
    fitted = cumulative_logit(cells[:, 2], cells[:, :2].astype(float))
    assert_allclose(np.log(ilr.proportional_odds(counts).value), fitted.params[1], atol=1e-5)


def test_influence_on_the_odds_follows_the_jackknife():
    counts = np.array([[30, 80, 450, 390], [40, 60, 50, 30]])
    odds = ilr.proportional_odds(counts)
    assert_allclose(odds.influence @ odds.frequencies, 0, atol=1e-8)
    for cell in np.ndindex(counts.shape):
        less = counts.copy()
        less[cell] -= 1
        moved = (counts.sum() - 1) * (odds.value - ilr.proportional_odds(less).value)
        assert_allclose(odds.influence.reshape(2, 4)[cell], moved, rtol=0.1, atol=0.01)


WITH_OUTSIDE = np.array(
    [
        [[0, 0, 0, 0], [2, 22, 15, 1]],
        [[0, 0, 0, 0], [21, 37, 55, 4]],
        [[3, 8, 45, 39], [4, 6, 5, 3]],
    ]
)


@pytest.mark.parametrize("cut", [{}, {"at_least": 3}, {"at_most": 2}])
def test_assumptions_narrow_the_bounds(cut):
    none, comparable, monotone = (
        ilr.selection_bounds(WITH_OUTSIDE, assume=assume, **cut)
        for assume in ("none", "comparable", "monotone")
    )
    assert none.low <= comparable.low <= monotone.low <= monotone.high
    assert monotone.high <= comparable.high <= none.high
    low, high = comparable.confidence_interval()
    assert low <= comparable.low <= comparable.high <= high
    assert not comparable.tells_direction


def test_worst_case_bounds_are_the_extreme_completions():
    # one stratum without the first kind: its unseen grades all worst, or all best
    table = np.array([[[0, 0, 0], [2, 3, 1]]])
    bounds = ilr.selection_bounds(table)
    best, worst = ([[0, 0, 6], [2, 3, 1]], [[6, 0, 0], [2, 3, 1]])
    expected = [ilr.relative_effect(best).value, ilr.relative_effect(worst).value]
    assert_allclose([bounds.low, bounds.high], expected)
    cut = ilr.selection_bounds(table, at_least=2)
    assert_allclose([cut.low, cut.high], [4 / 6 - 1, 4 / 6])


def test_bounds_inside_full_overlap_are_a_point():
    bounds = ilr.selection_bounds(GOOD)
    assert_allclose([bounds.low, bounds.high], ilr.relative_effect(GOOD).value)
    assert_allclose(bounds.standard_errors[0], ilr.relative_effect(GOOD).standard_error, rtol=1e-4)
    assert bounds.tells_direction


@pytest.mark.parametrize("n", [1, 2, 3])
def test_bounds_of_few_units_do_not_tell_a_direction(n):
    bounds = ilr.selection_bounds([[[0, n], [n, 0]]])
    assert bounds.high < bounds.null
    assert not bounds.tells_direction
    assert "does not tell" in bounds.describe()
    assert f"{bounds.confidence_interval().high:.3f}" in bounds.describe()
    assert ilr.selection_bounds([[[0, 20], [20, 0]]]).tells_direction


def test_a_monotone_response_cuts_the_bounds_at_no_difference():
    bounds = ilr.selection_bounds(WITH_OUTSIDE, response="second_lower")
    assert bounds.by_stratum.max() == 0.5
    assert bounds.high <= 0.5
    assert "never grades higher" in bounds.describe()
    upper = ilr.selection_bounds(WITH_OUTSIDE, at_most=2, response="second_higher")
    assert upper.by_stratum[:2].max() <= 0


def test_bounds_that_the_grades_contradict_are_left_and_noted():
    bounds = ilr.selection_bounds(GOOD, response="second_higher")
    assert_allclose([bounds.low, bounds.high], ilr.relative_effect(GOOD).value)
    assert "contradict the assumed response" in bounds.notes[-1]
    down = ilr.selection_bounds(GOOD, response="second_higher", at_most=2)
    assert down.low > 0
    assert "contradict the assumed response" in down.notes[-1]
    agreed = ilr.selection_bounds(GOOD, response="second_lower")
    assert agreed.low == close(bounds.low)
    assert not any("contradict" in note for note in agreed.notes)


def test_crossing_strata_are_noted():
    falling = [[[0, 0], [1, 9]], [[5, 5], [9, 1]]]
    assert "against the monotone" in ilr.selection_bounds(falling, assume="monotone").notes[-1]
    rising = [[[0, 0], [9, 1]], [[5, 5], [1, 9]]]
    notes = ilr.selection_bounds(rising, assume="monotone").notes
    assert not any("monotone" in note for note in notes)


def test_monotone_limits_that_cross_give_way():
    # the first kind: nearly all good in the worst stratum, none in the best, unseen between
    table = [[[1, 9], [5, 5]], [[0, 0], [5, 5]], [[9, 1], [5, 5]]]
    plain, monotone = (ilr.selection_bounds(table, assume=a) for a in ("comparable", "monotone"))
    assert_allclose(monotone.by_stratum, plain.by_stratum)
    assert_allclose(monotone.by_stratum[1], [0.25, 0.75])
    assert "against the monotone assumption" in monotone.notes[-2]
    assert "not seen in stratum stratum 2 are in keeping" in monotone.notes[-1]
    # the other way round nothing crosses, and the bounds are narrower
    rising = ilr.selection_bounds([table[2], table[1], table[0]], assume="monotone")
    assert not any("monotone" in note for note in rising.notes)
    assert_allclose(rising.by_stratum[1], [0.3, 0.7])


def test_monotone_strata_bound_the_unseen_kind():
    bounds = ilr.selection_bounds(WITH_OUTSIDE, assume="monotone")
    # short inspections of worse strata grade no higher than those of good ones
    seen = ilr.relative_effect([WITH_OUTSIDE[2][0], WITH_OUTSIDE[0][1]]).value
    assert_allclose(bounds.by_stratum[0, 0], seen)


def test_e_value_of_its_authors():
    # VanderWeele and Ding (2017), p. 270: a risk ratio of 3.9 has an E-value of 7.26
    from ilacs_reliability.comparison.sensitivity import e_value_of_ratio

    assert_allclose(e_value_of_ratio(3.9), 7.26, atol=0.005)
    value = ilr.e_value([[61, 39], [90, 10]])
    assert_allclose(value.value, 7.26, atol=0.005)
    assert value.confidence_interval().low > 1
    assert ilr.e_value([[6, 5], [6, 5]]).confidence_interval().low == close(1)
    assert ilr.e_value([[5, 0], [3, 2]]).value == np.inf


RECORDS = {
    "OverlapReport": lambda: ilr.overlap_report(WITH_OUTSIDE),
    "SelectionBounds": lambda: ilr.selection_bounds(WITH_OUTSIDE),
    "RosenbaumBounds": lambda: ilr.rosenbaum_bounds(GOOD),
}


@pytest.mark.parametrize("make", RECORDS.values(), ids=RECORDS)
def test_records_are_frozen_and_show_themselves(make):
    record = make()
    with pytest.raises((AttributeError, TypeError)):
        record.n_units = 3
    assert record.describe().endswith(".")
    assert record._repr_html_().startswith("<table>")
    assert record.to_dict()["n_units"] == record.n_units


TESTS_WITH_EFFECTS = {
    "brunner_munzel": lambda: ilr.brunner_munzel(GOOD),
    "mann_whitney": lambda: ilr.mann_whitney(GOOD),
    "jonckheere": lambda: ilr.jonckheere([[2, 45], [4, 34], [9, 28]]),
    "two_proportions": lambda: ilr.two_proportions(GOOD, at_least=3),
    "van_elteren": lambda: ilr.van_elteren([GOOD, OUTSTANDING]),
    "cochran_mantel_haenszel": lambda: ilr.cochran_mantel_haenszel([GOOD, OUTSTANDING]),
    "heterogeneity": lambda: ilr.heterogeneity(BY_SIZE),
    "ordinal_equivalence": lambda: ilr.ordinal_equivalence(GOOD, margin=0.1),
    "ordinal_noninferiority": lambda: ilr.ordinal_noninferiority(GOOD, margin=0.1),
    "parallel_lines_test": lambda: ilr.parallel_lines_test(GOOD),
}


@pytest.mark.parametrize("make", TESTS_WITH_EFFECTS.values(), ids=TESTS_WITH_EFFECTS)
def test_every_test_gives_its_effect_with_an_interval(make):
    result = make()
    low, high = result.effect.confidence_interval()
    assert low < high
    assert "95% interval" in result.describe()
    assert result.describe().endswith(".")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ilr.stratified_relative_effect(GOOD, weights="equal"), "`weights` must be one of"),
        (lambda: ilr.van_elteren(GOOD, method="normal"), "`method` must be one of"),
        (lambda: ilr.cochran_mantel_haenszel(GOOD, kind="linear"), "`kind` must be one of"),
        (lambda: ilr.cochran_mantel_haenszel(GOOD, scores="grade"), "`scores` must be one of"),
        (lambda: ilr.heterogeneity(GOOD), "only stratum 1 does"),
        (lambda: ilr.heterogeneity([GOOD, GOOD], method="q"), "`method` must be one of"),
        (lambda: ilr.ordinal_equivalence(GOOD, margin=0.5), "`margin` must be between 0 and 0.5"),
        (lambda: ilr.ordinal_equivalence(GOOD, margin=10, on="decline"), "between 0 and 1"),
        (lambda: ilr.ordinal_equivalence(GOOD, margin=0.1, on="grades"), "`on` must be one of"),
        (lambda: ilr.ordinal_equivalence(GOOD, margin=0.1, on="decline"), "strata that are grades"),
        (lambda: ilr.ordinal_noninferiority(GOOD, margin=0.1, side="up"), "`side` must be one of"),
        (lambda: ilr.proportional_odds(GOOD, penalty="firth"), "`penalty` must be one of"),
        (lambda: ilr.parallel_lines_test(GOOD, method="brant"), "`method` must be one of"),
        (lambda: ilr.selection_bounds(GOOD, assume="all"), "`assume` must be one of"),
        (lambda: ilr.selection_bounds(GOOD, response="up"), "`response` must be one of"),
        (lambda: ilr.selection_bounds([[1, 2]]), "`grades` must have two groups, but got 1"),
        (lambda: ilr.e_value(GOOD), "got neither"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@st.composite
def strata_of_two(draw):
    shape = (draw(st.integers(2, 4)), 2, 2)
    counts = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 6)))
    assume(counts[..., 1].sum() > 0)
    assume((counts.sum(axis=2) > 0).all())
    return counts


@given(strata_of_two())
@our.examples(30)
def test_a_common_ratio_is_that_of_mantel_and_haenszel(counts):
    sums = [Fraction(0), Fraction(0)]
    for (no1, yes1), (no2, yes2) in counts.tolist():
        n = no1 + yes1 + no2 + yes2
        sums[0] += Fraction(yes1 * (no2 + yes2), n)
        sums[1] += Fraction(yes2 * (no1 + yes1), n)
    found = ilr.risk_ratio(counts)
    assert found.value == (close(float(sums[1] / sums[0])) if sums[0] else np.inf)
    for method in found.interval_methods:
        low, high = found.confidence_interval(method=method)
        wider = found.confidence_interval(0.99, method)
        assert wider.low <= low <= found.value <= high <= wider.high
        assert low < high


@given(strata_of_two(), st.integers(2, 3))
@our.examples(15)
def test_a_ratio_of_equal_strata_is_that_of_one(counts, times):
    table = counts.sum(axis=0)
    repeated = ilr.risk_ratio([table] * times)
    assert repeated.value == close(ilr.risk_ratio(table).value)
    # Greenland and Robins' variance of one stratum is Katz's
    limits = repeated.confidence_interval(method="greenland_robins")
    assert [*limits] == [
        *map(close, ilr.risk_ratio(table * times).confidence_interval(method="katz"))
    ]


def test_a_ratio_within_strata_is_none_of_how_they_are_mixed():
    # in each stratum both groups have the same share, overall the second is the better
    counts = [[[90, 10], [9, 1]], [[1, 9], [10, 90]]]
    found = ilr.risk_ratio(counts)
    assert found.value == close(1.0)
    assert ilr.risk_ratio(np.sum(counts, axis=0)).value > 4
    assert 1 in found.confidence_interval()


def test_of_very_many_strata_the_ratio_keeps_the_limits_in_closed_form():
    counts = np.random.default_rng(1).integers(1, 90, (30_000, 2, 2))
    assert ilr.risk_ratio(counts).interval_methods == ("greenland_robins",)


@given(strata(n_groups=3, max_strata=2), st.floats(0.1, 50), st.floats(-9, 9))
@our.examples(15)
def test_scores_of_groups_are_told_apart_by_their_ratios_only(counts, scale, shift):
    for method in ("exact", "asymptotic"):
        even, plain = (
            ilr.cochran_mantel_haenszel(
                counts, kind="correlation", group_scores=scores, method=method
            )
            for scores in ([shift, shift + scale, shift + 2 * scale], None)
        )
        assert_allclose(even.statistic, plain.statistic, rtol=1e-7, atol=1e-9)
        assert_allclose(even.p_value, plain.p_value, rtol=1e-7)


@given(
    strata(n_groups=3, max_strata=1),
    st.lists(st.integers(0, 20), min_size=3, max_size=3, unique=True),
)
@our.examples(15)
def test_a_trend_over_scores_is_the_correlation_of_both(counts, scores):
    scores = sorted(scores)
    units = [(scores[i], j) for (i, j), n in np.ndenumerate(counts[0]) for _ in range(int(n))]
    x, y = np.array(units, dtype=np.float64).T
    assume(np.ptp(x) > 0 and np.ptp(y) > 0)
    found = ilr.cochran_mantel_haenszel(
        counts[0], kind="correlation", group_scores=scores, method="asymptotic"
    )
    assert_allclose(found.statistic, (len(x) - 1) * np.corrcoef(x, y)[0, 1] ** 2, atol=1e-9)


@pytest.mark.parametrize(
    ("scores", "kind", "message"),
    [
        ([0, 1], ValueError, "one number for each of 3 groups, but got 2"),
        (
            [0, 2, 1],
            ValueError,
            "must rise from the first group to the last, but got 1 after 2 at 2",
        ),
        ([0, 1, np.nan], ValueError, "finite"),
        (["a", "b", "c"], TypeError, "must be a number"),
        ({"group 1": 0, "group 2": 1}, ValueError, "the groups are"),
        (3, TypeError, "must be a sequence of numbers"),
    ],
)
def test_scores_of_groups_that_are_none_are_refused(scores, kind, message):
    counts = [[3, 4], [2, 5], [1, 6]]
    with pytest.raises(kind, match=message):
        ilr.cochran_mantel_haenszel(counts, kind="correlation", group_scores=scores)


def test_scores_of_groups_are_for_a_trend_and_go_by_name():
    counts = [[3, 4], [2, 5], [1, 6]]
    with pytest.raises(ValueError, match="for kind='correlation'"):
        ilr.cochran_mantel_haenszel(counts, group_scores=[0, 1, 2])
    named = ilr.grades_from_table(counts, scale=ilr.Scale(["no", "yes"]), groups=("a", "b", "c"))
    by_name = {"c": 9, "a": 0, "b": 1}
    one, other = (
        ilr.cochran_mantel_haenszel(named, kind="correlation", group_scores=scores).statistic
        for scores in (by_name, [0, 1, 9])
    )
    assert one == close(other)


@pytest.mark.parametrize("test", [ilr.van_elteren, ilr.cochran_mantel_haenszel])
@pytest.mark.parametrize("method", ["exact", "monte_carlo"])
def test_the_order_of_strata_makes_no_difference(test, method):
    # in one order of these the sums were too many to list, in another not
    strata = np.array(
        [
            [[9, 3, 0, 9], [4, 7, 7, 8]],
            [[4, 1, 6, 9], [5, 3, 0, 6]],
            [[2, 8, 0, 0], [1, 7, 1, 4]],
        ]
    )
    found = [
        test(strata[list(order)], method=method, n_resamples=500, rng=7)
        for order in permutations(range(3))
    ]
    assert len({one.method for one in found}) == 1
    for one in found:
        assert one.p_value == close(found[0].p_value)


@pytest.mark.parametrize("table", [[[9, 11], [4, 16]], [[4, 16], [9, 11]]])
def test_the_error_of_an_e_value_follows_that_of_the_ratio(table):
    """By the slope between two ratios nearby, above 1 and below."""
    ratio, found = ilr.risk_ratio(table, at_least=2), ilr.e_value(table, at_least=2)

    def of_ratio(ratio):
        above = max(ratio, 1 / ratio)
        return above + np.sqrt(above * (above - 1))

    slope = (of_ratio(ratio.value + 1e-6) - of_ratio(ratio.value - 1e-6)) / 2e-6
    assert found.value == pytest.approx(of_ratio(ratio.value))
    assert found.standard_error == pytest.approx(abs(slope) * ratio.standard_error, rel=1e-5)


def test_a_group_without_spread_has_jeffreys_variance_of_its_share():
    parts = placements(np.array([[[3, 0, 0], [2, 1, 1]], [[2, 2, 1], [1, 2, 3]]]))
    spread = parts.variances * parts.sizes
    spread[0, 0] = 0.0
    found = in_strata._steadied(spread, parts)
    share = parts.value[0]
    shapes = [parts.sizes[0, 0] * one + 0.5 for one in (share, 1 - share)]
    assert found[0, 0] == close(stats.beta.var(*shapes))
    assert_allclose(found[1], spread[1])


def test_the_error_of_a_difference_of_declines_is_that_of_two_shares():
    grades = ilr.grades_from_table(
        [[[5, 3, 2], [2, 3, 5]]], scale=ilr.Scale([1, 2, 3]), strata=[3], groups=["a", "b"]
    )
    found = ilr.ordinal_noninferiority(grades, margin=0.2, on="decline").effect
    shares = np.array([8 / 10, 5 / 10])
    assert found.value == close(shares[1] - shares[0])
    assert found.standard_error == pytest.approx(
        np.sqrt((shares * (1 - shares) / 10).sum()), rel=0.06
    )
