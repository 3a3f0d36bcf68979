"""One error for all claims of a report: Holm's step-down over their p-values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ilacs_reliability._inference.multiplicity import adjust_p_values
from ilacs_reliability._inference.thresholds import threshold_test
from ilacs_reliability._results.estimates import Alternative, Estimate, SignificanceResult
from ilacs_reliability._results.wording import counted, p_phrase, significant
from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.judging import Verdict
from ilacs_reliability.claims.outcomes import TIGHTER, deciding_method
from ilacs_reliability.claims.protocol import Protocol

DECIDED = ("supported", "contradicted")


def as_a_family(assessments: Sequence[Assessment], rules: Protocol) -> tuple[Assessment, ...]:
    """Let only what passes Holm's steps stay decided, where the protocol declares them."""
    answerable = [one for one in assessments if one.verdict.outcome != "not answerable"]
    if rules.adjust == "none" or not answerable:
        return tuple(assessments)
    adjusted = adjust_p_values([p_of(one.verdict) for one in answerable], method="holm")
    of_name = {one.claim.name: p for one, p in zip(answerable, adjusted, strict=True)}
    return tuple(
        replace(one, verdict=_held(one.verdict, of_name[one.claim.name], len(answerable)))
        if one.claim.name in of_name
        else one
        for one in assessments
    )


def p_of(verdict: Verdict) -> float:
    """Return the p-value of what a verdict denies, 1 where it denies nothing."""
    estimate: Any = verdict.evidence
    if isinstance(estimate, SignificanceResult):
        estimate = estimate.effect
    if verdict.outcome not in DECIDED or not isinstance(estimate, Estimate):
        return 1.0
    low, high = verdict.claim.margins
    is_supported = verdict.outcome == "supported"
    sides: list[tuple[float, Alternative]] = [
        (low, "greater" if is_supported else "less"),
        (high, "less" if is_supported else "greater"),
    ]
    method = deciding_method(estimate)
    found = [
        threshold_test(estimate, edge, alternative=side, method=method or None).p_value
        for edge, side in sides
        if np.isfinite(edge)
    ]
    tighter = TIGHTER.get(method, 1.0)
    return min(1.0, tighter * (max(found) if is_supported else min(found)))


def _held(verdict: Verdict, adjusted: float, n_claims: int) -> Verdict:
    # the least p that the bisection of an interval finds is not quite the level's
    if verdict.outcome not in DECIDED or adjusted <= verdict.claim.error * (1 + 1e-9):
        return verdict
    reason = (
        f"by itself it would be {verdict.outcome}, but not as one of {counted(n_claims, 'claim')} "
        f"(Holm's {p_phrase(adjusted)}, and at most {significant(verdict.claim.error)} would do)."
    )
    return replace(verdict, outcome="not shown", reason=reason)
