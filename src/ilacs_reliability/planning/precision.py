"""How wide an interval a planned study of agreement will give."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, isfinite
from typing import Any

import numpy as np
from scipy.stats import norm

from ilacs_reliability._checks.arguments import (
    check_between,
    check_confidence_level,
    check_function,
    check_option,
)
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.wording import counted, fixed, level, together
from ilacs_reliability.planning.deciding import Aim
from ilacs_reliability.planning.drawing import drawn_studies, every_study
from ilacs_reliability.planning.fieldwork import Fieldwork, as_fieldwork
from ilacs_reliability.planning.questions import METHODS, Method, Question
from ilacs_reliability.planning.searching import MOST_UNITS, check_units
from ilacs_reliability.planning.worlds import Coefficient, World, as_world

ROUNDS, DRAWS = 8, 4_000


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Precision(Record):
    """The interval that a study may be expected to give.

    Attributes
    ----------
    name : str
        What is computed from the study.
    n_units : int or None
        Units to plan, those included that drop out; None where no number that was looked at gives
        the width asked for.
    truth : float
        What is true of all units.
    width : float
        Mean width of the interval, in the unit of the coefficient.
    low, high : float
        Mean of its limits.
    undefined : float
        Share of studies that leave the coefficient undefined; they do not enter the means.
    confidence_level : float
        Of the interval.
    simulation_error : float
        Standard error of `width` from the number of draws; 0 where it is exact.
    method : {"exact", "simulated", "formula"}
        How it was found.
    notes : tuple of str
        Where not all studies have the interval that was asked for.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
    >>> ilr.precision_for_agreement(ilr.percent_agreement, world, n_units=100)
    Precision(100 units: percent_agreement within 0.825 to 0.950, exact)
    """

    name: str
    n_units: int | None
    truth: float
    width: float
    low: float
    high: float
    undefined: float
    confidence_level: float
    simulation_error: float
    method: str
    notes: tuple[str, ...] = ()

    def describe(self) -> str:
        """Say in a sentence what interval to expect.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
        >>> print(ilr.precision_for_agreement(ilr.percent_agreement, world, n_units=100).describe())
        If percent_agreement is 0.900, the 95% interval from 100 units is 0.126 wide on average
        (0.825 to 0.950; exact).
        """
        if self.n_units is None:
            return f"No number of units that was looked at makes {self.name} that precise."
        low, high = together(self.low, self.high)
        said = (
            f"If {self.name} is {fixed(self.truth)}, the {level(self.confidence_level)} interval "
            f"from {counted(self.n_units, 'unit')} is {fixed(self.width)} wide on average "
            f"({low} to {high}; {self.method})."
        )
        return " ".join((said, *self.notes))

    def __repr__(self) -> str:
        if self.n_units is None:
            return f"Precision({self.name}: no study is that precise)"
        low, high = together(self.low, self.high)
        return (
            f"Precision({counted(self.n_units, 'unit')}: {self.name} within {low} to {high}, "
            f"{self.method})"
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_dict())


def precision_for_agreement(
    coefficient: Coefficient,
    world: World,
    *,
    n_units: int | None = None,
    width: float | None = None,
    confidence_level: float = 0.95,
    interval: str | None = None,
    fieldwork: Fieldwork | None = None,
    method: Method = "auto",
    n_resamples: int = 10_000,
    rng: Any = None,
) -> Precision:
    r"""Find how precisely a study will tell an agreement, or how many units make it so precise.

    Parameters
    ----------
    coefficient : callable
        A function of `Ratings` that returns an `Estimate`, such as `cohen_kappa`.
    world : World or Ratings
        What is true of all units, as from `agreement_world`, or ratings that stand for it.
    n_units : int, optional
        Units that are planned. Default: as many as `width` takes.
    width : float, optional
        Wanted mean width of the interval, in the unit of the coefficient; not beside `n_units`.
    confidence_level : float, optional
        Of the interval, between 0 and 1. Default: 0.95.
    interval : str, optional
        The interval that the analysis will use. Default: the coefficient's first, as in the
        analysis; "score" where that of so many studies takes too long, which a note says.
    fieldwork : Fieldwork, optional
        Ratings missing by design, clusters and drop-out. Default: none.
    method : {"auto", "exact", "simulated", "formula"}, optional
        As in `power_for_agreement`.
    n_resamples : int, optional
        Studies drawn where they are. Default: 10,000.
    rng : Generator or int, optional
        Source of chance.

    Returns
    -------
    Precision
        The mean width and limits. Where a width was asked for, the least number of units whose mean
        is no wider, but for the noise of the draws.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If not exactly one of `n_units` and `width` is given, an argument is outside its range,
        all studies are too many to go through, or the coefficient has no value, or no error, in
        this world.

    See Also
    --------
    units_for_agreement : The number of units that show that a threshold is passed.

    Notes
    -----
    The intervals are those named, of every study that can come out or of drawn ones. The formula is
    :math:`2 z \sigma / \sqrt{n}`, with the spread of a single unit in this world, as for any
    estimate that is a mean of influences [1]_.

    References
    ----------
    .. [1] M. A. Rotondi and A. Donner, "A confidence interval approach to sample size estimation
           for interobserver agreement studies with multiple raters and outcomes", Journal of
           Clinical Epidemiology 65 (2012), 778-784.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
    >>> ilr.precision_for_agreement(ilr.percent_agreement, world, width=0.2).n_units
    42
    """
    if (n_units is None) == (width is None):
        raise ValueError("one of `n_units` and `width` must be given, and not both.")
    check_function(coefficient, "coefficient")
    check_option(method, METHODS, "method")
    n_resamples = check_draws(n_resamples)
    aim = Aim(
        low=-inf,
        high=inf,
        is_strict=False,
        confidence_level=check_confidence_level(confidence_level),
    )
    question = Question(
        coefficient=coefficient,
        world=as_world(world),
        fieldwork=as_fieldwork(fieldwork),
        aim=aim,
        interval=interval,
    )
    if not isfinite(question.spread):
        name = getattr(coefficient, "__name__", "the coefficient")
        raise ValueError(f"`world` leaves {name} without a value or an error: no width follows.")
    generator = as_generator(rng)
    if width is None:
        units = check_units(n_units)
        return _expected(question, units, method, question.draws(units, n_resamples), generator)
    wanted = check_between(width, "width", 0.0, inf)
    return _least(question, wanted, method, n_resamples, generator)


def _expected(
    question: Question, n_units: int, method: str, n_draws: int, rng: np.random.Generator
) -> Precision:
    question.check_method(n_units, method)
    is_exact = question.is_exact(n_units, method)
    if method == "formula" or not (n_draws or is_exact):
        return _by_formula(question, n_units)
    if is_exact:
        studies, weights = every_study(question.shown, question.fieldwork, n_units)
        found = [question.interval_of(studies)]
    else:
        batches = drawn_studies(question.shown, question.fieldwork, n_units, n_draws, rng)
        found = [question.interval_of(batch) for batch in batches]
    low, high = (np.concatenate([getattr(one, end) for one in found]) for end in ("low", "high"))
    if not is_exact:
        weights = np.full(len(low), 1 / len(low))
    known = ~np.isnan(low)
    share = weights[known].sum()
    mean = [float((weights[known] * end[known]).sum() / max(share, 1e-300)) for end in (low, high)]
    widths = high[known] - low[known]
    # a study without a lower limit, as of a correlation of averages, leaves its mean width open
    spread = inf if np.isinf(widths).any() else float(np.std(widths)) if known.any() else 0.0
    return _precision(
        question,
        n_units,
        mean,
        undefined=max(float(1 - share), 0.0),
        error=0.0 if is_exact else spread / max(known.sum(), 1) ** 0.5,
        method="exact" if is_exact else "simulated",
        notes=_by_others({one.method for one in found}),
    )


def _by_formula(question: Question, n_units: int) -> Precision:
    half = float(norm.ppf(1 - question.aim.tail)) * question.spread / n_units**0.5
    ends = [question.truth - half, question.truth + half]
    return _precision(question, n_units, ends, undefined=0.0, error=0.0, method="formula")


def _least(
    question: Question, width: float, method: str, n_draws: int, rng: np.random.Generator
) -> Precision:
    """Find the number of units: the width falls all but exactly with its root."""
    half = float(norm.ppf(1 - question.aim.tail)) * question.spread
    n = int(np.clip(ceil((2 * half / width) ** 2 - 1e-6), 2, MOST_UNITS))
    draws = question.draws(n, min(n_draws, DRAWS), looks=ROUNDS)
    found = _expected(question, n, method, draws, rng)
    for _ in range(0 if found.method == "formula" else ROUNDS):
        step = int(np.clip(round(n * (found.width / width) ** 2), 2, MOST_UNITS))
        if step == n:
            break
        n, found = step, _expected(question, step, method, draws, rng)
    for _ in range(ROUNDS):
        if found.width <= width + 2 * found.simulation_error or n >= MOST_UNITS:
            break
        n = ceil(n * 1.005)
        found = _expected(question, n, method, draws, rng)
    while found.method == "exact" and n > 2:
        fewer = _expected(question, n - 1, method, draws, rng)
        if fewer.width > width:
            break
        n, found = n - 1, fewer
    return found


def _precision(
    question: Question,
    n_units: int | None,
    ends: list[float],
    *,
    undefined: float,
    error: float,
    method: str,
    notes: tuple[str, ...] = (),
) -> Precision:
    return Precision(
        name=getattr(question.coefficient, "__name__", "the coefficient"),
        n_units=n_units,
        truth=question.truth,
        width=ends[1] - ends[0],
        low=ends[0],
        high=ends[1],
        undefined=undefined,
        confidence_level=question.aim.confidence_level,
        simulation_error=error,
        method=method,
        notes=notes,
    )


def _by_others(methods: set[str]) -> tuple[str, ...]:
    """Say where another interval stands in for the one that was asked for."""
    others = sorted(method for method in methods if ", " in method)
    return (f"Intervals are by {'; by '.join(others)}.",) if others else ()
