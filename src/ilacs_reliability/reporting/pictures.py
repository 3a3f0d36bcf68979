"""Small pictures for the page, drawn as SVG so that it needs nothing else."""

from __future__ import annotations

from html import escape

from ilacs_reliability._results.estimates import Estimate, Interval
from ilacs_reliability._results.wording import together, whole
from ilacs_reliability.claims.statements import Claim

WIDTH, LEFT, RIGHT = 480.0, 16.0, 464.0
INK, SOFT = "#1a1a1a", "#555"
COLOURS = {"rose": "#2a6f97", "stayed": "#c9ced6", "fell": "#b5532a"}


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
        'fill="#dcebdf"/>'
    )
    value, least, most = together(estimate.value, low, high, decimals=2)
    said = escape(f"{value}, interval {least} to {most}, claimed {claim.bar}")
    return (
        f'<svg class="interval" viewBox="0 0 {WIDTH:g} 80" role="img" aria-label="{said}">'
        f"<title>{said}</title>"
        f"{zone if with_zone else ''}{_line(LEFT, 52, RIGHT, 52, SOFT, 1)}{_ticks(start)}"
        f"{_line(at_low, 30, at_high, 30, INK, 3)}"
        f"{_line(at_low, 23, at_low, 37, INK, 2)}{_line(at_high, 23, at_high, 37, INK, 2)}"
        f'<circle cx="{at_value:.1f}" cy="30" r="6" fill="{INK}"/></svg>'
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
    for (name, colour), count in zip(COLOURS.items(), moves, strict=True):
        width = (RIGHT - LEFT) * count / total
        parts.append(
            f'<rect x="{left:.1f}" y="6" width="{width:.1f}" height="34" fill="{colour}" '
            f'stroke="{INK}" stroke-width="0.75"/>'
        )
        # a letter is about 8 units wide
        text = next(
            (one for one in (f"{whole(count)} {name}", whole(count)) if 8 * len(one) < width - 4),
            "",
        )
        ink = INK if name == "stayed" else "#fff"
        parts.append(
            f'<text x="{left + width / 2:.1f}" y="28" text-anchor="middle" fill="{ink}">'
            f"{text}</text>"
        )
        left += width
    said = ", ".join(f"{whole(count)} {name}" for name, count in zip(COLOURS, moves, strict=True))
    return (
        f'<svg class="moves" viewBox="0 0 {WIDTH:g} 46" role="img" aria-label="{said}">'
        f"<title>{said}</title>{''.join(parts)}</svg>"
    )


def _place(value: float, start: float) -> float:
    return LEFT + (RIGHT - LEFT) * (value - start) / (1.0 - start)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:g}" x2="{x2:.1f}" y2="{y2:g}" stroke="{colour}" '
        f'stroke-width="{width:g}"/>'
    )


def _ticks(start: float) -> str:
    ticks = (0, 0.2, 0.4, 0.6, 0.8, 1) if start == 0 else (-1, -0.5, 0, 0.5, 1)
    return "".join(
        f"{_line(_place(tick, start), 52, _place(tick, start), 57, SOFT, 1)}"
        f'<text x="{_place(tick, start):.1f}" y="72" text-anchor="middle" fill="{SOFT}">'
        f"{tick:g}</text>"
        for tick in ticks
    )
