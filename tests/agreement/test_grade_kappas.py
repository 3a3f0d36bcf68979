"""Coefficients of each grade against the rest."""

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import ilacs_reliability as ilr
import strategies as our
from closeness import close

DIAGNOSES = ilr.load_dataset("fleiss_1971").counts
RATINGS = ilr.ratings_from_counts(DIAGNOSES, scale=ilr.Scale([1, 2, 3, 4, 5]))
quiet = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")


def test_diagnoses_have_the_kappas_of_irr():
    # R 4.2.2, irr 0.84.1: kappam.fleiss(diagnoses, detail = TRUE)$detail, printed to 3 digits
    printed = [0.245, 0.245, 0.520, 0.471, 0.566]
    found = ilr.kappa_by_grade(RATINGS)
    assert [round(kappa.value, 3) for kappa in found.values()] == pytest.approx(printed)


def test_diagnoses_have_the_kappas_of_the_definition():
    counts = [[int(x) for x in row] for row in DIAGNOSES]
    n, m = len(counts), sum(counts[0])
    found = ilr.kappa_by_grade(RATINGS)
    for grade, kappa in enumerate(found.values()):
        share = Fraction(sum(row[grade] for row in counts), n * m)
        again = sum(Fraction(row[grade] * (row[grade] - 1)) for row in counts)
        again /= n * m * (m - 1) * share
        assert kappa.value == close(float((again - share) / (1 - share)))


@quiet
@our.examples(20)
@given(codes=our.codes(n_grades=3, min_raters=2, max_raters=3, missing=False))
def test_fleiss_kappa_is_their_average(codes):
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(["a", "b", "c"]))
    shares = np.bincount(codes.ravel(), minlength=3) / codes.size
    weights = shares * (1 - shares)
    found = ilr.kappa_by_grade(ratings)
    values = np.array([kappa.value for kappa in found.values()])
    used = weights > 0
    average = values[used] @ weights[used] / weights.sum() if used.any() else np.nan
    whole = ilr.fleiss_kappa(ratings).value
    assert average == pytest.approx(whole, abs=1e-9, nan_ok=True)


@our.examples(20)
@given(
    codes=our.codes(n_grades=2, min_raters=2, max_raters=3, missing=True),
    name=st.sampled_from(["fleiss_kappa", "gwet_ac", "krippendorff_alpha", "percent_agreement"]),
)
@quiet
def test_of_two_grades_both_have_the_whole_value(codes, name):
    coefficient = getattr(ilr, name)
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(["no", "yes"]))
    whole = coefficient(ratings)
    for entry in ilr.kappa_by_grade(ratings, coefficient=coefficient).values():
        assert entry.value == pytest.approx(whole.value, nan_ok=True)
        assert entry.reason == whole.reason


def test_missing_ratings_and_clusters_stay():
    codes = np.array([[0, 0], [0, 1], [1, 1], [2, -1], [2, 2], [2, 1], [0, 0]])
    scale, clusters = ilr.Scale(["a", "b", "c"]), [0, 0, 1, 1, 2, 2, 3]
    ratings = ilr.ratings_from_codes(codes, scale=scale, clusters=clusters)
    by_hand = np.where(codes < 0, -1, codes == 2)
    apart = ilr.ratings_from_codes(by_hand, scale=ilr.Scale(["rest", "c"]), clusters=clusters)
    whole, found = ilr.fleiss_kappa(apart), ilr.kappa_by_grade(ratings)["c"]
    assert found.value == close(whole.value)
    assert found.standard_error == close(whole.standard_error)
    assert (found.n_independent, found.n_ratings) == (whole.n_independent, whole.n_ratings)


def test_grades_compare_on_the_same_units():
    found = ilr.kappa_by_grade(RATINGS)
    gap = ilr.difference(found[5], found[1], paired=True)
    assert gap.value == close(found[5].value - found[1].value)
    result = ilr.equal_agreement_test([found[5], found[1]], paired=True)
    assert result.statistic == close((gap.value / gap.standard_error) ** 2)


def test_a_grade_that_nobody_gave_is_undefined():
    ratings = ilr.ratings_from_codes(
        [[0, 0], [1, 1], [0, 1]], scale=ilr.Scale(["a", "b", "unused"])
    )
    found = ilr.kappa_by_grade(ratings)
    assert (found["unused"].status, found["unused"].reason) == ("undefined", "no_variation")
    assert found["a"].status == "ok"


def test_a_function_that_returns_no_estimate_is_named():
    with pytest.raises(TypeError, match="`coefficient` must return an Estimate, but got Listing"):
        ilr.kappa_by_grade([[1, 1], [1, 2]], coefficient=ilr.unit_agreement)
