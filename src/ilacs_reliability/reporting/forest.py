"""Estimates under each other with their intervals, and what they are held to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import (
    check_confidence_level,
    check_each,
    check_number,
)
from ilacs_reliability._results.estimates import Estimate, Interval, reason_in_words
from ilacs_reliability._results.wording import (
    fixed,
    level,
    sentence_start,
    significant,
    together,
)
from ilacs_reliability.reporting.axes import bare, new_axes
from ilacs_reliability.reporting.captions import held_in_words, interval_in_words
from ilacs_reliability.reporting.lettering import LINE, literal, tallest, width_of, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Thresholds: TypeAlias = float | Sequence[float] | Mapping[str, float]
AIR = 0.02
"""Between the frame and the numbers beside it, as a share of the frame."""


def interval_plot(
    estimates: Sequence[Estimate],
    *,
    threshold: Thresholds | None = None,
    confidence_level: float = 0.95,
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates with their intervals, one line each: a forest.

    Parameters
    ----------
    estimates : sequence of Estimate
        Single studies, each with an interval; drawn from the top in this order.
    threshold : float, sequence of float, or mapping of str to float, optional
        Values to compare with, drawn as lines across; with names, these stand above them.
    confidence_level : float, optional
        Of the intervals, between 0 and 1. Default: 0.95.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        The picture, its numbers beside it. An undefined estimate keeps its line and shows why it is
        empty; a limit that is infinite is an arrow at the edge. Its label (`get_label`) is
        alternative text, made from the numbers.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If there is something else among them, or `threshold` is not made of numbers.
    ValueError
        If there is no estimate, one is a batch, or the level is not between 0 and 1.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import interval_plot
    >>> table = ilr.ratings_from_table([[20, 1], [1, 2]], scale=ilr.Scale(["good", "convert"]))
    >>> ax = interval_plot([ilr.percent_agreement(table), ilr.cohen_kappa(table)], threshold=0.8)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['percent agreement', "Cohen's kappa"]
    """
    confidence_level = check_confidence_level(confidence_level)
    bars = _named(threshold)
    shown = check_each(estimates, "estimates", Estimate, of="Estimates")
    if not shown:
        raise ValueError("`estimates` must hold at least one estimate, but is empty.")
    for place, one in enumerate(shown):
        if np.ndim(one.value):
            raise ValueError(f"`estimates` holds a batch at {place}; give single studies.")
    names = [wrapped(one.label or one.name, 32) for one in shown]
    limits = [one.confidence_interval(confidence_level) for one in shown]
    numbers = [_numbers(one, pair) for one, pair in zip(shown, limits, strict=True)]
    height = 0.9 + max(2 * LINE, tallest(names)) * len(names)
    height += LINE * sum(bool(name) for name, _ in bars)
    ax = new_axes(ax, height=height, width=4.2 + width_of(names) + width_of(numbers))
    edges = _edges(np.array([(one.value, *pair) for one, pair in zip(shown, limits, strict=True)]))
    for row, (one, pair) in enumerate(zip(shown, limits, strict=True)):
        _draw_interval(ax, row, one, pair, edges)
    for height, (name, value) in enumerate(bars):
        _draw_threshold(ax, name, value, height)
    for row, text in enumerate(numbers):
        if text:
            ax.text(1 + AIR, row, text, va="center", transform=ax.get_yaxis_transform())
    ax.set_yticks(range(len(shown)), names)
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_xlabel(f"estimate with {level(confidence_level)} interval")
    ax.set_label(_told_again(shown, limits, bars))
    bare(ax, "top", "right", "left")
    return ax


def _named(threshold: Any) -> list[tuple[str, float]]:
    """Return the values to compare with and their names, "" where they have none, upwards."""
    if threshold is None:
        return []
    if isinstance(threshold, Mapping):
        pairs = [(str(name), value) for name, value in threshold.items()]
    elif isinstance(threshold, (list, tuple)):
        pairs = [("", value) for value in threshold]
    else:
        pairs = [("", threshold)]
    for _, value in pairs:
        check_number(value, "threshold")
    return sorted(((name, float(value)) for name, value in pairs), key=lambda pair: pair[1])


def _numbers(one: Estimate, limits: Interval) -> str:
    if one.status == "undefined":
        return ""
    value, low, high = together(one.value, *limits, decimals=2)
    return f"{value}  ({low} to {high})"


def _told_again(
    shown: Sequence[Estimate], limits: Sequence[Interval], bars: Sequence[tuple[str, float]]
) -> str:
    said = [
        f"{sentence_start(one.label or one.name)} is undefined ({reason_in_words(one)})."
        if one.status == "undefined"
        else interval_in_words(
            sentence_start(one.label or one.name),
            one.value,
            pair,
            f"{level(pair.confidence_level)} interval",
        )
        + "."
        for one, pair in zip(shown, limits, strict=True)
    ]
    held = [f"{name or 'threshold'} {significant(value)}" for name, value in bars]
    return " ".join([*said, held_in_words(held)] if held else said)


def _edges(numbers: Any) -> tuple[float, float] | None:
    """Return how far a line goes that has no end; None where each has one."""
    if not np.isinf(numbers).any():
        return None
    known = numbers[np.isfinite(numbers)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 1.0)
    air = 0.25 * (high - low) or 1.0
    return float(low - air), float(high + air)


def _draw_interval(
    ax: Axes, row: int, one: Estimate, limits: Iterable[float], edges: tuple[float, float] | None
) -> None:
    if one.status == "undefined":
        why = f"undefined: {one.reason.replace('_', ' ')}"
        ax.text(0.01, row, why, va="center", fontsize=8, transform=ax.get_yaxis_transform())
        return
    numbers = np.array([*limits, one.value])
    low, high, value = numbers if edges is None else np.clip(numbers, *edges)
    ax.plot([low, high], [row, row], color="black", linewidth=1.5)
    if np.isfinite(one.value):
        ax.plot([value], [row], "o", color="black", markersize=5)
    for end, number in zip("<>", (low, high), strict=True):
        if edges is not None and number == edges["<>".index(end)]:
            ax.plot([number], [row], end, color="black", markersize=7)


def _draw_threshold(ax: Axes, name: str, value: float, height: int) -> None:
    ax.axvline(value, color="0.4", linestyle="--", linewidth=1)
    if name:
        ax.annotate(
            literal(f"{name} {fixed(value, 2)}"),
            (value, 1),
            (0, 3 + 72 * LINE * height),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=9,
        )
