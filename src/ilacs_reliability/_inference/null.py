"""The distribution of a statistic under a hypothesis, exact, drawn or of large samples.

A test is a statistic, its distribution under the hypothesis, and a sentence. Here the statistic is
always one of which the larger is the more extreme (`extremity` makes it so for each alternative),
and its distribution is made once: p-value, mid-p, critical value and the words that say how it was
found all come from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._checks.work import SECONDS, affordable
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.critical import (
    SLACK,
    Tail,
    critical_value,
    drawn_critical_value,
    whole_critical_value,
)
from ilacs_reliability._inference.said import drawn
from ilacs_reliability._results.keyed import keyed, looked_up

# draws with which a p-value can still be small
FEWEST_DRAWS = 199
# what rounding leaves of a variance of nothing
NO_VARIANCE = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Null(ABC):
    """How likely each statistic is under a hypothesis; the larger it is, the more extreme.

    Each kind has `reach(x)`, the chance of a statistic of x or more, which is the p-value of x, and
    `critical_value(alpha, usual=, top=)`, the number that exactly the statistics pass at which the
    test of level alpha rejects.
    """

    kind: ClassVar[str] = ""

    @property
    def method(self) -> str:
        """How a p-value was found, in the words of every test."""
        return self.kind

    @abstractmethod
    def reach(self, statistic: float) -> float:
        """Return the chance of so large a statistic."""

    def past(self, statistic: float) -> float:
        """Return the chance of a larger one, larger by more than rounding."""
        return self.reach(statistic)

    def midp(self, statistic: float) -> float:
        """Return the p-value that counts half of what was seen."""
        return (self.reach(statistic) + self.past(statistic)) / 2

    def critical_value(self, alpha: float, *, usual: float, top: float) -> float:
        """Return where rejection starts: `usual` wherever that tells the same statistics apart."""
        return usual


@dataclass(frozen=True, slots=True, eq=False)
class Exact(Null):
    """Every outcome was counted: `tail` returns the chance of so large a statistic.

    Sums of pieces as large as `grain` are known but for rounding of that.
    """

    tail: Tail
    grain: float = 1.0
    kind: ClassVar[str] = "exact"

    def reach(self, statistic: float) -> float:
        """As of `Null`."""
        return min(1.0, self.tail(statistic))

    def past(self, statistic: float) -> float:
        """As of `Null`."""
        return min(1.0, self.tail(_beyond(statistic, self.grain)))

    def critical_value(self, alpha: float, *, usual: float, top: float) -> float:
        """As of `Null`; `top` is a number that no statistic passes."""
        return critical_value(self._looked_up().reach, alpha, usual=usual, top=top)

    def _looked_up(self) -> Exact:
        """Return the same for the many calls of a search."""
        return replace(self, tail=looked_up(self.tail))


@dataclass(frozen=True, slots=True, eq=False)
class MidP(Exact):
    """Every outcome was counted, and of what was seen half."""

    kind: ClassVar[str] = "midp"

    def reach(self, statistic: float) -> float:
        """Return the mid-p: what the test of this name rejects by."""
        past = self.tail(_beyond(statistic, self.grain))
        return min(1.0, (self.tail(statistic) + past) / 2)

    def critical_value(self, alpha: float, *, usual: float, top: float) -> float:
        """As of `Null`, of whole statistics: only whole clusters' moves are judged so."""
        return whole_critical_value(self._looked_up().reach, alpha, usual=usual, top=top)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn(Null):
    """Statistics drawn under the hypothesis, ascending; `asked` more may have been asked for.

    `instead` says whether every outcome should have been counted.
    """

    draws: npt.NDArray[Any]
    asked: int = 0
    instead: bool = False
    slack: float = SLACK
    kind: ClassVar[str] = "monte_carlo"

    @property
    def method(self) -> str:
        """As of `Null`, with how many were drawn, and why not more or all."""
        if not len(self.draws):
            return self.kind
        n_draws = len(self.draws)
        return drawn(self.kind, n_draws, fewer=n_draws < self.asked, instead=self.instead)

    def reach(self, statistic: float) -> float:
        """Return the p-value, which counts what was seen among the draws."""
        return (1 + self._hits(statistic)) / (1 + len(self.draws))

    def past(self, statistic: float) -> float:
        """As of `Null`: what was seen does not lie past itself."""
        return self._hits(_beyond(statistic, 1.0)) / (1 + len(self.draws))

    def critical_value(self, alpha: float, *, usual: float, top: float) -> float:
        """As of `Null`; where there are too few draws to reject, past `top` and `usual`."""
        return drawn_critical_value(self.draws, alpha, usual=usual, top=top)

    def _hits(self, statistic: float) -> int:
        return len(self.draws) - _place(self.draws, statistic, self.slack)


@dataclass(frozen=True, slots=True, eq=False)
class ChiSquare(Null):
    """The chi-square distribution; nothing could vary where it has no degrees of freedom."""

    df: float
    kind: ClassVar[str] = "asymptotic"

    def reach(self, statistic: float) -> float:
        """As of `Null`."""
        return float(special.chdtrc(self.df, statistic)) if self.df else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ImanDavenport(Null):
    """Friedman's statistic x of n units, where (n - 1) x / (n df - x) is taken for F.

    It is analysis of variance of the ranks, and has no distribution where x is n df: all units then
    have the same order.
    """

    df: float
    n: float
    kind: ClassVar[str] = "iman_davenport"

    @property
    def df_within(self) -> float:
        """Degrees of freedom of the denominator."""
        return self.df * (self.n - 1)

    def f(self, statistic: float) -> float:
        """Return the ratio of a statistic."""
        return (self.n - 1) * statistic / (self.n * self.df - statistic)

    def reach(self, statistic: float) -> float:
        """As of `Null`."""
        return float(special.fdtrc(self.df, self.df_within, self.f(statistic)))

    def critical_value(self, alpha: float, *, usual: float, top: float) -> float:
        """As of `Null`; `usual` is that of another distribution."""
        f = float(special.fdtri(self.df, self.df_within, 1 - alpha))
        return self.n * self.df * f / (self.n - 1 + f)


@dataclass(frozen=True, slots=True, eq=False)
class Normal(Null):
    """A normal variable about zero, or of two sides its size, with its standard error.

    `less` is a continuity correction, which never turns a balance into a difference.
    """

    error: float
    less: float = 0.0
    sides: int = 2
    kind: ClassVar[str] = "asymptotic"

    @property
    def method(self) -> str:
        """As of `Null`."""
        return "corrected" if self.less else "asymptotic"

    def reach(self, statistic: float) -> float:
        """As of `Null`; 1 where nothing could vary."""
        if not self.error:
            return 1.0
        gap = max(statistic - self.less, 0.0) if self.sides == 2 else statistic - self.less
        return float(self.sides * special.ndtr(-gap / self.error))

    def critical_value(self, alpha: float, *, usual: float, top: float) -> float:
        """As of `Null`."""
        return usual + self.less


def normal(variance: float, alternative: str) -> Normal:
    """Return the normal distribution that `extremity` of a gap of some variance has."""
    error = float(np.sqrt(variance)) if variance > NO_VARIANCE else 0.0
    return Normal(error, sides=2 if alternative == "two-sided" else 1)


def _beyond(statistic: float, grain: float) -> float:
    """Pass what is equal to a statistic but for rounding."""
    return statistic + 4 * SLACK * max(1.0, abs(statistic), grain)


def extremity(gaps: Any, alternative: str) -> Any:
    """Turn what a statistic is beyond the expected into what is extreme where it is large."""
    if alternative == "two-sided":
        return np.abs(gaps)
    return gaps if alternative == "greater" else -gaps


def symmetric_p(sizes: Null, gap: float, alternative: str) -> float:
    """Return the p-value of a sum as likely below zero as above, from the null of its size."""
    if alternative == "two-sided":
        return sizes.reach(abs(gap))
    gap = float(extremity(gap, alternative))
    if isinstance(sizes, Normal):
        # a correction goes against the alternative, whatever the sign
        return float(special.ndtr((sizes.less - gap) / sizes.error))
    if gap > SLACK:
        return sizes.reach(gap) / 2
    return 1 - (sizes.reach(-gap) if sizes.kind == "midp" else sizes.past(-gap)) / 2


def listed(values: Any, chances: FloatArray, slack: float = SLACK) -> Exact:
    """Return the null of statistics that are all listed, in any order, with their chances."""
    order = np.argsort(values)
    beyond = np.append(np.cumsum(chances[order][::-1])[::-1], 0.0)
    return Exact(keyed(_listed_tail, values[order], beyond, slack))


def _listed_tail(values: Any, beyond: FloatArray, slack: float, statistic: float) -> float:
    return float(beyond[_place(values, statistic, slack)])


def _place(values: Any, statistic: float, slack: float) -> int:
    """Return how many values lie below a statistic, by more than rounding."""
    least = statistic - slack * (1 + abs(statistic)) if np.isfinite(statistic) else statistic
    return int(np.searchsorted(values, least, side="left"))


def affordable_draws(
    n_resamples: int, nanoseconds: float, what: str, instead: str = "method='asymptotic'"
) -> int:
    """Return how many draws to make: those asked for, or those that take about five seconds.

    A Monte Carlo p-value is valid with any number; where too few would be left for it ever to be
    small, the error names `what` is drawn and what to use instead.
    """
    if affordable(n_resamples, nanoseconds=nanoseconds):
        return n_resamples
    draws = int(SECONDS / (nanoseconds * 1e-9))
    if draws < FEWEST_DRAWS:
        raise ValueError(
            f"`n_resamples` draws of {what} take too long, even {FEWEST_DRAWS}: use {instead}."
        )
    return draws


def found_by(
    method: str,
    *,
    exact: Callable[[], Null | None],
    drawn: Callable[[bool], Null],
    asymptotic: Callable[[], Null],
) -> Null:
    """Make the distribution that a method asks for; exact gives way to draws where it is None."""
    if method == "asymptotic":
        return asymptotic()
    counted_all = exact() if method in ("exact", "midp") else None
    return drawn(method != "monte_carlo") if counted_all is None else counted_all
