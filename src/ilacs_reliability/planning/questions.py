"""A planned study of agreement: how often it ends how, exactly, drawn or by formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability._inference.thresholds import limits_beside
from ilacs_reliability._results.estimates import FloatArray, Interval
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import whole
from ilacs_reliability.agreement.coefficients import percent_agreement
from ilacs_reliability.agreement.formulas import patterns_of
from ilacs_reliability.agreement.table_limits import FOR_P_VALUE
from ilacs_reliability.agreement.table_limits import MOST_UNITS as MOST_TABULATED
from ilacs_reliability.planning.deciding import Aim, Chances, chances_of
from ilacs_reliability.planning.drawing import (
    STUDY,
    drawn_studies,
    draws_within,
    every_study,
    n_cells,
    n_studies,
)
from ilacs_reliability.planning.fieldwork import Fieldwork, seen
from ilacs_reliability.planning.searching import MOST_UNITS
from ilacs_reliability.planning.worlds import POPULATION, Coefficient, World, estimated

Method: TypeAlias = Literal["auto", "exact", "simulated", "formula"]
METHODS = ("auto", "exact", "simulated", "formula")
# different studies that are gone through rather than drawn
MOST_EXACT = 30_000
NO_SPREAD = 1e-12
# of studies that are drawn so many are other tables of two grades than those before
DIFFERENT = 0.3
# nanoseconds for a study
SLOWER = {"icc": 1.5e5, "light_kappa": 3e5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """Chances of a study by the normal approximation, as a function of its size."""

    truth: float
    spread: float
    quantile: float
    ends: tuple[tuple[float, int, float], ...]

    def __call__(self, n_units: float) -> Chances:
        """Return the chances of a study of this size."""
        passed = [self._beyond(n_units, *end) for end in self.ends]
        failed = [self._beyond(n_units, end, -side, spread) for end, side, spread in self.ends]
        supported = max(sum(passed) - len(passed) + 1, 0.0)
        contradicted = min(sum(failed), 1 - supported)
        return Chances(
            supported=supported,
            contradicted=contradicted,
            not_shown=1 - supported - contradicted,
            undefined=0.0,
            simulation_error=0.0,
            method="formula",
        )

    def _beyond(self, n_units: float, threshold: float, side: int, spread: float) -> float:
        ahead = side * (self.truth - threshold) * n_units**0.5 - self.quantile * spread
        return float(norm.cdf(ahead / self.spread))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A coefficient in a world, looked at by a study that is carried out in some way."""

    coefficient: Coefficient
    world: World
    fieldwork: Fieldwork
    aim: Aim
    interval: str | None

    def __post_init__(self) -> None:
        if self.interval is not None:
            offered = estimated(self.coefficient, self.world.ratings).interval_methods
            check_option(self.interval, offered, "interval")

    @property
    def truth(self) -> float:
        """What the coefficient is in this world."""
        return self.world.value_of(self.coefficient)

    @property
    def shown(self) -> World:
        """The world as far as the coefficient can tell."""
        plain = self.coefficient is percent_agreement and self.fieldwork.ratings_per_unit is None
        complete = self.world.n_raters == 2 and (self.world.patterns >= 0).all()
        return _same_or_not(self.world) if plain and complete else self.world

    def chances(self, n_units: int, method: str, n_draws: int, rng: Any) -> Chances:
        """Return how often studies of this size end how."""
        if method == "formula":
            return self.normal(n_units)
        if self.is_exact(n_units, method):
            return self.exactly(n_units)(self)
        if not n_draws:
            return self.normal(n_units)
        pairs = [
            self.limits(batch)
            for batch in drawn_studies(self.shown, self.fieldwork, n_units, n_draws, rng)
        ]
        low, high = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
        return chances_of(self.aim, low, high)

    def is_exact(self, n_units: int, method: str) -> bool:
        """Say whether `chances` goes through all studies."""
        return method == "exact" or (method == "auto" and self.is_small(n_units))

    def exactly(self, n_units: int) -> Callable[[Question], Chances]:
        """Judge every study once, for this question and those of the same studies elsewhere."""
        studies, here = every_study(self.shown, self.fieldwork, n_units)
        limits = self.limits(studies)

        def chances(other: Question) -> Chances:
            if other is self:
                return chances_of(self.aim, *limits, here)
            again, weights = every_study(other.shown, other.fieldwork, n_units)
            # what a world without some pattern can show are other studies
            same = np.array_equal(patterns_of(again), patterns_of(studies))
            return chances_of(self.aim, *(limits if same else other.limits(again)), weights)

        return chances

    def is_small(self, n_units: int, most: int = MOST_EXACT) -> bool:
        """Say whether all studies of this size can be gone through."""
        return n_studies(self.shown, self.fieldwork, n_units) <= most

    def check_method(self, n_units: int, method: str, most: int = MOST_EXACT) -> None:
        """Raise where all studies are to be gone through and are too many."""
        if method == "exact" and not self.is_small(n_units, most):
            raise ValueError(
                f"`method` cannot be 'exact' here: more than {whole(most)} different studies can "
                "come out."
            )

    def draws(self, n_units: int, n_draws: int, *, looks: float = 1) -> int:
        """Return how many studies to draw at each of several looks: 0 where too few can be."""
        name = getattr(self.coefficient, "__name__", "")
        cells = n_cells(self.shown, self.fieldwork, n_units)
        one = SLOWER.get(name, STUDY)
        if self.interval in (None, "enumerated") and len(self.world.patterns) <= 4:
            # two raters and two grades, whose limits look through all tables of as many units
            least, by_size = FOR_P_VALUE
            one += DIFFERENT * (least + by_size * min(n_units, MOST_TABULATED) ** 2)
        return draws_within(n_draws, cells, looks=looks, nanoseconds=one)

    def limits(self, studies: Ratings) -> tuple[FloatArray, FloatArray]:
        """Return the limits of each study's analysis, or as good ones beside the margins."""
        estimate, aim = estimated(self.coefficient, studies), self.aim
        with left_unsaid():
            return limits_beside(estimate, (aim.low, aim.high), aim.confidence_level, self.interval)

    def interval_of(self, studies: Ratings) -> Interval:
        """Return the intervals that the analysis of each study will print."""
        estimate = estimated(self.coefficient, studies)
        with left_unsaid():
            return estimate.confidence_interval(self.aim.confidence_level, self.interval)

    @property
    def normal(self) -> Normal:
        """The chances that normal limits give, the spread at the threshold and the truth."""
        aim = self.aim
        ends = [(end, side) for end, side in ((aim.low, 1), (aim.high, -1)) if np.isfinite(end)]
        return Normal(
            truth=self.truth,
            spread=max(self.spread, NO_SPREAD),
            quantile=float(norm.ppf(1 - aim.tail)),
            ends=tuple((end, side, self.spread_at(end)) for end, side in ends),
        )

    def units_by_formula(self, power: float) -> float:
        """Return how many units the formula asks for, a fraction; infinity where none do."""
        normal = self.normal
        if not self.aim.low < normal.truth < self.aim.high:
            return inf

        def short(n_units: float) -> float:
            return normal(n_units).supported - power

        most = float(MOST_UNITS)
        if short(most) < 0:
            return inf
        return 1.0 if short(1.0) > 0 else float(brentq(short, 1.0, most, xtol=1e-9))

    @property
    def spread(self) -> float:
        """Standard error for one unit, in this world."""
        return _spread(self.coefficient, self.world, self.fieldwork)

    def spread_at(self, threshold: float) -> float:
        """Return the same where the truth is the threshold; of this world where none has it."""
        try:
            world = self.world.with_value(self.coefficient, threshold)
        except ValueError:
            return self.spread
        return _spread(self.coefficient, world, self.fieldwork)

    def at(self, strength: float) -> Question:
        """Return the same question in the world of another strength."""
        return replace(self, world=self.world.at(strength))


def _spread(coefficient: Coefficient, world: World, fieldwork: Fieldwork) -> float:
    patterns, shares = seen(world, fieldwork)
    every = ratings_from_codes(patterns, scale=world.scale)
    estimate = estimated(coefficient, every.with_frequencies(POPULATION * shares))
    error = float(estimate.standard_error)
    return error * float((POPULATION * fieldwork.design_effect) ** 0.5)


def _same_or_not(world: World) -> World:
    """Tell apart only whether two raters agree, which is all that per cent agreement needs."""
    same = float(world.shares[world.patterns[:, 0] == world.patterns[:, 1]].sum())
    return replace(
        world,
        patterns=np.array([[0, 0], [0, 1]]),
        shares=np.array([same, 1 - same]),
        strength=float("nan"),
        model="as given",
    )
