"""Pairs of occasions, and Friedman's F: other programs, a textbook, and what must hold of both."""

from itertools import combinations, combinations_with_replacement, permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.anova import AnovaRM

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from stored import cases

SCALE = ilr.Scale([1, 2, 3, 4])
GRASSES = [
    [4, 3, 2, 1],
    [4, 2, 3, 1],
    [3, 1.5, 1.5, 4],
    [3, 1, 2, 4],
    [4, 2, 1, 3],
    [2, 2, 2, 4],
    [1, 3, 2, 4],
    [2, 4, 1, 3],
    [3.5, 1, 2, 3.5],
    [4, 1, 3, 2],
    [4, 2, 3, 1],
    [3.5, 1, 2, 3.5],
]


def grades(*, least=2, most=7):
    shapes = st.tuples(st.integers(least, most), st.integers(2, 4))
    return shapes.flatmap(lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(1, 4)))


def repeated(table):
    return ilr.ratings_from_matrix(table, scale=SCALE, design="repeat")


@pytest.mark.parametrize(
    ("ratings", "call", "theirs"),
    [
        pytest.param(case["data"]["ratings"], case["id"], case["values"]["p_values"], id=case["id"])
        for case in cases("pmcmrplus_shift")
    ],
)
def test_pairs_are_those_of_pmcmrplus(ratings, call, theirs):
    method, _, adjust = call.partition(".")[2].partition(".")
    pairs = ilr.pairwise_occasions(ratings, method=method, adjust=adjust or None)
    assert_allclose(pairs.column("adjusted_p_value"), theirs, rtol=1e-7)


# R agricolae 1.5.0 on its data set `grass`, which its page says is of Conover (1999):
# friedman(judge, trt, evaluation)$statistics, that it prints in its documented example, too
AGRICOLAE = {"Chisq": 8.09734513274, "F": 3.19219790676, "DFerror": 33, "LSD": 11.4816775947}


def test_f_and_the_least_difference_are_agricolaes():
    assert_allclose(ilr.friedman(GRASSES).statistic, AGRICOLAE["Chisq"], rtol=1e-11)
    found = ilr.friedman(GRASSES, method="iman_davenport")
    assert_allclose(found.statistic, AGRICOLAE["F"], rtol=1e-11)
    assert_allclose(found.p_value, 0.0362154746433, rtol=1e-10)
    assert found.df == (3, AGRICOLAE["DFerror"])
    # the least difference of rank sums that is significant at 5 %
    (row, *_) = ilr.pairwise_occasions(GRASSES, adjust="none")
    gap = 12 * (row["mean_rank_second"] - row["mean_rank_first"])
    least = stats.t.ppf(0.975, AGRICOLAE["DFerror"]) * gap / row["statistic"]
    assert_allclose(least, AGRICOLAE["LSD"], rtol=1e-11)


@given(grades(least=3))
@our.examples(15)
def test_f_is_analysis_of_variance_of_the_ranks(table):
    import pandas as pd

    ranks = stats.rankdata(table, axis=1)
    chi_square = ilr.friedman(repeated(table)).statistic
    n, k = table.shape
    assume(0 < chi_square < n * (k - 1) - 1e-9)
    long = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(n), k),
            "occasion": np.tile(np.arange(k), n),
            "rank": ranks.ravel(),
        }
    )
    theirs = AnovaRM(long, "rank", "unit", within=["occasion"]).fit().anova_table
    ours = ilr.friedman(repeated(table), method="iman_davenport")
    assert_allclose(ours.statistic, theirs["F Value"].iloc[0], rtol=1e-8)
    assert_allclose(ours.p_value, theirs["Pr > F"].iloc[0], rtol=1e-8)


def test_where_all_units_have_one_order_f_gives_way_to_the_exact_test():
    found = ilr.friedman([[1, 2, 3]] * 4, method="iman_davenport")
    assert found.method == "exact"
    # each of the last three units has the order of the first
    assert found.p_value == close((1 / 6) ** 3)
    assert "F is infinite" in found.describe()
    pairs = ilr.pairwise_occasions([[1, 2, 3]] * 4)
    assert set(pairs.column("method")) == {"nemenyi"}
    assert min(pairs.column("p_value")) > 0


@given(grades())
@our.examples(20)
def test_pairs_follow_names_and_not_places(table):
    order = np.arange(table.shape[1])[::-1]
    names = [f"occasion {place}" for place in order]
    given = ilr.ratings_from_matrix(
        table, scale=SCALE, raters=[f"occasion {i}" for i in range(len(order))]
    )
    turned = ilr.ratings_from_matrix(table[:, order], scale=SCALE, raters=names)
    for method in ("conover", "nemenyi"):
        one, other = (
            {frozenset((row["first"], row["second"])): row for row in pairs}
            for pairs in (
                ilr.pairwise_occasions(given, method=method),
                ilr.pairwise_occasions(turned, method=method),
            )
        )
        assert set(one) == set(other)
        for pair, row in one.items():
            assert other[pair]["p_value"] == close(row["p_value"])
            assert other[pair]["statistic"] == close(-row["statistic"])
            assert 0 <= row["p_value"] <= row["adjusted_p_value"] + 1e-12 <= 1 + 2e-12


def test_two_occasions_are_one_pair_whose_t_is_the_root_of_f():
    table = [row[:2] for row in GRASSES]
    (row,) = ilr.pairwise_occasions(table)
    found = ilr.friedman(table, method="iman_davenport")
    assert row["statistic"] ** 2 == close(found.statistic)
    assert row["p_value"] == close(found.p_value)


def test_occasions_that_differ_nowhere_have_p_values_of_one():
    for method in ("conover", "nemenyi"):
        pairs = ilr.pairwise_occasions([[1, 1, 1], [2, 2, 2]], method=method)
        assert pairs.column("p_value") == [close(1.0)] * 3
    assert ilr.friedman([[1, 1, 1], [2, 2, 2]], method="iman_davenport").p_value == close(1.0)


def test_pairs_are_all_and_left_out_units_are_said():
    pairs = ilr.pairwise_occasions([[1, 2, 3], [2, np.nan, 1], [3, 2, 1], [1, 3, 2]])
    assert [(row["first"], row["second"]) for row in pairs] == list(combinations((1, 2, 3), 2))
    assert "Left out: 1 unit" in pairs.describe()


CLUSTERED = ilr.ratings_from_codes([[0, 1], [1, 1], [1, 0]], scale=SCALE, clusters=[0, 0, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ilr.pairwise_occasions(GRASSES, method="tukey"), "`method` must be one of"),
        (lambda: ilr.pairwise_occasions(GRASSES, adjust="tukey"), "`adjust` must be one of"),
        (
            lambda: ilr.pairwise_occasions(GRASSES, method="nemenyi", adjust="holm"),
            "`adjust` must be None",
        ),
        (lambda: ilr.pairwise_occasions(CLUSTERED), "`ratings` carries clusters"),
        (lambda: ilr.pairwise_occasions([[1, 2] * 100] * 201), "19900 pairs of occasions"),
        (lambda: ilr.friedman(CLUSTERED, method="iman_davenport"), "carries clusters"),
        (lambda: ilr.friedman(GRASSES, method="f"), "`method` must be one of"),
        (lambda: ilr.cochran_q([[0, 1], [1, 1]], method="iman_davenport"), "`method` must be"),
    ],
)
def test_what_cannot_be_answered_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def every_study(orders, n_units):
    """Each number of units with each order of the same grades, and its chance if all are alike."""
    for counts in combinations_with_replacement(range(len(orders)), n_units):
        times = np.bincount(counts, minlength=len(orders))
        chance = stats.multinomial.pmf(times, n_units, [1 / len(orders)] * len(orders))
        yield np.repeat(orders, times, axis=0), chance


def size_of_first_pair(grades, n_units):
    """How often the first two of three occasions differ at 5 %, and whether notes say it is rough.

    Every order of the grades within a unit is as likely.
    """
    size, notes = 0.0, []
    for study, chance in every_study(sorted(set(permutations(grades))), n_units):
        pairs = ilr.pairwise_occasions(ilr.ratings_from_codes(study, scale=SCALE, design="repeat"))
        size += chance * (pairs[0]["p_value"] <= 0.05)
        notes.append(any("rests on few moves" in note for note in pairs.notes))
    return size, notes


def test_so_few_units_that_a_pair_differs_too_often_are_said():
    size, notes = size_of_first_pair((0, 1, 2), 3)
    assert 0.08 < size < 0.14
    assert all(notes)


@pytest.mark.parametrize(("grades", "n_units"), [((0, 1, 2), 5), ((0, 1, 1), 5), ((0, 0, 1), 6)])
def test_of_more_units_less_than_one_of_twelve_differ(grades, n_units):
    size, notes = size_of_first_pair(grades, n_units)
    assert size < 1 / 12
    assert not any(notes)


def test_four_units_cannot_have_the_p_value_of_large_samples():
    """Were each to change either way as likely, all four would change one way once in eight."""
    pairs = ilr.pairwise_occasions([[0, 1, 1], [0, 1, 1], [0, 0, 1], [0, 1, 1]])
    assert min(row["p_value"] for row in pairs) < 0.125
    assert "prefer `wilcoxon_signed_rank` of the two occasions" in pairs.notes[-1]
