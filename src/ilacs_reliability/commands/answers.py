"""An answer to one question of one file, written as text, Markdown, a page, Word or JSON."""

from __future__ import annotations

import html
import io
import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple

from ilacs_reliability._results.pictured import PICTURES
from ilacs_reliability._results.wording import listed

WIDTH = 100
KINDS = {"png": "Description", "svg": "Description", "pdf": "Subject"}
"""Kinds of picture, and where each carries what it shows in words."""
STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --rule: #8a939d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --paper: #15181c; --rule: #78828c; } }
body { color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif;
       max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--rule); padding: .3rem .8rem .3rem 0; text-align: left; }
td.number { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
h2 { break-after: avoid; }
"""


class Picture(NamedTuple):
    """A picture as a file of some kind, and what it shows in words."""

    content: bytes
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with sentences and, where there are rows, a table."""

    heading: str
    sentences: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found in a file.

    `results` are plain records for other programs, `drawn` is the record that a picture shows.
    """

    title: str
    source: str
    blocks: Sequence[Block]
    results: Mapping[str, Any] = field(default_factory=dict)
    met: bool = True
    drawn: Any = None

    def text(self) -> str:
        """Return it as lines of at most a hundred characters."""
        lines = [self.title, "=" * len(self.title), *_wrapped(self.source)]
        for block in self.blocks:
            lines += ["", block.heading, "-" * len(block.heading)]
            for sentence in block.sentences:
                lines += _wrapped(sentence)
            lines += _columns(block)
        return "\n".join(lines) + "\n"

    def markdown(self) -> str:
        """Return it in Markdown."""
        lines = [f"# {_marked(self.title)}", "", _marked(self.source)]
        for block in self.blocks:
            lines += ["", f"## {_marked(block.heading)}"]
            lines += [part for sentence in block.sentences for part in ("", _marked(sentence))]
            if block.rows:
                lines += ["", _bars(block.columns), _bars(["---"] * len(block.columns))]
                lines += [_bars(row) for row in block.rows]
        return "\n".join(lines) + "\n"

    def html(self) -> str:
        """Return it as a whole page."""
        parts = [f"<h1>{html.escape(self.title)}</h1>", f"<p>{html.escape(self.source)}</p>"]
        for block in self.blocks:
            parts.append(f"<section><h2>{html.escape(block.heading)}</h2>")
            parts += [f"<p>{html.escape(sentence)}</p>" for sentence in block.sentences]
            parts += [*_html_table(block), "</section>"]
        head = (
            f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(self.title)}</title><style>{STYLE}</style>"
        )
        body = "\n".join(parts)
        page = f"<head>{head}</head>\n<body><main>\n{body}\n</main></body>"
        return f'<!DOCTYPE html>\n<html lang="en">{page}</html>\n'

    def docx(self, picture: Picture | None = None) -> bytes:
        """Return it as a Word document, by python-docx; with a picture that Word can show."""
        try:
            import docx
            import docx.shared
        except ImportError:
            raise ValueError(
                "--docx is written by python-docx: install 'ilacs-reliability[word]'."
            ) from None
        document = docx.Document()
        document.core_properties.title = self.title
        document.add_heading(self.title, level=0)
        document.add_paragraph(self.source)
        for block in self.blocks:
            document.add_heading(block.heading, level=1)
            for sentence in block.sentences:
                document.add_paragraph(sentence)
            if block.rows:
                _word_table(document, block)
        if picture is not None and picture.kind == "png":
            shown = document.add_picture(io.BytesIO(picture.content), width=docx.shared.Inches(6))
            shown._inline.docPr.set("descr", picture.said)
        file = io.BytesIO()
        document.save(file)
        return file.getvalue()

    def json(self) -> str:
        """Return it as strict JSON: what was said, and the plain results."""
        blocks = [
            {
                "heading": block.heading,
                "sentences": list(block.sentences),
                "rows": [dict(zip(block.columns, row, strict=True)) for row in block.rows],
            }
            for block in self.blocks
        ]
        whole = {
            "title": self.title,
            "source": self.source,
            "blocks": blocks,
            "results": dict(self.results),
        }
        return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def pictured(record: Any, kind: str) -> Picture:
    """Return the picture of a record as a file of this kind, with its text in words, by matplotlib.

    Parameters
    ----------
    record : Record
        What `reporting.plots.picture_of` draws, or None.
    kind : {"png", "svg", "pdf"}
        Of the file.

    Returns
    -------
    Picture
        The file and its words.

    Raises
    ------
    ValueError
        If there is nothing to draw, the kind is another, or matplotlib is not installed.
    """
    if kind not in KINDS:
        raise ValueError(
            f"--picture writes {listed(KINDS)}, told by the file's ending, not {kind!r}."
        )
    if record is None:
        raise ValueError("--picture: there is no picture of this answer.")
    try:
        from matplotlib import pyplot, rc_context
    except ImportError:
        raise ValueError(
            "--picture is drawn by matplotlib: install 'ilacs-reliability[plot]'."
        ) from None
    axes = import_module(PICTURES).picture_of(record)
    file = io.BytesIO()
    said = str(axes.get_label())
    try:
        with rc_context({"svg.fonttype": "none"}):
            axes.figure.savefig(file, format=kind, dpi=200, metadata={KINDS[kind]: said})
    finally:
        pyplot.close(axes.figure)
    return Picture(file.getvalue(), kind, said)


def is_number(cell: str) -> bool:
    """Say whether a cell of a table is a number, alone or with its limits."""
    return cell[:1].isdigit() or (cell[:1] in "-+<" and cell[1:2].isdigit())


def _wrapped(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, WIDTH, break_long_words=False, break_on_hyphens=False)


def _columns(block: Block) -> list[str]:
    if not block.rows:
        return []
    lines = [list(block.columns), *map(list, block.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    sided = [
        all(is_number(row[place]) or not row[place] for row in block.rows)
        for place in range(len(widths))
    ]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, sided, strict=True)
        ).rstrip()
        for line in lines
    ]


def _marked(text: str) -> str:
    for mark in "\\`*_[]<>":
        text = text.replace(mark, "\\" + mark)
    return text


def _bars(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _html_table(block: Block) -> list[str]:
    if not block.rows:
        return []
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in block.columns)
    body = [
        "<tr>"
        + "".join(
            f'<td class="number">{html.escape(cell)}</td>'
            if is_number(cell)
            else f"<td>{html.escape(cell)}</td>"
            for cell in row
        )
        + "</tr>"
        for row in block.rows
    ]
    # what scrolls sideways on a phone is reached by the keyboard, too
    named = f'class="wide" role="region" aria-label="{html.escape(block.heading)}" tabindex="0"'
    table = f"<div {named}><table><thead><tr>{head}</tr></thead><tbody>"
    return [table, *body, "</tbody></table></div>"]


def _word_table(document: Any, block: Block) -> None:
    table = document.add_table(rows=1, cols=len(block.columns), style="Light List")
    for cell, name in zip(table.rows[0].cells, block.columns, strict=True):
        cell.text = name
    for row in block.rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
