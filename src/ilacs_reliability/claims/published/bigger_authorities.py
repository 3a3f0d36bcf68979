"""Even in the bigger authorities (Ofsted's blog, 26 September 2019)."""

from __future__ import annotations

from ilacs_reliability._results.wording import listed, whole
from ilacs_reliability.claims.assessing import Assessment, Entry, nothing
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim

THIRDS = ("smallest", "middle", "largest")


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="bigger_authorities",
        statement="A short inspection sees enough even in the bigger authorities.",
        words="even in the bigger authorities",
        whose="Ofsted's blog of 26 September 2019, as quoted to us",
        estimand="whether a second, longer look at a large authority would find the same",
        kind="consistency",
        coefficient="percent_agreement",
        threshold=rules.agreement,
        floor=rules.coefficient,
        confidence_level=rules.level_of("at least"),
        published="no measurement found",
        source="Ofsted, ILACS implementation review, 26 September 2019",
        would_settle="double inspections in large and in small authorities, with both tables.",
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Say what grades tell of size; thoroughness they cannot show."""
    short = evidence.by_size[:, :2].reshape(len(THIRDS), -1, 2).sum(axis=1)
    counts = [
        f"{whole(fell)} of {whole(fell + kept)} in the {third}"
        for third, (fell, kept) in zip(THIRDS, short.tolist(), strict=True)
        if fell + kept
    ]
    said = f"short inspections that lowered the grade, by size: {listed(counts)}" if counts else ""
    return nothing(
        claim,
        "grades do not tell how much of an authority was looked at",
        recomputed=said or "nothing to recompute",
    )


ENTRY = Entry(declare, assess)
