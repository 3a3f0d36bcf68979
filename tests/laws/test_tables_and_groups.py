"""Laws of every function of a square table or of groups. A new one joins by its row.

`TABLES` are functions of grades before and after, `GROUPS` of groups within strata. A row's mirror
says what becomes of a number where the two occasions, or the two groups, change places.
"""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from registry import ANOTHER_QUESTION, ROWS, first, in_laws, kept

# name: (the call, what becomes of its number when occasions, or two groups, change places)
MIRRORED = {name: (in_laws(name), row.mirror) for name, row in ROWS.items() if row.mirror}
ALL_TABLES, ALL_GROUPS = (
    {name: call for name, (call, _) in MIRRORED.items() if first(name) in kinds}
    for kinds in (("table", "tables"), ("grades",))
)
TABLES, GROUPS = (
    [name for name in calls if ROWS[name].mirror != ANOTHER_QUESTION]
    for calls in (ALL_TABLES, ALL_GROUPS)
)
ACROSS_STRATA = sorted(name for name, row in ROWS.items() if row.strata)
GRADE_BY_GRADE = {name for name, row in ROWS.items() if row.by_grade}
few = our.examples(8)
quiet = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")


def each(calls):
    return pytest.mark.parametrize("name", calls)


def numbers(result) -> Iterator[float]:
    """Yield what a result holds, in a fixed order: values of estimates, p-values of tests."""
    if isinstance(result, ilr.Estimate):
        yield result.value
    elif isinstance(result, ilr.SignificanceResult):
        yield result.p_value
    elif isinstance(result, ilr.PairwiseSymmetry):
        yield from result.p_values
    elif isinstance(result, ilr.StratifiedShift):
        yield result.pooled.value
    elif isinstance(result, ilr.Estimates):
        yield from (one.value for one in result.values())
    else:
        yield from leaves(result.to_dict())


def with_limits(result) -> Iterator[float]:
    """Yield what `numbers` yields, and the limits of the estimate itself or of a test's effect."""
    yield from numbers(result)
    own = getattr(result, "effect", None) or getattr(result, "pooled", result)
    if isinstance(own, ilr.Estimate) and own.interval_methods:
        yield from own.confidence_interval()


def leaves(plain) -> Iterator[float]:
    """Yield every number of a plain record."""
    if isinstance(plain, dict | list | tuple):
        for one in plain.values() if isinstance(plain, dict) else plain:
            yield from leaves(one)
    elif isinstance(plain, int | float) and not isinstance(plain, bool):
        yield float(plain)


def of_grades(counts):
    counts = np.asarray(counts)
    return ilr.Scale(range(1, counts.shape[-1] + 1))


def table_of(counts):
    return ilr.transitions_from_table(counts, scale=of_grades(counts))


def strata_of(counts):
    """Return two strata at least."""
    return counts if len(counts) > 1 else np.concatenate([counts, counts])


def groups_of(counts):
    return ilr.grades_from_table(counts, scale=of_grades(counts))


def same_numbers(first, second, mirror=None):
    """Assert that numbers and limits are the same, or numbers each other's mirror."""
    of = with_limits if mirror is None else numbers
    mirrored = [(mirror or kept)(value) for value in of(first)]
    found = list(of(second))
    assert [np.isnan(value) for value in mirrored] == [np.isnan(value) for value in found]
    assert [close(value) for value in mirrored if value == value] == [
        value for value in found if value == value
    ]


@quiet
@each(TABLES)
@few
@given(counts=our.square_tables(max_grades=4, highest=6))
def test_occasions_that_change_places_turn_the_answer_round(name, counts):
    call, mirror = MIRRORED[name]
    same_numbers(call(table_of(counts)), call(table_of(counts.T)), mirror)


@quiet
@each(GROUPS)
@few
@given(counts=our.grouped_tables(max_groups=2, max_strata=2, max_grades=4))
def test_groups_that_change_places_turn_the_answer_round(name, counts):
    call, mirror = MIRRORED[name]
    counts = strata_of(counts) if name in ACROSS_STRATA else counts[:1]
    same_numbers(call(groups_of(counts)), call(groups_of(counts[:, ::-1])), mirror)


@quiet
@each(ACROSS_STRATA)
@few
@given(counts=our.grouped_tables(max_groups=2, max_grades=4))
def test_the_order_of_strata_is_irrelevant(name, counts):
    call, counts = ALL_GROUPS[name], strata_of(counts)
    # the effect of a test of heterogeneity is the last stratum less the first
    mirror = kept if name == "heterogeneity" else None
    same_numbers(call(groups_of(counts[::-1])), call(groups_of(counts)), mirror)


@quiet
@each(sorted(ALL_TABLES.keys() - GRADE_BY_GRADE))
@few
@given(counts=our.square_tables(max_grades=3, highest=6))
def test_a_grade_that_no_unit_had_on_either_occasion_changes_nothing(name, counts):
    call = ALL_TABLES[name]
    # a mean of scores can lie anywhere on the scale, used or not
    mirror = kept if name == "marginal_score_shift" else None
    same_numbers(call(table_of(np.pad(counts, (0, 1)))), call(table_of(counts)), mirror)


@quiet
@each(sorted(ALL_GROUPS))
@few
@given(counts=our.grouped_tables(max_strata=1, max_groups=2, max_grades=3))
def test_a_grade_that_no_unit_of_any_group_has_changes_nothing(name, counts):
    call, counts = ALL_GROUPS[name], strata_of(counts) if name in ACROSS_STRATA else counts
    wider = np.pad(counts, ((0, 0), (0, 0), (0, 1)))
    same_numbers(call(groups_of(wider)), call(groups_of(counts)))
