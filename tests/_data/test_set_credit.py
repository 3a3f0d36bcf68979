"""Credit between sets of labels."""

from itertools import combinations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from closeness import close

THEMES = ilr.Scale([frozenset(x) for n in range(4) for x in combinations("abc", n)], ordered=False)


def place(text):
    return THEMES.labels.index(frozenset(text))


@pytest.mark.parametrize(
    ("kind", "a", "b", "credit"),
    [
        ("jaccard", "ab", "bc", 1 / 3),
        ("jaccard", "ab", "abc", 2 / 3),
        ("jaccard", "", "", 1.0),
        ("jaccard", "", "a", 0.0),
        # Passonneau 2006: 2/3 where one holds the other, 1/3 where they overlap, else 0
        ("masi", "ab", "bc", 1 / 9),
        ("masi", "ab", "abc", 4 / 9),
        ("masi", "a", "b", 0.0),
        ("masi", "abc", "abc", 1.0),
    ],
)
def test_credit_is_that_of_the_definitions(kind, a, b, credit):
    weights = ilr.set_weights(THEMES, kind=kind)
    assert weights[place(a), place(b)] == close(credit)
    assert weights[place(b), place(a)] == close(credit)


def test_alpha_is_that_of_nltk():
    # nltk 3.10.4: AnnotationTask(data, distance=jaccard_distance).alpha() of the units below
    pairs = [("ab", "a"), ("b", "b"), ("abc", "bc"), ("c", "ac"), ("a", "a"), ("b", "c")]
    sets = [[frozenset(x), frozenset(y)] for x, y in pairs]
    ratings = ilr.ratings_from_matrix(sets, scale=THEMES)
    found = ilr.krippendorff_alpha(ratings, metric=ilr.set_weights(THEMES))
    assert found.value == close(0.43382352941176483)


def test_tuples_are_sets_too():
    scale = ilr.Scale([(), ("a",), ("b",), ("a", "b")], ordered=False)
    sets = ilr.Scale([frozenset(x) for x in scale.labels], ordered=False)
    assert_allclose(ilr.set_weights(scale), ilr.set_weights(sets))


@given(labels=st.lists(st.frozensets(st.sampled_from("abcdef")), min_size=2, unique=True))
def test_credit_is_symmetric_and_masi_no_more_than_jaccard(labels):
    scale = ilr.Scale(labels, ordered=False)
    jaccard, masi = ilr.set_weights(scale), ilr.set_weights(scale, kind="masi")
    for weights in (jaccard, masi):
        assert_allclose(weights, weights.T)
        assert_allclose(np.diag(weights), 1.0)
    assert (masi <= jaccard + 1e-12).all()


@pytest.mark.parametrize(
    ("scale", "error", "match"),
    [
        ([{"a"}], TypeError, "`scale` must be a Scale"),
        (ilr.Scale(["ab", "b"]), TypeError, "sets of labels as grades, but got 'ab' at place 0"),
        (ilr.Scale([1, 2]), TypeError, "sets of labels as grades, but got 1 at place 0"),
        (ilr.Scale([("a",), ("b", "b")], ordered=False), ValueError, "a label twice"),
    ],
)
def test_what_holds_no_sets_is_refused(scale, error, match):
    with pytest.raises(error, match=match):
        ilr.set_weights(scale)


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="`kind` must be one of"):
        ilr.set_weights(THEMES, kind="dice")
