"""Records that have a picture of their own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# by name, as the front door loads whatever is asked for: pictures stand above all records
PICTURES = "ilacs_reliability.reporting.plots"


class Pictured:
    """A record that `reporting.plots` knows how to draw."""

    __slots__ = ()

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the record with matplotlib (extra ``plot``), as `reporting.plots.picture_of` does.

        Parameters
        ----------
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
            If `ax` is something else.
        ValueError
            If there is nothing to draw: a batch of studies, or a result that is undefined.
        """
        drawn: Axes = import_module(PICTURES).picture_of(self, ax=ax)
        return drawn
