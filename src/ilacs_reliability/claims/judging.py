"""A claim with a threshold goes in with its evidence; a verdict comes out."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from numbers import Real
from operator import le, lt
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import (
    check_confidence_level,
    check_option,
    check_text,
    told,
)
from ilacs_reliability._results.estimates import (
    Estimate,
    Interval,
    SignificanceResult,
    reason_in_words,
)
from ilacs_reliability._results.records import Record, as_dict, html_table, plain
from ilacs_reliability._results.wording import counted, level, significant, together, with_article
from ilacs_reliability.comparison.overlap import OverlapReport

Kind: TypeAlias = Literal["consistency", "shift", "comparison", "share"]
Direction: TypeAlias = Literal["at least", "more than", "at most", "less than", "within"]
Outcome: TypeAlias = Literal["supported", "contradicted", "not shown", "not answerable"]
Evidence: TypeAlias = Estimate | SignificanceResult | None
KINDS = ("consistency", "shift", "comparison", "share")
TEXTS = ("statement", "selection", "would_settle", "name", "published", "source", "url")
DIRECTIONS = ("at least", "more than", "at most", "less than", "within")
TEXTS = ("statement", "selection", "would_settle", "name", "published", "source", "url")
# evidence of these kinds is never beyond 1
SHARES = ("consistency", "share")
OUTCOMES = ("supported", "contradicted", "not shown", "not answerable")


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
        Of the interval that decides, between 0 and 1. Default: 0.95.
    selection : str, optional
        What decided which units are in which group, where it was not chance. A comparison under
        selection cannot tell judging from choosing, so it is not answerable.
    would_settle : str, optional
        The study or publication that would settle it.
    name, published, source, url : str, optional
        A short name, the published figure, and where it was published.

    Raises
    ------
    TypeError
        If the threshold is not a number or two.
    ValueError
        If the kind or direction is unknown, the margins do not fit the direction, the threshold of
        a claim of consistency or a share is beyond 1, or the level is not between 0 and 1 (0.5 and
        1 for "within", which asks for an interval of a lower level).

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.Claim(statement="Our inspectors agree.", kind="consistency", threshold=0.8)
    Claim('Our inspectors agree.', consistency, at least 0.8)
    """

    statement: str
    kind: Kind
    threshold: float | tuple[float, float]
    direction: Direction = "at least"
    confidence_level: float = 0.95
    selection: str = ""
    would_settle: str = ""
    name: str = ""
    published: str = ""
    source: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        for name in TEXTS:
            check_text(getattr(self, name), name)
        check_option(self.kind, KINDS, "kind")
        check_option(self.direction, DIRECTIONS, "direction")
        check_confidence_level(self.confidence_level)
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
        if wanted == 2 and self.confidence_level <= 0.5:
            raise ValueError(
                "`confidence_level` must be above 0.5 where `direction` is 'within', but got "
                f"{self.confidence_level}."
            )

    to_dict = as_dict

    @property
    def margins(self) -> tuple[float, float]:
        """The range of values in which the claim is true."""
        if isinstance(self.threshold, tuple):
            return self.threshold
        up = self.direction in ("at least", "more than")
        return (self.threshold, inf) if up else (-inf, self.threshold)

    def __repr__(self) -> str:
        return f"Claim({self.statement!r}, {self.kind}, {self.bar})"

    @property
    def interval_level(self) -> float:
        """Level of the interval that decides: for two margins, that of two one-sided tests."""
        level = self.confidence_level
        return 1 - 2 * (1 - level) if self.direction == "within" else level

    @property
    def bar(self) -> str:
        """The threshold in words, such as "at least 0.8"."""
        if isinstance(self.threshold, tuple):
            return f"within {' to '.join(significant(number, 12) for number in self.threshold)}"
        return f"{self.direction} {significant(self.threshold, 12)}"


def _plain_threshold(threshold: Any) -> float | tuple[float, ...]:
    """Return a float, or floats in a tuple; refuse what is not a number."""
    is_pair = isinstance(threshold, (tuple, list)) or np.ndim(threshold) == 1
    numbers = list(threshold) if is_pair else [threshold]
    for number in numbers:
        if isinstance(number, (bool, np.bool_)) or not isinstance(number, Real):
            raise TypeError(f"`threshold` must be a number or two, but got {told(threshold)}.")
    return tuple(map(_plain_number, numbers)) if is_pair else _plain_number(threshold)


def _plain_number(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:
        return inf if number > 0 else -inf


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class Verdict(Record):
    """What the evidence licenses anyone to say of a claim.

    Attributes
    ----------
    claim : Claim
        The statement with its threshold.
    outcome : {"supported", "contradicted", "not shown", "not answerable"}
        Whether the interval lies on the claim's side of the threshold, on the other side, on both,
        or the evidence cannot bear on the claim at all.
    evidence : Estimate, SignificanceResult or None
        What decided.
    threshold : float or tuple of float
        What it was held to.
    reason : str
        Why, in a sentence.
    would_settle : str
        What would settle it, in a sentence; "" where nothing is known.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[20, 1], [1, 2]], scale=ilr.Scale(["good", "convert"]))
    >>> claim = ilr.Claim(statement="Inspectors agree.", kind="consistency", threshold=0.8)
    >>> ilr.judge(claim, ilr.percent_agreement(table))
    Verdict(not shown: 'Inspectors agree.')
    """

    claim: Claim
    outcome: Outcome
    evidence: Any
    threshold: float | tuple[float, float]
    reason: str
    would_settle: str = ""

    def describe(self) -> str:
        """Say the verdict in a sentence or two.

        Returns
        -------
        str
            The claim, the outcome, why, and what would settle it.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> claim = ilr.Claim(statement="Inspectors agree.", kind="consistency", threshold=0.8)
        >>> print(ilr.judge(claim, None).describe())
        "Inspectors agree." is not answerable: no evidence was given.
        """
        ending = f" What would settle it: {self.would_settle}" if self.would_settle else ""
        return f'"{self.claim.statement}" is {self.outcome}: {self.reason}{ending}'

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as a flat row of plain Python values.

        Returns
        -------
        dict
            Claim, outcome, threshold, reason and the evidence's own row under ``evidence``.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> claim = ilr.Claim(statement="Inspectors agree.", kind="consistency", threshold=0.8)
        >>> ilr.judge(claim, None).to_dict()["outcome"]
        'not answerable'
        """
        evidence = self.evidence.to_dict() if hasattr(self.evidence, "to_dict") else None
        strict: dict[str, Any] = plain(
            {
                "name": self.claim.name,
                "statement": self.claim.statement,
                "kind": self.claim.kind,
                "outcome": self.outcome,
                "threshold": self.claim.bar,
                "confidence_level": self.claim.confidence_level,
                "reason": self.reason,
                "would_settle": self.would_settle,
                "evidence": evidence,
            }
        )
        return strict

    def __repr__(self) -> str:
        return f"Verdict({self.outcome}: {self.claim.statement!r})"

    def _repr_html_(self) -> str:
        rows = self.to_dict()
        del rows["evidence"]
        return html_table(rows)


def judge(claim: Claim, result: Any) -> Verdict:
    """Hold a claim against its evidence.

    Parameters
    ----------
    claim : Claim
        A statement with a threshold declared beforehand.
    result : Estimate, SignificanceResult, OverlapReport or None
        The evidence; of a test, its effect decides. An overlap report decides only that groups
        cannot be compared.

    Returns
    -------
    Verdict
        "supported" where the whole interval lies on the claim's side of the threshold,
        "contradicted" where it lies on the other, "not shown" where it holds both. "not
        answerable" where there is no evidence or it is undefined; where a claim of consistency
        rests on repeats alone, which are not second opinions; where an agreement stands for a claim
        of shift or comparison (the `difference` of two agreements is a comparison); where groups
        share no stratum, or something other than chance decided who is in which group.

    Raises
    ------
    TypeError
        If `claim` or `result` is of another kind.
    ValueError
        If the evidence is a batch or offers no interval.

    See Also
    --------
    assess_security : The published claims with their evidence.
    threshold_test : The p-value that goes with such a verdict.

    Notes
    -----
    For margins ("within") the interval's level is 1 - 2 (1 - `confidence_level`), as in two
    one-sided tests, so a difference that is not significant never reads as sameness.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[80, 3], [2, 65]], scale=ilr.Scale(["convert", "good"]))
    >>> claim = ilr.Claim(statement="Inspectors agree.", kind="consistency", threshold=0.8)
    >>> ilr.judge(claim, ilr.percent_agreement(table)).outcome
    'supported'
    """
    if not isinstance(claim, Claim):
        raise TypeError(f"`claim` must be a Claim, but got {type(claim).__name__}.")
    obstacle = _obstacle(claim, result)
    if obstacle:
        return _verdict(claim, "not answerable", result, obstacle)
    estimate = _effect_of(result)
    interval = estimate.confidence_interval(claim.interval_level)
    return _verdict(claim, _outcome(claim, interval), result, _why(claim, estimate, interval))


def _obstacle(claim: Claim, result: Any) -> str:
    """Say why the evidence cannot bear on the claim, or nothing."""
    if result is None:
        return "no evidence was given."
    if isinstance(result, OverlapReport) and not result.answerable:
        return result.describe()
    estimate = _effect_of(result)
    if not isinstance(estimate, Estimate):
        raise TypeError(
            "`result` must be an Estimate, a SignificanceResult with an effect or an "
            f"OverlapReport without overlap, but got {type(result).__name__}; of a record that "
            "holds several estimates give one, such as `net_shift(...).net`."
        )
    if np.ndim(estimate.value):
        raise ValueError(f"`result` must be one study, but got {np.size(estimate.value)}.")
    if estimate.status == "undefined":
        why = reason_in_words(estimate)
        return f"{_called(estimate)} is undefined, since {why}."
    if claim.kind == "consistency" and estimate.design != "simultaneous":
        return _no_second_opinion(estimate)
    if claim.kind == "shift" and estimate.design == "simultaneous":
        return f"{_called(estimate)} rests on ratings of one time, between which nothing moved."
    if claim.kind == "comparison" and estimate.design and estimate.name != "difference":
        return f"{_called(estimate)} is not a contrast between groups of units."
    if claim.kind == "comparison" and claim.selection:
        said = _said(estimate, claim.confidence_level)
        return f"{said}, but {claim.selection}, so judging cannot be told from choosing."
    return ""


def _called(estimate: Estimate) -> str:
    return with_article(estimate.label or estimate.name)


def _effect_of(result: Any) -> Any:
    return result.effect if isinstance(result, SignificanceResult) else result


def _no_second_opinion(estimate: Estimate) -> str:
    if estimate.design == "repeat":
        return (
            "the grades that were compared are of different dates, and a repeat is not a second "
            "opinion: a changed grade may be a changed unit."
        )
    return (
        f"{_called(estimate)} is not an agreement between ratings of the same units at the same "
        "time."
    )


def _said(result: Estimate, confidence_level: float) -> str:
    interval = result.confidence_interval(confidence_level)
    value, low, high = together(result.value, *interval, decimals=2)
    return f"{_called(result)} is {value} ({level(confidence_level)} {low} to {high})"


def _outcome(claim: Claim, interval: Interval) -> Outcome:
    low, high = claim.margins
    # "more than" a share is not shown by an interval that ends on it
    is_strict = claim.direction in ("more than", "less than")
    before, up_to = (lt, le) if is_strict else (le, lt)
    # an open side of the claim is never missed, not even by an infinite limit
    if (low == -inf or before(low, interval.low)) and (high == inf or before(interval.high, high)):
        return "supported"
    is_outside = up_to(interval.high, low) or up_to(high, interval.low)
    return "contradicted" if is_outside else "not shown"


def _why(claim: Claim, estimate: Estimate, interval: Interval) -> str:
    between = " to ".join(together(*interval))
    found = (
        f"the {level(interval.confidence_level)} interval of "
        f"{_called(estimate).removesuffix(',')}, {between} in {counted(estimate.n_units, 'unit')},"
    )
    relation = {
        "supported": "lies wholly within what is claimed",
        "contradicted": "lies wholly outside what is claimed",
        "not shown": "straddles the threshold",
    }[str(_outcome(claim, interval))]
    return f"{found} {relation} ({claim.bar})."


def _verdict(claim: Claim, outcome: Outcome, evidence: Any, reason: str) -> Verdict:
    return Verdict(
        claim=claim,
        outcome=outcome,
        evidence=evidence,
        threshold=claim.threshold,
        reason=reason,
        would_settle=claim.would_settle,
    )
