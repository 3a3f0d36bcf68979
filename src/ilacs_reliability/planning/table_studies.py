"""Studies of a shift or of two groups: how many units show it, by the test that will be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, comb, inf, prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import gammaln, xlogy
from scipy.stats import ncx2, norm

from ilacs_reliability._checks.arguments import (
    check_between,
    check_function,
    check_number,
    check_option,
    told,
)
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._data.tables import grades_from_table, transitions_from_table
from ilacs_reliability._results.estimates import (
    Estimate,
    FloatArray,
    IntArray,
    SignificanceResult,
)
from ilacs_reliability._results.undefined import left_unsaid
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
    Aim,
    Chances,
    Direction,
    aim_at,
    chances_of,
)
from ilacs_reliability.planning.double_ratings import StudyPlan
from ilacs_reliability.planning.drawing import compositions
from ilacs_reliability.planning.questions import METHODS, Method, Normal
from ilacs_reliability.planning.searching import (
    MOST_UNITS,
    check_units,
    least_by_search,
    least_exactly,
)
from ilacs_reliability.planning.worlds import POPULATION
from ilacs_reliability.shift.binary import (
    mcnemar,
    paired_difference,
    paired_odds_ratio,
    sign_test,
)

Function: TypeAlias = Callable[..., Any]
# what only the units that rose and those that fell decide
OF_MOVES = (sign_test, mcnemar, paired_difference, paired_odds_ratio)
# different studies that are gone through: for one size, and in a search
MOST_EXACT, MOST_IN_SEARCH = 4_000, 500
# a call for each study takes a hundred times as long as a batch
FEWER_DRAWS, FEWEST_DRAWS = 1_250, 400
# studies as unlikely as this are left out
NEVER = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuestion:
    """A test of tables in a world, by studies whose groups have shares of the units."""

    function: Function
    shares: tuple[FloatArray, ...]
    sizes: FloatArray
    build: Callable[[IntArray], Any]
    aim: Aim | None
    alpha: float

    @property
    def is_quick(self) -> bool:
        """Whether few cells tell studies apart."""
        return bool(sum(np.count_nonzero(share) for share in self.shares) <= 4)

    def chances(self, n_units: int, method: str, n_draws: int, rng: Any) -> Chances:
        """Return how often studies of this size end how."""
        if method == "formula":
            return self.by_formula(n_units)
        is_exact = method == "exact" or (method == "auto" and self.n_studies(n_units) <= MOST_EXACT)
        tables, weights = self.every(n_units) if is_exact else self.drawn(n_units, n_draws, rng)
        low, high = self.limits(tables)
        # a test that is not significant shows nothing, also not the contrary
        significant = Aim(low=1.0, high=inf, is_strict=False, confidence_level=0.95)
        high = high if self.aim else np.where(np.isnan(low), np.nan, 1.0)
        found = chances_of(self.aim or significant, low, high, weights)
        if is_exact:
            return found
        error = (found.supported * (1 - found.supported) / n_draws) ** 0.5
        parts = {name: getattr(found, name) for name in found.__dataclass_fields__}
        return Chances(**parts | {"simulation_error": error, "method": "simulated"})

    def n_studies(self, n_units: int) -> float:
        """Return how many different studies of this size there are."""
        pairs = zip(self.split(n_units), self.shares, strict=True)
        counts = [(n, np.count_nonzero(share)) for n, share in pairs]
        return float(prod(comb(n + cells - 1, cells - 1) for n, cells in counts))

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

    def limits(self, tables: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return the limits of each study; of a test, 1 where it is significant and else 0."""
        with left_unsaid():
            pairs = [self._limits(self.build(cells)) for cells in tables]
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
        parts = [n_units * n * share for n, share in zip(self.sizes, self.shares, strict=True)]
        with left_unsaid():
            return self.function(self.build(np.rint(np.concatenate(parts)).astype(np.int64)))

    def by_formula(self, n_units: float) -> Chances:
        """Return the chances by normal limits, or by the noncentral chi-square of a test."""
        found = self.expected(POPULATION / 1e3)
        if self.aim is not None:
            return _normal(found, self.aim)(n_units)
        df = getattr(found, "df", None)
        df = float(df) if isinstance(df, (int, float)) else np.nan
        if not (np.isfinite(df) and np.isfinite(found.statistic)):
            raise ValueError("`method` 'formula' needs a chi-square test, or an estimate.")
        away = float(found.statistic) / (POPULATION / 1e3) * n_units
        critical = float(ncx2.ppf(1 - self.alpha, df, 0.0))
        supported = float(ncx2.sf(critical, df, away))
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
        if self.aim is not None:
            normal = _normal(self.expected(POPULATION / 1e3), self.aim)
            if not self.aim.low < normal.truth < self.aim.high:
                return inf
            return _root(lambda n: normal(n).supported - power)
        # the expected table is then as far out as the two quantiles together
        wanted = 2 * norm.sf(norm.ppf(1 - self.alpha / 2) + norm.ppf(power))

        def far(n_units: float) -> float:
            p_value = self.expected(n_units).p_value
            return float(wanted - p_value) if np.isfinite(p_value) else -1.0

        return _root(far)


def _normal(found: Any, aim: Aim) -> Normal:
    estimate = found.effect if isinstance(found, SignificanceResult) else found
    if estimate is None:
        raise ValueError("`test` gives no estimate that a `threshold` could be held against.")
    spread = float(estimate.standard_error) * (POPULATION / 1e3) ** 0.5
    ends = [(end, side) for end, side in ((aim.low, 1), (aim.high, -1)) if np.isfinite(end)]
    return Normal(
        truth=float(estimate.value),
        spread=spread,
        quantile=float(norm.ppf(1 - aim.tail)),
        ends=tuple((end, side, spread) for end, side in ends),
    )


def _root(above: Callable[[float], float]) -> float:
    """Return where a function that rises with the units passes 0; infinity where it does not."""
    high = 8.0
    while above(high) < 0:
        high *= 2
        if high > MOST_UNITS:
            return inf
    low = high / 2
    return float(brentq(above, low, high, xtol=0.1)) if above(low) < 0 else low


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
    method: Method = "auto",
    n_resamples: int = 2_000,
    rng: Any = None,
) -> StudyPlan:
    """Find how many units, each graded twice, show that grades moved.

    Parameters
    ----------
    shares : array_like of float, shape (n_grades, n_grades)
        Share of all units by grade before (rows) and after (columns), worst first, or counts that
        stand for it.
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
    method : {"auto", "exact", "simulated", "formula"}, optional
        As in `power_for_agreement`; the formula is for estimates and chi-square tests. Default:
        exact where few different studies can come out, else drawn.
    n_resamples : int, optional
        Studies drawn where `n_units` is given. Default: 2,000.
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
        If the shares are no square table, an option is unknown, or the formula does not fit.

    See Also
    --------
    units_for_comparison : For two groups of units.

    Notes
    -----
    Each study is analysed by the test itself. A chi-square test's power by formula is that of the
    noncentral chi-square with the statistic of the expected table [1]_.

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
    cells = square(shares)
    scale = Scale(range(1, len(cells) + 1))
    if at_least is not None:
        cells, scale = cut_in_two(cells, at_least), Scale(("below", "at or above"))
    check_function(test, "test")
    inner = test.func if isinstance(test, partial) else test
    if inner in OF_MOVES:
        cells, scale = moves(cells), Scale(("below", "at or above"))
    lost = check_number(drop_out, "drop_out")
    if not 0 <= lost < 1:
        raise ValueError(f"`drop_out` must be from 0 to below 1, but got {told(drop_out)}.")

    def build(counts: IntArray) -> Any:
        table = counts[: cells.size].reshape(cells.shape)
        return transitions_from_table(table, scale=scale) if table.any() else None

    every = np.append(cells.ravel() * (1 - lost), lost)
    question = _question(test, (every,), np.ones(1), build, threshold, direction, confidence_level)
    check_draws(n_resamples)
    size = None if n_units is None else (check_units(n_units), n_resamples)
    return _planned(question, power, size, (method, rng, direction))


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
    method : {"auto", "exact", "simulated", "formula"}, optional
        As in `units_for_shift`.
    n_resamples : int, optional
        Studies drawn where `n_units` is given. Default: 2,000.
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
        If the shares are no table of groups, an option is unknown, or the formula does not fit.

    See Also
    --------
    units_for_shift : For units graded twice.

    Notes
    -----
    Each study is analysed by the test itself, so that an exact test's caution is part of its power.

    References
    ----------
    .. [1] S. A. Julious and M. J. Campbell, "Tutorial in biostatistics: sample sizes for parallel
           group clinical trials with binary data", Statistics in Medicine 31 (2012), 2904-2936.

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
    cells = table_of(shares, "groups")
    cells = cells / cells.sum(axis=1, keepdims=True)
    scale = Scale(range(1, cells.shape[1] + 1))
    if at_least is not None:
        cut = place(at_least, cells.shape[1])
        cells = np.stack([cells[:, :cut].sum(axis=1), cells[:, cut:].sum(axis=1)], axis=1)
        scale = Scale(("below", "at or above"))
    sizes = numbers(allocation, "allocation")
    if sizes.shape != (len(cells),) or not (sizes > 0).all():
        raise ValueError(
            f"`allocation` must hold {len(cells)} numbers above 0, but got {told(allocation)}."
        )

    def build(counts: IntArray) -> Any:
        table = counts.reshape(cells.shape)
        return grades_from_table(table, scale=scale) if table.any(axis=1).all() else None

    question = _question(
        test, tuple(cells), sizes / sizes.sum(), build, threshold, direction, confidence_level
    )
    check_draws(n_resamples)
    size = None if n_units is None else (check_units(n_units), n_resamples)
    return _planned(question, power, size, (method, rng, direction))


def _question(
    test: Any,
    shares: tuple[FloatArray, ...],
    sizes: FloatArray,
    build: Callable[[IntArray], Any],
    threshold: Any,
    direction: str,
    confidence_level: float,
) -> TableQuestion:
    check_option(direction, DIRECTIONS, "direction")
    aim = None if threshold is None else aim_at(threshold, direction, confidence_level)
    level = check_between(confidence_level, "confidence_level", 0.0, 1.0)
    question = TableQuestion(
        function=test, shares=shares, sizes=sizes, build=build, aim=aim, alpha=1 - level
    )
    wanted = SignificanceResult if aim is None else (Estimate, SignificanceResult)
    if not isinstance(question.expected(1e4), wanted):
        raise TypeError(
            "`test` must return a SignificanceResult, or an Estimate where there is a `threshold`, "
            f"but returned {told(question.expected(1e4))}."
        )
    return question


def _planned(
    question: TableQuestion,
    power: float,
    size: tuple[int, int] | None,
    how: tuple[str, Any, str],
) -> StudyPlan:
    """Return the plan for a size that was given with its number of draws, or for the least one."""
    method, rng, direction = how
    check_option(method, METHODS, "method")
    check_between(power, "power", 0.0, 1.0)
    generator = as_generator(rng)
    if size is not None:
        found: tuple[int, Chances] | None = (
            size[0],
            question.chances(size[0], method, size[1], generator),
        )
    else:
        found = _least(question, power, method, generator)
    expected = question.expected(POPULATION / 1e3)
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
    )


def _least(
    question: TableQuestion, power: float, method: str, rng: np.random.Generator
) -> tuple[int, Chances] | None:
    start = question.start(power)
    if not np.isfinite(start):
        return None
    if method == "formula":
        units = ceil(_root(lambda n: question.by_formula(n).supported - power) - 1e-6)
        return units, question.by_formula(units)
    top = ceil(1.3 * start) + 12
    if method == "exact" or (method == "auto" and question.n_studies(top) <= MOST_IN_SEARCH):
        n_units = least_exactly(
            lambda n: question.chances(n, "exact", 0, rng).supported, power=power, top=top, least=2
        )
        return n_units, question.chances(n_units, "exact", 0, rng)

    # few different studies come out where only moves count
    n_draws = FEWER_DRAWS if question.is_quick else FEWEST_DRAWS

    def look(n_units: int, number: int) -> Chances:
        return question.chances(n_units, "simulated", number, rng)

    return least_by_search(look, power=power, start=start, n_draws=n_draws)
