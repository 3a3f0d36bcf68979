"""The security report as plain text."""

from __future__ import annotations

import textwrap

from ilacs_reliability._checks.arguments import check_count
from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.security import SecurityReport, check_report
from ilacs_reliability.reporting.blocks import (
    block_rows,
    both_readings,
    brief_line,
    brief_title,
    is_brief,
)

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
        The answer in three lines, the data, a block for each claim, and the limits.

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
    lines = _filled(report.question.upper(), width)
    for line in report.answer:
        lines += _filled(line, width, "- ", "  ")
    held = (
        f"{report.about} Held to the thresholds of protocol {report.protocol.fingerprint[:16]} by "
        f"ilacs-reliability {report.version}. {report.reading}"
    )
    lines += ["", *_filled(held, width)]
    blocks = [one for one in report.assessments if not is_brief(one)]
    for number, one in enumerate(blocks, 1):
        lines += ["", *_block(number, one, width)]
    briefs = [brief_line(one) for one in report.assessments if is_brief(one)]
    parts = [(brief_title(report), briefs)] if briefs else []
    parts += [(section.title, list(section.lines)) for section in report.sections]
    for title, texts in [*parts, ("Limits", list(report.limits))]:
        lines += ["", *_filled(title.upper(), width)]
        lines += [line for text in texts for line in _filled(text, width, "- ", "  ")]
    return "\n".join(lines) + "\n"


def _block(number: int, one: Assessment, width: int) -> list[str]:
    title = _filled(f"{number}. {one.claim.statement}", width)
    title += _filled(both_readings(one.verdict), width, "   ")
    rows = [_filled(text, width, f"   {name + ':':<12}") for name, text in block_rows(one)]
    return title + [line for row in rows for line in row]


def _filled(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    indent = " " * len(first) if rest is None else rest
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    )
