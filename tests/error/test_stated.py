"""A reliability that is an estimate: of what, and how its limits enter."""

import warnings

import numpy as np
import pytest

import ilacs_reliability as ilr
from closeness import close

TABLE = [[9, 3], [2, 6]]
# of which the limits are about -.39 and .97
FEW = np.array([[1, 2], [2, 2], [3, 2], [1, 1], [2, 3], [3, 3.0]])
# limits of which nearly all pass 1 and 0
GROUPS = [[6, 14], [11, 14]]


def probability(*, reliability):
    return ilr.repeat_grade_probability([40, 60], reliability=reliability)


def of_table(function):
    return lambda *, reliability: function(TABLE, reliability=reliability)


TAKING = {
    "noise_only_transitions": of_table(ilr.noise_only_transitions),
    "regression_to_mean_test": of_table(ilr.regression_to_mean_test),
    "corrected_shift": of_table(ilr.corrected_shift),
    "repeat_grade_probability": probability,
    "grade_accuracy": lambda *, reliability: ilr.grade_accuracy([4, 6], reliability=reliability),
    "latent_grade_model": lambda *, reliability: ilr.latent_grade_model(
        [4, 6], reliability=reliability
    ),
}
every_one = pytest.mark.parametrize("taking", TAKING.values(), ids=TAKING)

PAIRS = np.array([[1, 1], [2, 2], [3, 2], [1, 1], [2, 3], [3, 3], [1, 1], [2, 2], [3, 3], [2, 2.0]])
NO_RELIABILITY = {
    "a share": ilr.percent_agreement(PAIRS),
    "a weighted share": ilr.percent_agreement(PAIRS, weights="quadratic"),
    "kappa of the same grade": ilr.cohen_kappa(PAIRS),
    "AC": ilr.gwet_ac(PAIRS, weights="quadratic"),
    "a mean of two": ilr.icc(PAIRS, form="C,k"),
    "a ratio": ilr.risk_ratio(GROUPS),
    "a relative effect": ilr.relative_effect(GROUPS),
}
RELIABILITIES = {
    "icc": ilr.icc(PAIRS),
    "lin_ccc": ilr.lin_ccc(PAIRS),
    "quadratic kappa": ilr.cohen_kappa(PAIRS, weights="quadratic"),
    "interval alpha": ilr.krippendorff_alpha(PAIRS, metric="interval"),
    "polychoric": ilr.polychoric_correlation(PAIRS),
}


@every_one
def test_limits_beyond_nothing_and_one_are_nothing_and_one(taking):
    found = ilr.icc(FEW)
    assert found.confidence_interval().low < 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = taking(reliability=found)
        assert "-0.39" not in result.describe()


def test_what_is_said_at_the_lower_limit_is_said_at_none():
    found, none = ilr.icc(FEW), TAKING["regression_to_mean_test"](reliability=0.0)
    noise = TAKING["noise_only_transitions"]
    assert noise(reliability=found).unchanged_interval.low == close(noise(reliability=0).unchanged)
    notes = TAKING["regression_to_mean_test"](reliability=found).notes
    assert any(f"gives p = {none.p_value:.3f} and" in note for note in notes)
    shift = TAKING["corrected_shift"](reliability=found)
    assert "With a reliability of 0 the errors are too many to be turned back." in shift.notes
    same, least = (probability(reliability=one)["same grade"] for one in (found, 0.0))
    assert same.confidence_interval().low == close(least.value)


@every_one
@pytest.mark.parametrize("wrong", NO_RELIABILITY.values(), ids=NO_RELIABILITY)
def test_what_is_no_correlation_of_two_gradings_is_refused(taking, wrong):
    with pytest.raises(ValueError, match="`reliability` must be the correlation of two gradings"):
        taking(reliability=wrong)


@every_one
@pytest.mark.parametrize("right", RELIABILITIES.values(), ids=RELIABILITIES)
def test_what_is_one_is_taken(taking, right):
    taking(reliability=right)


@every_one
def test_one_below_nothing_is_refused(taking):
    with pytest.raises(ValueError, match="`reliability` must be from 0 to 1"):
        taking(reliability=ilr.icc([[1, 3], [2, 1], [3, 2], [3, 1]]))
