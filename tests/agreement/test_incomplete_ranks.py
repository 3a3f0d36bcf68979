"""Kendall's W by pairs of raters: another program, the definition, and Kendall's own."""

from dataclasses import replace
from itertools import combinations, permutations, product

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


@pytest.mark.filterwarnings("ignore::ilacs_reliability.SuspectInputWarning")
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


# whether they rank alike at all


def no_agreement(ratings, method="asymptotic", **more):
    return ilr.kendall_w_test(ratings, missing="pairwise", method=method, **more)


@pytest.mark.parametrize(
    ("data", "theirs"),
    [
        pytest.param(case["data"], case["values"], id=case["id"])
        for case in cases("pmcmrplus_agreement")
    ],
)
def test_no_agreement_is_tested_as_pmcmrplus_and_coin_do(data, theirs):
    found = no_agreement(ilr.ratings_from_matrix(data["ratings"], scale=ilr.Scale(data["labels"])))
    assert_allclose(found.statistic, theirs["statistic"], rtol=1e-12)
    assert_allclose(found.p_value, theirs["p_value"], rtol=1e-11)
    assert found.df == close(theirs["df"])


def ranked(table):
    """Return the mid-ranks of each rater, less their mean; nan where there is none."""
    ranks = np.full(table.shape, np.nan)
    for rater in range(table.shape[1]):
        rated = table[:, rater] >= 0
        ranks[rated, rater] = stats.rankdata(table[rated, rater]) - (rated.sum() + 1) / 2
    return ranks


def skillings_and_mack(ranks):
    """Return the form of the sums by the definition: each unit with each, all orders by moments."""
    n, weights = len(ranks), np.sqrt(12 / ((~np.isnan(ranks)).sum(axis=0) + 1))
    covariance = np.zeros((n, n))
    for rater in range(ranks.shape[1]):
        rated = ~np.isnan(ranks[:, rater])
        k = rated.sum()
        if k > 1:
            spread = weights[rater] ** 2 * np.nansum(ranks[:, rater] ** 2) / (k - 1)
            covariance += spread * (np.diag(rated * 1.0) - np.outer(rated, rated) / k)
    sums = np.nansum(ranks * weights, axis=1)
    return sums @ np.linalg.pinv(covariance, rcond=1e-9, hermitian=True) @ sums


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@given(hnp.arrays(np.int64, (4, 3), elements=st.integers(-1, 2)))
@our.examples(12)
def test_the_exact_p_value_is_the_share_of_all_orders_of_what_each_rated(table):
    assume((table >= 0).any())
    assume((table < 0).any())
    ranks = ranked(table)
    found = no_agreement(on(table), "exact")
    assume(found.status == "ok")
    seen, hits, total = skillings_and_mack(ranks), 0, 0
    places = [np.flatnonzero(~np.isnan(ranks[:, rater])) for rater in range(3)]
    for orders in product(*(permutations(where) for where in places)):
        dealt = ranks.copy()
        for rater, (where, order) in enumerate(zip(places, orders, strict=True)):
            dealt[where, rater] = ranks[list(order), rater]
        hits += skillings_and_mack(dealt) >= seen - 1e-9
        total += 1
    assert found.statistic == close(seen)
    assert found.p_value == close(hits / total)


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@given(codes(least=0, most=5), st.sampled_from(["exact", "asymptotic"]))
@our.examples(20)
def test_of_complete_ratings_the_test_is_friedmans(table, method):
    ours, friedmans = no_agreement(on(table), method), ilr.kendall_w_test(on(table), method=method)
    assert ours.status == friedmans.status
    if ours.status == "ok":
        assert ours.statistic == close(friedmans.statistic)
        assert ours.p_value == close(friedmans.p_value)
        assert ours.df == close(friedmans.df)


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@given(codes(least=-1, most=6), st.randoms(use_true_random=False))
@our.examples(15)
def test_neither_the_order_of_units_nor_of_raters_changes_the_test(table, random):
    assume((table >= 0).any())
    turned = table[random.sample(range(len(table)), len(table))]
    turned = turned[:, random.sample(range(table.shape[1]), table.shape[1])]
    ours, other = no_agreement(on(table)), no_agreement(on(turned))
    assert ours.status == other.status
    if ours.status == "ok":
        assert ours.statistic == close(other.statistic)
        assert ours.df == close(other.df)


def test_many_alike_units_are_as_many_units_one_by_one():
    table = np.array([[0, 1, -1], [1, -1, 2], [-1, 2, 3], [3, 3, 1]])
    times = [2, 1, 2, 1]
    few = no_agreement(on(table, frequencies=times))
    many = no_agreement(on(np.repeat(table, times, axis=0)))
    assert few.statistic == close(many.statistic)
    assert few.df == close(many.df)
    drawn = no_agreement(on(table, frequencies=times), "monte_carlo", rng=5)
    again = no_agreement(on(table, frequencies=times), "monte_carlo", rng=5)
    assert drawn.p_value == close(again.p_value)
    assert drawn.p_value == pytest.approx(
        no_agreement(on(table, frequencies=times), "exact").p_value, abs=0.02
    )


@pytest.mark.parametrize("method", ["exact", "asymptotic"])
def test_units_that_only_a_rater_without_order_rated_change_nothing(method):
    table = np.array([[0, 1, -1], [1, -1, 2], [-1, 2, 3], [3, 3, 1]])
    more = np.full((3, 4), -1)
    more[:, 3] = 2
    without = np.column_stack([table, [-1, -1, -1, -1]])
    ours, other = (no_agreement(on(x), method) for x in (np.vstack([without, more]), table))
    assert ours.statistic == close(other.statistic)
    assert ours.df == close(other.df)
    assert ours.p_value == close(other.p_value)


def test_there_may_be_a_test_without_a_w():
    data = cases("pmcmrplus_agreement")[0]["data"]["ratings"]
    found = no_agreement(ilr.ratings_from_matrix(data, scale=SCALE), "exact")
    assert found.status == "ok"
    assert found.effect is None
    assert 0 < found.p_value < 0.05
    assert "no two raters share more than one unit" in found.describe()


def test_clusters_are_tested_by_the_interval_of_w():
    table = [[0, 1, -1], [1, -1, 2], [-1, 2, 3], [3, 3, 1], [0, 0, 1], [2, 3, -1]]
    found = no_agreement(on(table, clusters=[1, 1, 2, 2, 3, 3]))
    assert "inverted" in found.method
    assert found.effect.value == close(by_pairs(on(table)).value)


def test_ratings_that_say_nothing_have_no_test():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="no unit has two ratings"):
        found = no_agreement(on([[0, -1], [-1, 1]]))
    assert found.status == "undefined"
    assert np.isnan(found.p_value)
