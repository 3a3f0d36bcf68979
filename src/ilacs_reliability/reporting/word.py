"""The security report as a Word document, by python-docx (extra ``word``)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.security import SecurityReport, check_report
from ilacs_reliability.reporting.blocks import (
    block_rows,
    both_readings,
    brief_line,
    brief_title,
    is_brief,
)

# what XML cannot hold
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report_docx(report: SecurityReport) -> bytes:
    """Write a security report as a Word document.

    Parameters
    ----------
    report : SecurityReport
        From `assess_security`.

    Returns
    -------
    bytes
        A file with headings, a table of verdicts, a block for each claim, the limits and the
        protocol, as `report_markdown` has them.

    Raises
    ------
    ImportError
        If python-docx is not installed.
    TypeError
        If `report` is something else.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.word import report_docx
    >>> report_docx(ilr.assess_security())[:2]
    b'PK'
    """
    check_report(report)
    try:
        import docx
    except ImportError:
        raise ImportError(
            "Word documents are written by python-docx: install 'ilacs-reliability[word]'."
        ) from None
    document = docx.Document()
    document.core_properties.title = _plain(report.question)
    document.add_heading(_plain(report.question), level=0)
    _listed(document, report.answer)
    about = f"{report.about} By ilacs-reliability {report.version}. {report.reading}"
    document.add_paragraph(_plain(about))
    blocks = list(enumerate((one for one in report.assessments if not is_brief(one)), 1))
    _verdicts(document, blocks)
    for number, one in blocks:
        document.add_heading(_plain(f"{number}. {one.claim.statement}"), level=1)
        _block(document, one)
    for title, texts in _parts(report):
        document.add_heading(_plain(title), level=1)
        _listed(document, texts)
    document.add_heading("Thresholds", level=1)
    document.add_paragraph(_plain(report.protocol.to_toml().rstrip()))
    document.add_paragraph(f"SHA-256 of these lines: {report.protocol.fingerprint}")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _parts(report: SecurityReport) -> list[tuple[str, list[str]]]:
    briefs = [brief_line(one) for one in report.assessments if is_brief(one)]
    parts = [(brief_title(report), briefs)] if briefs else []
    parts += [(section.title, list(section.lines)) for section in report.sections]
    return [*parts, ("Limits", [*report.limits, report.credit])]


def _verdicts(document: Any, blocks: list[tuple[int, Assessment]]) -> None:
    table = document.add_table(rows=1, cols=3, style="Light List")
    rows = [("Claim", "As a count", "As a rate")]
    rows += [
        (f"{number}. {one.claim.statement}", one.verdict.as_count, one.verdict.outcome)
        for number, one in blocks
    ]
    for place, row in enumerate(rows):
        cells = table.rows[0].cells if place == 0 else table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = _plain(text)


def _block(document: Any, one: Assessment) -> None:
    document.add_paragraph().add_run(_plain(both_readings(one.verdict))).bold = True
    rows = block_rows(one)
    if one.claim.source:
        rows.append(("Source", " ".join(filter(None, (one.claim.source, one.claim.url)))))
    for name, text in rows:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(_plain(text))


def _listed(document: Any, texts: Iterable[str]) -> None:
    for text in texts:
        document.add_paragraph(_plain(text), style="List Bullet")


def _plain(text: str) -> str:
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
