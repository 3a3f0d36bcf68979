"""The least and the greatest that each coefficient can be, for its weights and its design."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.wide import Credit
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability.agreement.studies import Origin, study_of

Range: TypeAlias = tuple[Any, float]

# rounding leaves an eigenvalue this far below zero where it is zero
NO_LOSS = 1e-12
# ways to share ratings among grades that are looked through
MOST_WAYS = 2000
# time for eigenvalues, by the number of grades cubed
NANOSECONDS = 2.0


class Design(NamedTuple):
    """Who graded what, as far as it bounds a coefficient.

    Attributes
    ----------
    raters : float or ndarray, shape (...)
        Raters who gave any rating.
    fewest : int or ndarray of int, shape (...)
        Fewest ratings of a unit that has two or more.
    rated : float or ndarray, shape (...)
        Units with any rating, for each with two or more.
    busiest : float or ndarray, shape (...)
        Units graded by the rater who graded most, for each with two or more.
    pairwise : float or ndarray, shape (...)
        The most units that one of two raters graded, for each that both did.
    """

    raters: Any
    fewest: Any
    rated: Any = 1.0
    busiest: Any = 1.0
    pairwise: Any = 1.0

    @property
    def is_complete(self) -> Any:
        """Whether every rater graded every unit, shape (...)."""
        return (np.asarray(self.busiest) == 1.0) & (np.asarray(self.raters) == self.fewest)


def design_of(ratings: Ratings, *, by_pairs: bool = False) -> Design:
    """Return what of a design bounds coefficients.

    Parameters
    ----------
    ratings : Ratings
        One study or many.
    by_pairs : bool, optional
        Whether to look at each pair of raters, too. Default: they are taken as complete.

    Returns
    -------
    Design
        Where raters are anonymous, as if each of them graded as many units as any.
    """
    totals, sizes = ratings.table.totals, ratings.sizes
    seen = (ratings.frequencies > 0) & (totals > 1)
    fewest: Any = np.where(seen, totals, np.inf).min(axis=-1, initial=np.inf)
    fewest = np.where(np.isfinite(fewest), fewest, 2.0).astype(np.int64)
    fewest = fewest if np.ndim(fewest) else int(fewest)
    with np.errstate(invalid="ignore", divide="ignore"):
        rated = np.asarray(sizes.rated / np.asarray(sizes.paired, dtype=np.float64))
        if ratings.patterns is None:
            return Design(float(ratings.n_raters), fewest, rated)
        given = (ratings.patterns >= 0).astype(np.float64)
        by_rater = ratings.frequencies @ given
        busiest = by_rater.max(axis=-1, initial=0.0) / sizes.paired
        pairwise = _most_alone(ratings.frequencies, given, by_rater) if by_pairs else 1.0
    return Design((by_rater > 0).sum(axis=-1), fewest, rated, busiest, pairwise)


def range_of(estimate: Estimate) -> Range:
    """Return a coefficient's range, as `coefficient_range` of the credit it was asked for with.

    Parameters
    ----------
    estimate : Estimate
        One whose `origin` holds ratings and weights.

    Returns
    -------
    low, high : float or ndarray, shape (...)
        The range.
    """
    origin: Origin = estimate.origin
    credit = study_of(origin.ratings, origin.weights).weights
    return coefficient_range(estimate.name, credit, origin.ratings)


def coefficient_range(
    name: str, weights: npt.ArrayLike | Credit | None, design: Design | Ratings | int
) -> Range:
    r"""Return the least and the greatest that a coefficient can be.

    Parameters
    ----------
    name : str
        What the coefficient's `Estimate` is called, such as "cohen_kappa".
    weights : array_like of float or Credit, shape (n_grades, n_grades), or None
        Credit for each pair of grades, 1 on the diagonal; None where the loss between grades is the
        square of a distance, whatever else it is, as in Krippendorff's rank metric.
    design : Design, Ratings or int
        Who graded what, or the number of raters where each graded every unit.

    Returns
    -------
    low : float or ndarray, shape (...)
        No table of that design gives less; minus infinity where nothing better is known.
    high : float
        1.

    Notes
    -----
    Let d = 1 - w be a squared distance of points, as it is for most named weights, and let m raters
    have graded every unit. Then kappa (Cohen's, Conger's, Fleiss', Scott's, Light's) and, of many
    units, alpha are at least -1 / (m - 1), which is reached where all units have the same ratings,
    by raters who take turns: a unit's ratings differ from each other by m / (m - 1) times their
    spread about their mean, and no spread within units exceeds that of all ratings. Brennan and
    Prediger's coefficient and percent agreement reach the credit of the unit that has least; so
    does AC with exact agreement, and with other weights it is above what the largest eigenvalue of
    the losses, in the metric of the room that chance leaves, allows.

    Where ratings are missing, with r the fewest of a unit that has two or more, Fleiss' kappa is
    at least 1 - a r / (r - 1), where a is the number of rated units to those rated twice or more;
    alpha, which leaves the others out, is with a = 1; Conger's is at least 1 - b m / (r - 1),
    where b is the most units of a rater to those. A loss that is no squared distance is one plus c
    times the loss of exact agreement, and its least off the diagonal is e: bounds on the ratio of
    losses rise by the factor 1 + c / e, or by the largest loss to the least if that is less.
    """
    design = _as_design(design, name == "light_kappa")
    by_rule = isinstance(weights, Credit)
    table: Any = weights if by_rule or weights is None else np.asarray(weights, dtype=np.float64)
    if name in ("percent_agreement", "brennan_prediger", "gwet_ac"):
        return _number(_by_fewest(_LEAST[name], table, design)), 1.0
    # a rule's losses are squared distances: on a simplex, round right angles or on a line
    losses = None if by_rule or weights is None else 1.0 - table
    most = _excess(losses) * _most_loss(name, design)
    return _number(1.0 - most), 1.0


def _by_fewest(find: Callable[[Any, Design], Any], weights: Any, design: Design) -> Any:
    """Return the least of each study, by the fewest ratings of its units."""
    if not np.ndim(design.fewest):
        return find(weights, design)
    least = np.full(np.shape(design.fewest), -np.inf)
    for fewest in np.unique(design.fewest).tolist():
        found = find(weights, design._replace(fewest=fewest))
        least = np.where(design.fewest == fewest, found, least)
    return least


def _as_design(design: Design | Ratings | int, by_pairs: bool) -> Design:
    if isinstance(design, Ratings):
        return design_of(design, by_pairs=by_pairs)
    return design if isinstance(design, Design) else Design(design, max(design, 2))


def _most_alone(frequencies: npt.NDArray[Any], given: FloatArray, by_rater: FloatArray) -> Any:
    if given.shape[1] < 2:
        return np.ones(by_rater.shape[:-1])
    highest = [
        _alone(rater, (frequencies * given[:, rater]) @ given, by_rater)
        for rater in range(given.shape[1])
    ]
    return np.max(highest, axis=0)


def _alone(rater: int, together: FloatArray, by_rater: FloatArray) -> Any:
    """Return the most units of one of two raters for each of both, over the others of a rater."""
    ratios = np.maximum(by_rater[..., rater, None], by_rater) / together
    return np.delete(ratios, rater, axis=-1).max(axis=-1)


def _most_loss(name: str, design: Design) -> Any:
    """Return the most loss for each that chance gives, where it is a squared distance."""
    r = design.fewest
    if name == "krippendorff_alpha":
        return r / (r - 1.0)
    if name in ("fleiss_kappa", "scott_pi"):
        return design.rated * r / (r - 1.0)
    together = design.busiest * design.raters / (r - 1.0)
    if name == "light_kappa":
        return np.where(design.is_complete, together, 2.0 * design.pairwise)
    return together


def _excess(losses: FloatArray | None) -> float:
    """Return by how much more raters can lose where losses are no squared distances."""
    if losses is None or not losses.max() > 0:
        return 1.0
    apart = _grades_apart(losses / losses.max())
    least = float(apart.min(where=~np.eye(len(apart), dtype=bool), initial=1.0))
    if not affordable(len(apart) ** 3, nanoseconds=NANOSECONDS):
        return 1.0 / least if least > 0 else math.inf
    centred = apart - apart.mean(axis=0)
    centred = centred.mean(axis=1, keepdims=True) - centred
    lacking = -float(np.linalg.eigvalsh(centred)[0])
    if lacking <= NO_LOSS:
        return 1.0
    return min(1.0 + lacking / least, 1.0 / least) if least > 0 else math.inf


def _grades_apart(losses: FloatArray) -> FloatArray:
    """Take grades that lose alike against all others as one."""
    kept = np.unique(losses, axis=0, return_index=True)[1]
    return losses[np.ix_(kept, kept)]


def _least_credit(weights: FloatArray | Credit, design: Design) -> float:
    """Return the least average credit over the pairs of a unit's ratings."""
    q, r = len(weights), design.fewest
    if isinstance(weights, Credit):
        return _least_by_rule(weights, r)
    # more ratings of a unit only bring pairs nearer to their average
    while r > 2 and math.comb(r + q - 1, r) > MOST_WAYS:
        r -= 1
    if r == 2:
        return float(weights.min())
    ways = np.array(list(combinations_with_replacement(range(q), r)))
    counts = (ways[:, :, None] == np.arange(q)).sum(axis=1).astype(np.float64)
    credit = (np.vecdot(counts @ weights, counts) - r) / (r * (r - 1.0))
    return float(credit.min())


def _least_agreement(weights: FloatArray | Credit, design: Design) -> float:
    """Return the least percent agreement, 0 where there is but one grade or all earn full credit.

    That nothing else could be said of these grades does not make agreement certain.
    """
    least = _least_credit(weights, design)
    return least if least < 1.0 else 0.0


def _least_by_rule(credit: Credit, r: int) -> float:
    """Return it where ratings spread evenly, or to the ends of the scale, are furthest apart."""
    places = len(credit) if credit.gaps.rule == "identity" else 2
    each, more = divmod(r, places)
    alike = more * (each + 1) * each + (places - more) * each * (each - 1)
    return alike / (r * (r - 1.0))


def _least_uniform(weights: FloatArray | Credit, design: Design) -> float:
    chance = float(weights.sum()) / len(weights) ** 2
    least = _least_credit(weights, design)
    return (least - chance) / (1.0 - chance) if chance < 1 else -math.inf


def _least_gwet(weights: FloatArray | Credit, design: Design) -> Any:
    by_credit, q = _least_uniform(weights, design), len(weights)
    dear = not affordable(q**3, nanoseconds=NANOSECONDS)
    if isinstance(weights, Credit) or dear or not math.isfinite(by_credit):
        return by_credit
    scale = float(weights.sum()) / (q * (q - 1.0))
    room = scale * np.eye(q) + (1.0 - scale)
    from scipy import linalg

    ratio = float(linalg.eigh(1.0 - weights, room, eigvals_only=True)[-1])
    most = ratio * _excess(1.0 - weights) * design.rated * design.fewest / (design.fewest - 1.0)
    return _number(np.fmax(by_credit, 1.0 - most))


def _number(value: Any) -> Any:
    return read_only(np.asarray(value)) if np.ndim(value) else float(value)


_LEAST: dict[str, Callable[[Any, Design], Any]] = {
    "percent_agreement": _least_agreement,
    "brennan_prediger": _least_uniform,
    "gwet_ac": _least_gwet,
}
