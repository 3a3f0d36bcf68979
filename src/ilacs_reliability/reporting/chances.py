"""Pictures of chances: of a finding by error alone, and of a study that shows what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ilacs_reliability._checks.arguments import check_between, check_each, told
from ilacs_reliability._results.wording import counted, fixed, listed, percent, together
from ilacs_reliability.error.tipping import TippingPoint
from ilacs_reliability.planning.double_ratings import StudyPlan
from ilacs_reliability.reporting.axes import bare, new_axes, whole_ticks
from ilacs_reliability.reporting.captions import RELIABILITY
from ilacs_reliability.reporting.lettering import height_of, name_at_the_side, width_of, wrapped
from ilacs_reliability.reporting.palette import INKS, QUIET, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 3.4
"""Of the picture, in inches."""
FRAME = 2.7
"""Of its frame."""


def tipping_plot(tip: TippingPoint, *, ax: Axes | None = None) -> Axes:
    """Draw how likely error alone gives what was found, against the reliability.

    Parameters
    ----------
    tip : TippingPoint
        What `tipping_point` returned.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        The chance at each reliability, the level from which on it counts, and, shaded, the
        reliabilities at which the finding may be error alone. Its label (`get_label`) is
        alternative text, made from the numbers.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If something else was given.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import tipping_plot
    >>> table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    >>> tipping_plot(ilr.tipping_point(table, shares=[13, 29, 65, 46])).get_label()[:60]
    '14 more units up than down of 65 units: error alone gives as'
    """
    if not isinstance(tip, TippingPoint):
        raise TypeError(f"`tip` must be a TippingPoint, but got {told(tip)}.")
    ax = new_axes(ax, height=HEIGHT)
    places, chances = np.asarray(tip.chances).T
    if np.isfinite(tip.reliability):
        ax.axvspan(0, tip.reliability, color=SHADE, linewidth=0)
        ax.axvline(tip.reliability, color="0.35", linestyle=":", linewidth=1.5)
    ink, _ = INKS[0]
    ax.plot(places, chances, color=ink, linewidth=2)
    ax.axhline(tip.level, color=INKS[1][0], linestyle="--", linewidth=1.5)
    top = 1.15 * max(float(chances.max()), tip.level)
    ax.set(xlim=(0, 1), ylim=(0, min(top, 1.02)), xlabel=RELIABILITY)
    ax.set_ylabel(wrapped("chance that error alone gives as much", 24))
    ax.set_title(_title(tip), fontsize=10, loc="left")
    ax.set_label(tip.describe())
    bare(ax, "top", "right")
    return ax


def _title(tip: TippingPoint) -> str:
    if not np.isfinite(tip.reliability):
        text = "no reliability makes it error alone"
    else:
        text = f"may be error alone at a reliability of {fixed(tip.reliability, 2)} or less"
    return wrapped(f"{tip.finding}: {text}", 70)


def power_plot(
    plans: Sequence[StudyPlan], *, wanted: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the chance that a study shows what is asked, against its units.

    Parameters
    ----------
    plans : sequence of StudyPlan
        From `power_for_agreement`, `units_for_shift` and their like; a line for each truth.
    wanted : float, optional
        A chance that is wanted, 0 to 1, drawn as a line across.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        The picture. Its label (`get_label`) is alternative text, made from the numbers.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If there is something else among them, or `wanted` is no number.
    ValueError
        If there is none, they ask different things, none has units, or `wanted` is not between 0
        and 1.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import power_plot
    >>> world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
    >>> plans = [
    ...     ilr.power_for_agreement(ilr.percent_agreement, world, n, threshold=0.8)
    ...     for n in (50, 100, 150)
    ... ]
    >>> print(power_plot(plans).get_label())
    Chance to show percent_agreement at least 0.8. If it is 0.900: 43.1% with 50 units, 70.3% with
    100 units and 92.8% with 150 units.
    """
    shown = check_each(plans, "plans", StudyPlan, of="StudyPlans")
    if wanted is not None:
        check_between(wanted, "wanted", 0, 1)
    lines = _lines(shown)
    ends = {name: points[-1] for name, points in lines.items()}
    names = sorted(ends, key=lambda name: ends[name][1])
    frame = max(FRAME, height_of(names))
    ax = new_axes(ax, height=frame + HEIGHT - FRAME, width=5.4 + width_of(names))
    for k, points in enumerate(lines.values()):
        ink, dashes = INKS[k % len(INKS)]
        units, power = zip(*points, strict=True)
        ax.plot(units, power, color=ink, linestyle=dashes, linewidth=2, marker="o", ms=4)
    if wanted is not None:
        ax.axhline(float(wanted), color=QUIET, linestyle=(0, (1, 1)), linewidth=1.5)
    last = max(points[-1][0] for points in lines.values())
    ax.set(xlim=(0, 1.03 * last), ylim=(0, 1.02), xlabel="units")
    whole_ticks(ax.xaxis)
    bar = f"{shown[0].name.replace('_', ' ')} {shown[0].bar}"
    ax.set_ylabel(wrapped(f"chance to show {bar}", 30))
    name_at_the_side(ax, {name: ends[name] for name in names}, 1.06 * last)
    ax.set_label(_power_in_words(shown, lines))
    bare(ax, "top", "right")
    return ax


def _lines(plans: Sequence[StudyPlan]) -> dict[str, list[tuple[float, float]]]:
    """Return units and power of each truth, by its words."""
    if not plans:
        raise ValueError("`plans` must hold at least one plan, but is empty.")
    if len({(plan.name, plan.bar, plan.confidence_level) for plan in plans}) > 1:
        raise ValueError("`plans` must all ask the same, but they differ in what they show.")
    truths = sorted({plan.truth for plan in plans if np.isfinite(plan.truth)})
    written = dict(zip(truths, together(*truths), strict=True)) if truths else {}
    lines: dict[str, list[tuple[float, float]]] = {}
    for plan in sorted(plans, key=_truth_and_units):
        if plan.n_units is not None and not np.isnan(plan.power):
            line = lines.setdefault(_truth(plan, written), [])
            line.append((float(plan.n_units), float(plan.power)))
    if not lines:
        raise ValueError("`plans` must hold a plan with units, but none was found.")
    return lines


def _truth_and_units(plan: StudyPlan) -> Any:
    return (np.nan_to_num(plan.truth, nan=-np.inf), plan.n_units or 0)


def _truth(plan: StudyPlan, written: Mapping[float, str]) -> str:
    return f"if it is {written[plan.truth]}" if plan.truth in written else "if all are so"


def _power_in_words(plans: Sequence[StudyPlan], lines: dict[str, list[tuple[float, float]]]) -> str:
    said = []
    for name, points in lines.items():
        shown = [f"{percent(power)} with {counted(units, 'unit')}" for units, power in points]
        said.append(f"{name[:1].upper()}{name[1:]}: {listed(shown)}.")
    return f"Chance to show {plans[0].name} {plans[0].bar}. {' '.join(said)}"
