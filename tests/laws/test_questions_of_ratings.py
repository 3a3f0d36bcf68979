"""Laws of every further question put to ratings: tests, thresholds, components, other raters."""

from functools import partial

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
import strategies as our
from laws.test_tables_and_groups import leaves

SCALE = ilr.Scale([1, 2, 3])


def difference(ratings):
    return ilr.difference(ilr.fleiss_kappa(ratings), ilr.gwet_ac(ratings), paired=True)


def polychoric(ratings):
    """Return the value of one pair alone: limits take a second."""
    found = ilr.polychoric_correlation(ratings.select_raters(0, 1), method="two_step")
    return Values([found.value])


class Values(tuple):
    def to_dict(self):
        return list(self)


def equal(ratings):
    """Return the test of the grades' kappas."""
    by_grade = ilr.kappa_by_grade(ratings)
    return ilr.equal_agreement_test(by_grade, paired=True)


QUESTIONS = {
    "agreement_with_standard": lambda ratings: ilr.agreement_with_standard(ratings, 0),
    "difference": difference,
    "equal_agreement_test": equal,
    "equivalence_test": lambda r: ilr.equivalence_test(ilr.fleiss_kappa(r), low=0.1, high=0.9),
    "grade_accuracy": ilr.grade_accuracy,
    "polychoric_correlation": polychoric,
    "repeat_grade_probability": ilr.repeat_grade_probability,
    "generalise": partial(ilr.generalise, ilr.fleiss_kappa),
    "icc_test": ilr.icc_test,
    "kappa_by_grade": ilr.kappa_by_grade,
    "kendall_w_test": partial(ilr.kendall_w_test, method="asymptotic"),
    "pairwise_agreement": ilr.pairwise_agreement,
    "reliability_from_repeats": partial(ilr.reliability_from_repeats, model="bound"),
    "threshold_test": lambda ratings: ilr.threshold_test(ilr.fleiss_kappa(ratings), 0.5),
    "variance_components": ilr.variance_components,
}
OF_EACH_RATER = {
    "agreement_with_standard",
    "pairwise_agreement",
    "polychoric_correlation",
    "reliability_from_repeats",
}
each_question = pytest.mark.parametrize("name", QUESTIONS)
quiet = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
few = settings(max_examples=10)
studies = our.codes(n_grades=3, min_raters=3, max_raters=3, missing=False)


def answer(name, codes, **more):
    result = QUESTIONS[name](ilr.ratings_from_codes(codes, scale=SCALE, **more))
    return list(leaves(result.to_dict()))


@quiet
@each_question
@few
@given(codes=studies, data=st.data())
def test_the_order_of_units_is_irrelevant(name, codes, data):
    order = data.draw(st.permutations(range(len(codes))))
    assert_allclose(answer(name, codes[order]), answer(name, codes), atol=1e-7)


@quiet
@pytest.mark.parametrize("name", sorted(QUESTIONS.keys() - OF_EACH_RATER))
@few
@given(codes=studies)
def test_the_order_of_raters_is_irrelevant(name, codes):
    assert_allclose(answer(name, codes[:, ::-1]), answer(name, codes), atol=1e-7)


@quiet
@each_question
@few
@given(codes=studies)
def test_frequencies_stand_for_repeated_units(name, codes):
    twice = np.repeat(codes, 2, axis=0)
    times = np.full(len(codes), 2)
    assert_allclose(answer(name, codes, frequencies=times), answer(name, twice), atol=1e-7)
