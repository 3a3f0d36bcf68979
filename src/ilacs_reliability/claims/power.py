"""How often which verdict comes, if the world is so."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.wording import counted, percent, whole
from ilacs_reliability.claims.choices import COEFFICIENTS
from ilacs_reliability.claims.outcomes import OUTCOMES
from ilacs_reliability.claims.reach import check_size
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.trials import Trial, trial_of, verdict_codes
from ilacs_reliability.planning.drawing import drawn_studies, draws_within, n_cells
from ilacs_reliability.planning.fieldwork import Fieldwork, as_fieldwork
from ilacs_reliability.planning.searching import check_units
from ilacs_reliability.planning.worlds import World

# nanoseconds to judge a table of counts, by what a cell of it is
COST = {"share": 1e4, "moves": 5e3, "pairs": 25e3, "groups": 2e6}
SHAPES = {
    "share": "a share",
    "moves": "the shares that rise, stay and fall",
    "pairs": "a square table of shares, the first rater's grades in rows",
    "groups": "a table of shares with a row for each of two groups",
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class VerdictPower(Record):
    """How often a study of so many units has which outcome.

    Attributes
    ----------
    claim : Claim
        The claim.
    n : int or tuple of int
        Units, or those of either group.
    supported, contradicted, not_shown, not_answerable : float
        The chance of each outcome, between 0 and 1; together 1.
    method : str
        "exact" with the number of results, or how many studies were drawn.
    error : float
        Standard error of the largest of these chances where studies were drawn; 0 where all
        results were gone through.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> claim = ilr.Claim(statement="Most rose.", kind="share", threshold=0.5)
    >>> ilr.verdict_power(claim, 0.7, 48)
    VerdictPower(48 units: supported 74.9%, contradicted 0.00002%, not shown 25.1%)
    """

    claim: Claim
    n: int | tuple[int, int]
    supported: float
    contradicted: float
    not_shown: float
    not_answerable: float
    method: str
    error: float

    def describe(self) -> str:
        """Say the chances in a sentence.

        Returns
        -------
        str
            Plain English.
        """
        parts = [f"{percent(chance)} {name}" for name, chance in self._chances().items()]
        return (
            f"If the world is so, a study of {self._units()} finds the claim {', '.join(parts)} "
            f"({self.method})."
        )

    def _chances(self) -> dict[str, float]:
        chances: dict[str, float] = {
            name: getattr(self, name.replace(" ", "_")) for name in OUTCOMES
        }
        if not self.not_answerable:
            del chances["not answerable"]
        return chances

    def _units(self) -> str:
        if isinstance(self.n, tuple):
            return f"{whole(self.n[0])} and {whole(self.n[1])} units"
        return counted(self.n, "unit")

    def __repr__(self) -> str:
        parts = [f"{name} {percent(chance)}" for name, chance in self._chances().items()]
        return f"VerdictPower({self._units()}: {', '.join(parts)})"

    def _repr_html_(self) -> str:
        return html_table(self._chances() | {"method": self.method})


def verdict_power(
    claim: Claim,
    world: World | npt.ArrayLike,
    n: int | tuple[int, int],
    *,
    fieldwork: Fieldwork | None = None,
    n_resamples: int = 9999,
    rng: Any = None,
) -> VerdictPower:
    """Say how often a study of so many units supports a claim, contradicts it, or leaves it open.

    Parameters
    ----------
    claim : Claim
        The claim, with the coefficient that it names. A claim of shift or share that names none is
        held to be about a share of units, one of consistency about plain agreement.
    world : World, float or array_like of float
        What is true: a share; for "net_shift" the shares that rise, stay and fall, shape (3,); for
        consistency the chances of pairs of grades, shape (n_grades, n_grades), or what
        `agreement_world` gives, of any number of raters; for a comparison the shares of grades in
        either group, shape (2, n_grades), worst first. Shares add up to 1, in each row of a
        comparison.
    n : int or pair of int
        Units; for a comparison those of the first and of the second group, or of each.
    fieldwork : Fieldwork, optional
        Ratings missing by design, clusters and drop-out, where `world` is a `World`. Default: none.
    n_resamples : int, optional
        Studies to draw where not all results can be gone through in some seconds; fewer where they
        would take longer. Default: 9999.
    rng : int, Generator or None, optional
        Source of the draws. Default: another one at each call.

    Returns
    -------
    VerdictPower
        The chance of each outcome.

    Raises
    ------
    TypeError
        If `claim` is not a `Claim`, `world` holds no numbers, or `n` is not a whole number.
    ValueError
        If the world has another shape, its shares are not between 0 and 1 or do not add up to 1,
        `n` is too small, `fieldwork` stands beside shares, studies are too large to draw, or the
        claim names a coefficient whose results cannot be gone through.

    See Also
    --------
    reachable_outcomes : What can be shown at all.

    Notes
    -----
    The verdicts are those of `judge`, of every result or of many drawn ones. Where the world is on
    an edge of the claim, `supported` is the chance of being wrong: at most half of 1 -
    `confidence_level`. A claim that names no coefficient is held to every defensible one where
    `world` is a `World`.

    Examples
    --------
    Two inspectors agree in 80 % of schools, which is the edge of "at least 80 %":

    >>> import ilacs_reliability as ilr
    >>> claim = ilr.Claim(
    ...     statement="They agree.",
    ...     kind="consistency",
    ...     coefficient="percent_agreement",
    ...     threshold=0.8,
    ... )
    >>> power = ilr.verdict_power(claim, [[0.4, 0.1], [0.1, 0.4]], 24)
    >>> power.supported < 0.025
    True
    """
    if not isinstance(claim, Claim):
        raise TypeError(f"`claim` must be a Claim, but got {type(claim).__name__}.")
    if isinstance(world, World):
        return _of_world(claim, world, n, as_fieldwork(fieldwork), (n_resamples, rng))
    if fieldwork is not None:
        raise ValueError("`fieldwork` must stand beside a `world` as from `agreement_world`.")
    chances = _world(world, claim)
    trial = trial_of(claim, n_grades=len(chances) if chances.ndim == 2 else 2)
    if trial is None:
        raise ValueError(
            f"`claim` names {claim.coefficient}, whose results cannot be gone through: name one of "
            f"{(*COEFFICIENTS, 'net_shift', 'relative_effect')}, or none."
        )
    size = check_size(claim, n)
    parts = samples_of(chances, trial, size)
    n_resamples = check_draws(n_resamples)
    n_drawn = n_resamples
    source = as_generator(rng)
    results = 1.0
    for one, shares in parts:
        results *= comb(one + len(shares) - 1, len(shares) - 1)
    if affordable(results, nanoseconds=COST[trial.cells], held=results * 200):
        tables, weight = _every(parts)
        method, drawn = f"exact, over {counted(len(tables), 'result')}", 0
    else:
        tables, weight, n_drawn = _drawn(parts, trial, n_drawn, source)
        method, drawn = f"{whole(n_drawn)} studies drawn", n_drawn
    found = np.bincount(trial.codes(tables), weight, 4).astype(np.float64)
    return _power(claim, size, found, method, drawn)


def _of_world(
    claim: Claim, world: World, n: Any, fieldwork: Fieldwork, draws: tuple[int, Any]
) -> VerdictPower:
    """Judge studies drawn of a world of any raters, as they are carried out."""
    if claim.kind != "consistency":
        raise ValueError(f"`world` must be shares for a claim of {claim.kind}, but got a World.")
    size = check_units(n, "n")
    asked = check_draws(draws[0])
    generator = as_generator(draws[1])
    number = draws_within(asked, n_cells(world, fieldwork, size))
    if not number:
        raise ValueError(f"`n` must be fewer units, as such studies are too large: {told(n)}.")
    batches = drawn_studies(world, fieldwork, size, number, generator)
    found = sum(np.bincount(verdict_codes(claim, one), minlength=4) for one in batches)
    return _power(claim, size, np.asarray(found, float), f"{whole(number)} studies drawn", number)


def _power(claim: Claim, size: Any, chances: FloatArray, method: str, drawn: int) -> VerdictPower:
    shares = np.clip(chances / chances.sum(), 0.0, 1.0)
    spread = float(np.sqrt((shares * (1 - shares)).max() / drawn)) if drawn else 0.0
    named = {name.replace(" ", "_"): float(one) for name, one in zip(OUTCOMES, shares, strict=True)}
    return VerdictPower(claim=claim, n=size, method=method, error=spread, **named)


def _world(world: Any, claim: Claim) -> FloatArray:
    ordered = in_grade_order(world, None, "world", rows=claim.kind != "comparison")
    try:
        chances = np.array(ordered, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"`world` must hold numbers, but got {told(world)}.") from None
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError(f"`world` must hold shares between 0 and 1, but got {told(world)}.")
    return chances


def samples_of(chances: FloatArray, trial: Trial, size: Any) -> list[tuple[int, FloatArray]]:
    """Return the samples of a study: how many units, and the chances of their cells."""
    if trial.cells == "share" and chances.ndim == 0:
        return [(size, np.array([chances, 1 - chances]))]
    if trial.cells == "moves" and chances.shape == (3,):
        return [(size, _whole_world(chances))]
    square = chances.ndim == 2 and len(chances) > 1 and chances.shape[0] == chances.shape[1]
    if trial.cells == "pairs" and square:
        return [(size, _whole_world(chances.ravel()))]
    if trial.cells == "groups" and chances.ndim == 2 and len(chances) == 2 and chances.shape[1] > 1:
        return [(one, _whole_world(row)) for one, row in zip(size, chances, strict=True)]
    raise ValueError(
        f"`world` must be {SHAPES[trial.cells]} for this claim, but got the shape {chances.shape}."
    )


def _whole_world(chances: FloatArray) -> FloatArray:
    if abs(chances.sum() - 1) > 1e-6:
        raise ValueError(f"`world` must hold shares that add up to 1, not {chances.sum():.6g}.")
    whole_world: FloatArray = chances / chances.sum()
    return whole_world


def _every(parts: list[tuple[int, FloatArray]]) -> tuple[IntArray, FloatArray]:
    """Return every table and its chance; of two samples every pair of tables."""
    found = [
        (tables, chances_of(tables, shares))
        for n, shares in parts
        for tables in [all_tables(n, len(shares))]
    ]
    tables, chances = found[0]
    for more, other in found[1:]:
        left, right = np.repeat(tables, len(more), axis=0), np.tile(more, (len(tables), 1))
        tables, chances = np.hstack([left, right]), np.outer(chances, other).ravel()
    return tables, chances


def all_tables(n: int, n_cells: int) -> IntArray:
    """Return every way to put n units into cells, shape (n_ways, n_cells)."""
    tables = np.arange(n + 1)[:, None]
    for _ in range(n_cells - 2):
        rest = n - tables.sum(axis=1)
        first = np.repeat(tables, rest + 1, axis=0)
        starts = np.repeat(np.cumsum(rest + 1) - (rest + 1), rest + 1)
        tables = np.hstack([first, (np.arange(len(first)) - starts)[:, None]])
    return np.hstack([tables, n - tables.sum(axis=1, keepdims=True)])


def chances_of(tables: IntArray, shares: FloatArray) -> FloatArray:
    """Return the chance of each table of one size, if its cells have these shares."""
    n = tables[0].sum()
    logs = special.gammaln(n + 1) - special.gammaln(tables + 1).sum(axis=1)
    found: FloatArray = np.exp(logs + special.xlogy(tables, shares).sum(axis=1))
    return found


def _drawn(
    parts: list[tuple[int, FloatArray]], trial: Trial, n_drawn: int, source: np.random.Generator
) -> tuple[IntArray, FloatArray, int]:
    # a study of two groups is judged by itself
    if trial.cells == "groups":
        n_drawn = min(n_drawn, 999)
    tables = np.hstack([source.multinomial(n, shares, size=n_drawn) for n, shares in parts])
    distinct, weight = np.unique(tables, axis=0, return_counts=True)
    return distinct, weight.astype(np.float64), n_drawn
