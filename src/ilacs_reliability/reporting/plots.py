"""Pictures for notebooks and papers, drawn with matplotlib (extra ``plot``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.tables import GroupedGrades, Transitions
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability.error.severity import RaterSeverity
from ilacs_reliability.error.tipping import TippingPoint
from ilacs_reliability.planning.sequential import AgreementSequence
from ilacs_reliability.reporting.bars import grades_plot, overlap_plot
from ilacs_reliability.reporting.chances import power_plot, tipping_plot
from ilacs_reliability.reporting.curves import repeat_plot, sequence_plot
from ilacs_reliability.reporting.dots import coverage_plot, severity_plot
from ilacs_reliability.reporting.embedded import with_text
from ilacs_reliability.reporting.flows import flows_plot, mosaic_plot
from ilacs_reliability.reporting.forest import interval_plot
from ilacs_reliability.reporting.palette import ink_on, shades
from ilacs_reliability.reporting.squares import agreement_plot, raters_plot, transitions_plot
from ilacs_reliability.shift.movement import NetShift

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "agreement_plot",
    "coverage_plot",
    "flows_plot",
    "grades_plot",
    "ink_on",
    "interval_plot",
    "mosaic_plot",
    "overlap_plot",
    "picture_of",
    "power_plot",
    "raters_plot",
    "repeat_plot",
    "sequence_plot",
    "severity_plot",
    "shades",
    "tipping_plot",
    "transitions_plot",
    "with_text",
]


def picture_of(record: Any, *, ax: Axes | None = None) -> Axes:
    """Draw a record in the way that is natural for it; its own `plot` does the same.

    Parameters
    ----------
    record : Record
        An Estimate, Estimates, Transitions, GroupedGrades, NetShift, RaterSeverity, TippingPoint or
        AgreementSequence, or Ratings by two raters.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        Estimates as a forest, those of pairs of raters as squares; transitions as flows, a net
        shift as a mosaic with the room to move; groups as bars; ratings as an agreement chart.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If the record has no picture of its own.
    ValueError
        If there is nothing to draw: a batch of studies, or a severity that is undefined.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import picture_of
    >>> picture_of(ilr.net_shift([[2, 3], [1, 4]])).get_xlabel()
    'share of the units with that grade before'
    """
    if isinstance(record, Estimate):
        return interval_plot([record], ax=ax)
    if isinstance(record, Estimates):
        return _of_several(record, ax)
    if isinstance(record, NetShift):
        return mosaic_plot(Transitions(counts=record.counts, scale=record.scale), ax=ax)
    for kind, draw in OWN.items():
        if isinstance(record, kind):
            drawn: Axes = draw(record, ax=ax)
            return drawn
    raise TypeError(f"`record` must have a picture of its own, but got {told(record)}.")


OWN: dict[type, Any] = {
    Transitions: flows_plot,
    GroupedGrades: grades_plot,
    RaterSeverity: severity_plot,
    TippingPoint: tipping_plot,
    AgreementSequence: sequence_plot,
    Ratings: agreement_plot,
}


def _of_several(several: Estimates, ax: Axes | None) -> Axes:
    if several.of == "raters" and all(isinstance(key, tuple) for key in several):
        return raters_plot(several, ax=ax)
    return interval_plot(list(several.values()), ax=ax)
