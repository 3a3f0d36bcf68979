"""Double inspections one after another: limits that hold at every look, and how long to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaln, xlog1py, xlogy

from ilacs_reliability._checks.arguments import (
    check_between,
    check_confidence_level,
    check_listing,
    check_number,
    is_whole,
    told,
)
from ilacs_reliability._results.cards import card, interval_svg
from ilacs_reliability._results.estimates import FloatArray, IntArray
from ilacs_reliability._results.pictured import Pictured
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.wording import (
    counted,
    level,
    significant,
    together,
    whole,
)
from ilacs_reliability.planning.deciding import chance

# halvings that find a limit to the last digit
HALVINGS = 60
# inspections looked ahead; more are no plan
MOST_MORE = 1_000
MOST_DECISIONS = 100_000
# a mean of those that settle in sight is one of all
SURELY = 0.999


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class AgreementSequence(Record, Pictured):
    """What double inspections have shown so far, whenever one stops.

    Attributes
    ----------
    agreed : ndarray of int, shape (n_decisions,)
        Pairs with the same decision after each inspection.
    low, high : ndarray of float, shape (n_decisions,)
        Limits of the share that agrees, after each inspection; all of them hold together.
    threshold : float
        What the share must pass.
    confidence_level : float
        Chance that all limits of all looks hold the true share.
    outcome : {"supported", "contradicted", "not shown"}
        Whether the share was shown to reach the threshold, to lie below it, or neither so far.
    settled_at : int or None
        The inspection that settled it.
    truth : float
        The share that the look ahead supposes.
    expected_more : float
        Mean number of further inspections until it is settled, those that never settle counted to
        `look_ahead`; 0 where it is settled.
    settled_ahead : float
        Chance that it is settled within `look_ahead` further inspections.
    look_ahead : int
        Further inspections that were looked at.
    notes : tuple of str
        What a reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.agreement_sequence([True] * 22 + [False] * 2, threshold=0.8)
    AgreementSequence(24 decisions, 22 agreed: at least 0.8 not shown)
    """

    agreed: IntArray
    low: FloatArray
    high: FloatArray
    threshold: float
    confidence_level: float
    outcome: str
    settled_at: int | None
    truth: float
    expected_more: float
    settled_ahead: float
    look_ahead: int
    notes: tuple[str, ...] = ()

    @property
    def n_decisions(self) -> int:
        """Double inspections so far."""
        return len(self.agreed)

    def describe(self) -> str:
        """Say in two sentences where the sequence stands and how long it will take.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> decisions = [True] * 22 + [False] * 2
        >>> print(ilr.agreement_sequence(decisions, threshold=0.8).describe())
        After 24 double inspections, 22 with the same decision, the share that agrees lies between
        0.757 and 0.997 (95%, valid at every look): at least 0.8 is not shown. If the true share is
        0.885, some 167 more would settle it on average, and 1,000 more with a chance of over 99.9%.
        """
        n = self.n_decisions
        low, high = together(self.low[-1], self.high[-1]) if n else ("0", "1")
        done = f"After {counted(n, 'double inspection')}"
        agreed = f", {whole(self.agreed[-1])} with the same decision," if n else ""
        bar = f"at least {significant(self.threshold, 12)} is {self.outcome}"
        stands = (
            f"{done}{agreed} the share that agrees lies between {low} and {high} "
            f"({level(self.confidence_level)}, valid at every look): {bar}"
        )
        if self.settled_at is not None:
            ahead = f", as it has been since inspection {whole(self.settled_at)}."
        else:
            ahead = f". If the true share is {together(self.truth)[0]}, {self._ahead()}."
        return " ".join((stands + ahead, *self.notes))

    def _ahead(self) -> str:
        mean, most = whole(round(self.expected_more)), whole(self.look_ahead)
        reached = chance(self.settled_ahead)
        if self.settled_ahead > SURELY:
            on_average = f"some {mean} more would settle it on average"
            return f"{on_average}, and {most} more with a chance of {reached}"
        # the mean stops at the end of the look ahead, where many paths are still open
        return f"{most} more would settle it with a chance of {reached}"

    def __repr__(self) -> str:
        n = self.n_decisions
        agreed = whole(self.agreed[-1]) if n else "0"
        bar = f"at least {significant(self.threshold, 12)} {self.outcome}"
        return f"AgreementSequence({counted(n, 'decision')}, {agreed} agreed: {bar})"

    def _repr_html_(self) -> str:
        n = self.n_decisions
        share = self.agreed[-1] / n if n else float("nan")
        limits = (float(self.low[-1]), float(self.high[-1])) if n else (0.0, 1.0)
        picture = interval_svg(share, *limits, ends=(0.0, 1.0), bars=(self.threshold,))
        agreed = f"{whole(self.agreed[-1])} of {whole(n)}" if n else "none yet"
        return card(
            "Double inspections with the same decision",
            agreed,
            picture=picture,
            lines=(self.describe(),),
        )


def agreement_sequence(
    decisions: Any,
    *,
    threshold: float,
    confidence_level: float = 0.95,
    prior: tuple[float, float] = (1.0, 1.0),
    truth: float | None = None,
) -> AgreementSequence:
    r"""Follow double inspections one after another, and say at every look what they show.

    Parameters
    ----------
    decisions : array_like of bool, shape (n_decisions,)
        Whether the two inspectors came to the same decision, in the order of the inspections; none
        yet is allowed.
    threshold : float
        Share that must agree, between 0 and 1.
    confidence_level : float, optional
        Chance that the limits of all looks hold the true share, however often one looks and
        whenever one stops. Default: 0.95.
    prior : tuple of two float, optional
        Parameters above 0 of the beta distribution that weighs shares: where limits should be
        narrowest. It must not be chosen after looking. Default: (1, 1), all shares alike.
    truth : float, optional
        Share that the look ahead supposes, between 0 and 1. Default: the mean of `prior` updated by
        the decisions.

    Returns
    -------
    AgreementSequence
        Limits after every inspection, the verdict so far, and how many more to expect.

    Raises
    ------
    TypeError
        If a decision is not true or false.
    ValueError
        If a number is outside its range.

    See Also
    --------
    units_for_agreement : A study whose size is fixed beforehand.
    percent_agreement : The share with limits that hold for one look at the end.

    Notes
    -----
    With :math:`s` of :math:`n` agreeing, the likelihood of the decisions mixed over a beta
    distribution, divided by that under a share :math:`p`, is

    .. math:: M_n(p) = B(a + s, b + n - s) / (B(a, b) p^s (1 - p)^{n - s}),

    a martingale of mean 1 where :math:`p` is true. By Ville's inequality it ever reaches
    :math:`1/\alpha` with a chance of at most :math:`\alpha`, so the shares at which it never
    did make up limits that all hold together [1]_, [2]_. The units must be exchangeable: a share
    that changes in time is not followed. The number to go is found by summing over all paths.

    References
    ----------
    .. [1] H. Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of
           Mathematical Statistics 41 (1970), 1397-1409.
    .. [2] S. R. Howard, A. Ramdas, J. McAuliffe and J. Sekhon, "Time-uniform, nonparametric,
           nonasymptotic confidence sequences", Annals of Statistics 49 (2021), 1055-1080.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> followed = ilr.agreement_sequence([True] * 40, threshold=0.8)
    >>> followed.outcome, followed.settled_at
    ('supported', 29)
    """
    share = check_between(threshold, "threshold", 0.0, 1.0)
    alpha = 1 - check_confidence_level(confidence_level)
    a, b = _prior(prior)
    same = _decisions(decisions)
    agreed = np.cumsum(same)
    n = np.arange(1, len(same) + 1)
    low, high = _limits(agreed, n, (a, b), alpha)
    low, high = np.maximum.accumulate(low), np.minimum.accumulate(high)
    settled, outcome = _verdict(low, high, share)
    start = (int(agreed[-1]), len(same)) if len(same) else (0, 0)
    mean = (a + start[0]) / (a + b + start[1])
    supposed = mean if truth is None else check_between(truth, "truth", 0.0, 1.0)
    ahead = (0.0, 1.0)
    if settled is None:
        later = start[1] + np.arange(1, MOST_MORE + 1)
        ahead = _look_ahead(start, supposed, stopping_bounds(later, share, (a, b), alpha))
    return AgreementSequence(
        agreed=agreed,
        low=low,
        high=high,
        threshold=share,
        confidence_level=1 - alpha,
        outcome=outcome,
        settled_at=settled,
        truth=supposed,
        expected_more=ahead[0],
        settled_ahead=ahead[1],
        look_ahead=MOST_MORE,
        notes=_notes(low, high),
    )


def _decisions(decisions: Any) -> IntArray:
    listed = check_listing(decisions, "decisions", of="true or false")
    if len(listed) > MOST_DECISIONS:
        raise ValueError(
            f"`decisions` must be at most {MOST_DECISIONS:,}, but got {len(listed):,}."
        )
    for place, one in enumerate(listed):
        if not (isinstance(one, (bool, np.bool_)) or is_whole(one)) or one not in (0, 1):
            raise TypeError(
                f"`decisions` must hold true or false, but holds {told(one)} at {place}."
            )
    return np.array(listed, dtype=np.int64)


def _prior(prior: Any) -> tuple[float, float]:
    listed = [check_number(one, "prior") for one in check_listing(prior, "prior", of="two numbers")]
    if len(listed) != 2 or not min(listed) > 0:
        raise ValueError(f"`prior` must be two numbers above 0, but got {told(prior)}.")
    return listed[0], listed[1]


def _log_evidence(agreed: Any, n: Any, share: Any, prior: tuple[float, float]) -> Any:
    """Return the log of the mixed likelihood over that of a share."""
    a, b = prior
    mixed = betaln(a + agreed, b + n - agreed) - betaln(a, b)
    return mixed - xlogy(agreed, share) - xlog1py(n - agreed, -share)


def _limits(
    agreed: IntArray, n: IntArray, prior: tuple[float, float], alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Return the shares at which the evidence reaches its bound, on either side of the seen one."""
    seen = agreed / np.maximum(n, 1)
    ends = []
    for outer, never in ((0.0, agreed == 0), (1.0, agreed == n)):
        inside, outside = seen.copy(), np.full(len(n), outer)
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            with np.errstate(divide="ignore"):
                beyond = _log_evidence(agreed, n, middle, prior) >= -np.log(alpha)
            outside, inside = np.where(beyond, middle, outside), np.where(beyond, inside, middle)
        ends.append(np.where(never, outer, outside))
    return ends[0], ends[1]


def _verdict(low: FloatArray, high: FloatArray, threshold: float) -> tuple[int | None, str]:
    """Return the inspection that settled it and how; a verdict once reached stands."""
    above, below = low >= threshold, high < threshold
    settled = np.flatnonzero(above | below)
    if not len(settled):
        return None, "not shown"
    first = int(settled[0])
    return first + 1, "supported" if above[first] else "contradicted"


def stopping_bounds(
    n: IntArray, threshold: float, prior: tuple[float, float], alpha: float
) -> tuple[IntArray, IntArray]:
    """Return the most agreements of each `n` that contradict and the fewest that support.

    -1 and n + 1 where none do. Evidence grows away from the threshold, so halving finds both.
    """
    middle = n * threshold
    inside_low, outside_low = np.floor(middle).astype(np.int64) + 1, np.full_like(n, -1)
    inside_high, outside_high = np.ceil(middle).astype(np.int64) - 1, n + 1
    for inside, outside in ((inside_low, outside_low), (inside_high, outside_high)):
        while (abs(outside - inside) > 1).any():
            agreed = (inside + outside) // 2
            far = _log_evidence(agreed, n, threshold, prior) >= -np.log(alpha)
            apart = abs(outside - inside) > 1
            np.copyto(outside, agreed, where=far & apart)
            np.copyto(inside, agreed, where=~far & apart)
    return outside_low, outside_high


def _look_ahead(
    start: tuple[int, int],
    truth: float,
    bounds: tuple[IntArray, IntArray],
) -> tuple[float, float]:
    """Return the mean number of further inspections and the chance that they settle it."""
    agreed, _ = start
    # chance of each number of further agreements, of the paths that go on
    paths = np.zeros(len(bounds[0]) + 1)
    paths[0] = 1.0
    mean = 0.0
    for most, least in zip(*bounds, strict=True):
        mean += paths.sum()
        paths[1:] = paths[1:] * (1 - truth) + paths[:-1] * truth
        paths[0] *= 1 - truth
        paths[: max(most - agreed + 1, 0)] = 0.0
        paths[max(least - agreed, 0) :] = 0.0
    return float(mean), float(1 - paths.sum())


def _notes(low: FloatArray, high: FloatArray) -> tuple[str, ...]:
    if not (low > high).any():
        return ()
    return (
        "Earlier and later inspections contradict one another: the share that agrees seems to have "
        "changed.",
    )
