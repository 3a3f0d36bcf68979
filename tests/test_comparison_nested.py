"""Limits beside exact tests of two groups lie within those of any higher level."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

import ilacs_reliability as ilr

LEVELS = (0.3, 0.5, 0.8, 0.85, 0.9, 0.95, 0.99)
TESTS = {
    "fisher": lambda table: ilr.two_proportions(table[:, :2], method="fisher"),
    "mann_whitney": ilr.mann_whitney,
    "jonckheere": ilr.jonckheere,
}


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
@given(
    table=nps.arrays(np.int64, st.tuples(st.just(2), st.integers(2, 4)), elements=st.integers(0, 6))
)
def test_limits_are_nested_in_the_level(test, table):
    if not table[:, :2].sum(axis=1).all():
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        effect = test(table).effect
    if effect.status != "ok":
        return
    limits = np.array([[*effect.confidence_interval(level)] for level in LEVELS])
    low, high = limits.T
    assert (low[1:] <= low[:-1] + 1e-7).all()
    assert (high[1:] >= high[:-1] - 1e-7).all()


def test_fishers_limits_do_not_shrink_as_the_level_grows():
    effect = ilr.two_proportions([[2, 3], [6, 6]], method="fisher").effect
    high = [effect.confidence_interval(level).high for level in (0.85, 0.9, 0.95)]
    assert high == sorted(high)


@pytest.mark.parametrize(
    ("table", "odds"), [([[3, 0, 0], [4, 3, 5]], np.inf), ([[4, 3, 5], [3, 0, 0]], 0.0)]
)
def test_odds_are_without_bound_where_no_pair_is_lost(table, odds):
    assert ilr.generalised_odds(table, ties="dropped").value == odds
