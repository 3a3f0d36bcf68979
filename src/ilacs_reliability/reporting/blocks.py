"""What every form of the report says of a claim: names of rows and their texts, in order."""

from __future__ import annotations

import numpy as np

from ilacs_reliability._results.wording import counted, listed, whole
from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.judging import Verdict
from ilacs_reliability.claims.security import SecurityReport
from ilacs_reliability.claims.statements import held_to

DECISIVE = ("supported", "contradicted", "not shown")


def is_brief(one: Assessment) -> bool:
    """Whether nothing was measured or recomputed, so that a line says all."""
    return not one.recomputed and not one.details


def block_rows(one: Assessment) -> list[tuple[str, str]]:
    """Return the rows of a claim's block; those without a text are left out."""
    claim, verdict = one.claim, one.verdict
    rows = [
        ("Said", f'"{claim.words}" ({claim.whose})' if claim.words else f"{claim.whose}."),
        ("Published", claim.published),
        ("Recomputed", one.recomputed),
        ("Why", sentence(verdict.reason)),
        ("In reach", could_be(verdict)),
        ("Note", " ".join(one.details)),
        ("Error", one.noise),
        ("To settle", sentence(verdict.would_settle)),
    ]
    return [(name, text) for name, text in rows if text]


def brief_line(one: Assessment) -> str:
    """Say in a line what was said, why nothing bears on it, and what would."""
    claim, verdict = one.claim, one.verdict
    return f'"{claim.words}": {verdict.outcome}, {verdict.reason} To settle: {verdict.would_settle}'


def brief_title(report: SecurityReport) -> str:
    """Return the heading over what is said in a line; "" where nothing is."""
    brief = [one for one in report.assessments if is_brief(one)]
    whose = list(dict.fromkeys(one.claim.whose for one in brief))
    of = f"{whole(len(brief))} of the {whole(len(report.assessments))} claims and questions"
    return f"Also said ({listed(whose)}): {of}" if whose else ""


def both_readings(verdict: Verdict) -> str:
    """Say the claim as a count and as a rate, and what it was held to."""
    outcome = verdict.outcome.upper()
    if verdict.outcome == "not answerable":
        return outcome
    count = f"{verdict.as_count.upper()} as a count"
    return f"{count}, {outcome} as a rate ({held_to(verdict.claim)})"


def could_be(verdict: Verdict) -> str:
    """Say which outcomes evidence of this size could have had."""
    outcomes = verdict.reachable
    n_units = getattr(verdict.evidence, "n_units", None)
    if not outcomes or n_units is None or np.ndim(n_units):
        return ""
    if verdict.outcome not in DECISIVE:
        return "However much of such evidence there were, it could only be not answerable."
    units = counted(n_units, "unit")
    if len(outcomes) == len(DECISIVE):
        return f"{units} could have supported or contradicted it, or left it open."
    missing = [one for one in DECISIVE if one not in outcomes]
    verb = {"supported": "supported", "contradicted": "contradicted", "not shown": "left open"}
    return (
        f"Whatever {units} had shown, it could not have been "
        f"{' or '.join(verb[one] for one in missing)}."
    )


def sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]
