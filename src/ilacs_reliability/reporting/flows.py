"""Pictures of moves between two gradings: bands from grade to grade, and shares with their room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ilacs_reliability._data.tables import Transitions, TransitionsLike, as_transitions
from ilacs_reliability._results.wording import whole
from ilacs_reliability.reporting.axes import bare, new_axes
from ilacs_reliability.reporting.lettering import (
    drop_what_does_not_fit,
    height_of,
    literal,
    name_at_the_side,
    width_of,
    wrapped,
)
from ilacs_reliability.reporting.palette import MOVES, QUIET, ink_on
from ilacs_reliability.reporting.squares import moves_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP = 0.03
"""Between two grades, as a share of all units."""
POST = 0.03
"""Width of the bar that stands for a grade, as a share of the frame."""
SIDE = 0.02
"""Between a bar and its name."""


def flows_plot(table: TransitionsLike, *, ax: Axes | None = None) -> Axes:
    """Draw the units that moved from each grade to each grade as bands.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns), worst first.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        Grades before at the left and after at the right, the best on top; a band is as high as it
        has units, and what rose, stayed and fell has a colour of its own. Its label (`get_label`)
        is alternative text, made from the counts.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the table is not square over the grades, or holds no unit.

    See Also
    --------
    mosaic_plot : Shares of each grade, with the room there was to move.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import flows_plot
    >>> print(flows_plot(ilr.load_dataset("year_one_transitions").counts).get_label())
    Of 33 units graded twice, 19 rose, 11 stayed and 3 fell. Most frequent: 2 to 3 (11).
    """
    transitions = as_transitions(table)
    counts, labels = transitions.counts, list(map(str, transitions.scale.labels))
    sides = [counts.sum(axis=1), counts.sum(axis=0)]
    names = [_named_posts(labels, sizes) for sizes in sides]
    starts = [_starts(sizes) for sizes in sides]
    height = max(3.0, *(height_of(filter(None, side)) for side in names))
    ax = new_axes(ax, height=height + 0.9, width=4.2 + sum(width_of(side) for side in names))
    ax.set_xlim(0, 1)
    ax.set_ylim(0, float(counts.sum()) * (1 + GAP * (len(labels) - 1)))
    _draw_bands(ax, counts, starts)
    for x, sizes, start in zip((0, 1 - POST), sides, starts, strict=True):
        _draw_posts(ax, x, sizes, start)
    ax.set_xticks([POST / 2, 1 - POST / 2], ["before", "after"])
    ax.tick_params(length=0)
    _legend(ax, counts, -0.3 / height)
    ax.set_label(moves_in_words(counts, labels))
    bare(ax)
    # last, as what stands below takes height from them
    for edge, side, sizes, start in zip((-SIDE, 1 + SIDE), names, sides, starts, strict=True):
        _name_rows(ax, side, start, sizes, edge)
    return ax


def mosaic_plot(table: TransitionsLike, *, ax: Axes | None = None) -> Axes:
    """Draw what became of each grade as shares, and how many units had room to move.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns), worst first.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A row for each grade before, the best on top, as high as it has units; within it what fell,
        stayed and rose. Two lines beside it span the units that could rise and fall at all: the
        best can only fall. Its label (`get_label`) is alternative text, made from the counts.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the table is not square over the grades, or holds no unit.

    See Also
    --------
    flows_plot : The same as bands from grade to grade.
    ilacs_reliability.net_shift : The same in numbers.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import mosaic_plot
    >>> mosaic_plot(ilr.load_dataset("year_one_transitions").counts).get_label()[-62:]
    'That is 19 of 33 that could rise, and 3 of 30 that could fall.'
    """
    transitions = as_transitions(table)
    counts, labels = transitions.counts, list(map(str, transitions.scale.labels))
    sizes = counts.sum(axis=1)
    names = _named_posts(labels, sizes)
    room = _rooms(transitions)
    height = max(2.6, height_of(filter(None, names)))
    ax = new_axes(ax, height=height + 1.1, width=5.4 + width_of(names) + width_of(room))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    tiles = _draw_tiles(ax, counts, labels, starts)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, starts[-1])
    _draw_room(ax, room[0], 1.03, 0.0, float(starts[-2]), "bottom")
    _draw_room(ax, room[1], 1.06, float(starts[1]), float(starts[-1]), "top")
    ax.set_xlabel("share of the units with that grade before")
    _legend(ax, counts, -0.5 / height)
    ax.set_label(f"{moves_in_words(counts, labels)} {_room_in_words(transitions)}")
    bare(ax)
    _name_rows(ax, names, starts[:-1], sizes, -SIDE)
    _write_tiles(ax, tiles)
    return ax


def _named_posts(labels: list[str], sizes: Any) -> list[str]:
    """Return each grade's name with its units, "" where it has none."""
    return [
        wrapped(f"{label} ({whole(size)})", 22) if size else ""
        for label, size in zip(labels, sizes, strict=True)
    ]


def _name_rows(ax: Axes, names: list[str], starts: Any, sizes: Any, edge: float) -> None:
    """Write the name of each grade that has units beside its middle, to one side."""
    points = {
        name: (0.0 if edge < 0 else 1.0, float(low + size / 2))
        for name, low, size in zip(names, starts, sizes, strict=True)
        if size
    }
    name_at_the_side(ax, points, edge)


def _starts(sizes: Any) -> Any:
    gap = GAP * sizes.sum()
    return np.concatenate([[0], np.cumsum(sizes + gap)[:-1]])


def _moved(before: int, after: int) -> str:
    return "stayed" if before == after else "rose" if after > before else "fell"


def _draw_bands(ax: Axes, counts: Any, starts: list[Any]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    left, right = starts[0].astype(float), starts[1].astype(float)
    curve = [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    codes = [Path.MOVETO, *curve[1:], *curve, Path.CLOSEPOLY]
    near, far = POST, 1 - POST
    # a band leaves its grade in the order of where it goes, and arrives in that of where from
    for (before, after), count in np.ndenumerate(counts):
        if not count:
            continue
        a, b = left[before], right[after]
        left[before], right[after] = a + count, b + count
        there = [(near, a), (0.5, a), (0.5, b), (far, b)]
        back = [(far, b + count), (0.5, b + count), (0.5, a + count), (near, a + count)]
        look: Any = {"facecolor": MOVES[_moved(before, after)], "edgecolor": QUIET, "lw": 0.3}
        ax.add_patch(PathPatch(Path([*there, *back, (near, a)], codes), alpha=0.85, **look))


def _draw_posts(ax: Axes, x: float, sizes: Any, starts: Any) -> None:
    from matplotlib.patches import Rectangle

    for size, low in zip(sizes, starts, strict=True):
        if size:
            ax.add_patch(Rectangle((x, low), POST, size, color="0.15"))


def _draw_tiles(ax: Axes, counts: Any, labels: list[str], starts: Any) -> list[Any]:
    """Draw a tile for each move, and return them with their middles, texts and inks."""
    from matplotlib.patches import Rectangle

    drawn = []
    for (before, after), count in np.ndenumerate(counts):
        if not count:
            continue
        size = counts[before].sum()
        left, wide = counts[before, :after].sum() / size, count / size
        colour = MOVES[_moved(before, after)]
        look: Any = {"facecolor": colour, "edgecolor": "white", "lw": 1.5}
        tile = ax.add_patch(Rectangle((left, starts[before]), wide, size, **look))
        where = "stayed" if before == after else literal(f"to {labels[after]}")
        texts = (f"{whole(count)} {where}", whole(count))
        drawn.append((tile, (left + wide / 2, starts[before] + size / 2), texts, ink_on(colour)))
    return drawn


def _write_tiles(ax: Axes, drawn: list[Any]) -> None:
    """Write the units with the grade where there is room, else alone, else nothing."""
    tiles, left = [tile for tile, *_ in drawn], drawn
    for place in (0, 1):
        written = [
            ax.text(middle[0], middle[1], texts[place], ha="center", va="center", color=ink)
            for _, middle, texts, ink in left
        ]
        drop_what_does_not_fit(ax, tiles, written)
        left = [one for one, text in zip(left, written, strict=True) if text not in ax.texts]


def _draw_room(ax: Axes, text: str, x: float, low: float, high: float, side: str) -> None:
    if high > low:
        ax.plot([x, x], [low, high], color="0.15", linewidth=2, clip_on=False)
    ends: Any = {"bottom": (low, "bottom"), "top": (high, "top")}[side]
    ax.text(1.09, ends[0], text, va=ends[1], ha="left", fontsize=9)


def _rooms(transitions: Transitions) -> list[str]:
    said = []
    for verb, done, count, room in _room(transitions):
        some = f"{whole(room)} could {verb},\n{whole(count)} {done}"
        said.append(some if room else f"none could {verb}")
    return said


def _room(transitions: Transitions) -> list[tuple[str, str, int, int]]:
    counts = transitions.counts
    rose, fell = int(np.triu(counts, 1).sum()), int(np.tril(counts, -1).sum())
    return [
        ("rise", "rose", rose, int(counts[:-1].sum())),
        ("fall", "fell", fell, int(counts[1:].sum())),
    ]


def _room_in_words(transitions: Transitions) -> str:
    said = [
        f"{whole(count)} of {whole(room)} that could {verb}"
        for verb, _, count, room in _room(transitions)
    ]
    return f"That is {', and '.join(said)}."


def _legend(ax: Axes, counts: Any, below: float) -> None:
    from matplotlib.patches import Patch

    numbers = (np.tril(counts, -1), np.diagonal(counts), np.triu(counts, 1))
    handles = [
        Patch(facecolor=MOVES[name], edgecolor=QUIET, label=f"{name} ({whole(part.sum())})")
        for name, part in zip(("fell", "stayed", "rose"), numbers, strict=True)
    ]
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, below), ncols=3, frameon=False
    )
