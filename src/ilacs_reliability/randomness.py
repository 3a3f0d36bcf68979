"""Where random numbers come from."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_generator(rng: Any) -> np.random.Generator:
    """Return a source of random numbers.

    Parameters
    ----------
    rng : Generator, int or None
        A source, or a seed.

    Returns
    -------
    Generator
        The source.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If a seed is negative.
    """
    try:
        return np.random.default_rng(rng)
    except TypeError:
        raise TypeError(
            f"`rng` must be a Generator, a whole number or None, but got {rng!r}."
        ) from None
    except ValueError:
        raise ValueError(f"`rng` must be 0 or more, but got {rng!r}.") from None
