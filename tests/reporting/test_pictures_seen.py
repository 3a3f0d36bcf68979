"""Pictures look as they did when someone last looked at them."""

import json
from pathlib import Path

import numpy as np
import pytest

from reporting.drawn import DRAWN, seen

STORED = json.loads(
    (Path(__file__).parents[1] / "reference" / "pictures.json").read_text(encoding="utf-8")
)
TOLERANCE = 0.25
"""What another version may move, as a share of what is drawn at all."""


def shades_of(rows):
    return np.array([[int(digit, 16) for digit in row] for row in rows])


def moved(one, other):
    """Return how much of two pictures lies elsewhere in the other, as a share of their mean."""
    one, other = blurred(15.0 - one), blurred(15.0 - other)
    return 2 * np.abs(one - other).mean() / (one.mean() + other.mean())


def blurred(dark):
    """Return each cell's mean with its neighbours: a thin line may fall into the next cell."""
    edged = np.pad(dark, 1, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(edged, (3, 3)).mean(axis=(2, 3))


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_looks_as_it_did(name):
    then, now = shades_of(STORED[name]), shades_of(seen(DRAWN[name]()))
    assert then.shape == now.shape
    assert moved(then, now) <= TOLERANCE


def test_another_picture_would_be_noticed():
    every = {name: shades_of(rows) for name, rows in STORED.items()}
    for name, one in every.items():
        others = [moved(one, there) for other, there in every.items() if other != name]
        assert min(others) > 2 * TOLERANCE, name
