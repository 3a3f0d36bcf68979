"""Exact where it can be, drawn or of large samples where it says so, and always an end."""

from collections import Counter
from itertools import permutations, product
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import special, stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.comparison import conditional, worst_causes
from ilacs_reliability.comparison.checks import draws_affordable

FIRST = np.array([1, 0] * 20 + [0] * 5)
DISTINCT = np.stack([FIRST, 1 - FIRST])
SOME_TIED = np.stack([np.tile([1, 0, 2, 0, 1, 1], 4), np.tile([1, 2, 0, 0, 0, 1], 4)])
SAMPLES = [np.repeat(np.arange(45), row) for row in DISTINCT]


@pytest.mark.parametrize("test", [ilr.mann_whitney, ilr.jonckheere, ilr.van_elteren])
@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_units_that_all_differ_are_tested_exactly(test, alternative):
    ours = test(DISTINCT, alternative=alternative)
    scipys = stats.mannwhitneyu(*SAMPLES[::-1], alternative=alternative, method="exact")
    assert ours.method == "exact"
    assert_allclose(ours.p_value, scipys.pvalue, rtol=1e-12)


@pytest.mark.parametrize("counts", [DISTINCT, SOME_TIED])
def test_the_interval_of_many_grades_is_of_the_exact_test(counts):
    result = ilr.mann_whitney(counts)
    assert result.effect.interval_methods[0] == "conditional"
    assert 0.5 in result.effect.confidence_interval(1 - result.p_value * (1 - 1e-6))
    assert 0.5 not in result.effect.confidence_interval(1 - result.p_value * (1 + 1e-6))


def rank_sums(n, chosen):
    """Return how many sets of ranks 1 to n have each size and sum, rank by rank."""
    ways = Counter({(0, 0): 1})
    for rank in range(1, n + 1):
        more = {(k + 1, s + rank): w for (k, s), w in ways.items() if k < chosen}
        ways.update(more)
    return {s: w for (k, s), w in ways.items() if k == chosen}


def test_strata_of_many_grades_are_exact_together():
    ours = ilr.van_elteren(np.stack([DISTINCT, DISTINCT]), alternative="greater")
    ways, seen = rank_sums(45, 20), int((np.arange(45) + 1) @ FIRST)
    hits = sum(w * v for s, w in ways.items() for t, v in ways.items() if s + t <= 2 * seen)
    assert ours.method == "exact"
    assert_allclose(ours.p_value, hits / sum(ways.values()) ** 2, rtol=1e-9)


@pytest.mark.parametrize("kind", ["general", "row_means", "correlation"])
def test_exact_association_of_three_groups_is_brute_force(kind):
    table = np.array([[2, 1, 0], [0, 2, 0], [0, 1, 2]])
    groups, grades = (np.repeat(np.arange(3), table.sum(axis=axis)) for axis in (1, 0))
    every = Counter()
    for order in permutations(grades.tolist()):
        every[tuple(np.bincount(3 * groups + order, minlength=9).tolist())] += 1

    def statistic(cells):
        one = np.reshape(cells, (3, 3))
        return ilr.cochran_mantel_haenszel(one, kind=kind, method="asymptotic").statistic

    seen = statistic(table)
    hits = sum(n for cells, n in every.items() if statistic(cells) >= seen - 1e-9)
    ours = ilr.cochran_mantel_haenszel(table, kind=kind)
    assert ours.method == "exact"
    assert_allclose(ours.p_value, hits / every.total(), rtol=1e-9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ilr.parallel_lines_test([[10, 0], [7, 3]]),
        lambda: ilr.parallel_lines_test([[10, 0], [7, 3]], method="score"),
        lambda: ilr.parallel_lines_test([[[4, 0, 2], [1, 0, 3]], [[2, 0, 2], [1, 0, 3]]]),
    ],
)
def test_no_degrees_of_freedom_leave_nothing_to_test(call):
    with pytest.warns(ilr.UndefinedEstimateWarning):
        result = call()
    assert result.status == "undefined"
    assert result.reason == "single_cut"
    assert np.isnan(result.p_value)


def drawn_strata(n_strata, size, n_grades, seed=1):
    rng = np.random.default_rng(seed)
    return rng.multinomial(size, [1 / n_grades] * n_grades, size=(n_strata, 2))


def test_many_strata_have_the_p_value_of_draws():
    for seed in range(6):
        tables = drawn_strata(120, 4, 3, seed)
        exact = conditional.common_odds(tables, "monte_carlo", 2000, np.random.default_rng(seed))
        assert exact.null.kind == "monte_carlo"
        margins = np.column_stack([tables[:, 1].sum(axis=1), tables.sum(axis=1)])
        parts = [conditional._step_sums(table) for table in tables]
        seen = tables[:, 1] @ np.arange(3) - [low for low, _ in parts]
        once = np.ones(len(margins), dtype=int)
        moved = conditional._tilted([log for _, log in parts], once, int(seen.sum()))
        normal = conditional._normal(moved, once, conditional._own(moved, seen))
        assert_allclose(normal.p_value, exact.p_value, atol=0.05)


def test_five_thousand_alike_strata_are_not_found_to_differ():
    p_values = [ilr.heterogeneity(drawn_strata(5000, 5, 2, seed)).p_value for seed in range(4)]
    assert min(p_values) > 1e-3
    assert np.ptp(p_values) > 1e-3


MANY = drawn_strata(10_000, 10, 4)
UNLIKE = drawn_strata(3000, 8, 10)
GREATEST = np.random.default_rng(2).integers(0, 13, (5, 2, 3))
DEAR = {
    "odds_ratio of great counts": lambda: ilr.odds_ratio([[2**50, 2**49], [2**48, 2**50]]),
    "odds_ratio of great strata": lambda: ilr.odds_ratio([[[2**50, 2**49], [2**48, 2**50]]] * 2),
    "odds_ratio": lambda: ilr.odds_ratio(drawn_strata(3000, 5, 2)),
    "heterogeneity": lambda: ilr.heterogeneity(MANY),
    "van_elteren": lambda: ilr.van_elteren(MANY),
    "cochran_mantel_haenszel": lambda: ilr.cochran_mantel_haenszel(MANY),
    "stratified_relative_effect": lambda: ilr.stratified_relative_effect(MANY),
    "proportional_odds": lambda: ilr.proportional_odds(MANY),
    "proportional_odds_test": lambda: ilr.proportional_odds_test(MANY),
    "parallel_lines_test": lambda: ilr.parallel_lines_test(MANY),
    "parallel_lines_test of unlike strata": lambda: ilr.parallel_lines_test(UNLIKE),
    "limits of Fisher's test of great groups": lambda: ilr.two_proportions(
        [[298_173_634, 611_521_976], [402_220_042, 204_448_425]], at_most=1
    ).effect.confidence_interval(),
    "rosenbaum_bounds of great strata": lambda: ilr.rosenbaum_bounds(10**GREATEST),
    "rosenbaum_bounds of ten grades": lambda: ilr.rosenbaum_bounds(drawn_strata(1, 25, 10)),
    "rosenbaum_bounds of as many causes as units": lambda: ilr.rosenbaum_bounds(
        [[10_000, 10_000, 2], [1, 1, 1]], gamma=(1.0, 2.0)
    ),
    "selection_bounds": lambda: ilr.selection_bounds(MANY),
    "selection_bounds monotone": lambda: ilr.selection_bounds(MANY, assume="monotone"),
}


@pytest.mark.parametrize("call", DEAR.values(), ids=DEAR)
def test_dear_work_gives_way_or_says_what_to_do(call):
    start = process_time()
    told = answer(call)
    assert told.endswith(")") or ("`" in told and "oin strata" in told)
    # some seconds of an ordinary machine, with room for a slow one
    assert process_time() - start < 40


def test_as_many_causes_as_units_are_gone_through_up_to_some_thousand():
    few, many = ([[n, n, 2], [1, 1, 1]] for n in (400, 10_000))
    assert ilr.rosenbaum_bounds(few).method == "exact"
    assert ilr.rosenbaum_bounds(many).method == "asymptotic"


def test_strata_each_of_which_is_soon_listed_are_too_many_together(monkeypatch):
    counts = np.random.default_rng(3).integers(0, 6, (30, 2, 10))
    counts[:, 0, 5:] = counts[:, 1, :5] = 0
    cells, first_rows = [], worst_causes.first_rows

    def counted(totals, n_first):
        found = first_rows(totals, n_first)
        cells.append(found[0].size if found else 0)
        return found

    monkeypatch.setattr(worst_causes, "first_rows", counted)
    assert ilr.rosenbaum_bounds(counts).method == "asymptotic"
    # five seconds at the time that one takes, and the last stratum
    assert 1e6 < sum(cells) < 8e7


def test_alike_strata_of_as_many_margins_as_there_are_take_too_long():
    """Their causes are gone through once, the sums of each margin anew."""
    counts = np.zeros((6000, 2, 10), dtype=int)
    counts[:, 0, 0] = 1
    counts[:, 1] = np.random.default_rng(1).multinomial(29, [0.1] * 10, size=6000)
    start = process_time()
    with pytest.raises(ValueError, match=r"`grades` has 6,000 strata, .* would take too long"):
        ilr.rosenbaum_bounds(counts, gamma=np.linspace(1, 9, 200))
    assert process_time() - start < 10


@pytest.mark.parametrize("kind", ["general", "row_means", "correlation"])
def test_tables_of_many_groups_are_drawn_in_seconds(kind):
    counts = np.random.default_rng(0).integers(0, 6, (300, 4))
    start = process_time()
    found = ilr.cochran_mantel_haenszel(counts, kind=kind, rng=1)
    assert found.method.startswith("monte_carlo")
    # thirteen seconds and more before
    assert process_time() - start < 10
    usual = ilr.cochran_mantel_haenszel(counts, kind=kind, method="asymptotic")
    assert found.p_value == pytest.approx(usual.p_value, abs=0.05)


def test_too_many_differences_between_groups_are_refused():
    counts = ilr.grades_from_table(np.ones((1000, 10), dtype=int))
    with pytest.raises(ValueError, match=r"1,000 groups on 10 grades, whose 9,990 differences"):
        ilr.cochran_mantel_haenszel(counts)
    assert ilr.cochran_mantel_haenszel(counts, kind="correlation", method="asymptotic").df == close(
        1
    )


def test_ten_thousand_strata_have_bounds():
    start = process_time()
    bounds = ilr.rosenbaum_bounds(MANY)
    assert bounds.method == "asymptotic"
    plain = ilr.van_elteren(MANY, method="asymptotic").p_value
    assert_allclose([bounds.p_low[0], bounds.p_high[0]], plain, rtol=1e-6)
    assert process_time() - start < 30


def answer(call):
    try:
        return repr(call())
    except ValueError as error:
        return str(error)


ODDS = {
    "odds": lambda grades: ilr.proportional_odds(grades).value,
    "limits": lambda grades: ilr.proportional_odds(grades).confidence_interval().high,
    "likelihood ratio": lambda grades: ilr.proportional_odds_test(grades).statistic,
    "score": lambda grades: ilr.proportional_odds_test(grades, method="score").statistic,
    "parallel": lambda grades: ilr.parallel_lines_test(grades).statistic,
}
# ten grades of very unlike counts, alone and in strata, and many strata of few units
UNEVEN = 2 ** np.random.default_rng(4).integers(0, 50, (3, 2, 10))
HARD = {"great": UNEVEN[0], "great strata": UNEVEN, "many": drawn_strata(100, 10, 4)}


@pytest.mark.parametrize("name", ODDS)
@pytest.mark.parametrize("of", HARD)
def test_odds_of_hard_tables_take_moments_and_no_order_of_strata(name, of):
    start = process_time()
    found = ODDS[name](HARD[of])
    assert process_time() - start < 10
    turned = HARD[of][::-1] if HARD[of].ndim == 3 else np.stack([HARD[of]])
    assert np.isfinite(found)
    assert_allclose(ODDS[name](turned), found, rtol=1e-6)


@pytest.mark.parametrize("times", [2**20, 2**30, 2**40])
def test_great_counts_have_the_profile_limits_that_the_normal_ones_tend_to(times):
    table = np.array([[7, 4], [3, 9]]) * times
    low, high = ilr.proportional_odds(table).confidence_interval()
    # Woolf, Annals of Human Genetics 19 (1955), 251-253
    half = stats.norm.ppf(0.975) * np.sqrt((1 / table).sum())
    assert_allclose(np.log(high / low) / 2, half, rtol=1e-3)


def test_a_likelihood_next_to_a_plane_is_climbed_to_its_top():
    # three grades whose shares the model fits but for 1e-14: twice the fall is Wilks' G
    table = np.array([[0, 7, 10], [7, 2**50, 7]], dtype=float)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    wilks = 2 * special.xlogy(table, table / expected).sum()
    assert_allclose(ilr.proportional_odds_test(table).statistic, wilks, rtol=1e-4)
    assert 0 < ilr.proportional_odds(table).value < 1e-12


GREAT = {
    "one large cell": [[22, 9], [2, 2**50]],
    "apart": [[2**50 + 2, 10_038], [10_000, 2**50 + 33]],
    "thousands of millions": [[3_019_503_883, 3_761_920_605], [3_976_591_111, 3_788_990_942]],
    "unlike strata": [[[10**9, 10**9], [1, 10**9]], [[10**7, 10**6], [10**6, 10**7]]],
    "small and great": [[[3, 4], [4, 3]], [[2**50, 1], [1, 2**50]]],
}


@pytest.mark.parametrize("table", GREAT.values(), ids=GREAT)
def test_exact_odds_of_great_counts_are_near_the_normal_ones(table):
    start = process_time()
    odds = ilr.odds_ratio(table)
    limits = {method: odds.confidence_interval(method=method) for method in odds.interval_methods}
    assert process_time() - start < 10
    assert all(low <= odds.value <= high for low, high in limits.values())
    few = np.min(table)
    if np.ndim(table) == 2 and few > 1000:
        assert_allclose(np.log(limits["exact"]), np.log(limits["woolf"]), atol=3 / few)


@pytest.mark.parametrize("scale", [1, 10, 100])
def test_exact_odds_are_scipys_whatever_the_odds(scale):
    for table in ([[7, 2], [1, 9]], [[1, 9], [8, 2]], [[0, 5], [3, 4]], [[5, 0], [2, 9]]):
        table = np.array(table) * scale
        ours = ilr.odds_ratio(table).confidence_interval()
        theirs = stats.contingency.odds_ratio(table, kind="conditional").confidence_interval()
        assert_allclose(ours, theirs, rtol=1e-8)


@pytest.mark.parametrize("ratio", [ilr.odds_ratio, ilr.risk_ratio])
def test_score_limits_are_nested_however_unlike_the_cells(ratio):
    sizes = [1, 13, 2**30, 2**50 - 3, 2**50]
    for a, b, c, d in product(sizes, repeat=4):
        estimate = ratio([[a, b], [c, d]], at_most=1)
        found = [
            estimate.confidence_interval(level, method="miettinen_nurminen")
            for level in (0.5, 0.95, 0.9999)
        ]
        lows, highs = np.transpose(found)
        assert (np.diff(lows) <= 1e-7 * lows[:-1]).all(), (a, b, c, d)
        assert (np.diff(highs) >= -1e-7 * highs[:-1]).all(), (a, b, c, d)


def test_few_that_are_left_out_of_very_many_have_the_limits_of_few():
    # next to a group of 2**50 the odds of a few are those of Poisson counts: 3 against 13
    many = ilr.odds_ratio([[2**50, 3], [2**50, 13]], at_most=1)
    fewer = ilr.odds_ratio([[2**30, 3], [2**30, 13]], at_most=1)
    found, near = (one.confidence_interval(method="miettinen_nurminen") for one in (many, fewer))
    assert_allclose(found, near, rtol=1e-6)


@pytest.mark.parametrize("method", ["barnard", "boschloo"])
def test_a_threshold_is_asked_of_an_exact_test_itself(method):
    """SciPy's tests at no difference; a search over limits of a second each took 36 s."""
    table = [[61, 92], [49, 104]]
    found = ilr.two_proportions(table, method=method)
    start = process_time()
    p_value = ilr.threshold_test(found.effect, 0.0, alternative="two-sided").p_value
    assert process_time() - start < 10
    exact = {"barnard": stats.barnard_exact, "boschloo": stats.boschloo_exact}[method]
    assert p_value == pytest.approx(exact(np.transpose(table)).pvalue, rel=1e-3)


@given(
    counts=st.tuples(*[st.integers(1, 9)] * 4),
    method=st.sampled_from(["barnard", "boschloo"]),
    alternative=st.sampled_from(["two-sided", "less", "greater"]),
    threshold=st.floats(-0.9, 0.9),
)
@settings(max_examples=12)
def test_limits_of_an_exact_test_leave_a_threshold_out_at_its_p_value(
    counts, method, alternative, threshold
):
    table = np.reshape(counts, (2, 2))
    effect = ilr.two_proportions(table, method=method, alternative=alternative).effect
    p_value = ilr.threshold_test(effect, threshold, alternative="two-sided").p_value
    if 1e-9 < p_value < 0.999:
        wider, narrower = (
            effect.confidence_interval(1 - p_value * off) for off in (0.9999, 1.0001)
        )
        assert wider.low <= threshold <= wider.high
        assert not narrower.low <= threshold <= narrower.high


def test_few_strata_are_drawn_however_long_it_takes():
    assert draws_affordable(np.ones((99, 2, 3)), 10**12)
    assert not draws_affordable(np.ones((100, 2, 3)), 10**12)
    assert draws_affordable(np.ones((100, 2, 3)), 99)


@pytest.mark.parametrize("cut", [{}, {"at_least": 2}])
def test_bounds_of_thousands_of_grades_are_found(cut):
    counts = np.random.default_rng(1).integers(0, 4, (2, 2000))
    start = process_time()
    found = ilr.selection_bounds(counts, **cut)
    # unit vectors cut from a square of all grades took minutes
    assert process_time() - start < 8
    measure = ilr.risk_difference if cut else ilr.relative_effect
    assert_allclose([found.low, found.high], measure(counts, **cut).value)


def test_monotone_bounds_of_hundreds_of_strata_are_found():
    counts = np.random.default_rng(1).integers(1, 4, (300, 2, 4))
    counts[::2, 0] = 0
    start = process_time()
    found = ilr.selection_bounds(counts, assume="monotone")
    assert process_time() - start < 8
    # an unseen kind lies no lower than in any worse stratum, no higher than in any better one
    assert found.low <= found.high
    assert np.isfinite(found.standard_errors).all()


def test_bounds_of_too_many_grades_or_strata_are_refused():
    with pytest.raises(ValueError, match=r"has 1 stratum on 12,000 grades, .*: join grades"):
        ilr.selection_bounds(ilr.grades_from_table(np.ones((2, 12_000), dtype=int)))
    with pytest.raises(ValueError, match=r"of 3,000 strata and 4 grades .*: join strata"):
        ilr.selection_bounds(np.ones((3000, 2, 4), dtype=int), assume="monotone")
