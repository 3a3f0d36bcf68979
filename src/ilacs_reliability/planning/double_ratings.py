"""Studies of agreement: how many units, how sure, how small a truth is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import (
    check_between,
    check_function,
    check_option,
)
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.wording import (
    counted,
    fixed,
    level,
    listed,
    percent,
    significant,
    whole,
)
from ilacs_reliability.planning.deciding import UPWARD, Aim, Chances, Direction, aim_at, chance
from ilacs_reliability.planning.fieldwork import Fieldwork, as_fieldwork
from ilacs_reliability.planning.questions import METHODS, MOST_EXACT, Method, Question
from ilacs_reliability.planning.searching import (
    LOOKS,
    STRENGTHS,
    check_units,
    least_by_search,
    least_exactly,
    strength_reached,
)
from ilacs_reliability.planning.worlds import Coefficient, World, as_world

# different studies of one size that a search goes through rather than draws
MOST_IN_SEARCH = 3_000


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class StudyPlan(Record):
    """A study with the chance that it shows what is asked.

    Attributes
    ----------
    name : str
        What is computed from the study.
    n_units : int or None
        Units to plan, those included that drop out; None where no number that was looked at will
        do.
    truth : float
        What is true of all units; nan where nothing that could be true will do.
    threshold : float or tuple of float
        What the interval must pass, or the margins it must lie within.
    direction : str
        On which side.
    confidence_level : float
        Of the interval that decides.
    chances : Chances
        How often such a study ends how.
    notes : tuple of str
        What a reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
    >>> ilr.power_for_agreement(ilr.percent_agreement, world, 100, threshold=0.8)
    StudyPlan(100 units: percent_agreement at least 0.8 is shown in 70.3%, exact)
    """

    name: str
    n_units: int | None
    truth: float
    threshold: float | tuple[float, float]
    direction: str
    confidence_level: float
    chances: Chances
    notes: tuple[str, ...] = ()

    @property
    def power(self) -> float:
        """Chance that the study shows what is asked."""
        return self.chances.supported

    @property
    def bar(self) -> str:
        """The threshold in words, such as "at least 0.8"."""
        if isinstance(self.threshold, tuple):
            return f"within {' to '.join(significant(one, 12) for one in self.threshold)}"
        if self.direction == "significant":
            return self.direction
        return f"{self.direction} {significant(self.threshold, 12)}"

    def describe(self) -> str:
        """Say the plan in a sentence or two.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
        >>> plan = ilr.power_for_agreement(ilr.percent_agreement, world, 100, threshold=0.8)
        >>> print(plan.describe())
        If percent_agreement is 0.900, 100 units show that it is at least 0.8 (95% interval) with a
        chance of 70.3% (exact); they show the contrary with under 0.1%.
        """
        shown = f"that {self.name} is {self.bar} ({level(self.confidence_level)} interval)"
        if self.n_units is None or np.isnan(self.truth):
            return " ".join((f"Nothing that was looked at shows {shown}.", *self.notes))
        found = self.chances
        method = found.method
        if found.simulation_error:
            method = f"{method}, standard error {percent(found.simulation_error)}"
        units = counted(self.n_units, "unit")
        if self.direction == "significant":
            said = (
                f"If all units are so, {units} make {self.name} significant at "
                f"{level(1 - self.confidence_level)} with a chance of {chance(found.supported)} "
                f"({method})."
            )
        else:
            said = (
                f"If {self.name} is {fixed(self.truth)}, {units} show "
                f"{shown.replace(self.name, 'it')} with a chance of {chance(found.supported)} "
                f"({method}); they show the contrary with {chance(found.contradicted)}."
            )
        return " ".join((said, *self.notes))

    def __repr__(self) -> str:
        if self.n_units is None or np.isnan(self.truth):
            return f"StudyPlan({self.name} {self.bar}: no study does)"
        return (
            f"StudyPlan({counted(self.n_units, 'unit')}: {self.name} {self.bar} is shown in "
            f"{percent(self.power)}, {self.chances.method})"
        )

    def _repr_html_(self) -> str:
        return html_table(
            {
                "shows": f"{self.name} {self.bar}",
                "if it is": self.truth,
                "units": self.n_units,
                "power": self.power,
                "contradicted": self.chances.contradicted,
                "method": self.chances.method,
                "notes": list(self.notes),
            }
        )


def power_for_agreement(
    coefficient: Coefficient,
    world: World,
    n_units: int,
    *,
    threshold: float | tuple[float, float],
    direction: Direction = "at least",
    confidence_level: float = 0.95,
    interval: str | None = None,
    fieldwork: Fieldwork | None = None,
    method: Method = "auto",
    n_resamples: int = 10_000,
    rng: Any = None,
) -> StudyPlan:
    """Find how likely a study is to show that an agreement passes a threshold.

    Parameters
    ----------
    coefficient : callable
        A function of `Ratings` that returns an `Estimate`, such as `cohen_kappa`.
    world : World or Ratings
        What is true of all units, as from `agreement_world`, or ratings that stand for it.
    n_units : int
        Units that are planned.
    threshold : float or tuple of float
        What the interval must pass; two margins where `direction` is "within". To show that an
        agreement is no worse than a reference by more than a margin, give reference less margin.
    direction : {"at least", "more than", "at most", "less than", "within"}, optional
        On which side of the threshold the interval must lie: superiority and non-inferiority are
        "at least" or "more than", equivalence is "within". Default: "at least".
    confidence_level : float, optional
        Of the two-sided interval that decides, between 0 and 1; two one-sided tests of 5 % ask for
        0.9. Default: 0.95.
    interval : str, optional
        The interval that the analysis will use, one of the estimate's `interval_methods`. Default:
        the first, as in the analysis: "enumerated" for two grades by two raters, up to 200 units.
    fieldwork : Fieldwork, optional
        Ratings missing by design, clusters and drop-out. Default: none.
    method : {"auto", "exact", "simulated", "formula"}, optional
        All studies that can come out, drawn ones, or the normal approximation. Default: exact where
        there are at most 30,000, else drawn.
    n_resamples : int, optional
        Studies drawn. Default: 10,000.
    rng : Generator or int, optional
        Source of chance.

    Returns
    -------
    StudyPlan
        The chances of each outcome.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If the threshold does not fit the direction, an option is unknown, or all studies are too
        many to go through.

    See Also
    --------
    units_for_agreement : The number of units for a wanted power.
    judge : The verdict that such a study will get.

    Notes
    -----
    Each study is analysed as it will be: by the same coefficient, the same interval and the rule of
    `judge`, which takes approximate intervals at a stricter level than a claim declares:
    `verdict_power` and `design_study` plan for its verdicts, as does a `confidence_level` of 0.99
    here, with the interval "score", for claims of 95 %. The formula compares normal limits
    whose spread is that of the world at the threshold and at the truth [1]_, the delta method's.

    References
    ----------
    .. [1] A. B. Cantor, "Sample-size calculations for Cohen's kappa", Psychological Methods 1
           (1996), 150-153.

    Examples
    --------
    Twenty-four double inspections hardly ever show that inspectors agree in 80 %, even if they do
    in 92 %:

    >>> import ilacs_reliability as ilr
    >>> world = ilr.agreement_world(0.84, margins=[0.5, 0.5])
    >>> ilr.power_for_agreement(ilr.percent_agreement, world, 24, threshold=0.8).power.__round__(3)
    0.135
    """
    check_units(n_units)
    n_resamples = check_draws(n_resamples)
    aim = aim_at(threshold, direction, confidence_level)
    question = _question(coefficient, world, (aim, fieldwork, interval), method)
    generator = as_generator(rng)
    number = _draws(question, n_units, method, n_resamples)
    chances = question.chances(n_units, method, number, generator)
    return _plan(question, n_units, direction, chances, (number, n_resamples))


def units_for_agreement(
    coefficient: Coefficient,
    world: World,
    *,
    threshold: float | tuple[float, float],
    direction: Direction = "at least",
    power: float = 0.8,
    confidence_level: float = 0.95,
    interval: str | None = None,
    fieldwork: Fieldwork | None = None,
    method: Method = "auto",
    n_resamples: int = 5_000,
    rng: Any = None,
) -> StudyPlan:
    """Find how many units show that an agreement passes a threshold.

    Parameters
    ----------
    coefficient : callable
        As in `power_for_agreement`.
    world : World or Ratings
        What is true of all units, as from `agreement_world`, or ratings that stand for it.
    threshold : float or tuple of float
        What the interval must pass; two margins where `direction` is "within".
    direction : {"at least", "more than", "at most", "less than", "within"}, optional
        As in `power_for_agreement`. Default: "at least".
    power : float, optional
        Chance with which the study should show it, between 0 and 1. Default: 0.8.
    confidence_level : float, optional
        Of the two-sided interval that decides, between 0 and 1. Default: 0.95.
    interval : str, optional
        The interval that the analysis will use. Default: the coefficient's first, as there.
    fieldwork : Fieldwork, optional
        Ratings missing by design, clusters and drop-out. Default: none.
    method : {"auto", "exact", "simulated", "formula"}, optional
        As in `power_for_agreement`; "auto" is exact where at most 3,000 different studies can come
        out.
    n_resamples : int, optional
        Studies drawn of the number found; fewer of those looked at on the way. Default: 5,000.
    rng : Generator or int, optional
        Source of chance.

    Returns
    -------
    StudyPlan
        The least number of units from which on the power is reached, units that drop out included;
        None where the truth does not lie beyond the threshold or 100,000 units are too few. A drawn
        number is the least but for the noise of the draws.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        As from `power_for_agreement`, or if `power` is not between 0 and 1.

    See Also
    --------
    precision_for_agreement : The number of units for a wanted width of the interval.
    minimum_detectable_agreement : The other way round.

    References
    ----------
    .. [1] A. B. Cantor, "Sample-size calculations for Cohen's kappa", Psychological Methods 1
           (1996), 150-153.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> world = ilr.agreement_world(0.84, margins=[0.5, 0.5])
    >>> ilr.units_for_agreement(ilr.percent_agreement, world, threshold=0.8).n_units
    75

    The number that a formula gives for a one-sided test of 5 % that kappa is above 0.7, when it is
    0.85 [1]_:

    >>> world = ilr.agreement_world(0.85, margins=[0.5, 0.5])
    >>> ilr.units_for_agreement(
    ...     ilr.cohen_kappa, world, threshold=0.7, confidence_level=0.9, method="formula"
    ... ).n_units
    117
    """
    check_between(power, "power", 0.0, 1.0)
    n_resamples = check_draws(n_resamples)
    aim = aim_at(threshold, direction, confidence_level)
    question = _question(coefficient, world, (aim, fieldwork, interval), method)
    generator = as_generator(rng)
    n_units, chances, number = _least_units(question, power, method, (n_resamples, generator))
    return _plan(question, n_units, direction, chances, (number, n_resamples))


def minimum_detectable_agreement(
    coefficient: Coefficient,
    world: World,
    n_units: int,
    *,
    threshold: float,
    direction: Direction = "at least",
    power: float = 0.8,
    confidence_level: float = 0.95,
    interval: str | None = None,
    fieldwork: Fieldwork | None = None,
    method: Method = "auto",
    n_resamples: int = 4_000,
    rng: Any = None,
) -> StudyPlan:
    """Find how good an agreement must be for a study of some size to show that it passes.

    Parameters
    ----------
    coefficient : callable
        As in `power_for_agreement`.
    world : World
        The margins and the model, as from `agreement_world`; its own agreement does not matter.
    n_units : int
        Units that are planned.
    threshold : float
        What the interval must pass.
    direction : {"at least", "more than", "at most", "less than"}, optional
        As in `power_for_agreement`.
    power : float, optional
        Chance with which the study should show it, between 0 and 1. Default: 0.8.
    confidence_level : float, optional
        Of the two-sided interval that decides, between 0 and 1. Default: 0.95.
    interval : str, optional
        The interval that the analysis will use. Default: the coefficient's first, as there.
    fieldwork : Fieldwork, optional
        Ratings missing by design, clusters and drop-out. Default: none.
    method : {"auto", "exact", "simulated", "formula"}, optional
        As in `power_for_agreement`.
    n_resamples : int, optional
        Studies drawn for each agreement that is looked at. Default: 4,000.
    rng : Generator or int, optional
        Source of chance.

    Returns
    -------
    StudyPlan
        Its `truth` is the agreement nearest the threshold with that power; nan where none is.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        As from `power_for_agreement`, or if `world` was given as it is, `direction` is "within", or
        no world with these margins has the threshold.

    See Also
    --------
    units_for_agreement : How many units a given truth takes.

    References
    ----------
    .. [1] J. Cohen, "Statistical power analysis for the behavioral sciences", 2nd edition,
           Erlbaum, 1988, chapter 1.

    Examples
    --------
    What 24 double inspections can show to be at least 80 % is agreement of 99 % and more:

    >>> import ilacs_reliability as ilr
    >>> world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
    >>> plan = ilr.minimum_detectable_agreement(
    ...     ilr.percent_agreement, world, 24, threshold=0.8
    ... )
    >>> round(plan.truth, 3)
    0.991
    """
    check_units(n_units)
    check_between(power, "power", 0.0, 1.0)
    n_resamples = check_draws(n_resamples)
    check_option(direction, ("at least", "more than", "at most", "less than"), "direction")
    aim = aim_at(threshold, direction, confidence_level)
    question = _question(coefficient, world, (aim, fieldwork, interval), method)
    generator = as_generator(rng)
    edge = _edge(question, threshold)
    best = 1.0 if direction in UPWARD else 0.0
    number = _draws(question, n_units, method, n_resamples, looks=STRENGTHS)
    # the same draws at every strength, so that power rises with it
    seed = int(generator.integers(2**63))
    exact = question.is_exact(n_units, method)
    judged = question.at(edge).exactly(n_units) if exact else None

    def reached(strength: float) -> Chances:
        there = question.at(strength)
        if judged:
            return judged(there)
        return there.chances(n_units, method, number, as_generator(seed))

    def formula(strength: float) -> float:
        return question.at(strength).normal(n_units).supported

    ends = {"power": power, "edge": edge, "best": best}
    guess = strength_reached(formula, guess=edge, **ends)
    strength = strength_reached(
        lambda one: reached(one).supported, guess=edge if guess is None else guess, **ends
    )
    if strength is None:
        plan = _plan(question, n_units, direction, reached(best), (number, n_resamples))
        return replace(plan, truth=float("nan"))
    found = question.at(strength)
    return _plan(found, n_units, direction, reached(strength), (number, n_resamples))


def _edge(question: Question, threshold: float) -> float:
    """Return the strength at which the truth is the threshold."""
    try:
        return question.world.with_value(question.coefficient, threshold).strength
    except ValueError as error:
        raise ValueError(f"`threshold` cannot be had in this `world`: {error}") from None


def _question(
    coefficient: Any, world: Any, study: tuple[Aim, Any, str | None], method: str
) -> Question:
    check_function(coefficient, "coefficient")
    check_option(method, METHODS, "method")
    aim, fieldwork, interval = study
    return Question(
        coefficient=coefficient,
        world=as_world(world),
        fieldwork=as_fieldwork(fieldwork),
        aim=aim,
        interval=interval,
    )


def _draws(
    question: Question, n_units: float, method: str, n_resamples: int, *, looks: float = 1
) -> int:
    """Return how many studies to draw; raise where what must be done would take too long."""
    most = MOST_EXACT // (1 if looks == 1 else 3)
    question.check_method(ceil(n_units), method, most)
    number = question.draws(ceil(n_units), n_resamples, looks=looks)
    if method == "formula":
        return n_resamples
    if not number and method == "simulated":
        raise ValueError(
            f"`method` cannot be 'simulated' here: studies of {counted(ceil(n_units), 'unit')} "
            "like this take too long to draw; 'formula' can be had."
        )
    return number


def _least_units(
    question: Question, power: float, method: str, draws: tuple[int, np.random.Generator]
) -> tuple[int | None, Chances, int]:
    """Return the least number of units, its chances, and how many studies they were drawn from."""
    n_draws, rng = draws
    start = question.units_by_formula(power)
    if not np.isfinite(start):
        return None, question.normal(2.0), n_draws
    if method != "formula":
        top = ceil(start) + _teeth(question, start)
        number = _draws(question, start, method, n_draws, looks=LOOKS)
        if method == "exact" or (method == "auto" and question.is_small(top, MOST_IN_SEARCH)):
            found = _least_exact(question, power, top, rng)
            return *(found or (None, question.normal(2.0))), n_draws
        if number:

            def look(n_units: int, number: int) -> Chances:
                return question.chances(n_units, "simulated", number, rng)

            found = least_by_search(look, power=power, start=start, n_draws=number)
            return *(found or (None, question.normal(2.0))), number
    n_units = ceil(start - 1e-6)
    return n_units, question.normal(n_units), n_draws if method == "formula" else 0


def _teeth(question: Question, start: float) -> int:
    """Return how many more units the teeth of an exact interval may ask for than the formula."""
    apart = min(abs(question.truth - end) for end in (question.aim.low, question.aim.high))
    return ceil(min(0.3 * start, 6 / apart)) + 12


def _least_exact(
    question: Question, power: float, top: int, rng: np.random.Generator
) -> tuple[int, Chances] | None:
    def power_at(n_units: int) -> float:
        return question.chances(n_units, "exact", 0, rng).supported

    # power falls where one more unit asks for one more agreement: look past the teeth
    while min(power_at(top + more) for more in range(0, 12, 3)) < power:
        top = ceil(1.3 * top)
        if top > MOST_IN_SEARCH:
            return None
    n_units = least_exactly(power_at, power=power, top=top, least=2)
    return n_units, question.chances(n_units, "exact", 0, rng)


def _plan(
    question: Question,
    n_units: int | None,
    direction: str,
    chances: Chances,
    draws: tuple[int, int],
) -> StudyPlan:
    aim = question.aim
    margins = (aim.low, aim.high)
    name = getattr(question.coefficient, "__name__", "the coefficient")
    upward = np.isfinite(aim.low)
    return StudyPlan(
        name=name,
        n_units=n_units,
        truth=question.truth,
        threshold=margins if direction == "within" else margins[0 if upward else 1],
        direction=direction,
        confidence_level=aim.confidence_level,
        chances=chances,
        notes=(*notes(question.fieldwork, n_units), *fewer(chances, *draws)),
    )


def fewer(chances: Chances, number: int, n_resamples: int) -> tuple[str, ...]:
    """Say where fewer studies were drawn than were asked for, or none; nothing where all were."""
    if number and chances.method == "simulated" and number < n_resamples:
        return (f"{whole(number)} such studies were drawn, as more would take too long.",)
    if number == 0 and chances.method == "formula":
        return ("Studies of this size take too long to draw.",)
    return ()


def notes(fieldwork: Fieldwork, n_units: int | None) -> tuple[str, ...]:
    """Say how a study of so many units is carried out."""
    said = []
    if fieldwork.ratings_per_unit is not None:
        said.append(f"each unit is rated by {fieldwork.ratings_per_unit}, drawn by lot")
    if fieldwork.cluster_size > 1:
        said.append(
            f"units come {fieldwork.cluster_size} together with a correlation of "
            f"{significant(fieldwork.cluster_correlation)}"
        )
    if fieldwork.drop_out and n_units is not None:
        left = whole(round(n_units * (1 - fieldwork.drop_out)))
        said.append(f"{percent(fieldwork.drop_out)} drop out, so some {left} units remain")
    return (f"{listed(said).capitalize()}.",) if said else ()
