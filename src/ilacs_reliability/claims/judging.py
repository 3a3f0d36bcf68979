"""A claim with a threshold goes in with its evidence; a verdict comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any, TypeAlias

import numpy as np

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._results.bearing import answers
from ilacs_reliability._results.cards import badge, interval_svg, paragraphs
from ilacs_reliability._results.estimates import (
    Estimate,
    Interval,
    SignificanceResult,
    reason_in_words,
)
from ilacs_reliability._results.records import Record, plain
from ilacs_reliability._results.wording import (
    counted,
    level,
    listed,
    sentence_start,
    significant,
    together,
    with_article,
)
from ilacs_reliability.claims.choices import (
    COEFFICIENTS,
    EXACT,
    PLAIN,
    computed,
    defensible,
    kappa_beside,
    ratings_behind,
)
from ilacs_reliability.claims.outcomes import (
    NOT_ANSWERABLE,
    OUTCOMES,
    AsCount,
    Outcome,
    deciding_limits,
    is_true,
    outcome_codes,
)
from ilacs_reliability.claims.reach import reachable_by
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.comparison.overlap import OverlapReport

Evidence: TypeAlias = Estimate | SignificanceResult | OverlapReport | None
NEEDED = {
    "consistency": "an agreement between ratings of the same units at one time",
    "shift": "a change between two gradings of each unit",
    "comparison": "a contrast between groups of units",
    "share": "a share of units, which are counted one by one",
}
RELATIONS = {
    "supported": "lies wholly within what is claimed",
    "contradicted": "lies wholly outside what is claimed",
    "not shown": "straddles the threshold",
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class Verdict(Record):
    """What the evidence licenses anyone to say of a claim.

    Attributes
    ----------
    claim : Claim
        The statement with its threshold.
    outcome : {"supported", "contradicted", "not shown", "not answerable"}
        The claim as a rate, beyond those inspected: whether the interval lies on the claim's side
        of the threshold, on the other side, on both, or the evidence cannot bear on it at all.
    evidence : Estimate, SignificanceResult or None
        What decided.
    threshold : float or tuple of float
        What it was held to.
    reason : str
        Why, in a sentence.
    would_settle : str
        What would settle it, in a sentence; "" where nothing is known.
    as_count : {"true", "false", "cannot be checked"}
        The claim as a count of those inspected, with no one beyond them.
    interval : Interval or None
        The interval that decided; None where none did.
    reachable : tuple of str
        The outcomes that evidence of this many units could have had; empty where that was not
        worked out.

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
    as_count: AsCount = "cannot be checked"
    interval: Interval | None = None
    reachable: tuple[Outcome, ...] = ()

    def describe(self) -> str:
        """Say the verdict in a sentence or two.

        Returns
        -------
        str
            The claim, both readings, why, and what would settle it.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> claim = ilr.Claim(statement="Inspectors agree.", kind="consistency", threshold=0.8)
        >>> print(ilr.judge(claim, None).describe())
        "Inspectors agree." is not answerable: no evidence was given.
        """
        ending = f" What would settle it: {self.would_settle}" if self.would_settle else ""
        count = ""
        if self.as_count != "cannot be checked":
            count = f" Of those inspected it is {self.as_count}."
        return f'"{self.claim.statement}" is {self.outcome}: {self.reason}{count}{ending}'

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as a flat row of plain Python values.

        Returns
        -------
        dict
            Claim, both readings, threshold, reason and the evidence's own row under ``evidence``.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> claim = ilr.Claim(statement="Inspectors agree.", kind="consistency", threshold=0.8)
        >>> ilr.judge(claim, None).to_dict()["outcome"]
        'not answerable'
        """
        evidence = self.evidence.to_dict() if hasattr(self.evidence, "to_dict") else None
        claim, interval = self.claim, self.interval
        strict: dict[str, Any] = plain(
            {
                "name": claim.name,
                "statement": claim.statement,
                "words": claim.words,
                "whose": claim.whose,
                "estimand": claim.estimand,
                "kind": claim.kind,
                "coefficient": claim.coefficient,
                "weights": claim.weights,
                "outcome": self.outcome,
                "as_count": self.as_count,
                "reachable": list(self.reachable),
                "threshold": claim.bar,
                "confidence_level": claim.confidence_level,
                "interval": interval.to_dict() if interval is not None else None,
                "reason": self.reason,
                "would_settle": self.would_settle,
                "evidence": evidence,
            }
        )
        return strict

    def __repr__(self) -> str:
        return f"Verdict({self.outcome}: {self.claim.statement!r})"

    def _repr_html_(self) -> str:
        picture, evidence = "", getattr(self.evidence, "effect", None) or self.evidence
        value = getattr(evidence, "value", None)
        if self.interval is not None and value is not None and not np.ndim(value):
            bars = [one for one in self.claim.margins if np.isfinite(one)]
            ends = getattr(evidence, "range", (-np.inf, np.inf))
            picture = interval_svg(value, *self.interval, ends=ends, bars=bars)
        count = "" if self.as_count == "cannot be checked" else f"As a count it is {self.as_count}."
        settle = f"What would settle it: {self.would_settle}" if self.would_settle else ""
        soft = paragraphs((f"Held to: {self.claim.bar}.", settle))
        return (
            f"<div style='max-width:36em;line-height:1.45'><div style='font-weight:600'>"
            f"{escape(self.claim.statement)}</div><div>{badge(self.outcome)} {escape(count)}</div>"
            f"{picture}<div>{escape(sentence_start(self.reason))}</div>{soft}</div>"
        )


def judge(claim: Claim, result: Any) -> Verdict:
    """Hold a claim against its evidence.

    Parameters
    ----------
    claim : Claim
        A statement with a threshold declared beforehand.
    result : Estimate, SignificanceResult, Ratings, OverlapReport or None
        The evidence; of a test, its effect decides. Of ratings, the coefficient that the claim
        names is computed. An overlap report decides only that groups cannot be compared.

    Returns
    -------
    Verdict
        "supported" where the whole interval lies on the claim's side of the threshold,
        "contradicted" where it lies on the other, "not shown" where it holds both. "not
        answerable" where there is no evidence or it is undefined; where it is not of the kind that
        the claim needs: a contrast of groups answers no claim of shift or share, nor do ratings of
        one time one of shift (the `difference` of two agreements is a comparison); where a claim of
        consistency rests on repeats alone, which are not second opinions; where groups share no
        stratum, or something other than chance decided who is in which group. Its
        `as_count` says whether the claim is true of those inspected.

    Raises
    ------
    TypeError
        If `claim` or `result` is of another kind.
    ValueError
        If the evidence is a batch or offers no interval, if it is another coefficient than the
        claim names, or if the claim names none and the other defensible ones cannot be computed
        from `result`.

    See Also
    --------
    verdict_multiverse : The verdict under every defensible choice.
    reachable_outcomes : What evidence of so many units could have said.
    verdict_power : How often which outcome comes, if the world is so.
    assess_security : The published claims with their evidence.
    threshold_test : The p-value that goes with such a verdict.

    Notes
    -----
    One level holds for all directions: a difference that is not significant never reads as
    sameness. Exact intervals are taken at the claim's level. The default intervals of coefficients,
    of a net change and of a relative effect are approximate and miss more often than they say, so
    verdicts take them at a level whose error is a fifth, a third and a half of the declared one:
    as documented under "How often is a verdict wrong?", "supported" then comes no more often than
    declared.

    A claim of consistency that names plain agreement is supported only if kappa passes its `floor`
    as well; one that names no coefficient only if every defensible coefficient passes the
    threshold. Where these differ it is not shown, and the reason says that the reading depends on
    the choice.

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
    given = _named_of(claim, result) if isinstance(result, Ratings) else result
    obstacle = _obstacle(claim, given)
    if obstacle:
        return _verdict(claim, "not answerable", given, obstacle)
    estimate = _effect_of(given)
    if claim.coefficient:
        _check_named(claim, estimate)
    if claim.kind != "consistency":
        return _by_interval(claim, given)
    ratings = result if isinstance(result, Ratings) else ratings_behind(estimate)
    if not claim.coefficient:
        return _by_each(claim, given, ratings, with_scale=isinstance(result, Ratings))
    verdict = _by_interval(claim, given)
    if claim.coefficient == PLAIN and verdict.outcome == "supported":
        return _beyond_chance(verdict, ratings)
    return verdict


def check_verdict_claim(claim: object) -> Claim:
    """Return a claim; raise where it is anything else."""
    if not isinstance(claim, Claim):
        raise TypeError(f"`claim` must be a Claim, but got {type(claim).__name__}.")
    return claim


def _named_of(claim: Claim, ratings: Ratings) -> Estimate:
    name = claim.coefficient or PLAIN
    if name not in COEFFICIENTS:
        raise ValueError(
            f"`result` holds ratings, but {name} is not one of {tuple(COEFFICIENTS)}: give the "
            "estimate itself."
        )
    return computed(name, ratings, claim.weights)


def _obstacle(claim: Claim, result: Any) -> str:
    """Say why the evidence cannot bear on the claim, or nothing."""
    if result is None:
        return "no evidence was given."
    if isinstance(result, OverlapReport) and not result.answerable:
        return result.describe()
    estimate = _effect_of(result)
    if not isinstance(estimate, Estimate):
        raise TypeError(
            "`result` must be an Estimate, a SignificanceResult with an effect, Ratings or an "
            f"OverlapReport without overlap, but got {type(result).__name__}; of a record that "
            "holds several estimates give one, such as `net_shift(...).net`."
        )
    if np.ndim(estimate.value):
        raise ValueError(f"`result` must be one study, but got {np.size(estimate.value)}.")
    if estimate.status == "undefined":
        why = reason_in_words(estimate)
        return f"{called(estimate)} is undefined, since {why}."
    if claim.kind == "shift" and estimate.design == "simultaneous":
        return f"{called(estimate)} rests on ratings of one time, between which nothing moved."
    if claim.kind == "consistency" and estimate.design != "simultaneous":
        return _no_second_opinion(estimate)
    if not answers(estimate, claim.kind):
        return f"{called(estimate)} is not {NEEDED[claim.kind]}."
    if claim.kind == "comparison" and claim.selection:
        said = _said(claim, estimate)
        return f"{said}, but {claim.selection}, so judging cannot be told from choosing."
    return ""


def called(estimate: Estimate) -> str:
    """Return what a sentence calls an estimate."""
    return with_article(estimate.label or estimate.name)


def _check_named(claim: Claim, estimate: Estimate) -> None:
    if estimate.name != claim.coefficient:
        raise ValueError(
            f"`result` is {estimate.name}, but the claim names {claim.coefficient}: which "
            "coefficient decides is declared before the data are seen."
        )
    if claim.weights != estimate.weights and {claim.weights, estimate.weights} - set(EXACT):
        raise ValueError(
            f"`result` has the weights {estimate.weights!r}, but the claim names "
            f"{claim.weights or 'exact agreement'!r}."
        )


def _effect_of(result: Any) -> Any:
    return result.effect if isinstance(result, SignificanceResult) else result


def _no_second_opinion(estimate: Estimate) -> str:
    if estimate.design == "repeat":
        return (
            "the grades that were compared are of different dates, and a repeat is not a second "
            "opinion: a changed grade may be a changed unit."
        )
    return f"{called(estimate)} is not {NEEDED['consistency']}."


def _said(claim: Claim, result: Estimate) -> str:
    interval = deciding_limits(claim, result)
    value, low, high = together(result.value, *interval, decimals=2)
    return f"{called(result)} is {value} ({level(interval.confidence_level)} {low} to {high})"


def _by_interval(claim: Claim, result: Any) -> Verdict:
    estimate = _effect_of(result)
    interval = deciding_limits(claim, estimate)
    outcome = OUTCOMES[int(outcome_codes(claim, *interval))]
    between = " to ".join(together(*interval))
    reason = (
        f"the {level(interval.confidence_level)} interval of "
        f"{called(estimate).removesuffix(',')}, {between} in {counted(estimate.n_units, 'unit')}, "
        f"{RELATIONS[outcome]} ({claim.bar})."
    )
    return replace(_verdict(claim, outcome, result, reason), interval=interval)


def _beyond_chance(verdict: Verdict, ratings: Ratings | None) -> Verdict:
    """Let plain agreement support consistency only where kappa passes its floor as well."""
    claim = verdict.claim
    passes = f"agreement passes ({claim.bar}), but"
    if ratings is None:
        why = "the ratings behind it are not there to tell it from chance."
        return replace(verdict, outcome="not shown", reason=f"{passes} {why}")
    kappa = computed(kappa_beside(ratings), ratings)
    if kappa.status == "undefined":
        why = f"nothing tells it from chance: {reason_in_words(kappa)}."
        return replace(verdict, outcome="not shown", reason=f"{passes} {why}")
    interval = deciding_limits(claim, kappa)
    if interval.low >= claim.floor:
        return verdict
    value, low, high = together(kappa.value, *interval, decimals=2)
    why = (
        f"{called(kappa)} is {value} ({level(interval.confidence_level)} {low} to {high}) and not "
        f"shown to reach {significant(claim.floor, 6)}: agreement of this size can come by chance."
    )
    return replace(verdict, outcome="not shown", reason=f"{passes} {why}")


def _by_each(claim: Claim, result: Any, ratings: Ratings | None, *, with_scale: bool) -> Verdict:
    """Hold a claim that names no coefficient to every one that can be defended."""
    if ratings is None:
        raise ValueError(
            f"`claim` names no coefficient, and from this {_effect_of(result).name} the others "
            "cannot be computed: name it in the claim, or give the ratings."
        )
    estimates = [computed(name, ratings) for name in defensible(ratings, with_scale=with_scale)]
    found = [_by_interval(claim, one) for one in estimates if one.status == "ok"]
    own = _by_interval(claim, result)
    outcomes = {one.outcome for one in found} | (
        {"undefined"} if len(found) < len(estimates) else set()
    )
    if outcomes == {own.outcome}:
        return replace(
            own, reason=f"{own.reason[:-1]}, and so does that of every other coefficient."
        )
    parts = [
        f"by {listed((called(one.evidence) for one in found if one.outcome == outcome), 9)} it is "
        f"{outcome}"
        for outcome in OUTCOMES
        if outcome in outcomes
    ]
    parts += [f"{called(one)} is undefined" for one in estimates if one.status != "ok"][:1]
    reason = (
        f"the reading depends on the coefficient, and the claim names none: {', '.join(parts)}."
    )
    return replace(own, outcome="not shown", reason=reason)


def _verdict(claim: Claim, outcome: Outcome, evidence: Any, reason: str) -> Verdict:
    estimate = _effect_of(evidence)
    is_read = outcome != OUTCOMES[NOT_ANSWERABLE]
    return Verdict(
        claim=claim,
        outcome=outcome,
        evidence=evidence,
        threshold=claim.threshold,
        reason=reason,
        would_settle=claim.would_settle,
        as_count=("true" if is_true(claim, estimate.value) else "false")
        if is_read
        else "cannot be checked",
        reachable=reachable_by(claim, estimate) if is_read else (OUTCOMES[NOT_ANSWERABLE],),
    )
