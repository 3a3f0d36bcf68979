"""Tests of ordinal models by chi-square say where units are too few for it."""

import itertools

import numpy as np
import pytest
from scipy import special

import ilacs_reliability as ilr

PARALLEL = "would have {} with some grade, fewer than 5."
BESIDE = "on a side of any cut, fewer than 5: prefer `cochran_mantel_haenszel"


def is_rough(result):
    return any("chi-square is rough" in note for note in result.notes)


def size(test, groups, grades):
    """The chance, of all tables of these groups and grades, of p of 5 % or less; and what is said.

    The groups are alike, so that the first has any of the units as likely.
    """
    first, grades, found, said = groups[0], np.array(grades), 0.0, []
    for row in itertools.product(*(range(each + 1) for each in grades)):
        if sum(row) == first:
            chance = np.prod(special.comb(grades, row)) / special.comb(sum(groups), first)
            result = test([row, grades - row])
            found += chance * (result.p_value <= 0.05)
            said.append(is_rough(result))
    return found, said


@pytest.mark.parametrize(
    ("test", "groups", "grades", "least"),
    [
        (ilr.parallel_lines_test, (8, 8), (1, 2, 13), 0.26),
        (ilr.parallel_lines_test, (10, 10), (1, 2, 17), 0.26),
        (ilr.proportional_odds_test, (8, 8), (5, 6, 5), 0.12),
    ],
)
def test_where_alike_groups_differ_far_too_often_it_is_said(test, groups, grades, least):
    found, said = size(test, groups, grades)
    assert found > least
    assert all(said)


@pytest.mark.parametrize("table", [[[0, 4, 4, 0], [4, 0, 0, 4]], [[1, 0, 2], [0, 3, 0]]])
def test_few_units_are_said_though_no_grade_is_new(table):
    result = ilr.parallel_lines_test(table)
    assert result.p_value < 0.01
    least = np.outer(np.sum(table, axis=1), np.sum(table, axis=0)).min() / np.sum(table)
    counted = f"{least:g} units"
    assert PARALLEL.format(counted) in result.notes[-1]


def test_what_is_expected_adds_up_over_strata():
    few = [[4, 3, 4], [3, 4, 4]]
    for test in (ilr.parallel_lines_test, ilr.proportional_odds_test):
        assert is_rough(test(few))
        assert not is_rough(test([few] * 3))


def test_one_ratio_of_odds_needs_one_cut_with_units_on_either_side():
    table = [[1, 20, 20], [0, 22, 19]]
    assert is_rough(ilr.parallel_lines_test(table))
    assert not is_rough(ilr.proportional_odds_test(table))
    assert BESIDE in ilr.proportional_odds_test([[1, 40, 1], [0, 41, 1]]).notes[-1]


def test_an_unused_grade_takes_no_part():
    table = np.array([[20, 0, 30, 20], [25, 0, 20, 30]])
    assert not is_rough(ilr.parallel_lines_test(table))


@pytest.mark.parametrize("shape", [(2, 400), (300, 4)])
def test_too_many_parameters_are_not_blamed_on_strata(shape):
    counts = np.random.default_rng(1).integers(1, 5, shape)
    grades = ilr.grades_from_table(counts, scale=ilr.Scale(list(range(shape[1]))))
    with pytest.raises(ValueError, match="parameters, which would take too long to fit: join gr"):
        ilr.proportional_odds_test(grades)
