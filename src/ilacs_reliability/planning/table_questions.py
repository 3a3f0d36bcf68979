"""A test of tables in a supposed world: how often a study of some size ends how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb, inf, prod
from typing import Any, TypeAlias

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln, xlogy
from scipy.stats import ncx2, norm

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.estimates import (
    FloatArray,
    IntArray,
    SignificanceResult,
)
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability.planning.call_costs import call_cost
from ilacs_reliability.planning.deciding import Aim, Chances, chances_of
from ilacs_reliability.planning.drawing import (
    cluster_sizes,
    compositions,
    draws_within,
    in_clusters,
)
from ilacs_reliability.planning.fieldwork import Fieldwork
from ilacs_reliability.planning.questions import Normal
from ilacs_reliability.planning.searching import MOST_UNITS
from ilacs_reliability.planning.worlds import POPULATION

Function: TypeAlias = Callable[..., Any]
# different studies of one size that are gone through rather than drawn
MOST_EXACT = 4_000
# studies as unlikely as this are left out
NEVER = 1e-12
# units of a table that stands for very many, and fewer where a test refuses so many
LARGE = (POPULATION / 1e3, 1e4, 1e3)
# units of a table that shows what the test returns, more where some group would have none
SMALL = (100, 1_000, 10_000)
# calls that look for where to start
CALLS_TO_START = 80
# a quantile of p that shows no effect
FAINT = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuestion:
    """A test of tables in a world, by studies whose groups have shares of the units.

    Units in clusters are drawn and built with them where `build_clustered` says how; else they
    count for as many independent ones as their design effect leaves.
    """

    function: Function
    shares: tuple[FloatArray, ...]
    sizes: FloatArray
    build: Callable[[IntArray], Any]
    aim: Aim | None
    alpha: float
    fieldwork: Fieldwork
    build_clustered: Callable[[IntArray], Any] | None = None

    @property
    def is_quick(self) -> bool:
        """Whether few cells tell studies apart."""
        few = sum(np.count_nonzero(share) for share in self.shares) <= 4
        return bool(few and not self.build_clustered)

    def chances(self, n_units: int, method: str, n_draws: int, rng: Any) -> Chances:
        """Return how often studies of this size end how."""
        if method == "formula":
            return self.by_formula(n_units)
        is_exact = method == "exact" or (method == "auto" and self.is_small(n_units))
        if not is_exact and self.build_clustered:
            tables, weights = self.drawn_in_clusters(n_units, n_draws, rng)
            low, high = self.limits(tables, self.build_clustered)
        else:
            n_units = self.independent(n_units)
            tables, weights = self.every(n_units) if is_exact else self.drawn(n_units, n_draws, rng)
            low, high = self.limits(tables, self.build)
        # a test that is not significant shows nothing, also not the contrary
        significant = Aim(low=1.0, high=inf, is_strict=False, confidence_level=0.95)
        high = high if self.aim else np.where(np.isnan(low), np.nan, 1.0)
        found = chances_of(self.aim or significant, low, high, weights)
        if is_exact:
            return found
        error = (found.supported * (1 - found.supported) / n_draws) ** 0.5
        parts = {name: getattr(found, name) for name in found.__dataclass_fields__}
        return Chances(**parts | {"simulation_error": error, "method": "simulated"})

    def is_small(self, n_units: int, most: float = MOST_EXACT, *, looks: float = 1) -> bool:
        """Say whether all studies of this size, and of some others, can be gone through."""
        number = self.n_studies(n_units)
        steps, held = number * looks, number * 1e3
        return number <= most and affordable(steps, nanoseconds=self.call(n_units), held=held)

    def call(self, n_units: float) -> float:
        """Return the nanoseconds that a study of this size takes."""
        n_units = n_units / self.fieldwork.design_effect
        return call_cost(self.sample, n_units, with_limits=self.aim is not None)

    def draws(self, n_units: int, n_draws: int, *, looks: float = 1) -> int:
        """Return how many studies to draw at each of several looks: 0 where too few can be."""
        return draws_within(n_draws, 0, looks=looks, nanoseconds=self.call(n_units))

    @property
    def sample(self) -> Any:
        """What the function returns of a small study."""
        for n_units in SMALL[:-1]:
            study = self.build(self.mean_counts(n_units))
            if study is not None:
                with left_unsaid():
                    return self.function(study)
        return self.expected(SMALL[-1])

    @property
    def large(self) -> tuple[float, Any]:
        """Very many units, or as many as the function takes, and what it says of them."""
        for n_units in LARGE[:-1]:
            try:
                return n_units, self.expected(n_units)
            except ValueError:
                continue
        return LARGE[-1], self.expected(LARGE[-1])

    def n_studies(self, n_units: int) -> float:
        """Return how many different studies there are; infinity where clusters tell them apart."""
        if self.build_clustered:
            return inf
        pairs = zip(self.split(self.independent(n_units)), self.shares, strict=True)
        counts = [(n, np.count_nonzero(share)) for n, share in pairs]
        return float(prod(comb(n + cells - 1, cells - 1) for n, cells in counts))

    def independent(self, n_units: int) -> int:
        """Return how many independent units tell as much as these in their clusters."""
        return max(round(n_units / self.fieldwork.design_effect), 1)

    def split(self, n_units: int) -> list[int]:
        """Return the units of each group."""
        first = [round(n_units * size) for size in self.sizes[:-1]]
        return [*first, n_units - sum(first)]

    def every(self, n_units: int) -> tuple[IntArray, FloatArray]:
        """Return all studies side by side, shape (n_studies, n_cells), with their probabilities."""
        tables, weights = np.zeros((1, 0), dtype=np.int64), np.ones(1)
        for n, shares in zip(self.split(n_units), self.shares, strict=True):
            possible = shares > 0
            some = compositions(n, int(possible.sum()))
            logs = gammaln(n + 1) + (xlogy(some, shares[possible]) - gammaln(some + 1)).sum(axis=1)
            cells = np.zeros((len(some), len(shares)), dtype=np.int64)
            cells[:, possible] = some
            pairs = np.repeat(np.arange(len(tables)), len(cells))
            again = np.tile(np.arange(len(cells)), len(tables))
            tables = np.column_stack([tables[pairs], cells[again]])
            weights = weights[pairs] * np.exp(logs)[again]
        likely = weights > NEVER
        return tables[likely], weights[likely] / weights[likely].sum()

    def drawn(self, n_units: int, n_draws: int, rng: Any) -> tuple[IntArray, FloatArray]:
        """Return distinct drawn studies with how often each was drawn."""
        pairs = zip(self.split(n_units), self.shares, strict=True)
        parts = [rng.multinomial(n, share, size=n_draws) for n, share in pairs]
        tables, times = np.unique(np.column_stack(parts), axis=0, return_counts=True)
        return tables, times / n_draws

    def drawn_in_clusters(
        self, n_units: int, n_draws: int, rng: np.random.Generator
    ) -> tuple[IntArray, FloatArray]:
        """Return drawn studies of one group, a row of cells for each cluster of each."""
        sizes = cluster_sizes(n_units, self.fieldwork.cluster_size)
        (shares,) = self.shares
        drawn = in_clusters(shares, sizes, self.fieldwork.cluster_correlation, n_draws, rng)
        return drawn.reshape(n_draws, len(sizes), -1), np.full(n_draws, 1 / n_draws)

    def limits(
        self, tables: IntArray, build: Callable[[IntArray], Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return the limits of each study; of a test, 1 where it is significant and else 0."""
        with left_unsaid():
            pairs = [self._limits(build(cells)) for cells in tables]
        low, high = np.array(pairs).reshape(-1, 2).T
        return low, high

    def _limits(self, study: Any) -> tuple[float, float]:
        if study is None:
            return float("nan"), float("nan")
        result = self.function(study)
        if self.aim is None:
            found = float(result.p_value) <= self.alpha
            return (float(found), float(found)) if result.status == "ok" else (float("nan"),) * 2
        estimate = result.effect if isinstance(result, SignificanceResult) else result
        if estimate is None or estimate.status != "ok":
            return float("nan"), float("nan")
        low, high = estimate.confidence_interval(self.aim.confidence_level)
        return float(low), float(high)

    def expected(self, n_units: float) -> Any:
        """Return what the function says of the study whose counts are the expected ones."""
        with left_unsaid():
            return self.function(self.build(self.mean_counts(n_units)))

    def mean_counts(self, n_units: float) -> IntArray:
        """Return the expected counts, made whole."""
        parts = [n_units * n * share for n, share in zip(self.sizes, self.shares, strict=True)]
        counts: IntArray = np.rint(np.concatenate(parts)).astype(np.int64)
        return counts

    @property
    def has_formula(self) -> bool:
        """Whether chances can be had without a study."""
        return self.aim is not None or is_chi_square(self.large[1])

    def by_formula(self, n_units: float) -> Chances:
        """Return the chances by normal limits, or by the noncentral chi-square of a test."""
        n_units = n_units / self.fieldwork.design_effect
        many, found = self.large
        if self.aim is not None:
            return _normal(many, found, self.aim)(n_units)
        if not is_chi_square(found):
            raise ValueError("`method` 'formula' needs a chi-square test, or an estimate.")
        away = float(found.statistic) / many * n_units
        critical = float(ncx2.ppf(1 - self.alpha, found.df, 0.0))
        supported = float(ncx2.sf(critical, found.df, away))
        return Chances(
            supported=supported,
            contradicted=0.0,
            not_shown=1 - supported,
            undefined=0.0,
            simulation_error=0.0,
            method="formula",
        )

    def start(self, power: float) -> float:
        """Return about how many units it takes: infinity where the truth is not beyond."""
        return self._start(power) * self.fieldwork.design_effect

    def _start(self, power: float) -> float:
        """Return how many independent units it takes."""
        if self.aim is not None:
            normal = _normal(*self.large, self.aim)
            if not self.aim.low < normal.truth < self.aim.high:
                return inf
            return root(lambda n: normal(n).supported - power)
        # the expected table is then as far out as the two quantiles together
        quantile = float(norm.ppf(1 - self.alpha / 2) + norm.ppf(power))
        wanted = 2 * norm.sf(quantile)

        def far(n_units: float) -> float:
            p_value = self.expected(n_units).p_value
            return float(wanted - p_value) if np.isfinite(p_value) else -1.0

        most = self.most_called
        start = root(far, most)
        if np.isfinite(start) or most == MOST_UNITS:
            return start
        # too dear to look further
        if is_chi_square(self.large[1]):
            effect = self.fieldwork.design_effect
            return root(lambda n: self.by_formula(n * effect).supported - power)
        # the quantile of p rises with the root of the units
        reached = max(float(norm.isf((wanted - far(most)) / 2)), FAINT)
        return min(most * (quantile / reached) ** 2, float(MOST_UNITS))

    @property
    def most_called(self) -> float:
        """Return the units up to which the test can be called some eighty times."""
        n_units, sample = float(MOST_UNITS), self.sample
        while n_units > SMALL[0]:
            if affordable(CALLS_TO_START, nanoseconds=call_cost(sample, n_units)):
                break
            n_units /= 2
        return n_units


def is_chi_square(found: Any) -> bool:
    """Say whether a result is that of a chi-square test, whose power there is a formula for."""
    df = getattr(found, "df", None)
    known = isinstance(df, (int, float)) and bool(np.isfinite(df))
    return known and bool(np.isfinite(found.statistic))


def _normal(n_units: float, found: Any, aim: Aim) -> Normal:
    estimate = found.effect if isinstance(found, SignificanceResult) else found
    if estimate is None:
        raise ValueError("`test` gives no estimate that a `threshold` could be held against.")
    spread = float(estimate.standard_error) * n_units**0.5
    ends = [(end, side) for end, side in ((aim.low, 1), (aim.high, -1)) if np.isfinite(end)]
    return Normal(
        truth=float(estimate.value),
        spread=spread,
        quantile=float(norm.ppf(1 - aim.tail)),
        ends=tuple((end, side, spread) for end, side in ends),
    )


def root(above: Callable[[float], float], most: float = MOST_UNITS) -> float:
    """Return where a function that rises with the units passes 0; infinity where it does not."""
    high = 8.0
    while above(high) < 0:
        high *= 2
        if high > most:
            return inf
    low = high / 2
    return float(brentq(above, low, high, xtol=0.1)) if above(low) < 0 else low
