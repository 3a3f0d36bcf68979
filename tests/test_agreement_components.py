"""Correlations and variance components of tiny and incomplete designs."""

import warnings

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import ilacs_reliability as ilr

FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
GRADES = ilr.Scale([1, 2, 3])
# the component of raters is 0 but for rounding, which the order of raters once decided
AT_THE_BOUNDARY = np.array([[0, 1, -1], [1, 0, -1], [-1, -1, -1], [-1, -1, 0], [0, -1, 2]])
# a correlation of -1 but for rounding, and a likelihood whose maximum no unit moves
AT_THE_END = np.array([[2, -1, 0], [1, 1, 1]])
WITHOUT_SPREAD = np.array([[2, 2, 1, 2], [0, 2, 0, 1]])
NO_RATERS = np.array([[1, -1, 0], [0, 0, 0]])
every_form = pytest.mark.parametrize("form", FORMS)
every_estimator = pytest.mark.parametrize("estimator", ["anova", "reml"])


@st.composite
def tiny_designs(draw):
    """Codes of 2 to 6 units by 2 to 4 raters on three grades, -1 where a rating is missing."""
    shape = (draw(st.integers(2, 6)), draw(st.integers(2, 4)))
    codes = draw(hnp.arrays(np.int64, shape, elements=st.integers(-1, 2)))
    assume((codes >= 0).any())
    return codes


def answers(codes, form, estimator):
    """Value, standard error and limits by every method, and why there are none."""
    ratings = ilr.ratings_from_codes(codes, scale=GRADES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        found = ilr.icc(ratings, form=form, estimator=estimator)
    limits = [found.confidence_interval(method=method) for method in found.interval_methods]
    return found.reason, np.array([found.value, found.standard_error, *np.ravel(limits)])


@every_form
@every_estimator
@given(codes=tiny_designs(), data=st.data())
@example(codes=AT_THE_BOUNDARY, data=None)
@example(codes=AT_THE_END, data=None)
@example(codes=WITHOUT_SPREAD, data=None)
@example(codes=NO_RATERS, data=None)
def test_order_of_raters_and_of_units_is_irrelevant(form, estimator, codes, data):
    raters, units = np.arange(codes.shape[1])[::-1], np.arange(len(codes))[::-1]
    if data is not None:
        raters = data.draw(st.permutations(range(codes.shape[1])))
        units = data.draw(st.permutations(range(len(codes))))
    reason, numbers = answers(codes, form, estimator)
    other_reason, others = answers(codes[units][:, raters], form, estimator)
    assert other_reason == reason
    assert_allclose(others, numbers, rtol=1e-5, atol=1e-6)


@every_form
@every_estimator
@given(codes=tiny_designs())
def test_an_undefined_correlation_has_no_error(form, estimator, codes):
    reason, numbers = answers(codes, form, estimator)
    assert np.isnan(numbers[:2]).all() if reason else np.isfinite(numbers[0])


def test_fishers_interval_at_the_end_of_the_range_has_a_width():
    ratings = ilr.ratings_from_codes(AT_THE_END, scale=GRADES)
    estimate = ilr.icc(ratings)
    assert_allclose(estimate.value, -1)
    low, high = estimate.confidence_interval(method="fisher")
    assert high - low > 0.5
    agreeing = ilr.lin_ccc([[1, 1], [2, 2], [3, 3], [2, 2]])
    assert agreeing.confidence_interval(method="fisher").width > 0.1
