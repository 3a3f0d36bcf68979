"""Are judgements secure? Every published claim with its evidence and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ilacs_reliability._checks.arguments import check_each
from ilacs_reliability._results.records import Record, html_table, plain
from ilacs_reliability.claims.assessing import ASSESS, Assessment
from ilacs_reliability.claims.evidence import bundled_evidence, evidence_from
from ilacs_reliability.claims.ledger import published_claims, reproduce
from ilacs_reliability.claims.protocol import Protocol, as_protocol
from ilacs_reliability.datasets.inspections import INSPECTIONS, Inspection

QUESTION = "Are the judgements of children's services inspections secure?"
LIMITS = (
    "A verdict is about a claim and its counts, not any one inspection; agreement is not accuracy.",
    "Intervals ask whether a count would hold beyond these inspections, taken as independent.",
)


def check_report(report: object) -> None:
    """Raise unless an argument is a security report.

    Parameters
    ----------
    report : object
        What was given.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    if not isinstance(report, SecurityReport):
        raise TypeError(
            "`report` must be a SecurityReport, as from `assess_security`, but got "
            f"{type(report).__name__}."
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class SecurityReport(Record):
    """What the published evidence licenses anyone to say.

    Attributes
    ----------
    question : str
        The question asked.
    about : str
        The data, as a sentence.
    protocol : Protocol
        The thresholds declared beforehand.
    assessments : tuple of Assessment
        One for each published claim.
    limits : tuple of str
        What no verdict here shows.
    credit : str
        Whose the inspections are.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> report = ilr.assess_security()
    >>> report.outcomes["consistent_and_reliable"]
    'not answerable'
    """

    question: str
    about: str
    protocol: Protocol
    assessments: tuple[Assessment, ...]
    limits: tuple[str, ...]
    credit: str

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each claim, by its name."""
        return {one.claim.name: one.verdict.outcome for one in self.assessments}

    def describe(self) -> str:
        """Say in a sentence how the claims fared.

        Returns
        -------
        str
            How many claims had each outcome.
        """
        outcomes = list(self.outcomes.values())
        counted = {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
        parts = ", ".join(f"{count} {outcome}" for outcome, count in counted.items())
        return f"Of {len(outcomes)} claims: {parts}."

    def to_dict(self) -> dict[str, Any]:
        """Return the report as nested plain Python values.

        Returns
        -------
        dict
            The question, the data, the protocol's fingerprint and a row for each claim.
        """
        rows = [
            one.verdict.to_dict()
            | {
                "published": one.claim.published,
                "recomputed": one.recomputed,
                "details": list(one.details),
                "reproduction": one.reproduction.to_dict() if one.reproduction else None,
            }
            for one in self.assessments
        ]
        strict: dict[str, Any] = plain(
            {
                "question": self.question,
                "data": self.about,
                "fingerprint": self.protocol.fingerprint,
                "claims": rows,
                "limits": list(self.limits),
            }
        )
        return strict

    def __repr__(self) -> str:
        return f"SecurityReport({self.describe()})"

    def _repr_html_(self) -> str:
        return html_table({one.claim.statement: one.verdict.outcome for one in self.assessments})


def assess_security(
    records: Sequence[Inspection] | None = None, *, protocol: Protocol | None = None
) -> SecurityReport:
    """Hold every published claim against its evidence.

    Parameters
    ----------
    records : sequence of Inspection, optional
        Someone's own inspections, as ``datasets.inspections.parse_inspections`` reads them.
        Default: the bundled tables.
    protocol : Protocol, optional
        Thresholds, levels and margins. Default: ``Protocol()``.

    Returns
    -------
    SecurityReport
        For each claim its published figure, the same figure recomputed, the verdict, why, and what
        would settle it.

    Raises
    ------
    TypeError
        If `protocol` is not a `Protocol`, or `records` holds something other than inspections.
    ValueError
        If `records` is empty.

    See Also
    --------
    report_text : The report as text.
    report_html : The report as a page.

    Notes
    -----
    A claim for which the records hold no inspection is not answerable. The study of two inspectors
    is a publication of its own and does not depend on the records.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.assess_security().outcomes["two_inspectors"]
    'not shown'
    """
    rules = as_protocol(protocol)
    evidence = bundled_evidence() if records is None else evidence_from(_inspections(records))
    assessments = []
    for claim in published_claims(protocol=rules):
        one = ASSESS[claim.name](claim, evidence, rules)
        if evidence.is_bundled:
            one = replace(one, reproduction=reproduce(claim))
        assessments.append(one)
    return SecurityReport(
        question=QUESTION,
        about=evidence.about,
        protocol=rules,
        assessments=tuple(assessments),
        limits=tuple(filter(None, (*LIMITS, _thresholds(rules), evidence.kinds))),
        credit=evidence.credit,
    )


def _thresholds(rules: Protocol) -> str:
    """Say when the thresholds were chosen, as far as they tell."""
    usual = Protocol()
    own = [
        field.name.replace("_", " ")
        for field in fields(Protocol)
        if getattr(rules, field.name) != getattr(usual, field.name)
    ]
    several = "several claims, no correction."
    if not own:
        return f"Default thresholds were chosen after the published figures; {several}"
    declared = f"Declared by the protocol: {', '.join(own)}"
    if len(own) == len(fields(Protocol)):
        return f"{declared}; {several}"
    return f"{declared}; the rest are defaults, chosen after the published figures; {several}"


def _inspections(records: Sequence[Inspection]) -> tuple[Inspection, ...]:
    """Return the records in the order in which histories are read."""
    given = check_each(records, "records", Inspection, of=INSPECTIONS)
    if not given:
        raise ValueError("`records` holds no inspection.")
    return tuple(sorted(given, key=lambda one: (one.authority, one.start)))
