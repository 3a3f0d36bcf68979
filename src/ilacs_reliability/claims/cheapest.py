"""The cheapest study of agreement that settles a list of claims."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import (
    check_between,
    check_each,
    check_listing,
    check_number,
    told,
)
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import IntArray
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.wording import counted, listed, significant, whole
from ilacs_reliability.claims.choices import PLAIN, computed, defensible, kappa_beside
from ilacs_reliability.claims.outcomes import (
    CONTRADICTED,
    NOT_SHOWN,
    SUPPORTED,
    deciding_limits,
    is_true,
    outcome_codes,
)
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.planning.deciding import Chances, chance
from ilacs_reliability.planning.drawing import drawn_studies
from ilacs_reliability.planning.fieldwork import Fieldwork, as_fieldwork
from ilacs_reliability.planning.searching import least_by_search
from ilacs_reliability.planning.worlds import World

# where a search starts: the root law takes it from there
START = 60


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
        ratings = f"{whole(self.n_raters)} raters each"
        return (
            f"{counted(self.total, 'unit')}{split} with {ratings} cost {significant(self.cost)} "
            f"and settle all claims with a chance of {chance(self.chance)}: {claims}. Some claim "
            f"is settled wrongly with a chance of {chance(self.wrong)}."
        )

    def to_toml(self) -> str:
        """Write the study as TOML text, to be declared before the first inspection.

        Returns
        -------
        str
            Raters, units, and each claim with its coefficient, threshold and level.

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
        lines = ["[study]", f"raters = {self.n_raters}", f"chance = {round(self.chance, 4)}"]
        lines += ["", "[study.units]"]
        lines += [f"{json.dumps(name)} = {n}" for name, n in self.n_units.items()]
        for claim in self.declared:
            named = {
                "statement": claim.statement,
                "coefficient": claim.coefficient,
                "weights": claim.weights,
                "threshold": claim.threshold,
                "direction": claim.direction,
                "confidence_level": claim.confidence_level,
            }
            lines += ["", "[[claims]]"]
            # texts and numbers are written alike in JSON and TOML
            lines += [f"{name} = {json.dumps(value)}" for name, value in named.items()]
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        return (
            f"StudyDesign({counted(self.total, 'unit')} x {self.n_raters} raters, cost "
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
    worlds: World | Mapping[str, World],
    *,
    chance: float = 0.8,
    raters: Sequence[int] = (2, 3),
    costs: tuple[float, float] = (0.0, 1.0),
    fieldwork: Fieldwork | None = None,
    n_resamples: int = 5_000,
    rng: Any = None,
) -> StudyDesign:
    """Find the cheapest study that settles a list of claims about agreement.

    Parameters
    ----------
    claims : sequence of Claim
        Claims of consistency. One that is true of a world is settled by "supported", one that is
        false by "contradicted".
    worlds : World, or mapping of str to World
        What is supposed to be true of all units, as from `agreement_world`, or of the units of each
        stratum, in each of which every claim is to be settled.
    chance : float, optional
        That all are settled rightly, between 0 and 1. Default: 0.8.
    raters : sequence of int, optional
        Numbers of raters of a unit to choose from. Default: two and three.
    costs : tuple of two float, optional
        Cost of a unit whoever rates it, and of a rating. Default: ratings are counted.
    fieldwork : Fieldwork, optional
        Clusters and drop-out. Default: none.
    n_resamples : int, optional
        Studies drawn of a size that is looked at last; fewer before. Default: 5,000.
    rng : Generator or int, optional
        Source of chance.

    Returns
    -------
    StudyDesign
        Raters and units, the same chance in every stratum; the least but for the noise of draws.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a claim is not of consistency, lies on its edge in a world, or no study that was looked
        at settles all.

    See Also
    --------
    units_for_agreement : The number of units for one coefficient.
    verdict_power : The chances of one claim.

    Notes
    -----
    Drawn studies meet the verdicts of `judge`, all claims in the same studies, so that what they
    share is counted once. Strata are drawn apart, each with the chance to the power of one over
    their number. That two raters of more units mostly beat more raters of fewer was found for
    reliability long ago [1]_; costs decide how far.

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
    if not said or any(claim.kind != "consistency" for claim in said):
        raise ValueError("`claims` must hold claims of consistency, at least one.")
    wanted = check_between(chance, "chance", 0.0, 1.0)
    strata = _strata(worlds)
    each = _costs(costs)
    work = as_fieldwork(fieldwork)
    check_draws(n_resamples)
    generator = as_generator(rng)
    rows, found = [], []
    for n_raters in _raters(raters):
        plan = _planned(said, strata, n_raters, wanted, (work, n_resamples, generator))
        rows.append(_row(n_raters, plan, each))
        found.append(plan)
    affordable = [place for place, row in enumerate(rows) if row["cost"] is not None]
    if not affordable:
        raise ValueError("`claims` are settled by no study that was looked at.")
    best = min(affordable, key=lambda place: rows[place]["cost"])
    plan = found[best]
    outcomes = next(iter(plan.values())).outcomes
    return StudyDesign(
        declared=said,
        n_raters=rows[best]["n_raters"],
        n_units={name: part.n_units for name, part in plan.items()},
        cost=rows[best]["cost"],
        chance=rows[best]["chance"],
        wrong=1 - float(np.prod([1 - part.chances.contradicted for part in plan.values()])),
        claims={one.statement: _outcome(code) for one, code in zip(said, outcomes, strict=True)},
        options=tuple(rows),
        n_resamples=n_resamples,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What one stratum takes: units, the chances, and which outcome is right for each claim."""

    n_units: int
    chances: Chances
    outcomes: tuple[int, ...]


def _planned(
    claims: tuple[Claim, ...],
    strata: Mapping[str, World],
    n_raters: int,
    wanted: float,
    how: tuple[Fieldwork, int, np.random.Generator],
) -> dict[str, _Part]:
    """Return the least units of each stratum; empty where some stratum is never settled."""
    work, n_draws, rng = how
    parts = {}
    for name, world in strata.items():
        seen = world if world.n_raters == n_raters else world.with_raters(n_raters)
        right = tuple(_right(claim, seen) for claim in claims)

        def look(n_units: int, number: int, seen: World = seen, right: Any = right) -> Chances:
            batches = drawn_studies(seen, work, n_units, number, rng)
            counts = np.sum([_counted(claims, right, batch) for batch in batches], axis=0)
            return _chances(counts / number, number)

        least = least_by_search(
            look, power=wanted ** (1 / len(strata)), start=START, n_draws=n_draws, least=4
        )
        if least is None:
            return {}
        parts[name] = _Part(*least, right)
    return parts


def _counted(claims: tuple[Claim, ...], right: tuple[int, ...], studies: Ratings) -> IntArray:
    """Count the studies that settle all claims rightly, and those that settle some wrongly."""
    codes = np.stack([verdict_codes(claim, studies) for claim in claims])
    correct = codes == np.array(right)[:, None]
    wrong = ~correct & ((codes == SUPPORTED) | (codes == CONTRADICTED))
    return np.array([correct.all(axis=0).sum(), wrong.any(axis=0).sum()])


def verdict_codes(claim: Claim, studies: Ratings) -> IntArray:
    """Return the place in `OUTCOMES` of the verdict on each study of a batch."""
    if not claim.coefficient:
        every = np.stack([_by(claim, name, studies) for name in defensible(studies)])
        same = (every == every[0]).all(axis=0)
        return np.where(same, every[0], NOT_SHOWN)
    codes = _by(claim, claim.coefficient, studies)
    if claim.coefficient != PLAIN:
        return codes
    low = deciding_limits(claim, computed(kappa_beside(studies), studies)).low
    return np.where((codes == SUPPORTED) & ~(low >= claim.floor), NOT_SHOWN, codes)


def _by(claim: Claim, name: str, studies: Ratings) -> IntArray:
    return outcome_codes(claim, *deciding_limits(claim, computed(name, studies, claim.weights)))


def _right(claim: Claim, world: World) -> int:
    """Return the outcome that is right in a world; raise where no study can reach it."""
    ratings = world.ratings
    names = (claim.coefficient,) if claim.coefficient else defensible(ratings)
    values = [float(computed(name, ratings, claim.weights).value) for name in names]
    on_edge = any(abs(value - edge) < 1e-6 for value in values for edge in claim.margins)
    true = [is_true(claim, value) for value in values]
    if claim.coefficient == PLAIN and true[0]:
        on_edge |= float(computed(kappa_beside(ratings), ratings).value) <= claim.floor
    if on_edge or len(set(true)) > 1:
        shown = listed(significant(value) for value in values)
        raise ValueError(
            f"`claims` holds {told(claim)}, which no study settles in such a world: {shown} lies "
            "on its edge, or its coefficients disagree."
        )
    return SUPPORTED if true[0] else CONTRADICTED


def _outcome(code: int) -> str:
    return "supported" if code == SUPPORTED else "contradicted"


def _chances(shares: Any, n_draws: int) -> Chances:
    settled, wrong = (float(share) for share in shares)
    return Chances(
        supported=settled,
        contradicted=wrong,
        not_shown=max(1 - settled - wrong, 0.0),
        undefined=0.0,
        simulation_error=(settled * (1 - settled) / n_draws) ** 0.5,
        method="simulated",
    )


def _row(n_raters: int, plan: dict[str, _Part], costs: tuple[float, float]) -> dict[str, Any]:
    if not plan:
        empty = dict.fromkeys(("n_units", "n_ratings", "cost", "chance"))
        return {"n_raters": n_raters, **empty}
    n_units = sum(part.n_units for part in plan.values())
    return {
        "n_raters": n_raters,
        "n_units": n_units,
        "n_ratings": n_units * n_raters,
        "cost": n_units * (costs[0] + n_raters * costs[1]),
        "chance": float(np.prod([part.chances.supported for part in plan.values()])),
    }


def _strata(worlds: Any) -> dict[str, World]:
    strata = dict(worlds) if isinstance(worlds, Mapping) else {"all": worlds}
    for name, world in strata.items():
        if not isinstance(world, World):
            raise TypeError(
                f"`worlds` must be a World, as from `agreement_world`, or a mapping to them, but "
                f"got {told(world)} for {name!r}."
            )
    if not strata:
        raise ValueError("`worlds` must name a stratum at least.")
    return {str(name): world for name, world in strata.items()}


def _raters(raters: Any) -> list[int]:
    check_listing(raters, "raters", of="numbers of raters")
    numbers = list(raters)
    for one in numbers:
        if isinstance(one, bool) or not isinstance(one, (int, np.integer)) or not 2 <= one <= 10:
            raise ValueError(f"`raters` must hold whole numbers from 2 to 10, but got {told(one)}.")
    if not numbers:
        raise ValueError("`raters` must hold a number at least.")
    return [int(one) for one in numbers]


def _costs(costs: Any) -> tuple[float, float]:
    check_listing(costs, "costs", of="two numbers")
    numbers = [check_number(one, "costs") for one in costs]
    if len(numbers) != 2 or min(numbers) < 0 or not sum(numbers) > 0:
        raise ValueError(
            f"`costs` must be two numbers of 0 or more, and not both 0, but got {told(costs)}."
        )
    return numbers[0], numbers[1]
