"""Enumerate how often the tests of ordinal models reject at 5 % where two groups are alike.

Of two groups and the units of each grade every table is looked through, with its chance where the
group says nothing of the grade: proportional odds hold, and the odds are equal. Prints a line for
each study, or for those whose numbers are given:

    python benchmarks/ordinal_size.py 0 2
"""

import itertools
import sys
import warnings
from functools import partial

import numpy as np
from scipy import special

import ilacs_reliability as ilr

LEVEL = 0.05
# units of the two groups, and of each grade
STUDIES = [
    ((6, 6), (4, 4, 4)),
    ((8, 8), (5, 6, 5)),
    ((10, 10), (7, 6, 7)),
    ((10, 10), (8, 3, 9)),
    ((10, 10), (1, 2, 17)),
    ((12, 12), (8, 8, 8)),
    ((15, 15), (10, 10, 10)),
    ((20, 20), (13, 14, 13)),
]
TESTS = {
    "parallel_lines_test": ilr.parallel_lines_test,
    "parallel_lines_test, score": partial(ilr.parallel_lines_test, method="score"),
    "proportional_odds_test": ilr.proportional_odds_test,
    "proportional_odds_test, score": partial(ilr.proportional_odds_test, method="score"),
}


def first_rows(size, grades):
    """Yield the grades that the first group may have."""
    *but_last, last = grades
    for row in itertools.product(*(range(each + 1) for each in but_last)):
        if 0 <= size - sum(row) <= last:
            yield np.array([*row, size - sum(row)])


def sizes(groups, grades):
    """Return the chance that each test rejects."""
    grades = np.array(grades)
    found = dict.fromkeys(TESTS, 0.0)
    for row in first_rows(groups[0], grades.tolist()):
        chance = np.prod(special.comb(grades, row)) / special.comb(sum(groups), groups[0])
        for name, test in TESTS.items():
            found[name] += chance * (test([row, grades - row]).p_value <= LEVEL)
    return found


def main():
    warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
    for groups, grades in [STUDIES[int(place)] for place in sys.argv[1:]] or STUDIES:
        said = (f"{name} {size:.4f}" for name, size in sizes(groups, grades).items())
        print("+".join(map(str, groups)), grades, *said, sep="; ", flush=True)


if __name__ == "__main__":
    main()
