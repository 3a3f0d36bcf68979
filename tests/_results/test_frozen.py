"""What several results share cannot be changed through any of them, nor through what was given."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import ilacs_reliability as ilr
from closeness import close

GRADES = ilr.Scale(["a", "b", "c"])
CODES = np.array([[0, 0], [0, 1], [1, 1], [2, 2], [2, 1], [1, 1], [0, 2]], dtype=np.int8)
COEFFICIENTS = [
    ilr.percent_agreement,
    ilr.cohen_kappa,
    ilr.fleiss_kappa,
    ilr.gwet_ac,
    ilr.krippendorff_alpha,
]


def arrays_of(thing):
    """Yield the arrays that a record holds."""
    for name in type(thing).__slots__:
        part = getattr(thing, name, None)
        if isinstance(part, np.ndarray):
            yield name, part


def test_arrays_of_ratings_are_read_only():
    ratings = ilr.ratings_from_codes(CODES, scale=GRADES, clusters=[0, 0, 1, 1, 2, 2, 2])
    for coefficient in COEFFICIENTS:
        _ = coefficient(ratings)
    held = [*arrays_of(ratings), *arrays_of(ratings.table)]
    assert len(held) > 8
    for name, array in held:
        assert not array.flags.writeable, name


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_no_result_of_a_batch_changes_another(coefficient):
    ratings = ilr.ratings_from_codes(CODES, scale=GRADES)
    rng = np.random.default_rng(1)
    size = len(ratings.frequencies)
    batch = ratings.with_frequencies(rng.multinomial(50, np.full(size, 1 / size), 4))
    first = [np.array(each(batch).value) for each in COEFFICIENTS]
    found = coefficient(batch)
    for name in ("value", "observed", "expected", "frequencies", "influence"):
        array = np.asarray(getattr(found, name))
        if array.flags.writeable:
            array[...] = 0.123
    for each, value in zip(COEFFICIENTS, first, strict=True):
        assert_array_equal(each(batch).value, value)


def test_frequencies_are_those_of_the_call():
    ratings = ilr.ratings_from_codes(CODES, scale=GRADES)
    frequencies = ratings.frequencies * 5.0
    given = ratings.with_frequencies(frequencies)
    before = ilr.fleiss_kappa(given).value
    frequencies[0] = 100
    assert ilr.fleiss_kappa(given).value == close(before)
    assert ilr.fleiss_kappa(given, weights=np.eye(3)).value == pytest.approx(before, rel=1e-12)


def test_codes_that_were_given_stay_writeable():
    codes = CODES.copy()
    frequencies, clusters = np.arange(1, 8), np.arange(7)
    ilr.ratings_from_codes(codes, scale=GRADES, frequencies=frequencies, clusters=clusters)
    assert codes.flags.writeable
    assert frequencies.flags.writeable
    assert clusters.flags.writeable
    counts = np.array([[1, 1, 0], [0, 2, 0]])
    ilr.ratings_from_counts(counts, scale=GRADES)
    assert counts.flags.writeable
