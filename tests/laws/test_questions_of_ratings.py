"""Laws of every further question put to ratings: tests, thresholds, components, other raters."""

from typing import NamedTuple

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


def takes_ratings(row):
    return row.given is not None and isinstance(row.call()[0][0], ilr.Ratings)


QUESTIONS = {name: row.question for name, row in ROWS.items() if row.question}
OF_EACH_RATER = {
    "agreement_with_standard",
    "consensus_agreement",
    "group_agreement",
    "intra_rater_agreement",
    "pairwise_agreement",
    "pairwise_occasions",
    "polychoric_correlation",
    "reliability_from_repeats",
}
each_question = pytest.mark.parametrize("name", QUESTIONS)
quiet = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
few = our.examples(10)
studies = our.codes(n_grades=3, min_raters=3, max_raters=3, missing=False)


def answer(name, codes, **more):
    result = QUESTIONS[name](ilr.ratings_from_codes(codes, scale=SCALE, **more))
    found = list(leaves(result.to_dict()))
    assert found, f"{name} says no number that a law could hold"
    return found


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


SEEN = {
    2: ([[0, 0], [1, 1], [2, 2], [0, 1], [1, 2], [1, 0]], [5, 20, 30, 4, 8, 2]),
    3: ([[0, 1, 1], [1, 1, 2], [2, 2, 2], [0, 0, 1], [1, 0, -1]], [3, 2, 5, 1, 2]),
}
ALIKE = {2: ([[1, 1]], [9]), 3: ([[1, 1, 1]], [9])}
UNSEEN = {2: [[2, 0], [0, 2], [2, -1], [-1, -1]], 3: [[2, 0, 1], [0, 0, 0], [2, -1, -1]]}


# what gives back the pattern table itself
TABLES = {"ratings_with_consensus"}


@quiet
@pytest.mark.parametrize("study", [SEEN, ALIKE], ids=["seen", "alike"])
@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if takes_ratings(row) and name not in TABLES]
)
def test_patterns_that_no_unit_has_change_nothing(name, study):
    """Not even the method: a single rating that nobody gave kept limits from being enumerated."""
    (first, *others), options = ROWS[name].call()
    (codes, times), unseen = study[min(first.n_raters, 3)], UNSEEN[min(first.n_raters, 3)]
    answers, reasons = [], []
    for more in ([], unseen):
        patterns = np.minimum([*codes, *more], first.scale.n_grades - 1)
        # one unit more of each, which is then taken away
        given = {"frequencies": np.append(times, np.zeros(len(more), int)) + 1}
        ratings = ilr.ratings_from_codes(patterns, scale=first.scale, **given)
        counted = (patterns == ratings.patterns[:, None]).all(axis=2) @ np.ones(len(patterns), int)
        ratings = ratings.with_frequencies(ratings.frequencies - counted)
        try:
            found = getattr(ilr, name)(ratings, *others, **options)
        except ValueError as error:
            found = Refused(str(error))
        answers.append(all_leaves(found))
        reasons.append(getattr(found, "reason", ""))
    assert_allclose(*answers, atol=1e-7)
    assert reasons[0] == reasons[1]
    assert answers[0] or study is ALIKE


class Refused(NamedTuple):
    """Why there is no answer."""

    reason: str


def all_leaves(found):
    """Return the numbers of a record, or of several."""
    several = found if isinstance(found, tuple) else (found,)
    return [leaf for one in several if hasattr(one, "to_dict") for leaf in leaves(one.to_dict())]
