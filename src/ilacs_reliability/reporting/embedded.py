"""A picture that carries its alternative text wherever a notebook shows it."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from ilacs_reliability._checks.arguments import check_text, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTS = 110
"""Dots an inch."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A drawn picture with its alternative text; a notebook shows it as an image.

    Attributes
    ----------
    png : bytes
        The picture.
    text : str
        What it shows, in words.
    """

    png: bytes
    text: str

    def __repr__(self) -> str:
        return f"Embedded({self.text})"

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode()
        look = "max-width:100%;background:#fff"
        return f'<img alt="{escape(self.text)}" style="{look}" src="data:image/png;base64,{data}">'


def with_text(ax: Axes, *, text: str | None = None) -> Embedded:
    """Return the picture as an image with alternative text, for the end of a notebook's cell.

    Parameters
    ----------
    ax : matplotlib Axes
        A picture of `reporting.plots`, or any other. Its figure is closed, so that the notebook
        does not show it twice.
    text : str, optional
        What it shows, in words. Default: the label of the axes, which pictures of this library make
        from the data.

    Returns
    -------
    Embedded
        The image, which a screen reader can read.

    Raises
    ------
    TypeError
        If `ax` is something else, or `text` is no text.
    ValueError
        If there is neither a text nor a label.

    Examples
    --------
    >>> from ilacs_reliability.reporting.plots import transitions_plot, with_text
    >>> with_text(transitions_plot([[2, 3], [1, 4]]))
    Embedded(Of 10 units graded twice, 3 rose, 6 stayed and 1 fell. Most frequent: 1 to 2 (3).)
    """
    from matplotlib import axes, pyplot

    if not isinstance(ax, axes.Axes):
        raise TypeError(f"`ax` must be Axes of matplotlib, but got {told(ax)}.")
    if text is not None:
        check_text(text, "text")
    said = str(ax.get_label()) if text is None else text
    if not said:
        raise ValueError("`text` must say what the picture shows, as its axes have no label.")
    figure: Any = ax.figure
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS)
    pyplot.close(figure)
    return Embedded(file.getvalue(), said)
