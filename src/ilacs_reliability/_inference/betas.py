"""The beta distribution, also where both its shapes are so large that SciPy's series lose digits.

SciPy 1.15 is off by 2e-5 from shapes of about 1e12 each, and later versions by a hundredth here and
there. Such a distribution is normal but for a slight skewness.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy import special

LARGE = 1e8
"""Shapes above which the normal distribution with a skewness is right to about 1e-8."""
FAR = 38.0
"""Standard deviations past which no chance is left that a float can hold."""


def betainc(a: Any, b: Any, x: Any) -> Any:
    """Return the chance of a share of at most x, as `scipy.special.betainc` does."""
    if type(a) is int and type(b) is int and min(a, b) <= LARGE:
        return special.betainc(a, b, x)
    return _large_apart(special.betainc, partial(_chance, 1.0), a, b, x)


def betaincc(a: Any, b: Any, x: Any) -> Any:
    """Return the chance of a share above x, as `scipy.special.betaincc` does."""
    return _large_apart(special.betaincc, partial(_chance, -1.0), a, b, x)


def betaincinv(a: Any, b: Any, p: Any) -> Any:
    """Return the share below which a chance lies, as `scipy.special.betaincinv` does."""
    return _large_apart(special.betaincinv, partial(_quantile, 1.0), a, b, p)


def betainccinv(a: Any, b: Any, p: Any) -> Any:
    """Return the share above which a chance lies, as `scipy.special.betainccinv` does."""
    return _large_apart(special.betainccinv, partial(_quantile, -1.0), a, b, p)


def _large_apart(function: Any, by_moments: Any, a: Any, b: Any, at: Any) -> Any:
    """Ask SciPy of the shapes that it is right about, and the moments of larger ones."""
    large = np.minimum(a, b) > LARGE
    if not np.any(large):
        return function(a, b, at)
    # SciPy takes long over the shapes whose answer is not used
    one, other = (np.where(large, 1.0, shape) for shape in (a, b))
    return np.where(large, by_moments(a, b, at), function(one, other, at))[()]


def _chance(side: float, a: Any, b: Any, x: Any) -> Any:
    """Return the chance below (1), or above (-1), by Edgeworth's first term."""
    mean, error, skewness = _moments(a, b)
    z = np.clip((x - mean) / error, -FAR, FAR)
    return special.ndtr(side * (z - skewness * (z**2 - 1) / 6))


def _quantile(side: float, a: Any, b: Any, p: Any) -> Any:
    """Return a quantile from below (1), or above (-1), by Cornish and Fisher's first term."""
    mean, error, skewness = _moments(a, b)
    z = np.clip(side * special.ndtri(p), -FAR, FAR)
    return np.clip(mean + error * (z + skewness * (z**2 - 1) / 6), 0.0, 1.0)


def _moments(a: Any, b: Any) -> tuple[Any, Any, Any]:
    """Return mean, standard deviation and skewness; ones where a shape is no number above zero."""
    a, b = (np.where(shape > 0, shape, 1.0) for shape in (a, b))
    n = a + b
    error = np.sqrt(a * b / (n + 1)) / n
    return a / n, error, 2 * (b - a) * np.sqrt(n + 1) / ((n + 2) * np.sqrt(a * b))
