"""The order of groups and of strata changes no fit of proportional odds, and no test of them."""

import warnings

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
import strategies as our


@st.composite
def sparse_strata(draw, *, max_strata=4, max_groups=4, max_grades=4):
    """Three or more groups in strata of few units, and an order of the groups and of the strata."""
    shape = tuple(
        draw(st.integers(low, high))
        for low, high in ((1, max_strata), (3, max_groups), (2, max_grades))
    )
    # a unit here and there: most samples are separated somewhere
    cells = st.sampled_from([0, 0, 0, 1, 1, 2, 5])
    table = draw(hnp.arrays(np.int64, shape, elements=cells).filter(np.any))
    return table, draw(st.permutations(range(shape[1]))), draw(st.permutations(range(shape[0])))


def quietly(function, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        return function(*arguments, **options)


@our.examples(60)
@given(sparse_strata())
def test_order_of_other_groups_and_of_strata_leaves_the_odds_ratio(drawn):
    table, groups, strata = drawn
    names = list("abcd")[: table.shape[1]]
    # the first group is the one that the others are set against
    order = [0, *(group for group in groups if group)]
    whole = ilr.grades_from_table(table, groups=names)
    turned = ilr.grades_from_table(table[strata][:, order], groups=[names[g] for g in order])
    one, other = (quietly(ilr.proportional_odds, each, group="b") for each in (whole, turned))
    assert one.status == other.status
    assert_allclose(one.value, other.value, rtol=1e-8)
    if one.status == "ok":
        assert_allclose([*one.confidence_interval()], [*other.confidence_interval()], rtol=1e-7)


@pytest.mark.parametrize(
    ("test", "method", "tolerance"),
    [
        (ilr.proportional_odds_test, "likelihood_ratio", 1e-8),
        (ilr.proportional_odds_test, "score", 1e-8),
        (ilr.parallel_lines_test, "score", 1e-8),
        # a search under constraints
        (ilr.parallel_lines_test, "likelihood_ratio", 1e-5),
    ],
)
@our.examples(60)
@given(drawn=sparse_strata())
def test_order_of_groups_and_of_strata_leaves_the_tests(test, method, tolerance, drawn):
    table, groups, strata = drawn
    one = quietly(test, table, method=method)
    other = quietly(test, table[strata][:, groups], method=method)
    assert (one.status, one.df, one.n_units) == (other.status, other.df, other.n_units)
    assert_allclose(one.p_value, other.p_value, rtol=0, atol=tolerance)


def test_a_first_group_without_units_is_left_out():
    none = [0, 0, 0]
    table = np.array([[none, [3, 4, 2], [5, 1, 3]], [none, [2, 2, 4], [3, 1, 1]]])
    for test in (ilr.proportional_odds_test, ilr.parallel_lines_test):
        with_empty, without = test(table), test(table[:, 1:])
        assert_allclose(with_empty.p_value, without.p_value)
