"""The cheapest study that settles a list of claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeAlias

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

from ilacs_reliability._checks.arguments import (
    check_between,
    check_each,
    check_listing,
    check_number,
    is_whole,
    told,
)
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.wording import counted, listed, significant, whole
from ilacs_reliability.claims.outcomes import OUTCOMES
from ilacs_reliability.claims.parts import CountedPart, RatedPart, parts_of
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.study_text import design_of, study_text
from ilacs_reliability.planning.deciding import Chances, chance
from ilacs_reliability.planning.fieldwork import Fieldwork, as_fieldwork
from ilacs_reliability.planning.searching import LOOKS, Curve, power_curve
from ilacs_reliability.planning.worlds import World

Part: TypeAlias = RatedPart | CountedPart
# where a search starts: the root law takes it from there
START = 60
# how often units are added where the drawn chance falls short
MORE = 5
# least share of what may go wrong that any part is given
LEAST = 1e-3


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class StudyDesign(Record):
    """The cheapest study that settles its claims, and what it was chosen from.

    Attributes
    ----------
    declared : tuple of Claim
        The claims that it is to settle.
    n_raters : int
        Raters of each unit.
    n_units : mapping of str to int
        Units of each stratum, those included that drop out.
    n_rated : mapping of str to int
        How many of them all raters rate; one grade is enough of the others.
    cost : float
        Of the whole study, in the unit of the costs that were given.
    chance : float
        That every claim is settled rightly in every stratum.
    wrong : float
        That some claim is settled wrongly in some stratum.
    claims : mapping of str to str
        What each statement comes out as, if all is as supposed.
    options : tuple of mapping
        One row for each number of raters: units, ratings, cost and chance; None where no number of
        units that was looked at will do.
    n_resamples : int
        Studies that the chances were drawn from.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> claim = ilr.Claim(
    ...     statement="They agree.",
    ...     kind="consistency",
    ...     coefficient="cohen_kappa",
    ...     threshold=0.5,
    ... )
    >>> world = ilr.agreement_world(0.8, margins=[0.3, 0.7])
    >>> design = ilr.design_study([claim], world, raters=[2], rng=1)
    >>> design.claims
    {'They agree.': 'supported'}
    """

    declared: tuple[Claim, ...]
    n_raters: int
    n_units: Mapping[str, int]
    n_rated: Mapping[str, int]
    cost: float
    chance: float
    wrong: float
    claims: Mapping[str, str]
    options: tuple[Mapping[str, Any], ...]
    n_resamples: int

    @property
    def total(self) -> int:
        """Units of all strata."""
        return sum(self.n_units.values())

    def describe(self) -> str:
        """Say the design in two sentences.

        Returns
        -------
        str
            Plain English.
        """
        split = ""
        if len(self.n_units) > 1:
            parts = [f"{whole(n)} of {name}" for name, n in self.n_units.items()]
            split = f" ({listed(parts)})"
        claims = listed(f'"{statement}" {outcome}' for statement, outcome in self.claims.items())
        rated = sum(self.n_rated.values())
        ratings = f"with {counted(self.n_raters, 'rater')} each"
        if rated < self.total:
            ratings = f"graded once, {whole(rated)} of them by {counted(self.n_raters, 'rater')},"
        if not rated:
            ratings = "graded once"
        return (
            f"{counted(self.total, 'unit')}{split} {ratings} cost {significant(self.cost)} "
            f"and settle all claims with a chance of {chance(self.chance)}: {claims}. Some claim "
            f"is settled wrongly with a chance of {chance(self.wrong)}."
        )

    def to_toml(self) -> str:
        """Write the study as TOML text, to be declared before the first inspection.

        Returns
        -------
        str
            Raters, units, costs and chances, each claim with its coefficient, threshold and level,
            and what the study was chosen from; `from_toml` reads it.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> claim = ilr.Claim(
        ...     statement="They agree.",
        ...     kind="consistency",
        ...     coefficient="cohen_kappa",
        ...     threshold=0.5,
        ... )
        >>> world = ilr.agreement_world(0.8, margins=[0.3, 0.7])
        >>> print(ilr.design_study([claim], world, raters=[2], rng=1).to_toml().splitlines()[1])
        raters = 2
        """
        return study_text(self)

    @classmethod
    def from_toml(cls, text: str) -> StudyDesign:
        r"""Read a study from the text that `to_toml` wrote.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        StudyDesign
            The same study: its claims can be given to `judge` and `verdict_power` as declared.

        Raises
        ------
        TypeError
            If `text` is not a string.
        ValueError
            If the text is not TOML, lacks something or holds what a study does not.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> claim = ilr.Claim(statement="Most rose.", kind="share", threshold=0.5)
        >>> design = ilr.design_study([claim], {"all": {"share": 0.7}}, rng=1)
        >>> ilr.StudyDesign.from_toml(design.to_toml()) == design
        True
        """
        return cls(**design_of(text))

    def __repr__(self) -> str:
        return (
            f"StudyDesign({counted(self.total, 'unit')} x {counted(self.n_raters, 'rater')}, cost "
            f"{significant(self.cost)}: settled in {chance(self.chance)})"
        )

    def _repr_html_(self) -> str:
        return html_table(
            {
                "units": [f"{name}: {n}" for name, n in self.n_units.items()],
                "raters": self.n_raters,
                "cost": self.cost,
                "chance": self.chance,
                "wrong": self.wrong,
                "claims": [f"{said}: {outcome}" for said, outcome in self.claims.items()],
            }
        )


def design_study(
    claims: Sequence[Claim],
    worlds: World | Mapping[str, Any],
    *,
    chance: float = 0.8,
    raters: Sequence[int] = (2, 3),
    costs: tuple[float, float] | Mapping[str, tuple[float, float]] = (0.0, 1.0),
    fieldwork: Fieldwork | None = None,
    n_resamples: int = 5_000,
    rng: Any = None,
) -> StudyDesign:
    """Find the cheapest study that settles a list of claims.

    Parameters
    ----------
    claims : sequence of Claim
        Claims of any kind. One that is true of a world is settled by "supported", one that is
        false by "contradicted".
    worlds : World, or mapping of str to World or to a mapping
        What is supposed to be true of all units, or of the units of each stratum, in each of which
        every claim is to be settled: for consistency what `agreement_world` gives. For other claims
        a stratum is a mapping from a claim's kind, name or statement to what `verdict_power` takes:
        a share, the shares that rise, stay and fall (or by grade before and after), or the shares
        of grades of two groups.
    chance : float, optional
        That all are settled rightly, between 0 and 1. Default: 0.8.
    raters : sequence of int, optional
        Numbers of raters of a unit to choose from. Default: two and three.
    costs : tuple of two float, or mapping of str to such, optional
        Cost of a unit whoever rates it, and of a rating, everywhere or in each stratum. Default:
        ratings are counted.
    fieldwork : Fieldwork, optional
        Clusters and drop-out. Default: none.
    n_resamples : int, optional
        Studies drawn of a size that is looked at last; fewer before. Default: 5,000.
    rng : Generator or int, optional
        Source of chance.

    Returns
    -------
    StudyDesign
        Raters and units, split over strata so that they cost least; the least but for the noise of
        draws.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If nothing is said of a claim, one lies on its edge in a world, or no study that was looked
        at settles all.

    See Also
    --------
    units_for_agreement : The number of units for one coefficient.
    verdict_power : The chances of one claim.

    Notes
    -----
    Drawn studies meet the verdicts of `judge`. Claims of consistency are held to the same studies,
    so that what they share is counted once; other claims and strata are drawn apart, and their
    chances multiplied. All claims of a stratum use the same units: as many are graded as the
    hungriest claim needs, half of them in each group of a comparison, and only as many by all
    raters as consistency needs. How the chance is shared out between claims and strata is sought
    so that the study costs least, on the lines of probits that drawn studies gave. Outside of
    consistency, clusters count by their design effect. That two raters of more units mostly beat
    more raters of fewer was found for reliability long ago [1]_; costs decide how far.

    References
    ----------
    .. [1] S. D. Walter, M. Eliasziw and A. Donner, "Sample size and optimal designs for reliability
           studies", Statistics in Medicine 17 (1998), 101-110.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> claim = ilr.Claim(
    ...     statement="They agree.",
    ...     kind="consistency",
    ...     coefficient="fleiss_kappa",
    ...     threshold=0.5,
    ... )
    >>> world = ilr.agreement_world(0.8, margins=[0.3, 0.7])
    >>> ilr.design_study([claim], world, costs=(10, 1), rng=1).n_raters
    3
    """
    said = check_each(claims, "claims", Claim, of="claims")
    if not said:
        raise ValueError("`claims` must hold a claim at least.")
    wanted = check_between(chance, "chance", 0.0, 1.0)
    strata = _strata(worlds)
    prices = _costs(costs, strata)
    work = as_fieldwork(fieldwork)
    n_resamples = check_draws(n_resamples)
    generator = as_generator(rng)
    choices = _raters(raters)
    if all(claim.kind != "consistency" for claim in said):
        choices = [1]
    rows, plans = [], []
    for n_raters in choices:
        parts = parts_of(said, strata, n_raters, work)
        looks = (LOOKS + 1) * len(parts) * len(choices)
        draws = [part.draws(n_resamples, looks) for part in parts]
        plan = _planned(parts, wanted, Prices(prices, n_raters), (draws, generator))
        rows.append(_row(n_raters, plan))
        plans.append(plan)
    affordable = [place for place, row in enumerate(rows) if row["cost"] is not None]
    if not affordable:
        raise ValueError("`claims` are settled by no study that was looked at.")
    best = min(affordable, key=lambda place: rows[place]["cost"])
    plan = plans[best]
    assert plan is not None
    return StudyDesign(
        declared=said,
        n_raters=rows[best]["n_raters"],
        n_units=plan.units,
        n_rated=plan.rated,
        cost=rows[best]["cost"],
        chance=rows[best]["chance"],
        wrong=1 - float(np.prod([1 - one.contradicted for one in plan.chances])),
        claims=_outcomes(said, plan.parts),
        options=tuple(rows),
        n_resamples=n_resamples,
    )


@dataclass(frozen=True, slots=True)
class Prices:
    """What units and ratings cost in each stratum, and by how many a unit is rated."""

    each: Mapping[str, tuple[float, float]]
    n_raters: int

    def of(self, parts: list[Part], units: Sequence[float]) -> float:
        """Return what a study costs in which each part has its units, as far as they are shared."""
        every, rated = _shared(parts, units)
        return sum(
            price[0] * every[name]
            + price[1] * (rated[name] * self.n_raters + every[name] - rated[name])
            for name, price in self.each.items()
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """A study of several parts, with its chances."""

    parts: list[Part]
    units: dict[str, int]
    rated: dict[str, int]
    chances: list[Chances]
    cost: float

    @property
    def chance(self) -> float:
        return float(np.prod([one.supported for one in self.chances]))


def _planned(
    parts: list[Part],
    wanted: float,
    prices: Prices,
    how: tuple[list[int], np.random.Generator],
) -> _Plan | None:
    """Return the cheapest units of all parts; None where some part is never settled."""
    draws, rng = how
    equal = wanted ** (1 / len(parts))
    curves = []
    for part, number in zip(parts, draws, strict=True):

        def look(n_units: int, number: int, part: Part = part) -> Chances:
            return part.look(n_units, number, rng)

        curve = power_curve(look, power=equal, start=START, n_draws=number) if number else None
        if curve is None:
            return None
        curves.append(curve)
    units = _cheapest(parts, curves, wanted, prices)
    for _ in range(MORE):
        plan = _drawn(parts, [max(ceil(n), 4) for n in units], prices, how)
        short = 2 * plan.chance * sum((one.simulation_error) ** 2 for one in plan.chances) ** 0.5
        if plan.chance >= wanted - short:
            return plan
        units = [1.03 * n for n in units]
    return plan


def _cheapest(parts: list[Part], curves: list[Curve], wanted: float, prices: Prices) -> list[float]:
    """Return units whose chances multiply to the wanted one, split so that they cost least."""

    def units(split: FloatArray) -> list[float]:
        shares = np.maximum(softmax(split), LEAST)
        chances = wanted ** (shares / shares.sum())
        return [curve.units(one) for curve, one in zip(curves, chances, strict=True)]

    start = np.zeros(len(parts))
    if len(parts) == 1:
        return units(start)

    def cost(split: FloatArray) -> float:
        return prices.of(parts, units(split))

    return units(minimize(cost, start, method="Powell").x)


def _drawn(
    parts: list[Part],
    units: list[int],
    prices: Prices,
    how: tuple[list[int], np.random.Generator],
) -> _Plan:
    """Draw the study: what is counted is counted of all units of a stratum."""
    draws, rng = how
    every, rated = _shared(parts, units)
    chances = [
        part.look(int(n if isinstance(part, RatedPart) else every[part.stratum]), number, rng)
        for part, n, number in zip(parts, units, draws, strict=True)
    ]
    whole_units = {name: int(n) for name, n in every.items()}
    whole_rated = {name: int(n) for name, n in rated.items()}
    return _Plan(parts, whole_units, whole_rated, chances, prices.of(parts, units))


def _shared(parts: list[Part], units: Sequence[float]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the units of each stratum, and those that all raters rate."""
    every = dict.fromkeys((part.stratum for part in parts), 0.0)
    rated = dict(every)
    for part, n in zip(parts, units, strict=True):
        every[part.stratum] = max(every[part.stratum], n)
        if isinstance(part, RatedPart):
            rated[part.stratum] = n
    return every, rated


def _outcomes(claims: tuple[Claim, ...], parts: list[Part]) -> dict[str, str]:
    """Say what each statement comes out as, by stratum where they differ."""
    found: dict[str, dict[str, str]] = {claim.statement: {} for claim in claims}
    for part in parts:
        for claim, code in zip(part.claims, part.right, strict=True):
            found[claim.statement][part.stratum] = OUTCOMES[code]
    return {
        statement: outcomes.popitem()[1]
        if len(set(outcomes.values())) == 1
        else listed(f"{outcome} of {name}" for name, outcome in outcomes.items())
        for statement, outcomes in found.items()
    }


def _row(n_raters: int, plan: _Plan | None) -> dict[str, Any]:
    if plan is None:
        empty = dict.fromkeys(("n_units", "n_ratings", "cost", "chance"))
        return {"n_raters": n_raters, **empty}
    n_units, n_rated = sum(plan.units.values()), sum(plan.rated.values())
    return {
        "n_raters": n_raters,
        "n_units": n_units,
        "n_ratings": n_rated * n_raters + n_units - n_rated,
        "cost": plan.cost,
        "chance": plan.chance,
    }


def _strata(worlds: Any) -> dict[str, Mapping[str, Any]]:
    """Return what is true of each stratum, by what claims are about."""
    strata = dict(worlds) if isinstance(worlds, Mapping) else {"all": worlds}
    if not strata:
        raise ValueError("`worlds` must name a stratum at least.")
    return {
        str(name): truth if isinstance(truth, Mapping) else {"consistency": truth}
        for name, truth in strata.items()
    }


def _raters(raters: Any) -> list[int]:
    numbers = check_listing(raters, "raters", of="numbers of raters")
    for one in numbers:
        if not is_whole(one) or not 2 <= one <= 10:
            raise ValueError(f"`raters` must hold whole numbers from 2 to 10, but got {told(one)}.")
    if not numbers:
        raise ValueError("`raters` must hold a number at least.")
    return [int(one) for one in numbers]


def _costs(costs: Any, strata: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return the costs of a unit and of a rating in each stratum."""
    if not isinstance(costs, Mapping):
        return dict.fromkeys(strata, _pair(costs))
    if set(map(str, costs)) != set(strata):
        raise ValueError(
            f"`costs` must name the strata {listed(map(repr, strata))}, but got {told(costs)}."
        )
    return {str(name): _pair(pair) for name, pair in costs.items()}


def _pair(costs: Any) -> tuple[float, float]:
    listed = check_listing(costs, "costs", of="two numbers")
    numbers = [check_number(one, "costs") for one in listed]
    if len(numbers) != 2 or min(numbers) < 0 or not sum(numbers) > 0:
        raise ValueError(
            f"`costs` must be two numbers of 0 or more, and not both 0, but got {told(costs)}."
        )
    return numbers[0], numbers[1]
