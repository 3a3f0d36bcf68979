"""How records show themselves in a notebook: cards, tables and small pictures, in its own colours.

Ink is what the notebook's theme says it is, light or dark; only badges bring a ground of their own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from ilacs_reliability._results.records import html_table, marked
from ilacs_reliability._results.wording import significant, together, whole

WIDTH, LEFT, RIGHT = 260.0, 14.0, 246.0
# 7 to 1 and more under white letters, in grey print told apart by their words
GROUNDS = {
    "supported": "#14612f",
    "contradicted": "#9b1c1c",
    "not shown": "#6b4100",
    "not answerable": "#3d3d7a",
}
MOST_CELLS = 10_000
"""Of a table that anyone reads."""
SOFT = "opacity:.8;font-size:.95em"


def card(
    name: str,
    number: str,
    *,
    beside: str = "",
    picture: str = "",
    lines: Iterable[str] = (),
    soft: Iterable[str] = (),
    more: Mapping[str, Any] | None = None,
) -> str:
    """Return a card as HTML.

    Parameters
    ----------
    name, number, beside : str
        What it is, its number, and what stands beside that.
    picture : str, optional
        An SVG element, not escaped.
    lines, soft : iterable of str, optional
        Sentences below, the latter in softer ink; empty ones are left out.
    more : mapping of str to object, optional
        A table that unfolds.

    Returns
    -------
    str
        A block; all texts are escaped.
    """
    said = "".join(f"<div>{escape(line)}</div>" for line in lines if line)
    quiet = "".join(f"<div style='{SOFT}'>{escape(line)}</div>" for line in soft if line)
    fold = f"<details><summary>more</summary>{html_table(more)}</details>" if more else ""
    side = f" <span>{_endless(beside)}</span>" if beside else ""
    return (
        "<div style='max-width:36em;line-height:1.45'>"
        f"<div style='font-weight:600'>{escape(name)}</div>"
        f"<div><span style='font-size:1.5em'>{_endless(number)}</span>{side}</div>"
        f"{picture}{said}{quiet}{fold}</div>"
    )


def badge(outcome: str) -> str:
    """Return a verdict as a word on a ground of its colour."""
    look = "color:#fff;border-radius:.3em;padding:.1em .5em;font-weight:600;white-space:nowrap"
    ground = GROUNDS.get(outcome, "#404040")
    return f"<span style='background:{ground};{look}'>{escape(outcome)}</span>"


def interval_svg(
    value: float,
    low: float,
    high: float,
    *,
    ends: tuple[float, float] = (-math.inf, math.inf),
    bars: Sequence[float] = (),
) -> str:
    """Draw an estimate with its interval as a small picture.

    Parameters
    ----------
    value, low, high : float
        The estimate and its limits; an infinite limit is an arrow.
    ends : pair of float, optional
        The least and the greatest that can be true, the ends of the line where they are finite.
    bars : sequence of float, optional
        Thresholds, drawn across.

    Returns
    -------
    str
        An SVG element that says in words what it shows; "" where there is no number at all.
    """
    known = [number for number in (value, low, high, *bars) if math.isfinite(number)]
    if not known:
        return ""
    start, stop = _span(known, ends)
    shown, least, most = together(value, low, high, decimals=2)
    held = f", held to {', '.join(map(significant, bars))}" if bars else ""
    first = "no number" if math.isnan(value) else shown
    said = _endless(f"{first}, interval {least} to {most}{held}")
    at_low, at_high = (_place(number, start, stop) for number in (low, high))
    parts = [
        _line(LEFT, 24, RIGHT, 24, 1, soft=True),
        _line(at_low, 12, at_high, 12, 2.5),
        *(_end(number, start, stop) for number in (low, high)),
        *(_bar(number, start, stop) for number in bars if math.isfinite(number)),
        *(_tick(number, start, stop) for number in (start, stop)),
    ]
    if math.isfinite(value):
        parts.append(f'<circle cx="{_place(value, start, stop):.1f}" cy="12" r="4.5"/>')
    return (
        f'<svg role="img" aria-label="{said}" viewBox="0 0 {WIDTH:g} 40" width="{WIDTH:g}" '
        f'height="40" style="display:block;max-width:100%;fill:currentColor"><title>{said}</title>'
        f"{''.join(parts)}</svg>"
    )


def cross_table(
    counts: Sequence[Sequence[Any]],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    corner: str,
    diagonal: bool = False,
    totals: bool = True,
) -> str:
    """Return counts as a table with names of rows and columns, as a person would draw it.

    Parameters
    ----------
    counts : sequence of sequence of int
        A row for each name of a row.
    rows, columns : sequence of str
        Names.
    corner : str
        What the rows and columns are.
    diagonal : bool, optional
        Whether cells of the diagonal are bold. Default: false.
    totals : bool, optional
        Whether rows end with their total, and the columns too. Default: true.

    Returns
    -------
    str
        A table; all names are escaped. Of more than 10,000 cells only how many there are.
    """
    if len(rows) * len(columns) > MOST_CELLS:
        size = f"{whole(len(rows))} × {whole(len(columns))}"
        return f"<div style='{SOFT}'>{escape(corner)}: {size} cells, too many to show</div>"
    cell = "padding:.15em .6em;text-align:right"
    ends = [*columns, "all"] if totals else list(columns)
    head = "".join(f"<th scope='col' style='{cell}'>{escape(name)}</th>" for name in ends)
    body = []
    for place, (name, row) in enumerate(zip(rows, counts, strict=True)):
        cells = [
            f"<td style='{cell};font-weight:{600 if diagonal and place == i else 400}'>"
            f"{whole(count)}</td>"
            for i, count in enumerate(row)
        ]
        body.append(_row(name, cells, [sum(row)] if totals else [], cell))
    if totals:
        every = [sum(column) for column in zip(*counts, strict=True)]
        cells = [f"<td style='{cell};{SOFT}'>{whole(count)}</td>" for count in every]
        body.append(_row("all", cells, [sum(every)], cell))
    first = f"<th scope='col' style='padding:.15em .6em;text-align:left'>{escape(corner)}</th>"
    return f"<table><thead><tr>{first}{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def paragraphs(texts: Iterable[str]) -> str:
    """Return sentences below a table, escaped, in softer ink."""
    return "".join(f"<div style='{SOFT}'>{escape(text)}</div>" for text in texts if text)


def badges(rows: Iterable[tuple[str, str, str]], heads: tuple[str, str, str]) -> str:
    """Return rows of a text, another text and an outcome as a table with badges."""
    head = "".join(f"<th scope='col' style='text-align:left'>{escape(one)}</th>" for one in heads)
    body = "".join(
        f"<tr><td style='text-align:left'>{marked(text)}</td>"
        f"<td style='text-align:left'>{marked(other)}</td>"
        f"<td style='text-align:left'>{badge(outcome)}</td></tr>"
        for text, other, outcome in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _endless(text: str) -> str:
    return re.sub(r"\binf\b", "∞", escape(text))


def _row(name: str, cells: list[str], total: list[Any], cell: str) -> str:
    last = "".join(f"<td style='{cell};{SOFT}'>{whole(one)}</td>" for one in total)
    return (
        f"<tr><th scope='row' style='padding:.15em .6em;text-align:left'>{escape(name)}</th>"
        f"{''.join(cells)}{last}</tr>"
    )


def _span(known: list[float], ends: tuple[float, float]) -> tuple[float, float]:
    """Return where the line begins and ends: at what can be true, else around what is drawn."""
    least, most = ends
    air = 0.15 * (max(known) - min(known)) or 0.5 * abs(known[0]) or 1.0
    # a coefficient that can be negative but is not is read from 0
    start = 0.0 if least <= 0 <= min(known) else least
    stop = most
    if not math.isfinite(start):
        start = min(known) - air
    if not math.isfinite(stop):
        stop = max(known) + air
    return float(start), float(stop)


def _place(number: float, start: float, stop: float) -> float:
    share = min(max((number - start) / (stop - start), 0.0), 1.0)
    return LEFT + (RIGHT - LEFT) * share


def _line(x1: float, y1: float, x2: float, y2: float, width: float, *, soft: bool = False) -> str:
    look = ' opacity=".6"' if soft else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:g}" x2="{x2:.1f}" y2="{y2:g}" stroke="currentColor" '
        f'stroke-width="{width:g}"{look}/>'
    )


def _end(number: float, start: float, stop: float) -> str:
    if math.isfinite(number):
        at = _place(number, start, stop)
        return _line(at, 7, at, 17, 1.5)
    at, way = (RIGHT, 8) if number > 0 else (LEFT, -8)
    return f'<path d="M{at:g} 6 L{at + way:g} 12 L{at:g} 18 Z"/>'


def _bar(number: float, start: float, stop: float) -> str:
    at = _place(number, start, stop)
    return f'<path d="M{at:.1f} 1 V28" stroke="currentColor" stroke-dasharray="3 2" fill="none"/>'


def _tick(number: float, start: float, stop: float) -> str:
    at = _place(number, start, stop)
    anchor = "start" if number == start else "end"
    edge = 0 if number == start else WIDTH
    return (
        f"{_line(at, 24, at, 28, 1, soft=True)}"
        f'<text x="{edge:g}" y="39" text-anchor="{anchor}" font-size="11">'
        f"{significant(number, 3)}</text>"
    )
