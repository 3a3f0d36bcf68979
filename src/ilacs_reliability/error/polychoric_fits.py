"""Likelihood of a table of grades whose raters cut two correlated normal variables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability.error.bivariate import cell_probabilities, share_between, thresholds_of
from ilacs_reliability.error.outwards import limit_outwards

# the strongest correlation that is tried; one nearer to the end than this is at the end
STRONGEST, AT_END = 1.0 - 1e-8, 1e-6
TINY = 1e-300
# the least chance that units are divided by, so that no quotient of theirs overflows
DIVISOR = 1e-200
# and that of a cell without units, whose chance is a difference that is known to so much
ROUNDED = 1e-15
# so many units would notice what rounding leaves of such a cell
MANY = 1e9
# a step that gains less of the log likelihood is the last, of the value and of its limits
GAIN, GAIN_OF_LIMITS = 1e-11, 1e-9
# digits of Fisher's z that limits have, and the least first step on the way to them
CLOSE, CLOSEST = 1e-8, 1e-12
# log likelihood that a fit may leave to be gained
UNSETTLED = 0.5


class Place(NamedTuple):
    """Thresholds, the chances of cells that they give, and the log likelihood."""

    thresholds: FloatArray
    cells: FloatArray
    log: float


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Units by the grades of two raters, each grade used by its rater.

    Attributes
    ----------
    counts : ndarray of float, shape (n_first, n_second)
        Units.
    joint : bool
        Whether thresholds are fitted too; else they are those of the margins.
    """

    counts: FloatArray
    joint: bool

    def at_margins(self) -> FloatArray:
        """Return the thresholds of the margins, the first rater's before the second's."""
        rows, columns = self.counts.sum(axis=1), self.counts.sum(axis=0)
        return np.concatenate([thresholds_of(rows), thresholds_of(columns)])

    def cells(self, thresholds: FloatArray, rho: float) -> FloatArray:
        """Return the chances of cells, with digits where there are units or very many elsewhere."""
        n = len(self.counts) - 1
        cells = cell_probabilities(thresholds[:n], thresholds[n:], rho, digits=self._digits)
        return cells.probabilities

    @property
    def _digits(self) -> npt.NDArray[np.bool_]:
        wanted: npt.NDArray[np.bool_] = (self.counts > 0) | (self.counts.sum() > MANY)
        return wanted

    def log(self, cells: FloatArray) -> float:
        """Return the log likelihood less that of the shares of units themselves.

        Chances are taken to add up to 1, so that what rounding adds to them weighs as nothing where
        they are near the shares, and not as often as there are units.
        """
        used, n_units = self.counts > 0, self.counts.sum()
        shares = self.counts[used] / n_units
        chances = np.maximum(cells[used], TINY)
        off = (chances - shares) / shares
        # near -1 what is off has lost the digits of a small chance
        logs = np.where(off < -0.5, np.log(chances / shares), np.log1p(np.maximum(off, -0.5)))
        return float((self.counts[used] * (logs - off)).sum() - n_units * cells[~used].sum())

    def best(
        self, rho: float, start: FloatArray | None = None, gain: float = GAIN
    ) -> tuple[FloatArray, float]:
        """Return the likeliest thresholds at a correlation, and the log likelihood."""
        thresholds, log, _ = self.climbed(rho, self.at_margins() if start is None else start, gain)
        return thresholds, log

    def climbed(
        self, rho: float, thresholds: FloatArray, gain: float
    ) -> tuple[FloatArray, float, bool]:
        """Climb from thresholds; the last says whether the climb ended at a top."""
        place, share = self._place(thresholds, rho), 1.0
        for _ in range(25 if self.joint else 0):
            step, promised = self._step(place, rho)
            if promised < 1e-9 * max(1.0, abs(place.log) / 1e3):
                return place.thresholds, place.log, True
            moved, share = self._uphill(place, step, rho, share)
            if moved is None:
                return place.thresholds, place.log, False
            gained, place = moved.log - place.log, moved
            if gained < gain * max(1.0, abs(place.log)):
                return place.thresholds, place.log, True
        return place.thresholds, place.log, not self.joint

    def _place(self, thresholds: FloatArray, rho: float) -> Place:
        cells = self.cells(thresholds, rho)
        return Place(thresholds, cells, self.log(cells))

    def _step(self, place: Place, rho: float) -> tuple[FloatArray, float]:
        """Return a step of Fisher's scoring, and what it would gain were it small."""
        chances = np.maximum(place.cells, np.where(self._digits, DIVISOR, ROUNDED))
        by_unit = self.slopes(place.thresholds, rho) / chances
        expected = self.counts.sum() * chances
        score = (by_unit * (self.counts - expected)).sum(axis=(1, 2))
        # units that hardly can be there bend the likelihood as often as they are
        information = np.einsum("aij,bij->ab", by_unit * np.maximum(expected, self.counts), by_unit)
        step = np.linalg.lstsq(information, score, rcond=1e-12)[0]
        return step, float(score @ step)

    def left_to_gain(self, fit: Fit) -> float:
        """Return what a further step promises; where it leads nowhere, how far off a top may be."""
        return self._step(self._place(fit.thresholds, fit.rho), fit.rho)[1]

    def _uphill(
        self, place: Place, step: FloatArray, rho: float, share: float
    ) -> tuple[Place | None, float]:
        """Halve a share of a step until it gains, and say with which share to go on.

        A step that was too long is so the next time too. None where no share gains.
        """
        n = len(self.counts) - 1
        for tried in share * 0.5 ** np.arange(10.0):
            thresholds = place.thresholds + step * tried
            if (np.diff(thresholds[:n]) > 0).all() and (np.diff(thresholds[n:]) > 0).all():
                moved = self._place(thresholds, rho)
                if moved.log > place.log:
                    return moved, min(1.0, 2.0 * float(tried))
        return None, share

    def slopes(self, thresholds: FloatArray, rho: float) -> FloatArray:
        """Return the derivatives of cells by each threshold, (n_thresholds, n_first, n_second)."""
        n = len(self.counts) - 1
        first, second = thresholds[:n], thresholds[n:]
        by_rows = _edge_slopes(first, second, rho)
        by_columns = _edge_slopes(second, first, rho).transpose(0, 2, 1)
        return np.concatenate([by_rows, by_columns])


def _edge_slopes(moved: FloatArray, other: FloatArray, rho: float) -> FloatArray:
    """Differentiate cells by the thresholds of their rows, (n_moved, n_moved + 1, n_other + 1)."""
    rest = np.sqrt((1 - rho) * (1 + rho))
    edges = np.concatenate([[-np.inf], other, [np.inf]])
    given = (edges - rho * moved[:, None]) / rest
    within = share_between(given[:, :-1], given[:, 1:])
    density = np.exp(-(moved**2) / 2) / np.sqrt(2 * np.pi)
    slopes = np.zeros((len(moved), len(moved) + 1, len(other) + 1))
    rows = np.arange(len(moved))
    slopes[rows, rows] = density[:, None] * within
    slopes[rows, rows + 1] = -density[:, None] * within
    return slopes


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The likeliest correlation, with its thresholds and the log likelihood.

    `settled` says whether the thresholds are at their top, or as near as matters.
    """

    rho: float
    thresholds: FloatArray
    log: float
    settled: bool = True


def likeliest(table: Table) -> Fit:
    """Return the correlation of the greatest likelihood, -1 and 1 included."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda at: -table.best(float(at))[1],
        bounds=(-STRONGEST, STRONGEST),
        method="bounded",
        options={"xatol": 1e-8, "maxiter": 60},
    )
    at = float(found.x)
    inner, end = (Fit(rho, *table.best(rho)) for rho in (at, float(np.sign(at)) * STRONGEST))
    # where units hardly can lie in a cell, all that leads to the end is as likely to the last digit
    as_likely = end.log >= inner.log - GAIN * max(1.0, abs(inner.log))
    if as_likely or 1.0 - abs(inner.rho) < AT_END:
        best = max(inner, end, key=lambda one: one.log)
        return Fit(float(np.sign(at)), best.thresholds, best.log)
    return replace(inner, settled=not table.joint or table.left_to_gain(inner) < UNSETTLED)


def profile_limits(
    _: Estimate, confidence_level: float, *, table: Table, fit: Fit
) -> tuple[float, float]:
    """Return where the likelihood has dropped by a chi-square's quantile, -1 and 1 included."""
    allowed = float(special.chdtri(1, 1.0 - confidence_level))
    farthest = float(np.arctanh(STRONGEST))
    peak = float(np.arctanh(np.clip(fit.rho, -STRONGEST, STRONGEST)))
    step = float(np.clip(np.sqrt(allowed) * _spread(table, fit) / 2.0, CLOSEST, 1.0))
    limits = []
    for end in (-farthest, farthest):
        reached = {peak: fit.thresholds}
        drop = partial(_drop, table, fit.log, reached, allowed)
        at = limit_outwards(
            drop, peak=peak, end=end, step=step, allowed=allowed, xtol=min(CLOSE, step)
        )
        side = float(np.sign(end))
        # no interval has zero width, however many the units and low the level
        least = float(np.nextafter(fit.rho, side))
        limits.append(side if at == end else side * max(side * float(np.tanh(at)), side * least))
    return limits[0], limits[1]


def _drop(
    table: Table, log: float, reached: dict[float, FloatArray], allowed: float, at: float
) -> float:
    """Return twice what the likelihood lacks at a correlation of which `at` is Fisher's z."""
    rho, near = float(np.tanh(at)), min(reached, key=lambda one: abs(one - at))
    thresholds, found, at_top = table.climbed(rho, reached[near], GAIN_OF_LIMITS)
    if not at_top and 2.0 * (log - found) > allowed:
        # from afar the climb may not reach the top; the margins are another way up
        others, again = table.best(rho, None, GAIN_OF_LIMITS)
        thresholds, found = (others, again) if again > found else (thresholds, found)
    drop = 2.0 * (log - found)
    if drop <= 2.0 * allowed:
        reached[at] = thresholds
    return drop


def influence_on(table: Table, fit: Fit) -> FloatArray:
    """Return the pull of a unit of each cell on the correlation; nan at an end."""
    n_units = float(table.counts.sum())
    if abs(fit.rho) >= 1:
        return np.full(table.counts.shape, np.nan)
    scores, information = _scores(table, fit)
    pulls: FloatArray = np.einsum("a,aij->ij", np.linalg.pinv(information)[0], scores)
    pulls = np.where(table.counts > 0, pulls, 0.0)
    mean = float((pulls * table.counts).sum()) / n_units
    return np.where(table.counts > 0, pulls - mean, 0.0)


def _scores(table: Table, fit: Fit) -> tuple[FloatArray, FloatArray]:
    """Return a unit's slopes of the log likelihood by cell, and the information in one unit."""
    n = len(table.counts) - 1
    cells = cell_probabilities(fit.thresholds[:n], fit.thresholds[n:], fit.rho)
    chances = np.maximum(cells.probabilities, DIVISOR)
    slopes = np.concatenate([cells.derivative[None], table.slopes(fit.thresholds, fit.rho)])
    scores = slopes / chances
    return scores, np.einsum("aij,bij,ij->ab", scores, scores, chances)


def _spread(table: Table, fit: Fit) -> float:
    """Return about the standard error of Fisher's z; at an end as if all were independent."""
    n_units = float(table.counts.sum())
    if abs(fit.rho) >= STRONGEST:
        return float(1.0 / np.sqrt(max(n_units, 4.0)))
    _, information = _scores(table, fit)
    variance = float(np.linalg.pinv(information)[0, 0]) / n_units
    return float(np.sqrt(max(variance, 0.0)) / ((1.0 - fit.rho) * (1.0 + fit.rho)))


def lack_of_fit(table: Table, fit: Fit) -> tuple[float, int]:
    """Return the deviance from the table itself, and its degrees of freedom."""
    rows, columns = table.counts.shape
    return -2.0 * fit.log, (rows - 1) * (columns - 1) - 1
