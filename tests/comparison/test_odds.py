"""Odds of winning a pair where no pair is lost."""

import numpy as np
import pytest
from scipy import optimize, stats

import ilacs_reliability as ilr
from closeness import close


@pytest.mark.parametrize(
    ("table", "odds"), [([[3, 0, 0], [4, 3, 5]], np.inf), ([[4, 3, 5], [3, 0, 0]], 0.0)]
)
def test_odds_are_without_bound_where_no_pair_is_lost(table, odds):
    assert ilr.generalised_odds(table, ties="dropped").value == close(odds)


def test_limits_of_too_many_tables_to_list_lie_evenly_about_the_log_of_the_odds():
    tables = np.array([[[9, 3], [1, 2]], [[5, 1], [1, 3]]]) * 10**9
    found = ilr.odds_ratio(tables)
    low, high = found.confidence_interval(method="wald")
    half = 1.959963984540054 * found.standard_error / found.value
    assert np.log([low / found.value, high / found.value]) == pytest.approx([-half, half])


@pytest.mark.parametrize(("table", "few"), [
    ([[3, 17], [8, 12]], True), ([[12, 8], [17, 3]], True), ([[17, 3], [8, 12]], True),
    ([[5, 17], [8, 12]], False),
])  # fmt: skip
def test_katz_says_that_it_fails_where_few_are_on_a_side_of_the_cut(table, few):
    limits = ilr.risk_ratio(table, at_least=2).confidence_interval(method="katz")
    assert ("too short" in limits.method) == few


def profile_score(odds, counts):
    """Return the square of the score of an odds ratio, its nuisance found by bisection."""
    (y1, x1), (y2, x2) = counts
    n1, n2 = x1 + y1, x2 + y2

    def excess(logit):
        return n1 / (1 + np.exp(-logit)) + n2 / (1 + np.exp(-logit - np.log(odds))) - x1 - x2

    logit = optimize.brentq(excess, -60, 60, xtol=1e-13)
    p1, p2 = 1 / (1 + np.exp(-logit)), 1 / (1 + np.exp(-logit - np.log(odds)))
    gap = x1 - n1 * p1
    return gap**2 * (1 / (n1 * p1 * (1 - p1)) + 1 / (n2 * p2 * (1 - p2)))


@pytest.mark.parametrize(
    "counts", [[[2, 18], [4, 1]], [[3, 9], [1, 30]], [[30, 2], [9, 8]], [[1, 40], [6, 2]]]
)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_score_limits_of_odds_are_where_the_score_reaches_its_quantile(counts, level):
    """Also where most of both groups are beyond the cut, whose shares are roots of another form."""
    n, square = np.sum(counts), stats.chi2.ppf(level, 1)
    low, high = ilr.odds_ratio(counts).confidence_interval(level, "miettinen_nurminen")
    for end in (low, high):
        assert profile_score(end, counts) == pytest.approx(square * n / (n - 1), rel=1e-6)
