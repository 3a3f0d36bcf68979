"""Pictures of square tables: before and after, one rater and another, each rater with each."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from ilacs_reliability._checks.arguments import naming, told
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.tables import TransitionsLike, as_transitions
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.wording import counted, fixed, listed, together, whole
from ilacs_reliability.reporting.axes import names_both_ways, new_axes, whole_ticks
from ilacs_reliability.reporting.captions import moved_in_words
from ilacs_reliability.reporting.lettering import (
    LINE,
    height_of,
    n_lines,
    name_at_the_side,
    width_of,
    wrapped,
)
from ilacs_reliability.reporting.palette import LADDER, QUIET, ink_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_WRITTEN = 20
"""Raters up to which each pair's number is written into its square."""
CHART = 3.6
"""Height of an agreement chart's frame at least, in inches."""


def transitions_plot(table: TransitionsLike, *, ax: Axes | None = None) -> Axes:
    """Draw how many units moved from each grade to each grade.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns), worst first.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A square of counts, the unchanged on a framed diagonal; improvement lies to the right. Its
        label (`get_label`) is alternative text, made from the counts.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the table is not square over the grades.

    See Also
    --------
    flows_plot : The same as bands from grade to grade.
    mosaic_plot : The same as shares of each grade, with the room to move.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import transitions_plot
    >>> ax = transitions_plot([[2, 3], [1, 4]])
    >>> ax.get_xlabel()
    'grade after'
    """
    transitions = as_transitions(table)
    counts, labels = transitions.counts, list(map(str, transitions.scale.labels))
    names = [wrapped(label, 14) for label in labels]
    cell = max(0.7, 0.2 + width_of([*names, whole(counts.max())]))
    row = max(0.6, 0.2 + LINE * max(map(n_lines, names)))
    ax = new_axes(ax, height=0.8 + row * (1 + len(labels)), width=0.6 + cell * (1 + len(labels)))
    ax.imshow(counts, cmap="Greys", vmin=0, vmax=1.8 * max(counts.max(), 1), aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        ax.text(column, row, whole(count), ha="center", va="center")
    for place in range(len(labels)):
        frame = _patches().Rectangle((place - 0.5, place - 0.5), 1, 1, fill=False, lw=1.2)
        ax.add_patch(frame)
    names_both_ways(ax, names)
    ax.set_xlabel("grade after")
    ax.set_ylabel("grade before")
    ax.set_label(moves_in_words(counts, labels))
    return ax


def moves_in_words(counts: Any, labels: list[str]) -> str:
    """Say how many units rose, stayed and fell, and from where to where most did."""
    moves = [
        int(part.sum()) for part in (np.triu(counts, 1), np.diagonal(counts), np.tril(counts, -1))
    ]
    moved = counts - np.diag(np.diagonal(counts))
    frequent = np.argwhere(moved == max(int(moved.max()), 1))
    named = [f"{labels[before]} to {labels[after]}" for before, after in frequent]
    most = f" Most frequent: {listed(named)} ({whole(moved.max())})." if named else ""
    return f"Of {counted(counts.sum(), 'unit')} graded twice, {moved_in_words(moves)}.{most}"


def agreement_plot(ratings: Ratings, *, ax: Axes | None = None) -> Axes:
    """Draw Bangdiwala's agreement chart of two raters.

    Parameters
    ----------
    ratings : Ratings
        One study by two known raters.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A rectangle for each grade with the raters' totals as sides; black where both gave it. A
        path of rectangles away from the diagonal shows that one rater grades higher. Its label
        (`get_label`) is alternative text, made from the counts.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If they are not Ratings.
    ValueError
        If the ratings are not one study by two known raters.

    References
    ----------
    .. [1] S. I. Bangdiwala and V. Shankar, "The agreement chart", BMC Medical Research Methodology
           13 (2013), article 97.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import agreement_plot
    >>> table = ilr.ratings_from_table([[20, 1], [1, 2]], scale=ilr.Scale(["good", "convert"]))
    >>> agreement_plot(table).get_xlabel()
    'units, by first'
    """
    if not isinstance(ratings, Ratings):
        raise TypeError(f"`ratings` must be Ratings by two raters, but got {told(ratings)}.")
    if ratings.patterns is None or ratings.n_raters != 2 or ratings.frequencies.ndim != 1:
        raise ValueError(
            f"`ratings` must be of one study by two known raters, but got {told(ratings)}: choose "
            "two by `select_raters`."
        )
    with naming("ratings", instead="table"):
        transitions = as_transitions(ratings)
    counts = transitions.counts
    names = ratings.raters or ("first rater", "second rater")
    labels = [wrapped(str(label), 24) for label in transitions.scale.labels]
    frame = max(CHART, height_of(labels))
    ax = new_axes(ax, height=frame + 1.2, width=frame + 1.8 + width_of(labels))
    x = y = 0
    middles = {}
    for grade, label in enumerate(labels):
        wide, high, both = counts[grade].sum(), counts[:, grade].sum(), counts[grade, grade]
        ax.add_patch(_patches().Rectangle((x, y), wide, high, fill=False))
        # the black square stands where the grades below it end
        across, up = counts[grade, :grade].sum(), counts[:grade, grade].sum()
        ax.add_patch(_patches().Rectangle((x + across, y + up), both, both, color="black"))
        if wide and high:
            middles[label] = (float(x + wide), float(y + high / 2))
        x, y = x + wide, y + high
    ax.plot([0, x], [0, y], color=QUIET, linewidth=0.8)
    ax.set_xlim(0, x)
    ax.set_ylim(0, y)
    ax.set_aspect("equal")
    ax.set_xlabel(wrapped(f"units, by {names[0]}", 40))
    ax.set_ylabel(wrapped(f"units, by {names[1]}", 40))
    whole_ticks(ax.xaxis, ax.yaxis)
    name_at_the_side(ax, middles, 1.08 * float(x))
    ax.set_label(_agreement_in_words(counts, transitions.scale.labels))
    return ax


def _agreement_in_words(counts: Any, labels: tuple[Hashable, ...]) -> str:
    same = np.diagonal(counts)
    shares = listed(
        (f"{whole(both)} {label}" for both, label in zip(same, labels, strict=True) if both),
        most=len(labels),
    )
    which = f" ({shares})" if shares else ""
    return (
        f"Both raters gave {whole(same.sum())} of {counted(counts.sum(), 'unit')} the same "
        f"grade{which}."
    )


def raters_plot(pairs: Estimates, *, ax: Axes | None = None) -> Axes:
    """Draw how each rater agrees with each other one, as squares of colour.

    Parameters
    ----------
    pairs : Estimates
        What `pairwise_agreement` returned.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A square for each pair, the lighter the more they agree, with the number for up to 20
        raters; a pair without a value has a crossed square. Its label (`get_label`) is alternative
        text, made from the numbers.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If something else was given.
    ValueError
        If the estimates are not of pairs of raters.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import raters_plot
    >>> grades = [[1, 1, 1], [2, 2, 2], [1, 2, 1], [2, 2, 1]]
    >>> raters_plot(ilr.pairwise_agreement(grades)).get_label()
    'Percent agreement of 3 pairs of 3 raters: from 0.500 (2 and 3) to 0.750 (1 and 2).'
    """
    names, values = _by_pair(pairs)
    shown = [wrapped(str(name), 14) for name in names]
    writes = len(names) <= MOST_WRITTEN
    wide, high = (
        (max(0.55, 0.15 + width_of(shown)), max(0.45, 0.1 + LINE * max(map(n_lines, shown))))
        if writes
        else (0.3, 0.3)
    )
    ax = new_axes(
        ax,
        height=max(2.4, 0.8 + high * len(names)),
        width=1.8 + width_of(shown) + wide * len(names),
    )
    known = values[np.isfinite(values)]
    least = min(0.0, float(known.min())) if known.size else 0.0
    image = ax.imshow(values, cmap=LADDER, vmin=least, vmax=1, aspect="auto")
    _write_pairs(ax, values, image, writes)
    names_both_ways(ax, shown, rotation=0 if writes else 90)
    label = _label_of(pairs)
    figure: Any = ax.figure
    figure.colorbar(image, ax=ax, label=label, shrink=0.9, pad=0.03)
    ax.set_label(_pairs_in_words(pairs, label, len(names)))
    return ax


def _by_pair(pairs: Estimates) -> tuple[list[Hashable], Any]:
    """Return the raters and the values of their pairs, nan where there is none."""
    if not isinstance(pairs, Estimates):
        raise TypeError(f"`pairs` must be Estimates by pair of raters, but got {told(pairs)}.")
    keys: list[Any] = list(pairs)
    if not keys or not all(isinstance(key, tuple) and len(key) == 2 for key in keys):
        raise ValueError(f"`pairs` must hold an estimate a pair of raters, but got {told(pairs)}.")
    names = list(dict.fromkeys(name for key in keys for name in key))
    values = np.full((len(names), len(names)), np.nan)
    for (one, other), pair in zip(keys, pairs.values(), strict=True):
        if np.ndim(pair.value):
            raise ValueError("`pairs` must be of one study, but holds batches.")
        places = names.index(one), names.index(other)
        values[places] = values[places[::-1]] = pair.value
    return names, values


def _write_pairs(ax: Axes, values: Any, image: Any, writes: bool) -> None:
    from matplotlib.colors import to_hex

    for (row, column), value in np.ndenumerate(values):
        if row == column:
            ax.add_patch(_patches().Rectangle((column - 0.5, row - 0.5), 1, 1, color="white"))
        elif np.isnan(value):
            box = _patches().Rectangle(
                (column - 0.5, row - 0.5), 1, 1, fill=False, hatch="xx", edgecolor=QUIET, lw=0
            )
            ax.add_patch(box)
        elif writes:
            ink = ink_on(to_hex(image.to_rgba(value)))
            ax.text(column, row, fixed(value, 2), ha="center", va="center", color=ink, fontsize=9)


def _label_of(pairs: Estimates) -> str:
    first: Estimate = next(iter(pairs.values()))
    return (first.label or first.name).partition(" of raters ")[0]


def _pairs_in_words(pairs: Estimates, label: str, n_raters: int) -> str:
    known: dict[Any, float] = {
        key: pair.value for key, pair in pairs.items() if np.isfinite(pair.value)
    }
    of = f"of {counted(len(pairs), 'pair')} of {n_raters} raters"
    left = len(pairs) - len(known)
    some = f"of {len(known)} {of}" if left and known else of
    start = f"{label[:1].upper()}{label[1:]} {some}"
    if not known:
        return f"{start}: none is defined."
    ends = [min(known, key=known.__getitem__), max(known, key=known.__getitem__)]
    low, high = together(*(known[key] for key in ends))
    names = [" and ".join(map(str, key)) for key in ends]
    rest = f" {counted(left, 'pair has', 'pairs have')} no value." if left else ""
    if len(known) == 1:
        return f"{start}: {low} ({names[0]}).{rest}"
    if low == high:
        return f"{start}: {low} each.{rest}"
    return f"{start}: from {low} ({names[0]}) to {high} ({names[1]}).{rest}"


def _patches() -> Any:
    from matplotlib import patches

    return patches
