"""The security report as plain text."""

from __future__ import annotations

import textwrap

from ilacs_reliability._checks.arguments import check_count
from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.security import SecurityReport, check_report

# no line is as long
WIDEST = 100_000


def report_text(report: SecurityReport, *, width: int = 100) -> str:
    """Write a security report as plain text.

    Parameters
    ----------
    report : SecurityReport
        From `assess_security`.
    width : int, optional
        Longest line, in characters, at least 40. Default: 100.

    Returns
    -------
    str
        The question, the data, a block for each claim, and the limits.

    Raises
    ------
    TypeError
        If `report` is something else, or the width is not a whole number.
    ValueError
        If the width is below 40.

    See Also
    --------
    report_html : The same as a page, with pictures.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> print(ilr.report_text(ilr.assess_security()).splitlines()[0])
    ARE THE JUDGEMENTS OF CHILDREN'S SERVICES INSPECTIONS SECURE?
    """
    check_report(report)
    width = min(check_count(width, "width", least=40), WIDEST)
    protocol = report.protocol
    lines = [
        *_filled(report.question.upper(), width),
        *_filled(report.about, width),
        *_filled(
            f"Held to the thresholds of protocol {protocol.fingerprint[:16]}. {report.describe()}",
            width,
        ),
    ]
    for number, one in enumerate(report.assessments, 1):
        lines += ["", *_block(number, one, width)]
    lines += ["", "LIMITS"]
    for limit in report.limits:
        lines += _filled(limit, width, "- ", "  ")
    return "\n".join(lines) + "\n"


def _block(number: int, one: Assessment, width: int) -> list[str]:
    head = f"{number}. {one.claim.statement}"
    verdict = one.verdict.outcome.upper()
    gap = width - len(head) - len(verdict)
    title = [head + " " * gap + verdict] if gap > 1 else [*_filled(head, width), f"   {verdict}"]
    rows = [
        ("Published", one.claim.published),
        ("Recomputed", one.recomputed),
        ("Why", _sentence(one.verdict.reason)),
        ("Note", " ".join(one.details)),
        ("To settle", _sentence(one.verdict.would_settle)),
    ]
    return title + [
        line for name, text in rows if text for line in _filled(text, width, f"   {name + ':':<12}")
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _filled(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    indent = " " * len(first) if rest is None else rest
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    )
