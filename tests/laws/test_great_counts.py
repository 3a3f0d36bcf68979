"""Counts of up to 2**50: limits hold the estimate, have a width and widen with the level."""

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

import ilacs_reliability as ilr
from closeness import close

LEVELS = (1e-3, 0.5, 0.8, 0.95, 0.99, 1 - 1e-9)
# rare and frequent grades, alike and unlike groups; most of each sum is in one cell
GROUPS = {
    "next to all": [[10**11, 1, 1], [10**4, 1, 0]],
    "all of one": [[10**8, 0, 1, 1], [10**10, 1, 1, 0]],
    "rare": [[10**12, 3, 0], [10**9, 0, 2]],
    "alike": [[6, 2**50, 2], [21, 2**50, 0]],
    "even": [
        [626498201282, 522461045911, 277119990487],
        [1090229932805, 436618467813, 779539816682],
    ],
    "few and many": [[3, 4, 2], [2**50, 2**49, 2**48]],
    "all but none": [[3, 0, 7, 9], [8, 2, 9, 0]],
    "all of few, few of many": [[29, 0, 0], [9000, 1000, 10**9]],
}
EFFECTS = {
    "risk_difference": lambda x: ilr.risk_difference(x, at_most=2),
    "risk_ratio": lambda x: ilr.risk_ratio(x, at_most=2),
    "odds_ratio": lambda x: ilr.odds_ratio(x, at_most=2),
    "e_value": lambda x: ilr.e_value(x, at_most=2),
    "relative_effect": ilr.relative_effect,
    "somers_d": ilr.somers_d,
    "generalised_odds": ilr.generalised_odds,
    "proportional_odds": ilr.proportional_odds,
    "difference": lambda x: ilr.paired_difference(square(x), at_least=2),
    "paired_odds_ratio": lambda x: ilr.paired_odds_ratio(square(x), at_least=2),
    "marginal_rank_shift": lambda x: ilr.marginal_rank_shift(square(x)).effect,
    "net_shift": lambda x: over_strata(square(x)),
}


def square(groups):
    return np.array([*(row[:3] for row in groups), [1, 2, 0]])


def over_strata(table):
    few = [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    options = {"effect": "net", "method": "asymptotic", "heterogeneity": "asymptotic"}
    return ilr.stratified_shift([table, few], **options).pooled


@pytest.mark.parametrize("of", GROUPS)
@pytest.mark.parametrize("name", EFFECTS)
def test_limits_widen_with_the_level(name, of):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        found = EFFECTS[name](GROUPS[of])
    for method in found.interval_methods if found.status == "ok" else ():
        every = [found.confidence_interval(level, method) for level in LEVELS]
        own = [limits for limits in every if limits.method == method]
        slack = 1e-9 * max(1.0, abs(found.value)) if math.isfinite(found.value) else 0.0
        assert all(limits.low <= found.value <= limits.high for limits in every)
        assert all(limits.low < limits.high for limits in every[2:])
        for inner, outer in pairwise(own):
            assert outer.low <= inner.low + slack, method
            assert outer.high >= inner.high - slack, method


PAIRS = {
    "pairwise_symmetry": lambda x: ilr.pairwise_symmetry(x, method="midp").effects[0],
    "mcnemar": lambda x: ilr.mcnemar(x, at_least=2, method="midp").effect,
    "paired_difference": lambda x: ilr.paired_difference(x, at_least=2),
    "paired_odds_ratio": lambda x: ilr.paired_odds_ratio(x, at_least=2),
}


@pytest.mark.parametrize(
    ("up", "down"), [(0, 2**50), (2**50, 0), (2**50, 1), (7, 2**50), (2**30, 2**50), (0, 10**6)]
)
@pytest.mark.parametrize("of", PAIRS.values(), ids=PAIRS)
def test_limits_of_moves_have_a_width_and_widen_with_the_level(of, up, down):
    table = ilr.transitions_from_table([[1, up], [down, 1]], scale=ilr.Scale([1, 2]))
    found = of(table)
    for method in found.interval_methods:
        every = [found.confidence_interval(level, method) for level in (0.1, 0.3, 0.95, 0.9999)]
        assert all(limits.low < limits.high for limits in every)
        for inner, outer in pairwise(every):
            assert outer.low <= inner.low + 1e-9 * abs(found.value)
            assert outer.high >= min(inner.high * (1 - 1e-9), inner.high * (1 + 1e-9))


@pytest.mark.parametrize("method", ["clopper_pearson", "midp", "wilson", "jeffreys"])
def test_limits_narrow_for_their_many_units_keep_their_name(method):
    none = ilr.pairwise_symmetry([[1, 0], [10**12, 1]]).effects[0]
    assert none.confidence_interval(method=method).method == method


@pytest.mark.parametrize("up", [10**3, 10**9, 2**50])
def test_odds_have_the_digits_of_the_rarer_way(up):
    rose, fell = (
        ilr.paired_odds_ratio(
            ilr.transitions_from_table([[1, a], [b, 1]], scale=ilr.Scale([1, 2])), at_least=2
        )
        for a, b in ((up, 3), (3, up))
    )
    for method in rose.interval_methods:
        low, high = rose.confidence_interval(method=method)
        mirrored = fell.confidence_interval(method=method)
        assert (1 / high, 1 / low) == (close(mirrored.low), close(mirrored.high))
        if method in ("exact", "midp"):
            # those that fell are as good as Poisson, and so twice their mean is chi-square
            ends = [stats.chi2.ppf(0.025, 6), stats.chi2.ppf(0.975, 8)]
            assert up / high > ends[0] / 2 * (1 - 1e-2)
            assert up / low < ends[1] / 2 * (1 + 1e-2)


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2"), [(8, 20, 15, 21), (1, 40, 3, 30), (19, 20, 9, 11)]
)
def test_score_limits_of_a_ratio_are_where_the_score_is_the_quantile(x1, n1, x2, n2):
    limits = ilr.risk_ratio([[n1 - x1, x1], [n2 - x2, x2]]).confidence_interval(
        method="miettinen_nurminen"
    )
    for ratio in limits:
        # the likelihood of both counts at this ratio, by a fine grid of the first share
        shares = np.linspace(1e-9, min(1, 1 / ratio) - 1e-9, 400_001)
        logs = stats.binom.logpmf(x1, n1, shares) + stats.binom.logpmf(x2, n2, shares * ratio)
        p1 = shares[logs.argmax()]
        p2, n = p1 * ratio, n1 + n2
        spread = (p2 * (1 - p2) / n2 + ratio**2 * p1 * (1 - p1) / n1) * n / (n - 1)
        z = (x2 / n2 - ratio * x1 / n1) / np.sqrt(spread)
        assert abs(z) == pytest.approx(stats.norm.ppf(0.975), rel=1e-4)


@pytest.mark.parametrize("tables", [
    [[[1, 0], [0, 0]], [[3, 4], [1, 2]]],
    [[[0, 1], [0, 0]], [[3, 4], [1, 2]], [[0, 0], [1, 0]]],
    [[[0, 1], [0, 0]], [[0, 0], [1, 0]]],
])  # fmt: skip
def test_the_influence_over_strata_averages_to_zero(tables):
    pooled = ilr.stratified_shift(tables, effect="net").pooled
    assert pooled.frequencies @ pooled.influence == pytest.approx(0, abs=1e-12)


def test_a_fit_that_rounding_leaves_unsettled_has_no_value():
    """Cells of 1 beside 2**50 in four strata: ridges along which a likelihood hardly changes."""
    huge, large = 2**50, 10**9
    table = [
        [[0, 5, 20, 0, 10_000, 1, 27, 3, 2, 14], [11, 0, 3, 29, 0, huge, 16, 0, 0, 1]],
        [[large, 3, 3, 11, 17, 1, 27, 1, 2, huge], [1, large, 1, 11, 9, large, 10_000, 13, 9, 3]],
        [[3, 1, huge, 5, 14, 2, 3, 1, huge, 30], [3, 0, 1, 21, 24, 17, 22, 3, 6, 27]],
        [[0, 1, 15, 19, 13, 10_000, 9, 28, 10_000, 3], [1, 15, 5, 17, 0, 7, 0, 30, 1, 30]],
    ]
    with pytest.warns(ilr.UndefinedEstimateWarning, match="did not converge"):
        assert ilr.proportional_odds(table).reason == "non_convergence"
    for test in (ilr.parallel_lines_test, ilr.proportional_odds_test):
        with pytest.warns(ilr.UndefinedEstimateWarning, match="did not converge") as said:
            assert test(table).reason == "non_convergence"
        assert len(said) == 1
    milder = ilr.proportional_odds(np.sqrt(np.array(table, dtype=float)).astype(int))
    low, high = milder.confidence_interval()
    assert 0 < low < milder.value < high < np.inf
