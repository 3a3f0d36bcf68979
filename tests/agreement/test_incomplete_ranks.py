"""Kendall's W by pairs of raters: another program, the definition, and Kendall's own."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from stored import cases

SCALE = ilr.Scale([1, 2, 3, 4])


def by_pairs(ratings):
    return ilr.kendall_w(ratings, missing="pairwise")


def on(codes, **more):
    return ilr.ratings_from_codes(codes, scale=SCALE, **more)


def codes(*, least, most=8):
    shapes = st.tuples(st.integers(3, most), st.integers(2, 4))
    return shapes.flatmap(lambda s: hnp.arrays(np.int64, s, elements=st.integers(least, 3)))


@pytest.mark.parametrize(
    ("ratings", "theirs"),
    [
        pytest.param(case["data"]["ratings"], case["values"], id=case["id"])
        for case in cases("irrna_agreement")
    ],
)
def test_w_of_incomplete_ratings_is_irrnas(ratings, theirs):
    matrix = np.array(ratings, dtype=np.float64)
    assert_allclose(by_pairs(matrix).value, theirs["w"], rtol=1e-12)


@given(st.integers(4, 7), st.integers(3, 5), st.randoms(use_true_random=False))
@our.examples(20)
def test_of_ranks_without_ties_it_averages_spearmans_rho(n, m, random):
    rng = np.random.default_rng(random.randrange(10**6))
    matrix = np.array([rng.permutation(n) for _ in range(m)], dtype=np.float64).T
    matrix[rng.random(matrix.shape) < 0.3] = np.nan
    given = ~np.isnan(matrix)
    total = weight = 0.0
    for i, j in combinations(range(m), 2):
        both = given[:, i] & given[:, j]
        if both.sum() > 1:
            rho = stats.spearmanr(matrix[both, i], matrix[both, j]).statistic
            total, weight = total + (both.sum() - 1) * rho, weight + both.sum() - 1
    assume(weight > 0)
    per_unit = given.sum(axis=1)
    k = per_unit[per_unit > 1].mean()
    found = by_pairs(matrix)
    assert found.value == close((1 + total / weight * (k - 1)) / k)
    assert found.n_units == (per_unit > 1).sum()


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@given(codes(least=0))
@our.examples(20)
def test_of_complete_ratings_it_is_kendalls_ties_and_all(table):
    ours, kendalls = by_pairs(on(table)), ilr.kendall_w(on(table))
    assert ours.status == kendalls.status
    if ours.status == "ok":
        assert ours.value == close(kendalls.value)
        assert ours.standard_error == close(kendalls.standard_error)
        for method in ours.interval_methods:
            limits = [*kendalls.confidence_interval(method=method)]
            assert [*ours.confidence_interval(method=method)] == [*map(close, limits)]


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@given(codes(least=-1))
@our.examples(20)
def test_influences_are_derivatives_and_limits_hold_w(table):
    found = by_pairs(on(table))
    if found.status == "ok":
        taken = on(table)
        many = 1_000_000 * taken.frequencies
        there = by_pairs(replace(taken, frequencies=many))
        many[0] += 1
        slope = (by_pairs(replace(taken, frequencies=many)).value - there.value) * there.n_units
        assert_allclose(slope, there.influence[0], atol=1e-3 * (1 + abs(slope)))
        assert -1 <= found.value <= 1
        low, high = found.confidence_interval()
        assert -1 <= low <= found.value <= high <= 1
        assert low < high


def test_a_unit_with_one_rating_changes_nothing():
    table = [[0, 1, -1], [1, -1, 2], [-1, 2, 0], [3, 3, 1]]
    alone = by_pairs(on(table))
    more = by_pairs(on([*table, [3, -1, -1], [-1, -1, -1]]))
    assert more.value == close(alone.value)
    assert more.n_units == alone.n_units == 4


@pytest.mark.parametrize(
    ("table", "reason", "why"),
    [
        ([[0, 1, -1], [-1, 1, 2], [0, -1, 2]], "no_pairable_units", "share more than one unit"),
        ([[0, 1, -1], [0, 1, -1], [0, -1, 2]], "no_order", "no rater tells apart"),
        ([[1, 1, -1], [1, 1, -1], [3, -1, -1]], "no_variation", "same grade"),
        ([[0, -1], [-1, 1]], "no_pairable_units", "no unit has two ratings"),
    ],
)
def test_where_no_two_raters_can_be_compared_it_says_why(table, reason, why):
    with pytest.warns(ilr.UndefinedEstimateWarning, match=why):
        found = by_pairs(on(table))
    assert found.reason == reason
    assert np.isnan(found.value)


def test_many_studies_at_once_are_each_by_itself():
    rng = np.random.default_rng(8)
    taken = on(rng.integers(-1, 4, (9, 3)))
    weights = rng.integers(1, 4, (3, len(taken.frequencies)))
    found = by_pairs(replace(taken, frequencies=weights))
    for row, value, error in zip(weights, found.value, found.standard_error, strict=True):
        alone = by_pairs(replace(taken, frequencies=row))
        assert value == close(alone.value)
        assert error == close(alone.standard_error)


def test_the_option_and_the_number_of_pairs_are_checked():
    with pytest.raises(ValueError, match="`missing` must be one of"):
        ilr.kendall_w([[1, 2], [2, 1]], missing="impute")
    wide = np.random.default_rng(1).integers(0, 4, (300, 400))
    with pytest.raises(ValueError, match="79800 pairs of raters"):
        by_pairs(on(wide))


def test_many_raters_of_few_units_are_too_many_pairs_too():
    grades = np.random.default_rng(76).integers(1, 3, (3, 1000))
    with pytest.raises(ValueError, match="499500 pairs of raters"):
        ilr.kendall_w(ilr.ratings_from_matrix(grades, scale=ilr.Scale([1, 2])), missing="pairwise")
