"""Odds of winning a pair where no pair is lost."""

import numpy as np
import pytest

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
