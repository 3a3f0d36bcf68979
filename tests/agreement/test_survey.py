"""Survey weights: R's survey, and what must hold of any weights."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from stored import cases

SCALE = ilr.Scale([1, 2, 3])
GRADES = [[1, 1], [2, 2], [2, 1], [3, 3], [1, 1], [2, 3], [3, 3], [2, 2], [1, 2]]
WEIGHTS = [4, 1, 2, 1, 4.5, 1, 3, 1, 0.5]


def named(**more):
    units = [f"unit {place}" for place in range(len(GRADES))]
    ratings = ilr.ratings_from_matrix(GRADES, scale=SCALE, units=units, **more)
    return ratings, dict(zip(units, WEIGHTS, strict=True))


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=one["id"]) for one in cases("survey_agreement")]
)
def test_values_errors_and_design_effects_are_those_of_survey(case):
    counts = np.array(case["data"]["counts"])
    codes = np.repeat(np.argwhere(counts), counts[counts > 0], axis=0)
    _, kind, size = case["id"].split(".")
    units = [f"unit {place}" for place in range(len(codes))]
    clusters = None if size == "1" else [place // int(size) for place in range(len(codes))]
    scale = ilr.Scale([str(label) for label in case["data"]["labels"]])
    ratings = ilr.ratings_from_codes(codes, scale=scale, units=units, clusters=clusters)
    coefficient = ilr.cohen_kappa if kind == "svykappa" else ilr.percent_agreement
    weights = {unit: place % 7 + 1 for place, unit in enumerate(units)}
    found = ilr.survey_weighted(coefficient, ratings, survey_weights=weights)
    theirs = case["values"]
    assert_allclose(found.value, theirs["estimate"], rtol=1e-12)
    assert_allclose(found.standard_error, theirs["standard_error"], rtol=1e-10)
    if "effect" in theirs:
        assert f"Design effect {theirs['effect']:.2f}: " in found.notes[-1]


COEFFICIENTS = (
    ilr.cohen_kappa,
    ilr.gwet_ac,
    ilr.percent_agreement,
    partial(ilr.fleiss_kappa, weights="quadratic"),
)


@given(st.lists(st.integers(1, 4), min_size=9, max_size=9))
@our.examples(12)
def test_whole_weights_give_the_value_of_so_many_units(weights):
    many = np.repeat(GRADES, weights, axis=0)
    for coefficient in COEFFICIENTS:
        found = ilr.survey_weighted(coefficient, GRADES, survey_weights=weights)
        assert found.value == close(coefficient(many).value)
        assert found.n_units == close(9)
        tripled = ilr.survey_weighted(coefficient, GRADES, survey_weights=[3 * w for w in weights])
        assert tripled.standard_error == close(found.standard_error)
        low, high = found.confidence_interval()
        assert low < found.value < high


@pytest.mark.parametrize("coefficient", [*COEFFICIENTS, ilr.kappa_max])
def test_units_that_are_all_alike_leave_a_width(coefficient):
    found = ilr.survey_weighted(coefficient, [[0, 1], [0, 1]], survey_weights=[4, 1e9])
    low, high = found.confidence_interval()
    assert found.status == "undefined" or low < high


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_equal_weights_change_nothing(coefficient):
    found = ilr.survey_weighted(coefficient, GRADES, survey_weights=[2] * 9)
    plain = coefficient(GRADES)
    assert found.value == close(plain.value)
    assert found.standard_error == close(plain.standard_error)
    limits = (
        [*plain.confidence_interval(method="score")] if "score" in plain.interval_methods else []
    )
    assert [*found.confidence_interval()] == [*map(close, limits or found.confidence_interval())]
    assert "Design effect 1.00: as much is known as from 9 units" in found.notes[-1]
    assert set(found.interval_methods) <= {"score", "t", "wald", "logit"}


def test_weights_go_by_name_or_by_row_and_clusters_are_drawn_whole():
    ratings, weights = named()
    by_name = ilr.survey_weighted(ilr.gwet_ac, ratings, survey_weights=weights)
    by_row = ilr.survey_weighted(ilr.gwet_ac, GRADES, survey_weights=WEIGHTS)
    assert by_name.value == close(by_row.value)
    assert by_name.standard_error == close(by_row.standard_error)
    apart, _ = named(clusters=list(range(9)))
    alone = ilr.survey_weighted(ilr.gwet_ac, apart, survey_weights=weights)
    assert alone.standard_error == close(by_name.standard_error)
    together, _ = named(clusters=[0, 0, 0, 1, 1, 1, 2, 2, 2])
    clustered = ilr.survey_weighted(ilr.gwet_ac, together, survey_weights=weights)
    assert clustered.value == close(by_name.value)
    assert clustered.n_independent == 3
    # 9 times the sum of their squares, 53.5, over the square of their sum, 18
    assert "of weights alone 1.49" in clustered.notes[-1]
    assert "weighted by survey weights, is" in by_name.describe()


@pytest.mark.parametrize(
    ("ratings", "weights", "kind", "message"),
    [
        (GRADES, [1, 2], ValueError, "one number for each of 9 units, but got 2"),
        (GRADES, [0, *WEIGHTS[1:]], ValueError, "must be above 0, but got 0 at 0"),
        (GRADES, ["a"] * 9, TypeError, "`survey_weights` must be a number"),
        (GRADES, 3, TypeError, "`survey_weights` must be a sequence"),
        (named()[0], WEIGHTS, TypeError, "must be a mapping of units"),
        (named()[0], {"unit 0": 1}, ValueError, "no weight for 'unit|no weight for"),
        (ilr.ratings_from_matrix(GRADES, scale=SCALE), {"a": 1}, ValueError, "have no names"),
    ],
)
def test_weights_that_do_not_fit_are_refused(ratings, weights, kind, message):
    with pytest.raises(kind, match=message):
        ilr.survey_weighted(ilr.gwet_ac, ratings, survey_weights=weights)
