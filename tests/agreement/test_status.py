"""A test of agreement is "ok" exactly where its p-value is a number, a band where its chance is."""

import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis.extra import numpy as hnp

import ilacs_reliability as ilr

COEFFICIENTS = (
    ilr.percent_agreement,
    ilr.conger_kappa,
    ilr.fleiss_kappa,
    ilr.brennan_prediger,
    ilr.gwet_ac,
    ilr.krippendorff_alpha,
    ilr.light_kappa,
    ilr.icc,
    ilr.lin_ccc,
    ilr.kendall_w,
)
TESTS = {
    "threshold_test": lambda found, at: ilr.threshold_test(found, at),
    "threshold_test two-sided": lambda found, at: ilr.threshold_test(
        found, at, alternative="two-sided"
    ),
    "equivalence_test": lambda found, at: ilr.equivalence_test(found, low=at - 0.2, high=at + 0.2),
    "difference": lambda found, at: ilr.threshold_test(
        ilr.difference(found, found, paired=True), at
    ),
}
FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")


@st.composite
def small_tables(draw):
    """Grades 0 to 3 of one to six units by one to four raters, nan where missing."""
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 4)))
    codes = draw(hnp.arrays(np.int8, shape, elements=st.integers(-1, 3)))
    codes[0, 0] = max(codes[0, 0], 0)
    return ilr.ratings_from_codes(codes, scale=ilr.Scale(range(4)))


def quietly(call, *args, **options):
    """Return what a call returns, whatever it warns of; None where it refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        try:
            return call(*args, **options)
        except ValueError:
            return None


def check(result):
    assert (result.status == "ok") == np.isfinite(result.p_value), repr(result)
    assert (result.status == "ok") == (not result.reason)
    assert np.isnan(result.p_value) or 0 <= result.p_value <= 1
    if result.status == "ok":
        assert result.effect is None or np.isfinite(result.effect.value)


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
@given(ratings=small_tables(), at=st.sampled_from([-0.5, 0.0, 0.4, 0.8, 1.0]), data=st.data())
def test_a_test_of_an_estimate_is_ok_exactly_with_a_p_value(test, ratings, at, data):
    found = quietly(data.draw(st.sampled_from(COEFFICIENTS)), ratings)
    result = None if found is None else quietly(test, found, at)
    if result is not None:
        check(result)


@given(ratings=small_tables(), method=st.sampled_from(["exact", "monte_carlo", "asymptotic"]))
def test_concordance_is_tested_exactly_where_there_is_one(ratings, method):
    result = quietly(ilr.kendall_w_test, ratings, method=method, n_resamples=19, rng=1)
    if result is not None:
        check(result)


@given(
    ratings=small_tables(),
    form=st.sampled_from(FORMS),
    threshold=st.sampled_from([-0.2, 0.0, 0.5]),
)
def test_intraclass_correlation_is_tested_exactly_where_there_is_one(ratings, form, threshold):
    result = quietly(ilr.icc_test, ratings, form=form, threshold=threshold)
    if result is not None:
        check(result)


@given(ratings=small_tables(), coefficient=st.sampled_from(COEFFICIENTS))
def test_bands_have_chances_exactly_where_there_is_an_estimate(ratings, coefficient):
    found = quietly(coefficient, ratings)
    bands = None if found is None else quietly(ilr.benchmark, found)
    assume(bands is not None)
    chances = np.array(bands.probabilities)
    assert (found.status == "ok") == np.isfinite(chances).all()
    assert (found.status == "ok") == bool(bands.band and bands.at_value)
    if found.status == "ok":
        assert abs(chances.sum() - 1.0) < 1e-9
        assert chances.min() >= 0
