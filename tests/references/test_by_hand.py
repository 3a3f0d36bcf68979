"""Numbers worked out from their definition, of branches that few samples reach."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy import optimize, stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability._inference.critical import (
    critical_value,
    drawn_critical_value,
    whole_critical_value,
)

AB = ilr.Scale(["a", "b"])
ABCD = ilr.Scale(["a", "b", "c", "d"])


def moved(totals, *, scale=AB, sizes=None):
    """Return clusters of units, one a cluster of each total, that moved up or down a grade."""
    codes, clusters = [], []
    for cluster, total in enumerate(totals):
        size = abs(total) if sizes is None else sizes[cluster]
        for unit in range(size):
            way = np.sign(total) if unit < abs(total) else 0
            codes.append([0, 1] if way > 0 else [1, 0] if way < 0 else [0, 0])
            clusters.append(cluster)
    return ilr.ratings_from_codes(codes, scale=scale, clusters=clusters, design="repeat")


def tails(totals):
    """Enumerate swaps of whole clusters: P(T > t), P(T = t), P(T < t)."""
    seen = sum(totals)
    sums = [
        sum(s * abs(t) for s, t in zip(signs, totals, strict=True))
        for signs in product((-1, 1), repeat=len(totals))
    ]
    return tuple(
        Fraction(sum(test(x) for x in sums), len(sums))
        for test in (lambda x: x > seen, lambda x: x == seen, lambda x: x < seen)
    )


TOTALS = [(3, 2, -1, 1, -2, 1), (-3, -2, 1, -1, 2, -1), (2, -2, 1, -1), (4, 1, 1, 1, 1), (-5, 1, 2)]
SUMS = {
    "sign_test": ilr.sign_test,
    "mcnemar": ilr.mcnemar,
    "marginal_score_shift": ilr.marginal_score_shift,
}


@pytest.mark.parametrize("totals", TOTALS)
@pytest.mark.parametrize("side", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("test", SUMS.values(), ids=SUMS)
def test_sums_over_clusters_have_the_chance_of_their_swaps(test, side, totals):
    above, here, below = tails(totals)
    right = {"greater": above + here, "less": below + here}
    right["two-sided"] = min(Fraction(1), 2 * min(right.values()))
    found = test(moved(totals), alternative=side, method="exact").p_value
    assert abs(found - right[side]) < 1e-12


@pytest.mark.parametrize("totals", TOTALS)
@pytest.mark.parametrize("side", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("test", [ilr.sign_test, ilr.mcnemar])
def test_mid_p_over_clusters_counts_half_of_what_was_seen(test, side, totals):
    above, here, below = tails(totals)
    right = {"greater": above + here / 2, "less": below + here / 2}
    right["two-sided"] = min(Fraction(1), 2 * min(right.values()))
    found = test(moved(totals), alternative=side, method="midp").p_value
    assert abs(found - right[side]) < 1e-12


@pytest.mark.parametrize("totals", TOTALS)
@pytest.mark.parametrize("side", ["greater", "less"])
def test_drawn_sums_over_clusters_are_near_their_swaps(side, totals):
    above, here, below = tails(totals)
    right = {"greater": above + here, "less": below + here}[side]
    drawn = ilr.marginal_score_shift(
        moved(totals), alternative=side, method="monte_carlo", n_resamples=20_000, rng=4
    )
    # five standard errors of 20,000 draws
    assert abs(drawn.p_value - right) < 0.018


@pytest.mark.parametrize("hits", range(1, 60))
@pytest.mark.parametrize("level", [lambda hits: hits / 100, lambda hits: 1 - (1 - hits / 100)])
def test_a_drawn_test_rejects_at_its_level_itself(hits, level):
    # of 99 draws, 1 to 99, so many less one may reach a statistic whose p-value is the level
    edge = drawn_critical_value(np.arange(1.0, 100), level(hits), usual=0.0, top=200.0)
    assert abs(edge - (100 - hits)) < 1e-6


def test_a_test_that_cannot_reject_has_its_critical_value_barely_past_the_top():
    # of 99 draws none may reach it at a level below 1 in 100; of 3 tosses all are too common
    for edge in (
        drawn_critical_value(np.arange(1.0, 100), 0.009, usual=0.0, top=200.0),
        whole_critical_value(lambda gap: 0.25, 0.05, usual=0.0, top=200.0),
        critical_value(lambda gap: 0.25, 0.05, usual=0.0, top=200.0),
    ):
        assert 200 < edge < 200.001


EVEN = [[[9, 4], [3, 9]], [[8, 4], [2, 9]], [[7, 3], [4, 8]], [[9, 5], [3, 6]]]
UNEVEN = [[[9, 9], [1, 9]], [[8, 2], [9, 9]], [[7, 3], [4, 8]], [[9, 8], [0, 6]]]


# a statistic between the number of strata and one more
HARDLY_UNEVEN = [[[5, 8], [0, 4]], [[7, 6], [3, 4]], [[3, 4], [2, 7]]]


@pytest.mark.parametrize(
    "strata",
    [EVEN, UNEVEN, EVEN[:3], HARDLY_UNEVEN],
    ids=["even", "uneven", "three", "hardly uneven"],
)
@pytest.mark.parametrize("level", [0.05, 0.5, 0.95])
def test_limits_of_the_inconsistency_of_strata_are_higgins_and_thompsons(strata, level):
    # Statistics in Medicine 21 (2002), 1539-1558: H^2 = Q / (k - 1), I^2 = 1 - 1 / H^2
    found = ilr.stratified_shift(strata, heterogeneity="asymptotic").heterogeneity
    q, k = found.statistic, len(strata)
    assert q > k if strata in (UNEVEN, HARDLY_UNEVEN) else q < k
    error = (
        (np.log(q) - np.log(k - 1)) / (np.sqrt(2 * q) - np.sqrt(2 * k - 3)) / 2
        if q > k
        else np.sqrt((1 - 1 / (3 * (k - 2) ** 2)) / (2 * (k - 2)))
    )
    z = stats.norm.ppf((1 + level) / 2)
    h = np.maximum(np.sqrt(q / (k - 1)), 1) * np.exp([-z * error, z * error])
    assert found.effect.value == close(max(0, 1 - (k - 1) / q))
    ends = found.effect.confidence_interval(level, "test_based")
    np.testing.assert_allclose([*ends], np.maximum(1 - 1 / h**2, 0), rtol=1e-9, atol=1e-15)
    # the root of Q lies within that of the chi-square's quantile of the length it estimates
    root, radius = np.sqrt(q), np.sqrt(stats.chi2.ppf(level, k - 1))
    squares = np.maximum([root - radius, root + radius], 0) ** 2
    low, high = squares / (squares + k - 1)
    ends = found.effect.confidence_interval(level, "ball")
    # limits hold the estimate
    right = [min(low, found.effect.value), high]
    np.testing.assert_allclose([*ends], right, rtol=1e-9, atol=1e-15)


def test_strata_that_are_alike_or_one_alone_show_no_inconsistency():
    for strata in ([EVEN[0]] * 3, [EVEN[0]]):
        found = ilr.stratified_shift(strata, heterogeneity="asymptotic").heterogeneity
        assert found.effect.value == close(0)
        k, ends = len(strata), found.effect.confidence_interval(0.95, "ball")
        far = stats.chi2.ppf(0.95, k - 1) if k > 1 else np.inf
        assert ends.low == close(0)
        assert abs(ends.high - 1 / (1 + (k - 1) / far)) < 1e-9


def test_either_side_of_a_drawn_sum_counts_what_was_seen_among_the_draws():
    # powers of two, so that no draw but one in 2,048 has the sum that was seen
    units = moved([(-2) ** cluster for cluster in range(12)])
    drawn = {
        side: ilr.marginal_score_shift(
            units, alternative=side, method="monte_carlo", n_resamples=99, rng=4
        ).p_value
        for side in ("two-sided", "less", "greater")
    }
    # the sum is negative; a draw beyond it on either side is half a draw on its own
    assert drawn["less"] == close(drawn["two-sided"] / 2)
    assert drawn["less"] + drawn["greater"] == close(1 + 1 / (2 * 100))


@pytest.mark.parametrize("totals", TOTALS)
def test_normal_sums_over_clusters_are_corrected_against_the_alternative(totals):
    total, error = sum(totals), np.sqrt(sum(t**2 for t in totals))
    for side, sign in (("greater", 1), ("less", -1)):
        plain = ilr.mcnemar(moved(totals), alternative=side, method="asymptotic")
        assert abs(plain.p_value - stats.norm.sf(sign * total / error)) < 1e-12
        corrected = ilr.mcnemar(moved(totals), alternative=side, method="corrected")
        assert abs(corrected.p_value - stats.norm.sf((sign * total - 1) / error)) < 1e-12
    both = ilr.mcnemar(moved(totals), method="corrected").p_value
    assert abs(both - 2 * stats.norm.sf(max(abs(total) - 1, 0) / error)) < 1e-12


@pytest.mark.parametrize("level", [0.5, 0.95])
@pytest.mark.parametrize("up", [True, False])
def test_limits_where_all_units_move_alike_lean_on_what_could_be_unseen(up, level):
    n, tail = 9, (1 - level) / 2
    table = np.zeros((4, 4), dtype=int)
    table[(1, 2) if up else (2, 1)] = n
    sign = 1 if up else -1
    effect = ilr.marginal_score_shift(ilr.transitions_from_table(table, scale=ABCD)).effect
    # others that may be this share would all show with the chance of the tail
    unseen = 1 - tail ** (1 / n)
    far, near = sign * (1 + unseen * 2), sign * (1 - unseen * 4)
    square = stats.norm.ppf(1 - tail) ** 2
    score = sign * (n - square) / (n + square)
    ends = {"score": (score, far), "wald": (near, far), "t": (near, far)}
    for method, both in ends.items():
        found = effect.confidence_interval(level, method)
        np.testing.assert_allclose([found.low, found.high], sorted(both), rtol=1e-12)


def clustered_error(values, clusters):
    """Return the standard error of a mean over clusters, by Taylor linearisation."""
    gaps = np.bincount(clusters, weights=values - np.mean(values))
    pieces = len(gaps)
    return np.sqrt(pieces / (pieces - 1) * (gaps**2).sum()) / len(values)


CODES = np.array(
    [[0, 1], [0, 1], [0, 0], [1, 2], [1, 0], [2, 2], [2, 1], [1, 2], [0, 2], [1, 1], [1, 2], [0, 1]]
)
HOMES = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4])
HOMED = ilr.ratings_from_codes(
    CODES, scale=ilr.Scale(["a", "b", "c"]), clusters=HOMES, design="repeat"
)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_clustered_limits_of_a_grade_are_walds_at_the_quantile_of_all(level):
    """Of t and F on the clusters less one."""
    free = len(np.unique(HOMES)) - 1
    for grade, shift in enumerate(ilr.marginal_shift_by_grade(HOMED).values()):
        change = (CODES[:, 1] == grade).astype(float) - (CODES[:, 0] == grade)
        error = clustered_error(change, HOMES)
        quantiles = {
            "bonferroni": stats.t.ppf(1 - (1 - level) / 6, free),
            "scheffe": np.sqrt(2 * stats.f.ppf(level, 2, free)),
        }
        for method, z in quantiles.items():
            ends = np.clip(change.mean() + np.array([-z, z]) * error, -1, 1)
            found = shift.confidence_interval(level, method)
            np.testing.assert_allclose([found.low, found.high], ends, rtol=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.8])
def test_clustered_limits_of_a_pair_of_grades_solve_the_score_equation(level):
    found = ilr.pairwise_symmetry(HOMED, method="asymptotic")
    z, sizes = stats.norm.ppf((1 + level) / 2), np.bincount(HOMES)
    checked = 0
    for (low, high), effect in zip([(0, 1), (0, 2), (1, 2)], found.effects, strict=True):
        ways = np.where(np.sort(CODES, axis=1) == [low, high], 1, 0).all(axis=1)
        sums = np.bincount(HOMES, weights=ways * np.sign(CODES[:, 1] - CODES[:, 0]))
        for end in effect.confidence_interval(level):
            if abs(end) < 1 - 1e-9 and np.ptp(sums / sizes):
                checked += 1
                off = sums - end * sizes
                np.testing.assert_allclose(off.sum() ** 2, z**2 * (off**2).sum(), rtol=1e-7)
    assert checked >= 4


TABLE = [[9, 6, 1], [2, 12, 7], [1, 2, 10]]


def test_hotellings_test_is_that_of_the_mean_of_moves():
    result = ilr.bhapkar(TABLE, method="hotelling")
    before, after = np.indices((3, 3)).reshape(2, -1).repeat(np.ravel(TABLE), axis=1)
    moves = np.stack([(after == g).astype(float) - (before == g) for g in (0, 1)], axis=1)
    n, mean = len(moves), moves.mean(axis=0)
    square = n * mean @ np.linalg.inv(np.cov(moves.T)) @ mean
    statistic = (n - 2) / (2 * (n - 1)) * square
    assert abs(result.statistic - statistic) < 1e-9
    assert abs(result.p_value - stats.f.sf(statistic, 2, n - 2)) < 1e-12


@pytest.mark.parametrize("method", ["asymptotic", "hotelling"])
@pytest.mark.parametrize("table", [TABLE, [[9, 6], [2, 9]], [[1, 8, 3], [2, 2, 5], [1, 1, 1]]])
def test_limits_of_bhapkars_test_touch_zero_at_its_p_value(method, table):
    result = ilr.bhapkar(table, method=method)
    inside, outside = 1 - result.p_value + 1e-7, 1 - result.p_value - 1e-7
    assert result.effect.confidence_interval(inside).low == close(0)
    assert result.effect.confidence_interval(outside).low > 0


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_korn_and_graubards_limits_are_those_of_the_units_that_clusters_are_worth(level):
    # Korn and Graubard (1998), as R's survey 4.2 svyciprop(method="beta") has it:
    # n p (1 - p) / error^2 (t_(n - 1) / t_(clusters - 1))^2, no more than n here
    rose = (CODES[:, 1] > CODES[:, 0]).astype(float)
    n, p, error = len(rose), rose.mean(), clustered_error(rose, HOMES)
    quantiles = stats.t.ppf((1 + level) / 2, [n - 1, 4])
    worth = p * (1 - p) / error**2 * (quantiles[0] / quantiles[1]) ** 2
    assert 1 < worth < n
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, worth * p, worth * (1 - p) + 1)
    high = stats.beta.ppf(1 - tail, worth * p + 1, worth * (1 - p))
    found = ilr.net_shift(HOMED).improved.confidence_interval(level, "korn_graubard")
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-9)


@pytest.mark.parametrize(
    ("totals", "size", "worth"),
    [
        # one cluster all up and one all down: by the formula 0.04 units, but one was seen
        ((3, -3), 3, 1),
        # evener than chance: by the formula 171 units, but 30 were seen
        ((1,) * 9 + (2,), 3, 30),
        # no spread to go by: each cluster counts as one
        ((1,) * 6, 2, 6),
        # none or all rose
        ((-1,) * 3, 2, 3),
        ((2,) * 4, 2, 4),
    ],
)
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_clusters_are_worth_one_unit_at_least_and_no_more_than_there_are(
    totals, size, worth, level
):
    units = moved(totals, sizes=[size] * len(totals))
    p, tail = sum(t for t in totals if t > 0) / (size * len(totals)), (1 - level) / 2
    low = stats.beta.ppf(tail, worth * p, worth * (1 - p) + 1) if p else 0.0
    high = stats.beta.ppf(1 - tail, worth * p + 1, worth * (1 - p)) if p < 1 else 1.0
    found = ilr.net_shift(units).improved.confidence_interval(level, "korn_graubard")
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-9)


@pytest.mark.parametrize(
    ("sizes", "method"), [((14, 40), "permutation"), ((40, 14), "permutation"), ((15, 15), "t")]
)
def test_brunner_and_munzels_test_permutes_below_fifteen_in_either_group(sizes, method):
    # Neubert and Brunner (2007) hold the t approximation fair from about 15 a group
    first, second = sizes
    table = [[first - 5, 5], [second // 2, second - second // 2]]
    assert ilr.brunner_munzel(table, rng=1).method.startswith(method)
    asked = {"t": "permutation", "permutation": "t"}[method]
    assert ilr.brunner_munzel(table, method=asked, rng=1).method.startswith(asked)


@pytest.mark.parametrize(("raters", "least"), [(2, -1.0), (3, -1 / 2), (4, -1 / 3)])
def test_an_intraclass_correlation_is_at_least_what_so_many_raters_can_have(raters, least):
    # m equal correlations r have a covariance only where 1 + (m - 1) r is not negative
    grades = np.stack([np.roll(np.arange(raters), unit) for unit in range(raters + 1)])
    grades = grades.astype(float) + np.linspace(0, 0.4, raters + 1)[:, None]
    for form in ("1,1", "C,1"):
        found = ilr.icc(grades, form=form)
        assert found.value < 0
        assert abs(found.confidence_interval(0.999, "t").low - least) < 1e-9
    # agreement has no such bound but -1, unless the estimate itself lies below
    found = ilr.icc(grades, form="A,1")
    assert found.range[0] == close(-np.inf if found.value < -1 else -1.0)
    assert found.confidence_interval(0.999, "t").low >= found.range[0]


def score_of_difference(first, second, delta):
    """Return Miettinen and Nurminen's statistic, the shares found by a root of the likelihood."""
    (x1, n1), (x2, n2) = first, second

    def slope(p1):
        p2 = p1 + delta
        return x1 / p1 + x2 / p2 - (n1 - x1) / (1 - p1) - (n2 - x2) / (1 - p2)

    low, high = max(0.0, -delta) + 1e-15, min(1.0, 1 - delta) - 1e-12
    p1 = low if slope(low) <= 0 else optimize.brentq(slope, low, high, xtol=1e-16, rtol=1e-14)
    p2, n = p1 + delta, n1 + n2
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1)
    return (x2 / n2 - x1 / n1 - delta) / np.sqrt(variance)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1, 100_000), (5, 80_000)),
        ((3, 9_000), (1, 50_000)),
        ((0, 40_000), (4, 30_000)),
        ((2, 5_000), (2, 5_000)),
        ((30, 70), (12, 80)),
    ],
)
def test_score_limits_of_a_difference_of_rare_shares_reach_the_critical_value(first, second):
    table = [[n - x, x] for x, n in (first, second)]
    found = ilr.risk_difference(table, at_least=2).confidence_interval(0.95, "miettinen_nurminen")
    z = stats.norm.ppf(0.975)
    assert abs(score_of_difference(first, second, found.low) - z) < 1e-4
    assert abs(score_of_difference(first, second, found.high) + z) < 1e-4


@pytest.mark.parametrize("above", [True, False])
def test_bca_shifts_by_half_a_replicate_where_all_lie_on_one_side(above):
    pulls, sign, drawn = 1 + np.arange(10) ** 2 / 50, 1 if above else -1, []

    def evenness(ratings):
        """Return a sum that any unit drawn twice makes larger, as squares are convex."""
        frequencies = np.asarray(ratings.frequencies, dtype=float)
        value = sign * (frequencies * (frequencies - 1)).sum(axis=-1)
        value = value + 0.01 * frequencies @ pulls
        if np.ndim(value):
            drawn.append(np.ravel(value))
        like = ilr.percent_agreement(ratings)
        value = value if np.ndim(value) else float(value)
        return replace(like, value=value, range_source=(-np.inf, np.inf))

    codes = np.array([[unit // 4, unit % 4] for unit in range(10)])
    ratings = ilr.ratings_from_codes(codes, scale=ABCD)
    n_resamples, level = 400, 0.5
    result = ilr.bootstrap(
        evenness, ratings, n_resamples=n_resamples, confidence_level=level, rng=11
    )
    values = np.concatenate(drawn)[:n_resamples]
    found = result.confidence_interval
    whole = 0.01 * pulls.sum()
    assert (values > whole).all() if above else (values < whole).all()
    bias = stats.norm.ppf(0.5 / n_resamples) * sign
    gaps = pulls - pulls.mean()
    acceleration = (gaps**3).sum() / (6 * (gaps**2).sum() ** 1.5)
    shifted = bias + stats.norm.ppf([(1 - level) / 2, (1 + level) / 2])
    tails = stats.norm.cdf(bias + shifted / (1 - acceleration * shifted))
    low, high = np.quantile(values, tails)
    # so few draws that none reaches the estimate: the limits are drawn out to hold it
    ends = [min(low, whole), max(high, whole)]
    np.testing.assert_allclose([found.low, found.high], ends, rtol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_uneven_clusters_leave_the_far_side_of_score_limits_open(sign):
    # one cluster of ten units holds more than half of all: z^2 times the squares of sizes pass n^2
    totals, sizes = np.array([sign] * 9), np.array([10] + [1] * 8)
    z = stats.norm.ppf(0.975)
    assert z**2 * (sizes**2).sum() > sizes.sum() ** 2
    effect = ilr.sign_test(moved(totals, sizes=sizes), method="asymptotic").effect
    low, high = effect.confidence_interval()
    near, far = (low, high) if sign > 0 else (high, low)
    assert abs(far - sign) < 1e-12
    assert 0 < sign * near < 0.5
    off = totals - near * sizes
    np.testing.assert_allclose(off.sum() ** 2, z**2 * (off**2).sum(), rtol=1e-9)


SPREAD = [[[0, 60], [0, 0]], [[3, 60], [0, 2]], [[500, 3], [40, 900]], [[0, 1000], [700, 0]]]
SPREAD += [[[10**6, 10**5], [10**5 + 3000, 10**6]]]


@pytest.mark.parametrize("table", SPREAD)
def test_score_limits_are_no_point_at_the_lowest_levels_nor_of_few_draws(table):
    for method in ("score", "monte_carlo"):
        result = ilr.marginal_score_shift(table, method=method, n_resamples=199, rng=1)
        for level in (1e-9, 1e-6, 0.05, 0.3):
            interval = result.effect.confidence_interval(level)
            assert interval.low < interval.high
            assert interval.low <= result.effect.value <= interval.high
    ranks = ilr.wilcoxon_signed_rank(table, method="monte_carlo", n_resamples=199, rng=1).effect
    for level in (1e-6, 0.05, 0.3):
        assert ranks.confidence_interval(level).low < ranks.confidence_interval(level).high


def test_score_limits_keep_their_digits_at_low_levels():
    table, level = np.array([[10**6, 10**5], [10**5 + 3000, 10**6]]), 1e-4
    n, up, down = table.sum(), table[0, 1], table[1, 0]
    mean = (up - down) / n
    # (T - n d)^2 = z^2 sum (x - d)^2, and so little of the right side is d's doing
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt((up + down) / n - mean**2) / np.sqrt(n)
    low, high = ilr.marginal_score_shift(table).effect.confidence_interval(level)
    assert abs((high - low) / (2 * half) - 1) < 1e-6
