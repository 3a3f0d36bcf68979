"""The security report as Markdown."""

from __future__ import annotations

import re

from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.security import SecurityReport, check_report
from ilacs_reliability.reporting.blocks import (
    block_rows,
    both_readings,
    brief_line,
    brief_title,
    is_brief,
)


def report_markdown(report: SecurityReport) -> str:
    """Write a security report as Markdown.

    Parameters
    ----------
    report : SecurityReport
        From `assess_security`.

    Returns
    -------
    str
        Headings, a table of verdicts, a list for each claim, the limits and the protocol. What
        Markdown would read as marks is escaped.

    Raises
    ------
    TypeError
        If `report` is something else.

    See Also
    --------
    report_text : The same as plain text.
    report_html : The same as a page, with pictures.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> print(ilr.report_markdown(ilr.assess_security()).splitlines()[0])
    # Are the judgements of children's services inspections secure?
    """
    check_report(report)
    blocks = list(enumerate((one for one in report.assessments if not is_brief(one)), 1))
    lines = [
        f"# {_plain(report.question)}",
        "",
        *_listing(report.answer),
        "",
        _plain(f"{report.about} By ilacs-reliability {report.version}. {report.reading}"),
        "",
        "| claim | as a count | as a rate |",
        "|---|---|---|",
        *(_row(number, one) for number, one in blocks),
    ]
    for number, one in blocks:
        lines += ["", f"## {number}. {_plain(one.claim.statement)}", "", *_block(one)]
    briefs = [brief_line(one) for one in report.assessments if is_brief(one)]
    parts = [(brief_title(report), briefs)] if briefs else []
    parts += [(section.title, list(section.lines)) for section in report.sections]
    for title, texts in [*parts, ("Limits", [*report.limits, report.credit])]:
        lines += ["", f"## {_plain(title)}", "", *_listing(texts)]
    declared = report.protocol.to_toml().rstrip().splitlines()
    lines += ["", "## Thresholds", "", "```toml", *declared, "```"]
    lines += ["", f"SHA-256 of these lines: `{report.protocol.fingerprint}`"]
    return "\n".join(lines) + "\n"


def _row(number: int, one: Assessment) -> str:
    statement = f"{number}. {_plain(one.claim.statement)}"
    return f"| {statement} | {one.verdict.as_count} | {one.verdict.outcome} |"


def _block(one: Assessment) -> list[str]:
    rows = [f"- {_plain(both_readings(one.verdict))}"]
    rows += [f"- **{name}:** {_plain(text)}" for name, text in block_rows(one)]
    claim = one.claim
    if not claim.source:
        return rows
    linked = f"[{_plain(claim.source)}](<{claim.url}>)" if claim.url else _plain(claim.source)
    return [*rows, f"- **Source:** {linked}"]


def _listing(texts: tuple[str, ...] | list[str]) -> list[str]:
    return [f"- {_plain(text)}" for text in texts]


def _plain(text: str) -> str:
    """Escape what Markdown would read as marks."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text)
