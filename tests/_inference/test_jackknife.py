"""The jackknife on sums over patterns, against leaving a unit out of the patterns."""

import pickle
import warnings
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability._inference import drawn_units

BY_SUMS = [
    ilr.percent_agreement,
    ilr.brennan_prediger,
    ilr.gwet_ac,
    ilr.fleiss_kappa,
    ilr.conger_kappa,
    ilr.krippendorff_alpha,
    partial(ilr.gwet_ac, weights="quadratic"),
    partial(ilr.conger_kappa, weights="linear"),
    *(partial(ilr.krippendorff_alpha, metric=metric) for metric in ("ordinal", "interval")),
]


def without_marks(coefficient):
    """Return the same coefficient as a function of which nothing is known."""
    return lambda ratings: coefficient(ratings)


@pytest.mark.parametrize("coefficient", BY_SUMS)
@given(ratings=our.studies())
def test_subtracting_from_sums_is_leaving_units_out(coefficient, ratings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        ours = ilr.jackknife(coefficient, ratings)
        plain = ilr.jackknife(without_marks(coefficient), ratings)
    assert_allclose(ours.replicates, plain.replicates, atol=1e-12)
    assert_array_equal(ours.frequencies, plain.frequencies)
    assert_allclose(ours.value, plain.value, atol=1e-12)
    assert_allclose(ours.standard_error, plain.standard_error, atol=1e-12)


@pytest.mark.parametrize("coefficient", [ilr.cohen_kappa, ilr.scott_pi])
@given(table=our.square_tables())
def test_the_same_for_two_raters_and_patterns_that_nobody_has(coefficient, table):
    scale = ilr.Scale(range(len(table)))
    full = ilr.ratings_from_table(table + 1, scale=scale)
    ratings = full.with_frequencies(table.ravel())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        ours = ilr.jackknife(coefficient, ratings)
        plain = ilr.jackknife(without_marks(coefficient), ratings)
    assert_allclose(ours.replicates, plain.replicates, atol=1e-12)
    assert ours.frequencies.sum() == table.sum()


@pytest.mark.parametrize("coefficient", BY_SUMS)
def test_blocks_give_what_one_block_does(coefficient, monkeypatch):
    rng = np.random.default_rng(20240331)
    codes = rng.integers(-1, 3, (60, 4))
    scale = ilr.Scale(["RI", "good", "outstanding"])
    whole = ilr.jackknife(coefficient, ilr.ratings_from_codes(codes, scale=scale))
    monkeypatch.setattr(drawn_units, "BLOCK", 100)
    parts = ilr.jackknife(coefficient, ilr.ratings_from_codes(codes, scale=scale))
    assert_array_equal(whole.replicates, parts.replicates)


@given(ratings=our.studies())
def test_what_was_asked_before_changes_nothing(ratings):
    """Coefficients share sums that are found once: in whatever order, and after other studies."""
    twice = ratings.with_frequencies(np.stack([ratings.frequencies, 2 * ratings.frequencies]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        first = [coefficient(ratings).value for coefficient in BY_SUMS]
        batch = [coefficient(twice).value[0] for coefficient in BY_SUMS]
        again = [coefficient(ratings).value for coefficient in reversed(BY_SUMS)][::-1]
        fresh = ratings.with_frequencies(ratings.frequencies)
        alone = [coefficient(fresh).value for coefficient in BY_SUMS]
    assert_array_equal(first, again)
    assert_array_equal(first, alone)
    assert_allclose(first, batch, atol=1e-12)


def test_what_was_found_goes_through_pickling():
    ratings = ilr.ratings_from_codes([[0, 0], [1, 1], [0, 1]], scale=ilr.Scale(["no", "yes"]))
    value = ilr.gwet_ac(ratings).value
    ilr.jackknife(ilr.gwet_ac, ratings)
    assert ilr.gwet_ac(pickle.loads(pickle.dumps(ratings))).value == close(value)
