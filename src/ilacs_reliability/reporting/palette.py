"""One set of colours for all pictures: told apart by every eye, in grey print, and by letters."""

from __future__ import annotations

import re

import numpy as np

from ilacs_reliability._checks.arguments import check_count, told

# an even ladder from dark to light, made for colour-blind readers, told apart in grey print too
LADDER = "cividis"
# more colours than any eye or screen tells apart
MOST_SHADES = 10_000
# told apart by eyes of every kind, in grey print by their dashes, and at 4.5 to 1 on white
INKS = (("#00429d", "-"), ("#8b3a00", "--"), ("#4d4d4d", ":"), ("#0b6b50", "-."))
SHADE = "#d5dbe3"
QUIET = "0.45"
"""A grey that is seen on black and on white."""
MOVES = {"rose": "#00429d", "stayed": "#d5dbe3", "fell": "#d98032"}
GROUNDS = {
    "light": {
        "paper": "#ffffff",
        "ink": "#1a1a1a",
        "soft": "#555555",
        "line": "#d5d5d5",
        "shade": SHADE,
        "first": INKS[0][0],
        "second": INKS[1][0],
    },
    "dark": {
        "paper": "#15181c",
        "ink": "#e8eaed",
        "soft": "#b3b9c2",
        "line": "#4a5058",
        "shade": "#2f3a48",
        "first": "#8ab4f8",
        "second": "#f0a878",
    },
}
"""What a page calls its colours, by day and by night: every ink at 4.5 to 1 on paper and shade."""


def shades(n_grades: int) -> list[str]:
    """Return a colour for each grade, the worst the darkest.

    Parameters
    ----------
    n_grades : int
        Number of grades.

    Returns
    -------
    list of str
        Colours such as "#00224e", each lighter than the one before.
    """
    from matplotlib import colormaps, colors

    if check_count(n_grades, "n_grades") > MOST_SHADES:
        raise ValueError(f"`n_grades` must be at most {MOST_SHADES:,}, but got {told(n_grades)}.")
    return [colors.to_hex(colormaps[LADDER](place)) for place in np.linspace(0, 1, n_grades)]


def ink_on(colour: str) -> str:
    """Return the ink, black or white, that stands out more on a colour.

    Parameters
    ----------
    colour : str
        Any colour that matplotlib knows.

    Returns
    -------
    str
        "black" or "white"; the contrast is at least 4.5 to 1 by WCAG's measure.
    """
    parts = np.array(_parts(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    # where both inks contrast alike: (1.05) / (l + 0.05) = (l + 0.05) / 0.05
    return "white" if luminance + 0.05 < np.sqrt(1.05 * 0.05) else "black"


def _parts(colour: str) -> tuple[float, ...]:
    """Return red, green and blue, 0 to 1; matplotlib is asked for names alone."""
    if isinstance(colour, str) and re.fullmatch("#[0-9a-fA-F]{6}", colour):
        return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    from matplotlib.colors import is_color_like, to_rgb

    if not is_color_like(colour):
        raise ValueError(f"`colour` must be one that matplotlib knows, but got {told(colour)}.")
    return to_rgb(colour)
