"""Laws of every further question put to ratings: tests, thresholds, components, other raters."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
import strategies as our
from laws.test_tables_and_groups import leaves
from registry import ROWS

SCALE = ilr.Scale([1, 2, 3])


QUESTIONS = {name: row.question for name, row in ROWS.items() if row.question}
OF_EACH_RATER = {
    "agreement_with_standard",
    "pairwise_agreement",
    "polychoric_correlation",
    "reliability_from_repeats",
}
each_question = pytest.mark.parametrize("name", QUESTIONS)
quiet = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
few = our.examples(10)
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
