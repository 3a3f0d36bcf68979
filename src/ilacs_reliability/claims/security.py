"""Are judgements secure? Every claim of the ledger with its evidence and its verdict."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ilacs_reliability._checks.arguments import check_each, check_option, check_text, told
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._results.cards import badges, paragraphs
from ilacs_reliability._results.records import Record, plain
from ilacs_reliability._results.wording import level
from ilacs_reliability.claims.answer import answer_of, tally
from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.double import CHOSEN, Chosen
from ilacs_reliability.claims.evidence import Evidence, bundled_evidence, evidence_from
from ilacs_reliability.claims.family import as_a_family
from ilacs_reliability.claims.judgement_error import (
    bundled_sequences,
    judgement_error,
    sequences_of_records,
)
from ilacs_reliability.claims.ledger import declared, reproduced
from ilacs_reliability.claims.protocol import Protocol, as_protocol
from ilacs_reliability.claims.sections import Section
from ilacs_reliability.claims.settling import with_settling
from ilacs_reliability.datasets.inspections import INSPECTIONS, Inspection

QUESTION = "Are the judgements of children's services inspections secure?"
READING = (
    "As a count a claim is true or false of those inspected. As a rate it asks whether it would "
    "hold beyond them: supported or contradicted where the whole interval lies on one side of the "
    "threshold, not shown where it holds both, which does not mean false, and not answerable where "
    "the evidence cannot bear on it."
)
LIMITS = (
    "A verdict is about a claim and its counts, not any one inspection; agreement is not accuracy.",
    "A count of all authorities is the whole answer to what happened. A rate asks whether it would "
    "hold beyond these inspections, which are taken as independent.",
    "The claims are those we found and could put into numbers; sentences of ours are marked.",
    "Most claims rest on the same inspections, so their verdicts are not separate findings.",
    "Another threshold may give another verdict; the printed intervals can be held to any.",
)
ENDED = (
    "It was announced in November 2025 that overall grades end in April 2026: what comes later "
    "cannot be held beside these."
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
    answer : tuple of str
        The answer, in three sentences.
    about : str
        The data, the file they come from and its date, as a sentence.
    version : str
        Of the library.
    reading : str
        What the outcomes mean.
    protocol : Protocol
        The thresholds declared beforehand.
    assessments : tuple of Assessment
        One for each claim.
    sections : tuple of Section
        What is said beside the claims.
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
    answer: tuple[str, ...]
    about: str
    version: str
    reading: str
    protocol: Protocol
    assessments: tuple[Assessment, ...]
    sections: tuple[Section, ...]
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
        return tally(self.assessments)

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
                "noise": one.noise,
                "reproduction": one.reproduction.to_dict() if one.reproduction else None,
            }
            for one in self.assessments
        ]
        strict: dict[str, Any] = plain(
            {
                "question": self.question,
                "answer": list(self.answer),
                "data": self.about,
                "version": self.version,
                "fingerprint": self.protocol.fingerprint,
                "claims": rows,
                "sections": [one.to_dict() for one in self.sections],
                "limits": list(self.limits),
            }
        )
        return strict

    def __repr__(self) -> str:
        return f"SecurityReport({self.describe()})"

    def _repr_html_(self) -> str:
        rows = (
            (one.claim.statement, one.verdict.as_count, one.verdict.outcome)
            for one in self.assessments
        )
        return badges(rows, ("claim", "as a count", "as a rate")) + paragraphs(self.answer)


def assess_security(
    records: Sequence[Inspection] | None = None,
    *,
    protocol: Protocol | None = None,
    double: Ratings | None = None,
    chosen: Chosen | None = None,
    source: str = "",
) -> SecurityReport:
    """Hold every claim of the ledger against its evidence.

    Parameters
    ----------
    records : sequence of Inspection, optional
        Someone's own inspections, as ``datasets.inspections.parse_inspections`` reads them.
        Default: the bundled tables.
    protocol : Protocol, optional
        Thresholds, levels and margins. Default: ``Protocol()``.
    double : Ratings, optional
        Grades by two teams of the same units at the same time. Default: those that the records
        carry in a column `second_overall`.
    chosen : {"by lot", "by rule", "not stated"}, optional
        What decided between a short and a standard inspection; kinds drawn by lot are compared.
        Default: what the records say in a column `chosen`.
    source : str, optional
        The file of the records, or of the double gradings, and its date, to be named in the
        report.

    Returns
    -------
    SecurityReport
        The answer, and for each claim its words, the published figure, the same figure recomputed,
        the claim as a count and as a rate, why, and what would settle it.

    Raises
    ------
    TypeError
        If `protocol` is not a `Protocol`, `double` not `Ratings`, `source` not text, or `records`
        holds something other than inspections.
    ValueError
        If `records` is empty, or `chosen` is unknown.

    See Also
    --------
    report_text : The report as text.
    report_html : The report as a page.
    report_markdown : The report as Markdown.

    Notes
    -----
    A claim for which the records hold no inspection is not answerable. The studies of schools and
    lessons are publications of their own and do not depend on the records.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.assess_security().outcomes["two_inspectors"]
    'not shown'
    """
    rules = as_protocol(protocol)
    check_option(chosen, (*CHOSEN, None), "chosen")
    check_text(source, "source")
    if double is not None and not isinstance(double, Ratings):
        raise TypeError(f"`double` must be Ratings, but got {told(double)}.")
    if records is None:
        evidence = bundled_evidence()
        about = f"{evidence.about} Double gradings: {source}." if source else evidence.about
        evidence = replace(evidence, double=double, chosen=chosen or evidence.chosen, about=about)
        sequences = bundled_sequences()
    else:
        given = _inspections(records)
        evidence = evidence_from(given, double=double, chosen=chosen, source=source)
        sequences = sequences_of_records(given)
    assessments = []
    for claim, entry in declared(rules):
        one = entry.assess(claim, evidence, rules)
        if evidence.is_bundled:
            one = replace(one, reproduction=reproduced(claim, entry, evidence))
        assessments.append(one)
    claims = [one.claim for one in assessments]
    sections, noise = judgement_error(sequences, evidence, claims, rules)
    assessments = [
        replace(one, noise=noise[one.claim.name].said) if one.claim.name in noise else one
        for one in assessments
    ]
    held = tuple(with_settling(one, evidence) for one in as_a_family(assessments, rules))
    return SecurityReport(
        question=QUESTION,
        answer=answer_of(held, is_bundled=evidence.is_bundled),
        about=evidence.about,
        version=_version(),
        reading=READING,
        protocol=rules,
        assessments=held,
        sections=sections,
        limits=_limits(rules, evidence),
        credit=evidence.credit,
    )


def _limits(rules: Protocol, evidence: Evidence) -> tuple[str, ...]:
    ended = ENDED if evidence.is_bundled else ""
    return tuple(filter(None, (*LIMITS, *_thresholds(rules), evidence.kinds, ended)))


def _version() -> str:
    # the package is loaded before any of its modules
    return str(sys.modules[__name__.partition(".")[0]].__version__)


def _thresholds(rules: Protocol) -> list[str]:
    """Say when the thresholds were chosen, as far as they tell, and what one error means."""
    usual = Protocol(schema=rules.schema)
    names = [field.name for field in fields(Protocol) if field.name != "schema"]
    own = [name for name in names if getattr(rules, name) != getattr(usual, name)]
    said = f"Declared by the protocol: {', '.join(own).replace('_', ' ')}"
    if not own:
        said = "Default thresholds were chosen after the published figures"
    elif len(own) < len(names):
        said += "; the rest are defaults, chosen after the published figures"
    error = level(round((1 - rules.confidence_level) / 2, 12))
    if rules.adjust == "holm":
        family = f"At the edge of its claim any verdict of the report is wrong in at most {error}."
    else:
        family = (
            f'At the edge of a claim "supported" comes in at most {error} of studies, for which '
            "approximate intervals are taken at a higher level; with several claims and no "
            "correction, one of them is wrong more often (a protocol may declare one error for "
            'all: adjust = "holm").'
        )
    return [f"{said}.", family]


def _inspections(records: Sequence[Inspection]) -> tuple[Inspection, ...]:
    """Return the records in the order in which histories are read."""
    given = check_each(records, "records", Inspection, of=INSPECTIONS)
    if not given:
        raise ValueError("`records` holds no inspection.")
    return tuple(sorted(given, key=lambda one: (one.authority, one.start)))
