"""No estimate is surer of a spread it hardly saw than of one that it did not see at all."""

from fractions import Fraction
from itertools import product
from math import comb, prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from ilacs_reliability._inference.intervals import wilson_limits
from ilacs_reliability._inference.shrinkage import ShareLike, absolute_spread
from ilacs_reliability.comparison.limits import score_difference, stratified_score_difference


def test_limits_are_exact_where_all_are_alike():
    for n in (1, 5, 24):
        low, high = ShareLike(value=1.0, size=n).limits(0.95)
        assert_allclose([low, high], [0.025 ** (1 / n), 1.0])


def test_limits_are_those_of_jeffreys_far_from_the_ends():
    low, high = ShareLike(value=0.5, size=1000.0).limits(0.95)
    assert_allclose([low, high], stats.beta(500.5, 500.5).interval(0.95), rtol=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.1, 0.73, 1.0])
@pytest.mark.parametrize("size", [2.5, 40.0])
def test_limits_and_p_value_of_a_share_agree(value, size):
    share = ShareLike(value=value, size=size)
    for level in (0.5, 0.95, 0.999):
        low, high = share.limits(level)
        for limit, side in ((low, "greater"), (high, "less")):
            if 0 < limit < 1 and abs(limit - value) > 1e-9:
                assert_allclose(share.p_value(limit, side), (1 - level) / 2, rtol=1e-6)


def test_spread_is_how_far_units_are_from_their_median():
    pulls, times = np.array([0.5, 0.1, 0.3]), np.array([2.0, 1.0, 4.0])
    each = np.repeat(pulls, times.astype(int))
    assert_allclose(absolute_spread(pulls, times), np.abs(each - np.median(each)).sum())


# a unit moved by a grade moves what its group adds by at most one over the group's units
SMALL = st.sampled_from([(6, 6), (4, 9)])
NEAR = st.sampled_from([(8, 8), (20, 20), (6, 30), (20, 50)])


def nearly_separate(data, sizes=NEAR):
    """Draw two groups of which few units overlap, and the same with a unit moved by a grade."""
    sizes = data.draw(sizes)
    table = np.zeros((2, 4), dtype=int)
    table[0, :2] = data.draw(st.integers(0, sizes[0])), 0
    table[0, 1] = sizes[0] - table[0, 0]
    table[1, 2] = data.draw(st.integers(0, sizes[1]))
    table[1, 3] = sizes[1] - table[1, 2]
    for _ in range(data.draw(st.integers(0, 2))):
        table = moved(table, data)[0]
    return table, *moved(table, data)


def moved(table, data):
    """Move one unit of a group by one grade."""
    group, grade = data.draw(st.sampled_from([tuple(x) for x in np.argwhere(table > 0)]))
    to = grade + (1 if grade == 0 else -1 if grade == 3 else data.draw(st.sampled_from([-1, 1])))
    other = table.copy()
    other[group, grade] -= 1
    other[group, to] += 1
    return other, group


@given(st.data())
def test_no_limit_of_a_relative_effect_jumps_where_one_unit_moves_by_one_grade(data):
    table, other, group = nearly_separate(data)
    limits, others = (
        np.array([*ilr.relative_effect(t).confidence_interval()]) for t in (table, other)
    )
    assert np.abs(limits - others).max() <= 2 / table[group].sum()


def least_of_rank_sums(table):
    """Return the chance of the most extreme tables with these margins, by listing all."""
    totals, n1 = table.sum(axis=0).tolist(), int(table[0].sum())
    below = np.cumsum([0, *totals[:-1]])
    ranks = [2 * int(low) + total + 1 for low, total in zip(below, totals, strict=True)]
    expected = Fraction(n1 * sum(np.multiply(totals, ranks).tolist()), sum(totals))
    farthest, chance = Fraction(-1), Fraction(0)
    for row in product(*(range(total + 1) for total in totals)):
        if sum(row) == n1:
            far = abs(sum(np.multiply(row, ranks).tolist()) - expected)
            ways = prod(map(comb, totals, row))
            chance = ways if far > farthest else chance + ways * (far == farthest)
            farthest = max(far, farthest)
    return Fraction(chance, comb(sum(totals), n1))


@given(st.data(), st.sampled_from(["t", "logit"]))
def test_an_approximate_rank_test_is_no_bolder_than_the_exact_one_can_be(data, method):
    table = nearly_separate(data, SMALL)[0]
    ends = least_of_rank_sums(table)
    result = ilr.brunner_munzel(table, method=method)
    assert result.p_value >= float(ends) * (1 - 1e-9)
    for level in (0.9, 0.95, 0.999, 1 - 1e-9):
        if abs(result.p_value - (1 - level)) > 1e-12:
            low, high = result.effect.confidence_interval(level)
            assert (low <= 0.5 <= high) == (result.p_value > 1 - level)


def test_a_rank_test_of_forty_units_is_no_bolder_than_forty_units_allow():
    p_value = ilr.brunner_munzel([[19, 1, 0], [0, 1, 19]], method="t").p_value
    assert p_value > 2 / comb(40, 20)


@pytest.mark.parametrize("sizes", [(20, 500), (40, 200), (18, 95), (500, 20)])
@pytest.mark.parametrize("rare", [0.02, 0.05, 0.12])
def test_the_interval_holds_the_effect_where_few_units_are_far_away(sizes, rare):
    first = np.array([0.3 - rare / 2, 0.7 - rare / 2, 0.0, rare])
    second = np.array([0.0, 0.01, 0.98, 0.01])
    shares = (first, second) if sizes[0] < sizes[1] else (second, first)
    truth = shares[1] @ (np.cumsum(shares[0]) - shares[0] / 2)
    rng = np.random.default_rng(20261128)
    draws = np.stack([rng.multinomial(n, p, 300) for n, p in zip(sizes, shares, strict=True)], 1)
    tables, times = np.unique(draws, axis=0, return_counts=True)
    inside = [truth in ilr.relative_effect(table).confidence_interval() for table in tables]
    # 93 % is held to; three standard errors of a share of 300 allowed for chance
    assert np.array(inside) @ times / 300 > 0.93 - 3 * np.sqrt(0.93 * 0.07 / 300)


def nearly_alike(data):
    """Draw a study in which almost all rise by a grade, and one with a grade moved."""
    n, up = data.draw(st.sampled_from([8, 12, 24, 60])), data.draw(st.integers(0, 3))
    table = np.zeros((4, 4), dtype=int)
    for grade in range(3):
        table[grade, grade + 1] = (n + grade) // 3
    table[1, 1 + (up > 0)] += 1 + up
    for _ in range(data.draw(st.integers(0, 2))):
        table = second_moved(table, data)
    return table, second_moved(table, data)


def second_moved(table, data):
    """Move the second grade of one unit by one grade."""
    before, after = data.draw(st.sampled_from([tuple(x) for x in np.argwhere(table > 0)]))
    to = after + (1 if after == 0 else -1 if after == 3 else data.draw(st.sampled_from([-1, 1])))
    other = table.copy()
    other[before, after] -= 1
    other[before, to] += 1
    return other


@given(st.data())
def test_no_limit_of_a_rank_shift_jumps_where_one_grade_moves_by_one(data):
    table, other = nearly_alike(data)
    limits, others = (
        np.array([*ilr.marginal_rank_shift(t).effect.confidence_interval()]) for t in (table, other)
    )
    assert np.abs(limits - others).max() <= 2 / table.sum()


BY_SPREAD = {
    f"{test.__name__} {method}": (test, method)
    for test, methods in (
        (ilr.marginal_rank_shift, ("shrunk", "logit", "wald")),
        (ilr.marginal_score_shift, ("score", "wald")),
        (ilr.bhapkar, ("asymptotic", "hotelling")),
    )
    for method in methods
}


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@pytest.mark.parametrize(("test", "method"), BY_SPREAD.values(), ids=BY_SPREAD)
@given(data=st.data())
def test_no_test_by_a_spread_is_bolder_than_swaps_allow(test, method, data):
    table = nearly_alike(data)[0]
    moved = int(table.sum() - np.trace(table))
    result = test(table, method=method)
    assume(result.status == "ok")
    assert result.p_value >= 2.0 ** (1 - moved) * (1 - 1e-12)
    null = 0.5 if test is ilr.marginal_rank_shift else 0.0
    for level in (0.95, 0.999, 1 - 1e-9):
        low, high = result.effect.confidence_interval(level)
        assert (low <= null <= high) == (result.p_value > 1 - level)


@pytest.mark.parametrize("method", ["shrunk", "logit", "wald"])
@given(data=st.data())
def test_no_one_sided_rank_shift_is_bolder_than_swaps_allow(method, data):
    table = nearly_alike(data)[0]
    moved = int(table.sum() - np.trace(table))
    one_sided = ilr.marginal_rank_shift(table, method=method, alternative="greater")
    assert one_sided.p_value >= 2.0**-moved * (1 - 1e-12)


def test_katz_says_where_a_group_is_too_small_for_it():
    small, large = ([[5, 42], [1, 3]], [[12, 83], [8, 10]])
    for table, fails in ((small, True), (large, False)):
        interval = ilr.risk_ratio(table).confidence_interval(method="katz")
        assert interval.method.startswith("katz")
        assert ("too short" in interval.method) == fails


def test_katz_holds_the_ratio_where_it_says_nothing():
    # every table of 20 and 20 units, by its chance; with all tables 45 % at worst
    limits = np.full((21, 21, 2), (0.0, np.inf))
    trusted = np.zeros((21, 21), dtype=bool)
    for x, y in product(range(5, 16), repeat=2):
        interval = ilr.risk_ratio([[20 - x, x], [20 - y, y]]).confidence_interval(method="katz")
        limits[x, y], trusted[x, y] = (*interval,), interval.method == "katz"
    assert trusted[5:16, 5:16].all()
    for p, q in product((0.4, 0.5, 0.6), repeat=2):
        chances = np.outer(*(stats.binom.pmf(np.arange(21), 20, share) for share in (p, q)))
        inside = (limits[..., 0] <= q / p) & (q / p <= limits[..., 1])
        assert (chances * inside).sum() > 0.93


def test_two_mirrored_ways_to_move_hardly_differ_from_one_unit_fewer():
    whole = ilr.marginal_rank_shift([[0, 12, 0], [0, 0, 12], [0, 0, 0]])
    fewer = ilr.marginal_rank_shift([[0, 11, 0], [0, 0, 12], [0, 0, 0]])
    for result in (whole, fewer):
        assert 2.0**-22 < result.p_value < 0.001
        assert result.effect.confidence_interval().width > 0.15


RISING = {"two grades": np.array([[0.05, 0.95], [0.0, 0.0]])}
RISING["a grade each"] = np.array([[0.025, 0.475, 0], [0, 0.025, 0.475], [0, 0, 0]])


@pytest.mark.parametrize("shares", RISING.values(), ids=RISING)
@pytest.mark.parametrize("n", [12, 24, 50])
def test_the_interval_of_a_rank_shift_holds_where_nearly_all_rise(shares, n):
    before, after = shares.sum(axis=1), shares.sum(axis=0)
    truth = after @ (np.cumsum(before) - before / 2)
    rng = np.random.default_rng(20261128)
    tables, times = np.unique(rng.multinomial(n, shares.ravel(), 400), axis=0, return_counts=True)
    limits = [
        ilr.marginal_rank_shift(t.reshape(shares.shape)).effect.confidence_interval()
        for t in tables
    ]
    # 93 % is held to; three standard errors of a share of 400 allowed for chance
    inside = np.array([truth in interval for interval in limits])
    assert inside @ times / 400 > 0.93 - 3 * np.sqrt(0.93 * 0.07 / 400)


@pytest.mark.parametrize("method", ["midp", "miettinen_nurminen", "newcombe", "agresti_caffo"])
@pytest.mark.parametrize("n_strata", [1, 3])
@pytest.mark.parametrize("table", [[[4, 0], [4, 0]], [[4, 0], [0, 4]], [[5, 5], [5, 5]]])
def test_limits_of_a_difference_have_width_at_every_level(method, n_strata, table):
    effect = ilr.risk_difference([table] * n_strata)
    widths = [effect.confidence_interval(level, method).width for level in (1e-6, 0.5, 0.95)]
    assert 0 < widths[0] < widths[1] < widths[2]


@pytest.mark.parametrize("sizes", [(4, 4), (8, 8), (10, 10), (4, 47)])
def test_the_default_interval_of_a_difference_holds_it_by_enumeration(sizes):
    n1, n2 = sizes
    limits = np.array(
        [
            [[*ilr.risk_difference([[n1 - x, x], [n2 - y, y]]).confidence_interval()]
             for y in range(n2 + 1)]
            for x in range(n1 + 1)
        ]
    )  # fmt: skip
    for p, q in product((0.01, 0.1, 0.25, 0.4, 0.5), (0.01, 0.1, 0.3, 0.5, 0.8, 0.9, 0.99)):
        inside = (limits[..., 0] <= q - p + 1e-12) & (q - p <= limits[..., 1] + 1e-12)
        chances = [stats.binom.pmf(np.arange(n + 1), n, share) for n, share in ((n1, p), (n2, q))]
        assert chances[0] @ inside @ chances[1] > 0.92, (p, q)


def test_limits_over_many_small_strata_hold_the_difference():
    # five strata of 4 and 4; joining Wilson's limits held it in 81 to 88 % of samples
    rng = np.random.default_rng(20261128)
    for p, q in ((0.02, 0.1), (0.05, 0.95), (0.2, 0.5)):
        x, y = rng.binomial(4, p, (300, 5)), rng.binomial(4, q, (300, 5))
        tables = np.stack([np.stack([4 - x, x], -1), np.stack([4 - y, y], -1)], axis=2)
        inside = [q - p in ilr.risk_difference(table).confidence_interval() for table in tables]
        assert np.mean(inside) > 0.93 - 3 * np.sqrt(0.93 * 0.07 / 300)


def test_the_score_of_one_stratum_is_that_of_the_whole():
    strata = np.array([[3.0, 17.0, 9.0, 20.0]])
    limits = stratified_score_difference(strata, np.ones(1), 0.95)
    assert_allclose(limits, score_difference((3.0, 17.0, 9.0, 20.0), 0.95), atol=1e-9)


@pytest.mark.parametrize("successes", [0, 5, 10])
def test_wilsons_limits_have_width_at_every_level(successes):
    for level in (1e-9, 1e-6, 0.5):
        low, high = wilson_limits(successes, 10, confidence_level=level)
        assert low < high


def test_all_that_moved_one_way_have_a_width_at_every_level():
    effect = ilr.sign_test([[0, 10], [0, 0]], method="asymptotic").effect
    assert effect.confidence_interval(1e-9).width > 0
