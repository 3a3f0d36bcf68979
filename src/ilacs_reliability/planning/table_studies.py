"""Studies of a shift or of two groups: how many units show it, by the test that will be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import ceil, inf
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_between,
    check_function,
    check_number,
    check_option,
    told,
)
from ilacs_reliability._checks.names import by_label, row_names
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.ratings import ratings_from_codes
from ilacs_reliability._data.scales import Scale, numbered_scale, refuse_unordered
from ilacs_reliability._data.tables import (
    direction_note,
    grades_from_table,
    transitions_from_table,
)
from ilacs_reliability._results.estimates import (
    Estimate,
    FloatArray,
    IntArray,
    SignificanceResult,
)
from ilacs_reliability._results.wording import counted
from ilacs_reliability.planning.assumed_shares import (
    cut_in_two,
    moves,
    numbers,
    place,
    square,
    table_of,
)
from ilacs_reliability.planning.deciding import (
    DIRECTIONS,
    Chances,
    Direction,
    aim_at,
)
from ilacs_reliability.planning.double_ratings import StudyPlan, fewer, notes
from ilacs_reliability.planning.fieldwork import Fieldwork, as_fieldwork
from ilacs_reliability.planning.questions import METHODS, Method
from ilacs_reliability.planning.searching import (
    LOOKS,
    check_units,
    least_by_search,
    least_exactly,
)
from ilacs_reliability.planning.table_questions import Function, TableQuestion, root
from ilacs_reliability.shift.binary import (
    mcnemar,
    paired_difference,
    paired_odds_ratio,
    sign_test,
)
from ilacs_reliability.shift.sentences import NOTHING_RISES

TWO = Scale(("below", "at or above"))
# what only the units that rose and those that fell decide
OF_MOVES = (sign_test, mcnemar, paired_difference, paired_odds_ratio)
# different studies of one size that a search goes through rather than draws
MOST_IN_SEARCH = 500
# a call for each study takes a hundred times as long as a batch
FEWER_DRAWS, FEWEST_DRAWS = 1_250, 400


def units_for_shift(
    shares: npt.ArrayLike,
    *,
    test: Function = sign_test,
    at_least: int | None = None,
    threshold: float | tuple[float, float] | None = None,
    direction: Direction = "at least",
    power: float = 0.8,
    n_units: int | None = None,
    confidence_level: float = 0.95,
    drop_out: float = 0.0,
    fieldwork: Fieldwork | None = None,
    method: Method = "auto",
    n_resamples: int = 2_000,
    rng: Any = None,
) -> StudyPlan:
    """Find how many units, each graded twice, show that grades moved.

    Parameters
    ----------
    shares : array_like of float, shape (n_grades, n_grades)
        Share of all units by grade before (rows) and after (columns), worst first, or counts that
        stand for it, as `Transitions` do.
    test : callable, optional
        What will be done with the table: a function of `Transitions` that returns a
        `SignificanceResult`, or an `Estimate` to be held against `threshold`, such as
        ``lambda table: net_shift(table).net``. Default: `sign_test`.
    at_least : int, optional
        Look only at whether a grade reaches this one, by its index; `test` then gets a table of
        two grades. Default: all grades.
    threshold : float or tuple of float, optional
        What the interval of the estimate must pass, two margins where `direction` is "within".
        Default: the test's p-value decides.
    direction : {"at least", "more than", "at most", "less than", "within"}, optional
        As in `power_for_agreement`.
    power : float, optional
        Chance with which the study should show it, between 0 and 1. Default: 0.8.
    n_units : int, optional
        Look at this number of units instead of searching for one.
    confidence_level : float, optional
        Of the interval that decides; a p-value must be at most 1 less this. Default: 0.95.
    drop_out : float, optional
        Share of planned units that are not graded twice, from 0 to below 1. Default: 0.
    fieldwork : Fieldwork, optional
        Clusters of units, and drop-out in place of `drop_out`. Studies are then drawn cluster by
        cluster, and `test` gets `Ratings` of two dates with their clusters. Default: units that
        are independent.
    method : {"auto", "exact", "simulated", "formula"}, optional
        As in `power_for_agreement`; the formula is for estimates and chi-square tests. Default:
        exact where few different studies can come out, else drawn.
    n_resamples : int, optional
        Studies drawn where `n_units` is given. The last look of a search draws no more than this,
        1,250 where few cells tell studies apart and else 400. Default: 2,000.
    rng : Generator or int, optional
        Source of chance.

    Returns
    -------
    StudyPlan
        The least number of units from which on the power is reached, but for the noise of draws;
        None where 100,000 are too few.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If the shares are no square table, an option is unknown, the formula does not fit, or the
        test takes too long for studies of this size.

    See Also
    --------
    units_for_comparison : For two groups of units.

    Notes
    -----
    Each study is analysed by the test itself. A chi-square test's power by formula is that of the
    noncentral chi-square with the statistic of the expected table [1]_.

    Of this library's tests it is known how long a call takes: where hundreds would take more than
    some five seconds, fewer studies are drawn, the formula stands in where there is one, or the
    plan is refused. A function of one's own is taken to be quick.

    References
    ----------
    .. [1] J. Cohen, "Statistical power analysis for the behavioral sciences", 2nd edition,
           Erlbaum, 1988, chapter 7.

    Examples
    --------
    If 40 % rise and 20 % fall, 65 authorities show it less often than not:

    >>> import ilacs_reliability as ilr
    >>> shares = [[0.1, 0.2, 0.2], [0.1, 0.2, 0.0], [0.1, 0.0, 0.1]]
    >>> ilr.units_for_shift(shares, n_units=65)
    StudyPlan(65 units: sign_test significant is shown in 49.5%, exact)
    """
    cells, grades = square(shares)
    scale = grades
    if at_least is not None:
        cells, scale = cut_in_two(cells, at_least), TWO
    check_function(test, "test")
    inner = test.func if isinstance(test, partial) else test
    if inner in OF_MOVES:
        cells, scale = moves(cells), TWO
    if scale is TWO:
        refuse_unordered(grades, "shares", NOTHING_RISES)
    work = _carried_out(fieldwork, drop_out)
    pairs = np.indices(cells.shape).reshape(2, -1).T

    def build(counts: IntArray) -> Any:
        table = counts[: cells.size].reshape(cells.shape)
        return transitions_from_table(table, scale=scale) if table.any() else None

    def build_clustered(counts: IntArray) -> Any:
        clusters, places = np.nonzero(counts[:, : cells.size])
        if not len(clusters):
            return None
        return ratings_from_codes(
            pairs[places],
            scale=scale,
            frequencies=counts[clusters, places],
            clusters=clusters,
            design="repeat",
        )

    question = _question(
        test,
        ((_with_lost(cells.ravel(), work),), np.ones(1)),
        (build, build_clustered if work.cluster_size > 1 else None),
        (threshold, direction, confidence_level),
        work,
    )
    n_resamples = check_draws(n_resamples)
    size = None if n_units is None else check_units(n_units)
    plan = _planned(question, power, (size, n_resamples), (method, rng, direction))
    return _with_direction(plan, question, grades, always=scale is TWO)


def units_for_comparison(
    shares: npt.ArrayLike,
    *,
    test: Function,
    allocation: npt.ArrayLike = (1, 1),
    at_least: int | None = None,
    threshold: float | tuple[float, float] | None = None,
    direction: Direction = "at least",
    power: float = 0.8,
    n_units: int | None = None,
    confidence_level: float = 0.95,
    fieldwork: Fieldwork | None = None,
    method: Method = "auto",
    n_resamples: int = 2_000,
    rng: Any = None,
) -> StudyPlan:
    """Find how many units in two groups or more show that they are, or are not, graded alike.

    Parameters
    ----------
    shares : array_like of float, shape (n_groups, n_grades)
        Share of each grade, worst first, among the units of each group, or counts that stand for
        it.
    test : callable
        What will be done with the table: a function of `GroupedGrades` that returns a
        `SignificanceResult`, or an `Estimate` to be held against `threshold`, such as
        `mann_whitney`, `relative_effect` or `risk_difference`.
    allocation : array_like of float, shape (n_groups,), optional
        How units are split over the groups. Default: evenly over two.
    at_least : int, optional
        Look only at whether a grade reaches this one, by its index; `test` then gets a table of
        two grades. Default: all grades.
    threshold : float or tuple of float, optional
        What the interval of the estimate must pass; equivalence is two margins and "within",
        non-inferiority "at least" less a margin. Default: the test's p-value decides.
    direction : {"at least", "more than", "at most", "less than", "within"}, optional
        As in `power_for_agreement`. Default: "at least".
    power : float, optional
        Chance with which the study should show it, between 0 and 1. Default: 0.8.
    n_units : int, optional
        Look at this number of units, over all groups, instead of searching for one.
    confidence_level : float, optional
        Of the interval that decides; a p-value must be at most 1 less this. Default: 0.95.
    fieldwork : Fieldwork, optional
        Clusters of units, each within one group, and drop-out. As comparisons take units as
        independent, those in clusters count for as many independent ones as the design effect
        leaves [2]_, and the analysis must discount them so. Default: independent units, all kept.
    method : {"auto", "exact", "simulated", "formula"}, optional
        As in `units_for_shift`.
    n_resamples : int, optional
        Studies drawn where `n_units` is given; fewer in a search. Default: 2,000.
    rng : Generator or int, optional
        Source of chance.

    Returns
    -------
    StudyPlan
        The least number of units, over all groups, from which on the power is reached, but for the
        noise of draws; None where 100,000 are too few.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If the shares are no table of groups, an option is unknown, the formula does not fit, or the
        test takes too long for studies of this size.

    See Also
    --------
    units_for_shift : For units graded twice.

    Notes
    -----
    Each study is analysed by the test itself, so that an exact test's caution is part of its power.
    Tests that take long are planned for as in `units_for_shift`.

    References
    ----------
    .. [1] S. A. Julious and M. J. Campbell, "Tutorial in biostatistics: sample sizes for parallel
           group clinical trials with binary data", Statistics in Medicine 31 (2012), 2904-2936.
    .. [2] A. Donner and N. Klar, "Design and analysis of cluster randomization trials in health
           research", Arnold, 2000, chapter 5.

    Examples
    --------
    Two kinds of inspection that grade alike, to be shown alike within 0.1 of an even chance:

    >>> import ilacs_reliability as ilr
    >>> good = [[0.05, 0.15, 0.5, 0.3]] * 2
    >>> ilr.units_for_comparison(
    ...     good, test=ilr.relative_effect, threshold=(0.4, 0.6), direction="within",
    ...     confidence_level=0.9, method="formula",
    ... ).n_units
    242
    """
    check_function(test, "test")
    cells = table_of(in_grade_order(shares, None, "shares", rows=False), "groups")
    cells = cells / cells.sum(axis=1, keepdims=True)
    scale = grades = numbered_scale(cells.shape[1])
    if at_least is not None:
        cut = place(at_least, cells.shape[1])
        cells = np.stack([cells[:, :cut].sum(axis=1), cells[:, cut:].sum(axis=1)], axis=1)
        scale = TWO
    split = by_label(allocation, row_names(shares), name="allocation", of="rows of `shares`")
    sizes = numbers(split, "allocation")
    if sizes.shape != (len(cells),) or not (sizes > 0).all():
        raise ValueError(
            f"`allocation` must hold {len(cells)} numbers above 0, but got {told(allocation)}."
        )

    work = _carried_out(fieldwork, 0.0)

    def build(counts: IntArray) -> Any:
        table = counts.reshape(len(cells), -1)[:, : cells.shape[1]]
        return grades_from_table(table, scale=scale) if table.any(axis=1).all() else None

    question = _question(
        test,
        (tuple(_with_lost(row, work) for row in cells), sizes / sizes.sum()),
        (build, None),
        (threshold, direction, confidence_level),
        work,
    )
    n_resamples = check_draws(n_resamples)
    size = None if n_units is None else check_units(n_units)
    plan = _planned(question, power, (size, n_resamples), (method, rng, direction))
    return _with_direction(plan, question, grades, always=scale is TWO)


def _with_direction(
    plan: StudyPlan, question: TableQuestion, grades: Scale, *, always: bool
) -> StudyPlan:
    """Say which end is the worst where there is a cut, or the test says so of such grades."""
    said = question.sample.notes
    found = tuple(note for note in direction_note(grades) if always or note in said)
    return replace(plan, notes=(*plan.notes, *found)) if found else plan


def _carried_out(fieldwork: Any, drop_out: Any) -> Fieldwork:
    work = as_fieldwork(fieldwork)
    lost = check_number(drop_out, "drop_out")
    if not 0 <= lost < 1:
        raise ValueError(f"`drop_out` must be from 0 to below 1, but got {told(drop_out)}.")
    if lost and fieldwork is not None:
        raise ValueError("`drop_out` must be left out beside `fieldwork`, which has its own.")
    if work.ratings_per_unit is not None:
        raise ValueError("`fieldwork` must leave out `ratings_per_unit`: each grade is one.")
    return replace(work, drop_out=lost) if lost else work


def _with_lost(shares: FloatArray, work: Fieldwork) -> FloatArray:
    """Add the share that drops out as a last cell."""
    return np.append(shares * (1 - work.drop_out), work.drop_out)


def _question(
    test: Any,
    groups: tuple[tuple[FloatArray, ...], FloatArray],
    builders: tuple[Callable[[IntArray], Any], Callable[[IntArray], Any] | None],
    bar: tuple[Any, str, float],
    work: Fieldwork,
) -> TableQuestion:
    threshold, direction, confidence_level = bar
    check_option(direction, DIRECTIONS, "direction")
    aim = None if threshold is None else aim_at(threshold, direction, confidence_level)
    level = check_between(confidence_level, "confidence_level", 0.0, 1.0)
    question = TableQuestion(
        function=test,
        shares=groups[0],
        sizes=groups[1],
        build=builders[0],
        aim=aim,
        alpha=1 - level,
        fieldwork=work,
        build_clustered=builders[1],
    )
    wanted = SignificanceResult if aim is None else (Estimate, SignificanceResult)
    if not isinstance(question.sample, wanted):
        raise TypeError(
            "`test` must return a SignificanceResult, or an Estimate where there is a `threshold`, "
            f"but returned {told(question.sample)}."
        )
    return question


def _planned(
    question: TableQuestion,
    power: float,
    size: tuple[int | None, int],
    how: tuple[str, Any, str],
) -> StudyPlan:
    """Return the plan for a size that was given, or for the least one, by so many draws."""
    method, rng, direction = how
    check_option(method, METHODS, "method")
    check_between(power, "power", 0.0, 1.0)
    generator = as_generator(rng)
    n_units, n_draws = size
    if method == "exact" and question.build_clustered:
        raise ValueError("`method` cannot be 'exact' where units come in clusters.")
    found: tuple[int, Chances] | None
    if n_units is not None:
        usual = n_draws
        found, number = _chances(question, n_units, method, usual, generator)
    else:
        # few different studies come out where only moves count
        usual = min(n_draws, FEWER_DRAWS if question.is_quick else FEWEST_DRAWS)
        found, number = _least(question, power, method, usual, generator)
    expected = question.large[1]
    effect = expected.effect if isinstance(expected, SignificanceResult) else expected
    aim = question.aim
    margins = (0.0, inf) if aim is None else (aim.low, aim.high)
    units, chances = found or (None, question.chances(2, "simulated", 1, generator))
    return StudyPlan(
        name=getattr(question.function, "__name__", "the test").replace("<lambda>", "the estimate"),
        n_units=units,
        truth=float("nan") if effect is None else float(effect.value),
        threshold=margins
        if direction == "within"
        else margins[0 if np.isfinite(margins[0]) else 1],
        direction=direction if aim is not None else "significant",
        confidence_level=1 - question.alpha,
        chances=chances,
        notes=(*notes(question.fieldwork, units), *fewer(chances, number, usual)),
    )


def _draws(
    question: TableQuestion, n_units: int, method: str, usual: int, *, looks: float = 1
) -> int:
    """Return how many studies to draw; 0 where too few can be and the formula stands in."""
    studies = f"studies of {counted(n_units, 'unit')} like these"
    if method == "exact" and not question.is_small(n_units, inf):
        raise ValueError(f"`method` cannot be 'exact' here: too many different {studies}.")
    if method in ("formula", "exact"):
        return usual
    number = question.draws(n_units, usual, looks=looks)
    if not number and not (method == "auto" and question.has_formula):
        raise ValueError(
            f"`test` takes too long to be called for hundreds of {studies}: plan with a quicker "
            "one of the same kind, such as its form for large samples."
        )
    return number


def _chances(
    question: TableQuestion, n_units: int, method: str, usual: int, rng: np.random.Generator
) -> tuple[tuple[int, Chances], int]:
    """Return the chances of a size that was given, and how many studies were drawn."""
    if method == "auto" and question.is_small(n_units):
        method = "exact"
    number = _draws(question, n_units, method, usual)
    if not number:
        method = "formula"
    elif method == "auto":
        method = "simulated"
    return (n_units, question.chances(n_units, method, number, rng)), number


def _least(
    question: TableQuestion, power: float, method: str, usual: int, rng: np.random.Generator
) -> tuple[tuple[int, Chances] | None, int]:
    """Return the least number of units with its chances, and how many studies were drawn."""
    start = question.start(power)
    if not np.isfinite(start):
        return None, usual
    top = ceil(1.3 * start) + 12
    if method == "auto" and question.is_small(top, MOST_IN_SEARCH, looks=top - start):
        method = "exact"
    number = _draws(question, top, method, usual, looks=LOOKS + 1)
    if method == "exact":
        return _least_of_all(question, power, top, rng), usual
    if method == "formula" or not number:
        units = ceil(root(lambda n: question.by_formula(n).supported - power) - 1e-6)
        return (units, question.by_formula(units)), number

    def look(n_units: int, number: int) -> Chances:
        return question.chances(n_units, "simulated", number, rng)

    return least_by_search(look, power=power, start=start, n_draws=number), number


def _least_of_all(
    question: TableQuestion, power: float, top: int, rng: np.random.Generator
) -> tuple[int, Chances]:
    """Return the same of studies that are all gone through."""

    def power_at(n_units: int) -> float:
        return question.chances(n_units, "exact", 0, rng).supported

    n_units = least_exactly(power_at, power=power, top=top, least=2)
    return n_units, question.chances(n_units, "exact", 0, rng)
