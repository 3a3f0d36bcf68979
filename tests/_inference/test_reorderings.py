"""One room for orders within pieces: Friedman's test and that of Kendall's W are one."""

from itertools import permutations, product
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability._inference import reorderings

studies = hnp.arrays(
    np.int64, st.tuples(st.integers(2, 4), st.integers(2, 4)), elements=st.integers(0, 3)
).filter(lambda grades: (grades != grades[:, :1]).any())
SCALE = ilr.Scale(range(4))


@pytest.mark.parametrize("method", ["exact", "monte_carlo", "asymptotic"])
@given(grades=studies)
def test_friedmans_test_of_units_is_kendalls_of_raters(method, grades):
    units = ilr.ratings_from_codes(grades, scale=SCALE, design="repeat")
    raters = ilr.ratings_from_codes(grades.T, scale=SCALE)
    options = {"method": method, "n_resamples": 49, "rng": 3}
    ours, theirs = ilr.friedman(units, **options), ilr.kendall_w_test(raters, **options)
    assert ours.statistic == close(theirs.statistic)
    assert ours.p_value == close(theirs.p_value)
    assert ours.method == theirs.method


@given(grades=hnp.arrays(np.int64, (3, 3), elements=st.integers(0, 2)))
def test_the_exact_p_value_of_all_grades_is_the_share_of_all_orders(grades):
    def test(table, method):
        return ilr.madansky(ilr.ratings_from_codes(table, scale=SCALE), method=method)

    seen = test(grades, "exact")
    orders = [[row[list(order)] for order in permutations(range(3))] for row in grades]
    others = [test(np.array(table), "asymptotic").statistic for table in product(*orders)]
    assert seen.p_value == close(np.mean(np.array(others) >= seen.statistic - 1e-9))


@given(
    row=hnp.arrays(np.int64, 4, elements=st.sampled_from([1, 2, 2**14, 2**29, 2**30 + 1])),
    order=hnp.arrays(np.int64, 4, elements=st.sampled_from([0, 1, 2**30])),
)
def test_sums_of_more_digits_than_one_number_holds_are_counted_one_by_one(row, order):
    orders = np.array(sorted(set(permutations(order.tolist()))))
    chances = np.array([0.25, 0.75])
    rows = np.sort([row, row + np.array([1, -1, 0, 0])], axis=1)
    found, shares = reorderings._with_one_more(rows, chances, orders)
    expected: dict[tuple[int, ...], float] = {}
    for row, chance in zip(rows, chances, strict=True):
        for one in orders:
            key = tuple(sorted((row + one).tolist()))
            expected[key] = expected.get(key, 0.0) + chance / len(orders)
    assert dict(zip(map(tuple, found.tolist()), shares.tolist(), strict=True)) == close(expected)


def test_twenty_occasions_are_counted_in_time():
    """Sums of twenty places are of some hundred bits: 16 s where each was compared as a row."""
    places = (
        [],
        [0, 4, 16],
        [6, 8, 12, 18],
        [2, 15, 17, 19],
        [15],
        [0, 9],
        [8, 11, 19],
        [4],
        [0, 9, 17],
    )
    grades = np.ones((9, 20), dtype=np.int64)
    for unit, zeros in enumerate(places):
        grades[unit, zeros] = 0
    grades[[1, 4, 8]] = 1 - grades[[1, 4, 8]]
    ratings = ilr.ratings_from_codes(
        grades, scale=ilr.Scale([0, 1]), clusters=[3, 2, 2, 5, 5, 5, 4, 3, 0], design="repeat"
    )
    began = process_time()
    counted = ilr.madansky(ratings, method="exact")
    assert process_time() - began < 5
    assert counted.method.startswith("exact")
    drawn = ilr.madansky(ratings, method="monte_carlo", n_resamples=9999, rng=1)
    error = np.sqrt(counted.p_value * (1 - counted.p_value) / 9999)
    assert abs(counted.p_value - drawn.p_value) < 4 * error + 1e-4
