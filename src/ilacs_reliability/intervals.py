"""Closed-form confidence limits."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from scipy import special

Pair: TypeAlias = tuple[Any, Any]


def score_limits(
    value: Any,
    observed: Any,
    expected: Any,
    standard_error: Any,
    n_units: Any,
    n_discordant: Any,
    *,
    confidence_level: float,
) -> Pair:
    """Return Jeffreys limits of the observed agreement, mapped back."""
    spread = np.asarray(observed * (1 - observed))
    with np.errstate(invalid="ignore", divide="ignore"):
        size = spread / ((1 - expected) ** 2 * np.asarray(standard_error) ** 2)
    size = np.clip(np.where(np.isfinite(size) & (spread > 0), size, n_units), 2, n_units)
    tail = (1 - confidence_level) / 2
    a, b = size * observed + 0.5, size * (1 - observed) + 0.5
    low = np.where(observed <= 0, 0.0, special.betaincinv(a, b, tail))
    high = np.where(observed >= 1, 1.0, special.betaincinv(a, b, 1 - tail))
    low, high = ((p - expected) / (1 - expected) for p in (low, high))
    return np.minimum(low, value), np.maximum(high, value)


def t_limits(value: Any, standard_error: Any, n_units: Any, *, confidence_level: float) -> Pair:
    """Return t limits."""
    half = special.stdtrit(n_units - 1, (1 + confidence_level) / 2) * standard_error
    return value - half, value + half


def wald_limits(value: Any, standard_error: Any, *, confidence_level: float) -> Pair:
    """Return normal limits."""
    half = special.ndtri((1 + confidence_level) / 2) * standard_error
    return value - half, value + half


def logit_limits(
    value: Any, standard_error: Any, n_units: Any, expected: Any, *, confidence_level: float
) -> Pair:
    """Return t limits on the logit scale of the coefficient's range."""
    low = -expected / (1 - expected)
    share = (value - low) / (1 - low)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = special.stdtrit(n_units - 1, (1 + confidence_level) / 2) * standard_error
        half = half / (1 - low) / (share * (1 - share))
        a, b = (special.expit(special.logit(share) + sign * half) for sign in (-1, 1))
    inside = (share > 0) & (share < 1)
    return tuple(np.where(inside, low + (1 - low) * x, value) for x in (a, b))


def clopper_pearson_limits(successes: Any, n: Any, *, confidence_level: float) -> Pair:
    """Return exact limits of a proportion."""
    tail = (1 - confidence_level) / 2
    low = np.where(
        successes > 0, special.betaincinv(np.maximum(successes, 1), n - successes + 1, tail), 0.0
    )
    high = np.where(
        successes < n,
        special.betaincinv(successes + 1, np.maximum(n - successes, 1), 1 - tail),
        1.0,
    )
    return low, high


wilson_limits = jeffreys_limits = midp_limits = clopper_pearson_limits
