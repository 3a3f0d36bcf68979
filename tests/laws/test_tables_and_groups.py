"""Laws of every function of a square table or of groups. A new one joins with one line.

`TABLES` are functions of grades before and after, `GROUPS` of groups within strata. A mirror says
what becomes of a number where the two occasions, or the two groups, change places.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings

import ilacs_reliability as ilr
import strategies as our
from closeness import close

CUT = {"at_least": 2}


def kept(value):
    return value


def negated(value):
    return -value


def inverted(value):
    with np.errstate(divide="ignore"):
        return np.divide(1.0, value)


def complement(value):
    return 1 - value


# name: (the call, what becomes of its number when before and after change places)
TABLES = {
    "bhapkar": (ilr.bhapkar, kept),
    "bowker": (ilr.bowker, kept),
    "marginal_rank_shift": (ilr.marginal_rank_shift, kept),
    "marginal_score_shift": (ilr.marginal_score_shift, kept),
    "marginal_shift_by_grade": (ilr.marginal_shift_by_grade, negated),
    "mcnemar": (partial(ilr.mcnemar, **CUT), kept),
    "paired_difference": (partial(ilr.paired_difference, **CUT), negated),
    "paired_odds_ratio": (partial(ilr.paired_odds_ratio, **CUT), inverted),
    "paired_superiority": (ilr.paired_superiority, complement),
    "pairwise_symmetry": (ilr.pairwise_symmetry, kept),
    "shift_equivalence": (partial(ilr.shift_equivalence, margin=0.3), kept),
    "sign_test": (ilr.sign_test, kept),
    "stratified_shift": (lambda table: ilr.stratified_shift([table, table]), negated),
    "stuart_maxwell": (ilr.stuart_maxwell, kept),
    "wilcoxon_signed_rank": (ilr.wilcoxon_signed_rank, kept),
}
# without a mirror of that kind: rises are not falls, and a share of grades that left is no share
# of grades that came
ONE_WAY_TABLES = {
    "corrected_shift": partial(ilr.corrected_shift, reliability=0.99, n_resamples=19, rng=1),
    "net_shift": ilr.net_shift,
    "regression_to_mean_test": partial(ilr.regression_to_mean_test, reliability=0.8),
    "transition_shares": ilr.transition_shares,
}
# name: (the call, what becomes of its number when two groups change places)
GROUPS = {
    "brunner_munzel": (ilr.brunner_munzel, kept),
    "cliffs_delta": (ilr.cliffs_delta, negated),
    "cochran_mantel_haenszel": (
        partial(ilr.cochran_mantel_haenszel, method="asymptotic"),
        kept,
    ),
    "generalised_odds": (ilr.generalised_odds, inverted),
    "heterogeneity": (partial(ilr.heterogeneity, **CUT), kept),
    "jonckheere": (ilr.jonckheere, kept),
    "mann_whitney": (ilr.mann_whitney, kept),
    "odds_ratio": (partial(ilr.odds_ratio, **CUT), inverted),
    "ordinal_equivalence": (partial(ilr.ordinal_equivalence, margin=0.2), kept),
    "parallel_lines_test": (ilr.parallel_lines_test, kept),
    "proportional_odds": (ilr.proportional_odds, inverted),
    "proportional_odds_test": (ilr.proportional_odds_test, kept),
    "relative_effect": (ilr.relative_effect, complement),
    "risk_difference": (partial(ilr.risk_difference, **CUT), negated),
    "risk_ratio": (partial(ilr.risk_ratio, **CUT), inverted),
    "somers_d": (ilr.somers_d, negated),
    "stratified_relative_effect": (ilr.stratified_relative_effect, complement),
    "two_proportions": (partial(ilr.two_proportions, **CUT), kept),
    "van_elteren": (ilr.van_elteren, kept),
}
# one group is the reference, or the side is part of the question
ONE_WAY_GROUPS = {
    "e_value": partial(ilr.e_value, **CUT),
    "ordinal_noninferiority": partial(ilr.ordinal_noninferiority, margin=0.2),
    "rosenbaum_bounds": ilr.rosenbaum_bounds,
    "selection_bounds": ilr.selection_bounds,
}
# what takes several strata, and what answers for each grade in turn
ACROSS_STRATA = sorted(
    {"cochran_mantel_haenszel", "heterogeneity", "odds_ratio", "parallel_lines_test"}
    | {"proportional_odds", "proportional_odds_test", "risk_difference", "risk_ratio"}
    | {"stratified_relative_effect", "van_elteren", "rosenbaum_bounds"}
)
GRADE_BY_GRADE = {"marginal_shift_by_grade", "net_shift", "transition_shares"}
ALL_TABLES = {name: call for name, (call, _) in TABLES.items()} | ONE_WAY_TABLES
ALL_GROUPS = {name: call for name, (call, _) in GROUPS.items()} | ONE_WAY_GROUPS
few = settings(max_examples=8)
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
        for one in plain.values() if isinstance(plain, ilr.Estimates) else plain:
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
    call, mirror = TABLES[name]
    same_numbers(call(table_of(counts)), call(table_of(counts.T)), mirror)


@quiet
@each(GROUPS)
@few
@given(counts=our.grouped_tables(max_groups=2, max_strata=2, max_grades=4))
def test_groups_that_change_places_turn_the_answer_round(name, counts):
    call, mirror = GROUPS[name]
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
