"""One room for orders within pieces: Friedman's test and that of Kendall's W are one."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import ilacs_reliability as ilr
from closeness import close

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
