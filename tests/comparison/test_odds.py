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
