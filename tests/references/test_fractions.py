"""The definitions written out in exact fractions: a second opinion that shares no code."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
import strategies as our

# values of order 1 from sums of a few dozen terms in double precision
TOLERANCE = 1e-12


def identity(k, j, q):
    return Fraction(k == j)


def linear(k, j, q):
    return 1 - Fraction(abs(k - j), q - 1)


KINDS = {"identity": identity, "linear": linear}


def mean(numbers):
    numbers = list(numbers)
    return sum(numbers, Fraction(0)) / len(numbers)


def rows(ratings):
    """Return one list of grade indices for each unit, None where a rater gave no rating."""
    return [
        [None if code < 0 else code for code in pattern]
        for pattern, times in zip(
            ratings.patterns.tolist(), ratings.frequencies.tolist(), strict=True
        )
        for _ in range(times)
    ]


def given_ratings(row):
    return [grade for grade in row if grade is not None]


def percent_agreement(units, w, q):
    """Gwet: the share of pairs of raters who agree, averaged over units with two ratings."""
    return mean(
        mean(w(a, b, q) for a, b in itertools.permutations(given_ratings(row), 2))
        for row in units
        if len(given_ratings(row)) > 1
    )


def shares(units, q):
    """Gwet: each rated unit's share of ratings of a grade, averaged over rated units."""
    rated = [given_ratings(row) for row in units if given_ratings(row)]
    return [mean(Fraction(row.count(k), len(row)) for row in rated) for k in range(q)]


def credit(first, second, w, q):
    return sum(w(k, j, q) * first[k] * second[j] for k in range(q) for j in range(q))


def pooled_chance(units, w, q):
    """Scott 1955 and Fleiss 1971."""
    return credit(shares(units, q), shares(units, q), w, q)


def gwet_chance(units, w, q):
    """Gwet 2008 and, with weights, 2014."""
    total = sum(w(k, j, q) for k in range(q) for j in range(q))
    return total / (q * (q - 1)) * sum(p * (1 - p) for p in shares(units, q))


def uniform_chance(units, w, q):
    """Brennan and Prediger 1981."""
    return sum(w(k, j, q) for k in range(q) for j in range(q)) / Fraction(q * q)


def own_chance(units, w, q):
    """Cohen 1960 for two raters; Conger 1980: the average over pairs of raters."""
    columns = [given_ratings(column) for column in zip(*units, strict=True)]
    own = [
        [Fraction(column.count(k), len(column)) for k in range(q)] for column in columns if column
    ]
    return mean(credit(a, b, w, q) for a, b in itertools.permutations(own, 2))


def corrected(chance):
    def coefficient(units, w, q):
        expected = chance(units, w, q)
        return (percent_agreement(units, w, q) - expected) / (1 - expected)

    return coefficient


def alpha(units, distance):
    """Krippendorff 2013: coincidences of pairable values, each unit's pairs shared out by m - 1."""
    pairable = [given_ratings(row) for row in units if len(given_ratings(row)) > 1]
    values = [grade for row in pairable for grade in row]
    n = len(values)
    observed = sum(
        distance(a, b, values) / (len(row) - 1)
        for row in pairable
        for a, b in itertools.permutations(row, 2)
    )
    expected = sum(distance(a, b, values) for a, b in itertools.permutations(values, 2))
    return 1 - (n - 1) * Fraction(observed) / expected


def nominal(a, b, values):
    return Fraction(a != b)


def ordinal(a, b, values):
    """Ratings of the grades from one to the other, the two ends counted by half."""
    low, high = min(a, b), max(a, b)
    between = sum(values.count(grade) for grade in range(low, high + 1))
    return (between - Fraction(values.count(low) + values.count(high), 2)) ** 2 if a != b else 0


def interval(a, b, values):
    return Fraction((a - b) ** 2)


def ratio(a, b, values):
    return Fraction((a - b) ** 2, (a + b + 2) ** 2)  # scores are 1 to q, codes from 0


METRICS = {"nominal": nominal, "ordinal": ordinal, "interval": interval, "ratio": ratio}

DEFINITIONS = {
    "percent_agreement": (ilr.percent_agreement, percent_agreement, 4),
    "cohen_kappa": (ilr.cohen_kappa, corrected(own_chance), 2),
    "conger_kappa": (ilr.conger_kappa, corrected(own_chance), 4),
    "scott_pi": (ilr.scott_pi, corrected(pooled_chance), 2),
    "fleiss_kappa": (ilr.fleiss_kappa, corrected(pooled_chance), 4),
    "brennan_prediger": (ilr.brennan_prediger, corrected(uniform_chance), 4),
    "gwet_ac": (ilr.gwet_ac, corrected(gwet_chance), 4),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_value_is_the_definition_in_fractions(name, kind):
    function, definition, max_raters = DEFINITIONS[name]

    @given(ratings=our.studies(max_raters=max_raters))
    def check(ratings):
        exact = definition(rows(ratings), KINDS[kind], len(ratings.scale))
        value = function(ratings, weights=kind).value
        assert_allclose(value, float(exact), rtol=0, atol=TOLERANCE)

    check()


@pytest.mark.parametrize("metric", METRICS)
@given(ratings=our.studies())
def test_alpha_is_the_definition_in_fractions(metric, ratings):
    exact = alpha(rows(ratings), METRICS[metric])
    value = ilr.krippendorff_alpha(ratings, metric=metric).value
    assert_allclose(value, float(exact), rtol=0, atol=TOLERANCE)


@given(counts=our.counts())
def test_anonymous_raters_have_the_same_definition(counts):
    q = counts.shape[1]
    units = [np.repeat(np.arange(q), row).tolist() for row in counts]
    ratings = ilr.ratings_from_counts(counts, scale=ilr.Scale(range(1, q + 1)))
    for function, chance in (
        (ilr.fleiss_kappa, pooled_chance),
        (ilr.gwet_ac, gwet_chance),
        (ilr.brennan_prediger, uniform_chance),
    ):
        exact = corrected(chance)(units, identity, q)
        assert_allclose(function(ratings).value, float(exact), rtol=0, atol=TOLERANCE)
    exact = alpha(units, nominal)
    assert_allclose(ilr.krippendorff_alpha(ratings).value, float(exact), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_standard_error_is_that_of_the_linearised_definition(name):
    """Numerical derivatives of the exact definition by each unit's weight give the error."""
    function, definition, max_raters = DEFINITIONS[name]
    table = np.array([[0, 0, 1], [1, 1, 1], [2, 1, 2], [0, 0, 0], [2, 2, -1], [1, 0, -1]])
    table = table[:, :max_raters]
    ratings = ilr.ratings_from_codes(table, scale=ilr.Scale([1, 2, 3]))
    units, n, copies = rows(ratings), len(table), 1000
    base = definition(units, identity, 3)
    pulls = []
    for unit in units:
        # one unit more among many copies of all: exact up to 1 / copies
        heavier = definition(units * copies + [unit], identity, 3)
        pulls.append(float((heavier - base) * (n * copies + 1)))
    error = np.sqrt(np.sum(np.square(pulls)) / (n * (n - 1)))
    assert_allclose(function(ratings).standard_error, error, rtol=2 / copies)
