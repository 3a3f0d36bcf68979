"""Effectiveness is improving: more authorities good or outstanding (Ofsted, autumn 2019)."""

from __future__ import annotations

from ilacs_reliability._results.wording import percent, whole
from ilacs_reliability.claims.assessing import Assessment, Entry, nothing
from ilacs_reliability.claims.evidence import GOOD, Evidence
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.phrases import improved_of_moved, with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="effectiveness_improving",
        statement="By August 2019 more authorities had come up to good than had fallen below it.",
        words="the overall effectiveness of authorities is improving",
        whose="Ofsted's official statistics, autumn 2019; the sentence is ours",
        estimand="share that came up, of the authorities that crossed into or out of good",
        kind="shift",
        coefficient="improved_of_moved",
        threshold=0.5,
        direction="more than",
        confidence_level=rules.level_of("more than"),
        published="49% good or outstanding at 31 August 2019, 36% after each first SIF inspection",
        source="Ofsted, children's social care in England, autumn 2019",
        would_settle="for the grades, nothing more; for the services, two teams at re-inspections.",
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge who crossed into or out of good since the first SIF inspection."""
    table = evidence.tables["first_sif_to_state_2019"]
    total = int(table.sum())
    came, left = int(table[:GOOD, GOOD:].sum()), int(table[GOOD:, :GOOD].sum())
    if not total:
        return nothing(claim)
    if not came + left:
        return nothing(claim, "no authority crossed into or out of good")
    before, after = int(table[GOOD:].sum()), int(table[:, GOOD:].sum())
    shares = [f"{whole(n)} ({percent(n / total)})" for n in (before, after)]
    share = improved_of_moved(came, left)
    absent = (
        "Five authorities since abolished are not in the records, so the shares differ a little "
        "from the published ones. "
        if evidence.is_bundled
        else ""
    )
    return Assessment(
        claim=claim,
        recomputed=(
            f"good or outstanding {shares[0]} of {whole(total)} at the first SIF inspection, "
            f"{shares[1]} at the latest; {whole(came)} came up and {whole(left)} fell, "
            f"{with_level(share, claim)}"
        ),
        verdict=judge(claim, share),
        details=(
            f"{absent}The framework changed between the two, and with it what was looked at.",
        ),
    )


ENTRY = Entry(declare, assess)
