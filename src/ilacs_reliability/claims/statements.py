"""A claim: whose words, what they are about, and the threshold they are held to."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import (
    check_between,
    check_confidence_level,
    check_option,
    check_text,
    is_real,
    told,
)
from ilacs_reliability._results.records import as_dict
from ilacs_reliability._results.wording import significant

Kind: TypeAlias = Literal["consistency", "shift", "comparison", "share"]
Direction: TypeAlias = Literal["at least", "more than", "at most", "less than", "within"]
KINDS = ("consistency", "shift", "comparison", "share")
DIRECTIONS = ("at least", "more than", "at most", "less than", "within")
TEXTS = (
    "statement",
    "selection",
    "would_settle",
    "name",
    "published",
    "source",
    "url",
    "words",
    "whose",
    "estimand",
    "coefficient",
    "weights",
)
# evidence of these kinds is never beyond 1
SHARES = ("consistency", "share")
OURS = "our question"
# coefficients of the ledger that are shares of units
OF_UNITS = (
    "percent_agreement",
    "improved",
    "improved_of_moved",
    "kept",
    "left_inadequate",
    "still_inadequate",
    "good_or_better",
    "outstanding",
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Claim:
    """A statement with a threshold declared beforehand.

    Parameters
    ----------
    statement : str
        What is claimed, as a sentence.
    kind : {"consistency", "shift", "comparison", "share"}
        What evidence it needs: "consistency" needs two opinions of the same unit at the same time,
        "comparison" groups that differ by nothing else, "shift" two gradings of each unit, "share"
        a count of units.
    threshold : float or tuple of float
        The value to pass, in the unit of the evidence; two margins where `direction` is "within".
    direction : {"at least", "more than", "at most", "less than", "within"}, optional
        On which side of the threshold the claim is true. Default: "at least".
    confidence_level : float, optional
        Of the interval that decides, whatever the direction, between 0 and 1. Where the truth is
        on the claim's edge, "supported" comes in at most half of the rest. Default: 0.95.
    coefficient, weights : str, optional
        The function whose value the claim is about, such as "cohen_kappa", and its credit between
        grades or metric. Default: none named; a claim of consistency is then held to every
        defensible coefficient, with exact agreement only.
    floor : float, optional
        What a claim about plain agreement asks of kappa as well, -1 to 1: the part that chance
        does not explain (Cohen's kappa of two raters, Fleiss's of others). Default: 0.6.
    selection : str, optional
        What decided which units are in which group, where it was not chance. A comparison under
        selection cannot tell judging from choosing, so it is not answerable.
    would_settle : str, optional
        The study or publication that would settle it.
    words, whose : str, optional
        The words as they were said or printed, and who said them. Default: "our question".
    estimand : str, optional
        What is estimated, in words.
    name, published, source, url : str, optional
        A short name, the published figure, and where it was published.

    Raises
    ------
    TypeError
        If the threshold is not a number or two, or a text is not text.
    ValueError
        If the kind or direction is unknown, the margins do not fit the direction, the threshold of
        a claim of consistency or a share is beyond 1, the floor beyond -1 or 1, or the level is
        not between 0 and 1.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.Claim(
    ...     statement="Our inspectors agree.",
    ...     kind="consistency",
    ...     coefficient="cohen_kappa",
    ...     threshold=0.6,
    ... )
    Claim('Our inspectors agree.', consistency, cohen_kappa at least 0.6)
    """

    statement: str
    kind: Kind
    threshold: float | tuple[float, float]
    direction: Direction = "at least"
    confidence_level: float = 0.95
    coefficient: str = ""
    weights: str = ""
    floor: float = 0.6
    selection: str = ""
    would_settle: str = ""
    words: str = ""
    whose: str = OURS
    estimand: str = ""
    name: str = ""
    published: str = ""
    source: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        for name in TEXTS:
            check_text(getattr(self, name), name)
        check_option(self.kind, KINDS, "kind")
        check_option(self.direction, DIRECTIONS, "direction")
        level = check_confidence_level(self.confidence_level)
        object.__setattr__(self, "confidence_level", level)
        object.__setattr__(self, "floor", _floor(self.floor))
        object.__setattr__(self, "threshold", _plain_threshold(self.threshold))
        numbers = np.atleast_1d(self.threshold)
        wanted = 2 if self.direction == "within" else 1
        fits = isinstance(self.threshold, tuple) == (wanted == 2)
        if not fits or len(numbers) != wanted or not np.isfinite(numbers).all():
            raise ValueError(
                f"`threshold` must be {'two finite margins' if wanted == 2 else 'a finite number'} "
                f"where `direction` is {self.direction!r}, but got {told(self.threshold)}."
            )
        if wanted == 2 and not numbers[0] < numbers[1]:
            raise ValueError(f"`threshold` must be two margins in order, but got {self.threshold}.")
        if self.kind in SHARES and (abs(numbers) > 1).any():
            raise ValueError(
                f"`threshold` must be at most 1 for a claim of {self.kind}, but got "
                f"{self.threshold}; write 80 % as 0.8."
            )

    to_dict = as_dict

    @property
    def margins(self) -> tuple[float, float]:
        """The range of values in which the claim is true."""
        if isinstance(self.threshold, tuple):
            return self.threshold
        up = self.direction in ("at least", "more than")
        return (self.threshold, inf) if up else (-inf, self.threshold)

    @property
    def is_strict(self) -> bool:
        """Whether the claim is false on the threshold itself."""
        return self.direction in ("more than", "less than")

    @property
    def interval_level(self) -> float:
        """Level of the interval that decides: the same for every direction."""
        return self.confidence_level

    @property
    def error(self) -> float:
        """How often "supported" may come where the truth is on an edge of the claim."""
        return (1 - self.confidence_level) / 2

    @property
    def bar(self) -> str:
        """The threshold in words, such as "at least 0.8"."""
        if isinstance(self.threshold, tuple):
            return f"within {' to '.join(significant(number, 12) for number in self.threshold)}"
        return f"{self.direction} {significant(self.threshold, 12)}"

    def __repr__(self) -> str:
        held = " ".join(filter(None, (self.coefficient, self.bar)))
        return f"Claim({self.statement!r}, {self.kind}, {held})"


def held_to(claim: Claim) -> str:
    """Say what a claim is held to, in per cent where it is about a share."""
    if claim.kind == "comparison" or claim.coefficient not in OF_UNITS:
        return claim.bar
    if isinstance(claim.threshold, tuple):
        return f"within {' to '.join(_in_percent(number) for number in claim.threshold)}"
    return f"{claim.direction} {_in_percent(claim.threshold)}"


def _in_percent(threshold: float) -> str:
    # what is declared is said with the digits that it was declared with
    return f"{significant(100 * threshold, 12)}%"


def _floor(floor: Any) -> float:
    # -1 asks only that there is a kappa
    return max(-1.0, check_between(floor, "floor", -1.0 - 1e-12, 1.0))


def _plain_threshold(threshold: Any) -> float | tuple[float, ...]:
    """Return a float, or floats in a tuple; refuse what is not a number."""
    is_pair = isinstance(threshold, (tuple, list)) or np.ndim(threshold) == 1
    numbers = list(threshold) if is_pair else [threshold]
    for number in numbers:
        if not is_real(number):
            raise TypeError(f"`threshold` must be a number or two, but got {told(threshold)}.")
    return tuple(map(_plain_number, numbers)) if is_pair else _plain_number(threshold)


def _plain_number(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:
        return inf if number > 0 else -inf
