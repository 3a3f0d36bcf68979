"""Likelihood of a table of grades whose raters cut two correlated normal variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import special

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability.error.bivariate import cell_probabilities, thresholds_of
from ilacs_reliability.error.outwards import limit_outwards

# the strongest correlation that is tried; one nearer to the end than this is at the end
STRONGEST, AT_END = 1.0 - 1e-8, 1e-6
TINY = 1e-300
# the least chance that units are divided by, so that no quotient of theirs overflows
DIVISOR = 1e-200
# a step that gains less of the log likelihood is the last, of the value and of its limits
GAIN, GAIN_OF_LIMITS = 1e-11, 1e-9
# from here on the end itself is tried
NEAR = 0.99


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
        """Return the chances of cells."""
        n = len(self.counts) - 1
        return cell_probabilities(thresholds[:n], thresholds[n:], rho).probabilities

    def log(self, cells: FloatArray) -> float:
        """Return the log likelihood, without multinomial constants."""
        return float(special.xlogy(self.counts, np.maximum(cells, TINY)).sum())

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
        log = self.log(self.cells(thresholds, rho))
        if not self.joint:
            return thresholds, log, True
        for _ in range(25):
            moved = self._scored(thresholds, rho, log)
            if moved is None:
                return thresholds, log, False
            gained, (thresholds, log) = moved[1] - log, moved
            if gained < gain * max(1.0, abs(log)):
                return thresholds, log, True
        return thresholds, log, False

    def _scored(
        self, thresholds: FloatArray, rho: float, log: float
    ) -> tuple[FloatArray, float] | None:
        """Take a step of Fisher's scoring, halved until it gains; None where it is stuck."""
        cells = np.maximum(self.cells(thresholds, rho), DIVISOR)
        slopes = self.slopes(thresholds, rho)
        score = (slopes * (self.counts / cells)).sum(axis=(1, 2))
        weighted = slopes * (self.counts.sum() / cells)
        information = np.einsum("aij,bij->ab", weighted, slopes)
        step = np.linalg.lstsq(information, score, rcond=1e-12)[0]
        if score @ step < 1e-9 * max(1.0, abs(log) / 1e3):
            return thresholds, log
        n = len(self.counts) - 1
        for halving in range(10):
            moved = thresholds + step * 0.5**halving
            if (np.diff(moved[:n]) > 0).all() and (np.diff(moved[n:]) > 0).all():
                found = self.log(self.cells(moved, rho))
                if found > log:
                    return moved, found
        return None

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
    within = np.diff(special.ndtr((edges - rho * moved[:, None]) / rest), axis=1)
    density = np.exp(-(moved**2) / 2) / np.sqrt(2 * np.pi)
    slopes = np.zeros((len(moved), len(moved) + 1, len(other) + 1))
    rows = np.arange(len(moved))
    slopes[rows, rows] = density[:, None] * within
    slopes[rows, rows + 1] = -density[:, None] * within
    return slopes


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The likeliest correlation, with its thresholds and the log likelihood."""

    rho: float
    thresholds: FloatArray
    log: float


def likeliest(table: Table) -> Fit:
    """Return the correlation of the greatest likelihood, -1 and 1 included."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda at: -table.best(float(at))[1],
        bounds=(-STRONGEST, STRONGEST),
        method="bounded",
        options={"xatol": 1e-8, "maxiter": 60},
    )
    inner = float(found.x)
    # the likelihood has one top, which lies at an end only where the search comes near it
    tried = (inner,) if abs(inner) < NEAR else (inner, float(np.sign(inner)) * STRONGEST)
    best = max((Fit(at, *table.best(at)) for at in tried), key=lambda one: one.log)
    if 1.0 - abs(best.rho) < AT_END:
        return Fit(float(np.sign(best.rho)), best.thresholds, best.log)
    return best


def profile_limits(
    _: Estimate, confidence_level: float, *, table: Table, fit: Fit
) -> tuple[float, float]:
    """Return where the likelihood has dropped by a chi-square's quantile, -1 and 1 included."""
    allowed = float(special.chdtri(1, 1.0 - confidence_level))
    farthest = float(np.arctanh(STRONGEST))
    peak = float(np.arctanh(np.clip(fit.rho, -STRONGEST, STRONGEST)))
    step = float(np.sqrt(allowed / max(table.counts.sum(), 4.0)))
    limits = []
    for end in (-farthest, farthest):
        reached = {peak: fit.thresholds}
        drop = partial(_drop, table, fit.log, reached, allowed)
        at = limit_outwards(drop, peak=peak, end=end, step=step, allowed=allowed)
        limits.append(float(np.sign(end)) if at == end else float(np.tanh(at)))
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
    n = len(table.counts) - 1
    cells = cell_probabilities(fit.thresholds[:n], fit.thresholds[n:], fit.rho)
    chances = np.maximum(cells.probabilities, DIVISOR)
    slopes = np.concatenate([cells.derivative[None], table.slopes(fit.thresholds, fit.rho)])
    scores = slopes / chances
    information = np.einsum("aij,bij,ij->ab", scores, scores, chances)
    pulls: FloatArray = np.einsum("a,aij->ij", np.linalg.pinv(information)[0], scores)
    pulls = np.where(table.counts > 0, pulls, 0.0)
    mean = float((pulls * table.counts).sum()) / n_units
    return np.where(table.counts > 0, pulls - mean, 0.0)


def lack_of_fit(table: Table, fit: Fit) -> tuple[float, int]:
    """Return the deviance from the table itself, and its degrees of freedom."""
    n_units = table.counts.sum()
    full = float(special.xlogy(table.counts, table.counts / n_units).sum())
    rows, columns = table.counts.shape
    return 2.0 * (full - fit.log), (rows - 1) * (columns - 1) - 1
