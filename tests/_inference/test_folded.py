"""Measures without a sign: chance alone pushes them up, and no test may take half of that."""

import warnings
from functools import partial

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, example, given
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close

TABLES = hnp.arrays(np.int64, (3, 3), elements=st.integers(1, 6))
STUDIES = hnp.arrays(np.int64, (7, 3), elements=st.integers(0, 3))


def inconsistency(table):
    return ilr.stratified_shift({"a": table, "b": table[::-1]}).heterogeneity


OF_TABLES = {
    "bowker": ilr.bowker,
    "exact bowker": partial(ilr.bowker, method="exact"),
    "drawn bowker": partial(ilr.bowker, method="monte_carlo", n_resamples=19, rng=1),
    "stuart_maxwell": ilr.stuart_maxwell,
    "exact stuart_maxwell": partial(ilr.stuart_maxwell, method="exact"),
    "bhapkar": ilr.bhapkar,
    "inconsistency": inconsistency,
}
OF_STUDIES = {
    "friedman": ilr.friedman,
    "exact friedman": partial(ilr.friedman, method="exact"),
    "iman_davenport": partial(ilr.friedman, method="iman_davenport"),
    "madansky": ilr.madansky,
    "cochran_q": lambda grades: ilr.cochran_q(np.where(grades > 1, 1, 0)),
}


def result_of(test, data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        result = test(data)
    assume(result.status == "ok" and result.effect is not None)
    assume(result.effect.status == "ok" and result.p_value > 1e-9)
    return result


def is_not_surer_than_the_test(result):
    """Nothing that it can be is less than 0: there it asks what the test asks."""
    found = ilr.threshold_test(result.effect, 0.0, method="ball")
    assert_allclose(found.p_value, max(result.p_value, found.p_value), rtol=1e-6, atol=1e-9)
    above = [ilr.threshold_test(result.effect, at).p_value for at in (0.0, 0.1, 0.4, 0.7, 1.0)]
    assert (np.diff(above) >= -1e-9).all()


@pytest.mark.parametrize("test", OF_TABLES.values(), ids=OF_TABLES)
@our.examples(12)
@given(table=TABLES)
@example(table=np.array([[9, 12, 2], [3, 20, 9], [1, 4, 9]]))
def test_an_effect_of_a_table_is_not_above_nothing_more_surely_than_its_test_says(test, table):
    is_not_surer_than_the_test(result_of(test, table))


@pytest.mark.parametrize("test", OF_STUDIES.values(), ids=OF_STUDIES)
@our.examples(12)
@given(grades=STUDIES)
def test_an_effect_of_occasions_is_not_above_nothing_more_surely_than_its_test_says(test, grades):
    is_not_surer_than_the_test(result_of(test, grades))


def test_bowkers_imbalance_is_above_nothing_by_its_chi_square():
    """(12 - 3)^2 / 15 + (2 - 1)^2 / 3 + (9 - 4)^2 / 13, on three degrees of freedom."""
    effect = ilr.bowker([[9, 12, 2], [3, 20, 9], [1, 4, 9]]).effect
    right = stats.chi2.sf(81 / 15 + 1 / 3 + 25 / 13, 3)
    assert ilr.threshold_test(effect, 0.0).p_value == pytest.approx(right, rel=1e-6)
    assert ilr.threshold_test(effect, 0.0, alternative="two-sided").p_value == pytest.approx(
        right, rel=1e-6
    )


@pytest.mark.parametrize("table", [[[20, 10], [12, 20]], [[5, 20], [12, 9]], [[8, 8], [8, 8]]])
def test_an_e_value_is_above_one_as_surely_as_the_ratio_is_not_one(table):
    found = ilr.threshold_test(ilr.e_value(table), 1.0).p_value
    ratio = ilr.threshold_test(ilr.risk_ratio(table), 1.0, alternative="two-sided")
    assert found == pytest.approx(ratio.p_value, rel=1e-6)


def test_a_difference_of_two_errs_to_either_side_by_all_of_either():
    """Half of it would be right where the smaller one had a sign."""
    large = ilr.bowker([[9, 12, 2], [3, 20, 9], [1, 4, 9]]).effect
    small = ilr.bowker([[9, 6, 5], [5, 20, 6], [4, 5, 9]]).effect
    for gap, side, end in (
        (ilr.difference(large, small, paired=False), "greater", -0.3),
        (ilr.difference(small, large, paired=False), "less", 0.3),
    ):
        both = ilr.threshold_test(gap, end, alternative="two-sided").p_value
        assert ilr.threshold_test(gap, end, alternative=side).p_value == close(both)


def test_a_share_still_takes_half():
    share = ilr.percent_agreement(np.array([[1, 1]] * 7 + [[1, 2]] * 2))
    right = stats.binomtest(7, 9, 0.3, alternative="greater").pvalue
    assert ilr.threshold_test(share, 0.3).p_value == pytest.approx(right, rel=1e-6)
