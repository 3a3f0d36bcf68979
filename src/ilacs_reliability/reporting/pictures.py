"""Small pictures for the page, drawn as SVG by ourselves.

`reporting.plots` could draw them, but the page would then need matplotlib, be ten times as long in
the making, and hold letters as outlines and colours that no dark page changes. What both must share
is shared: `palette` has the colours, `captions` the words and the marks of scales.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate, Interval
from ilacs_reliability._results.wording import (
    counted,
    fixed,
    level,
    percent,
    sentence_start,
    whole,
)
from ilacs_reliability.claims.sections import ErrorRange
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.reporting.captions import (
    FIFTHS,
    HALVES,
    RELIABILITY,
    SAME_GRADE,
    held_in_words,
    interval_in_words,
    moved_in_words,
    repeats_in_words,
    same_side,
)
from ilacs_reliability.reporting.palette import MOVES, ink_on

WIDTH, LEFT, RIGHT = 480.0, 16.0, 464.0
# classes that the page's style gives a colour, light or dark: `palette.GROUNDS`
INK, SOFT = "ink", "soft"
# the frame of curves, where a curve has its name, and how wide a claim's number is
START, TOP, BOTTOM = 52.0, 10.0, 220.0
NAMED_AT, NUMBER = 0.18, 20.0


def interval_picture(
    estimate: Estimate, claim: Claim, interval: Interval, *, with_zone: bool = True
) -> str:
    """Draw an estimate with its interval, over the range in which a claim is true.

    Parameters
    ----------
    estimate : Estimate
        A single study's estimate that offers an interval.
    claim : Claim
        Its threshold.
    interval : Interval
        The interval that decides.
    with_zone : bool, optional
        Whether to shade the range in which the claim is true. Default: true.

    Returns
    -------
    str
        An SVG element.
    """
    low, high = interval
    start = 0.0 if low >= 0 else -1.0
    # the scale goes from the least value shown to 1
    at_low, at_value, at_high = (_place(value, start) for value in (low, estimate.value, high))
    true_from, true_to = (_place(min(max(m, start), 1.0), start) for m in claim.margins)
    zone = (
        f'<rect x="{true_from:.1f}" y="8" width="{true_to - true_from:.1f}" height="44" '
        'class="shade"/>'
    )
    name = sentence_start(estimate.label or estimate.name)
    says = f"{level(interval.confidence_level)} interval"
    held = held_in_words([f"claimed {claim.bar}"])
    said = escape(f"{interval_in_words(name, estimate.value, interval, says)}. {held}")
    return (
        f'<svg class="interval" viewBox="0 0 {WIDTH:g} 80" role="img" aria-label="{said}">'
        f"<title>{said}</title>"
        f"{zone if with_zone else ''}{_line(LEFT, 52, RIGHT, 52, SOFT, 1)}{_ticks(start)}"
        f"{_line(at_low, 30, at_high, 30, INK, 3)}"
        f"{_line(at_low, 23, at_low, 37, INK, 2)}{_line(at_high, 23, at_high, 37, INK, 2)}"
        f'<circle cx="{at_value:.1f}" cy="30" r="6" class="{INK}"/></svg>'
    )


def moves_picture(moves: tuple[int, int, int]) -> str:
    """Draw how many units rose, stayed and fell, as one bar.

    Parameters
    ----------
    moves : tuple of int
        Improved, unchanged and declined; not all zero.

    Returns
    -------
    str
        An SVG element.
    """
    total, left, parts = sum(moves), LEFT, []
    for (name, colour), count in zip(MOVES.items(), moves, strict=True):
        width = (RIGHT - LEFT) * count / total
        parts.append(
            f'<rect x="{left:.1f}" y="6" width="{width:.1f}" height="34" fill="{colour}" '
            'stroke="#1a1a1a" stroke-width="0.75"/>'
        )
        # a letter is about 8 units wide
        text = next(
            (one for one in (f"{whole(count)} {name}", whole(count)) if 8 * len(one) < width - 4),
            "",
        )
        parts.append(
            f'<text x="{left + width / 2:.1f}" y="28" text-anchor="middle" '
            f'fill="{ink_on(colour)}">{text}</text>'
        )
        left += width
    said = f"Of {counted(total, 'unit')}, {moved_in_words(moves)}."
    return (
        f'<svg class="moves" viewBox="0 0 {WIDTH:g} 46" role="img" aria-label="{said}">'
        f"<title>{said}</title>{''.join(parts)}</svg>"
    )


def error_picture(shown: ErrorRange, numbers: Mapping[str, int]) -> str:
    """Draw how often a repeat gives the same, what repeats allow, and where claims tip.

    Parameters
    ----------
    shown : ErrorRange
        The numbers.
    numbers : mapping of str to int
        Of the claims, by their names; those without one are not marked.

    Returns
    -------
    str
        An SVG element.
    """
    low, high = shown.allowed
    said = escape(_error_in_words(shown, numbers))
    at_low, at_high = _across(low), _across(high)
    names = (
        (SAME_GRADE, shown.same, "first", ""),
        (same_side(shown.cut), shown.side, "second", ' stroke-dasharray="7 4"'),
    )
    curves = "".join(_curve(shown.reliabilities, *one) for one in names)
    bar = _up(shown.required)
    return (
        f'<svg class="error" viewBox="0 0 {WIDTH:g} 340" role="img" aria-label="{said}">'
        f"<title>{said}</title>"
        f'<rect x="{at_low:.1f}" y="{TOP:g}" width="{at_high - at_low:.1f}" '
        f'height="{BOTTOM - TOP:g}" class="shade"/>'
        f"{_frame()}"
        f'<line x1="{START:g}" y1="{bar:.1f}" x2="{RIGHT:g}" y2="{bar:.1f}" class="{SOFT}" '
        'stroke-width="1.5" stroke-dasharray="2 3"/>'
        f'<text x="{START + 4:g}" y="{bar - 5:.1f}" class="{SOFT}">{percent(shown.required, 0)} '
        f"is asked for</text>{curves}{_marks(shown.tips, numbers)}</svg>"
    )


def _error_in_words(shown: ErrorRange, numbers: Mapping[str, int]) -> str:
    ends = []
    for event, curve in ((SAME_GRADE, shown.same), (same_side(shown.cut), shown.side)):
        low, high = (float(np.interp(end, *_rising(shown, curve))) for end in shown.allowed)
        ends.append((event, low, high))
    tips = [
        f"claim {numbers[name]} at {fixed(tip, 2)}"
        for name, tip in shown.tips.items()
        if name in numbers
    ]
    tipped = f" Error alone may give what was found at or below: {', '.join(tips)}." if tips else ""
    said = repeats_in_words(shown.allowed, ends, "inspections")
    return f"{said} {percent(shown.required, 0)} is asked for.{tipped}"


def _rising(shown: ErrorRange, curve: FloatArray) -> tuple[FloatArray, FloatArray]:
    order = np.argsort(shown.reliabilities)
    return shown.reliabilities[order], curve[order]


def _across(reliability: float) -> float:
    return START + (RIGHT - START) * reliability


def _up(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share


def _curve(places: FloatArray, name: str, shares: FloatArray, ink: str, dashes: str) -> str:
    points = " ".join(
        f"{_across(place):.1f},{_up(share):.1f}"
        for place, share in zip(places.tolist(), shares.tolist(), strict=True)
    )
    at = float(np.interp(NAMED_AT, *np.sort(np.array([places, shares]), axis=1)))
    return (
        f'<polyline points="{points}" class="{ink} line" stroke-width="2.5"{dashes}/>'
        f'<text x="{_across(NAMED_AT):.1f}" y="{_up(at) + 20:.1f}" class="{ink}">{name}</text>'
    )


def _frame() -> str:
    parts = [
        _line(START, BOTTOM, RIGHT, BOTTOM, SOFT, 1),
        _line(START, TOP, START, BOTTOM, SOFT, 1),
        f'<text x="{(START + RIGHT) / 2:g}" y="{BOTTOM + 38:g}" text-anchor="middle" '
        f'class="{SOFT}">{RELIABILITY}</text>',
    ]
    for tick in FIFTHS:
        x, y = _across(tick), _up(tick)
        parts += [
            _line(x, BOTTOM, x, BOTTOM + 5, SOFT, 1),
            f'<text x="{x:.1f}" y="{BOTTOM + 20:g}" text-anchor="middle" class="{SOFT}">'
            f"{tick:g}</text>",
            f'<text x="{START - 6:g}" y="{y + 5:.1f}" text-anchor="end" class="{SOFT}">'
            f"{100 * tick:g}%</text>",
        ]
    return "".join(parts)


def _marks(tips: Mapping[str, float], numbers: Mapping[str, int]) -> str:
    """Mark where each claim tips by its number, one below the other where they would touch."""
    parts, taken = [], [-np.inf] * 3
    for name, tip in tips.items():
        if name not in numbers:
            continue
        x = _across(tip)
        row = next((k for k, end in enumerate(taken) if x - end > NUMBER), len(taken) - 1)
        taken[row] = x
        y = BOTTOM + 58 + 16 * row
        parts.append(
            f'<line x1="{x:.1f}" y1="{TOP:g}" x2="{x:.1f}" y2="{y - 12:g}" class="{SOFT}" '
            'stroke-width="0.75" stroke-dasharray="1 3"/>'
            f'<text x="{x:.1f}" y="{y:g}" text-anchor="middle" class="{INK}">{numbers[name]}</text>'
        )
    if parts:
        parts.append(
            f'<text x="{(START + RIGHT) / 2:g}" y="{BOTTOM + 114:g}" text-anchor="middle" '
            f'class="{SOFT}">numbers of claims, where they tip</text>'
        )
    return "".join(parts)


def _place(value: float, start: float) -> float:
    return LEFT + (RIGHT - LEFT) * (value - start) / (1.0 - start)


def _line(x1: float, y1: float, x2: float, y2: float, ink: str, width: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:g}" x2="{x2:.1f}" y2="{y2:g}" class="{ink}" '
        f'stroke-width="{width:g}"/>'
    )


def _ticks(start: float) -> str:
    ticks = FIFTHS if start == 0 else HALVES
    return "".join(
        f"{_line(_place(tick, start), 52, _place(tick, start), 57, SOFT, 1)}"
        f'<text x="{_place(tick, start):.1f}" y="72" text-anchor="middle" class="{SOFT}">'
        f"{tick:g}</text>"
        for tick in ticks
    )
