"""The beta distribution, also where both its shapes are so large that SciPy's series lose digits.

SciPy 1.15 is off by 2e-5 from shapes of about 1e12 each, and later versions by a hundredth here and
there. Such a distribution is normal but for a slight skewness.
"""

from __future__ import annotations

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
    large = np.minimum(a, b) > LARGE
    if not np.any(large):
        return special.betainc(a, b, x)
    mean, error, skewness = _moments(a, b)
    z = np.clip((x - mean) / error, -FAR, FAR)
    by_moments = special.ndtr(z - skewness * (z**2 - 1) / 6)
    # SciPy takes long over the shapes whose answer is not used
    one, other = (np.where(large, 1.0, shape) for shape in (a, b))
    return np.where(large, by_moments, special.betainc(one, other, x))[()]


def betaincc(a: Any, b: Any, x: Any) -> Any:
    """Return the chance of a share above x, as `scipy.special.betaincc` does."""
    large = np.minimum(a, b) > LARGE
    if not np.any(large):
        return special.betaincc(a, b, x)
    mean, error, skewness = _moments(a, b)
    z = np.clip((x - mean) / error, -FAR, FAR)
    by_moments = special.ndtr(skewness * (z**2 - 1) / 6 - z)
    one, other = (np.where(large, 1.0, shape) for shape in (a, b))
    return np.where(large, by_moments, special.betaincc(one, other, x))[()]


def betaincinv(a: Any, b: Any, p: Any) -> Any:
    """Return the share below which a chance lies, as `scipy.special.betaincinv` does."""
    large = np.minimum(a, b) > LARGE
    if not np.any(large):
        return special.betaincinv(a, b, p)
    return np.where(large, _quantile(a, b, special.ndtri(p)), special.betaincinv(a, b, p))[()]


def betainccinv(a: Any, b: Any, p: Any) -> Any:
    """Return the share above which a chance lies, as `scipy.special.betainccinv` does."""
    large = np.minimum(a, b) > LARGE
    if not np.any(large):
        return special.betainccinv(a, b, p)
    return np.where(large, _quantile(a, b, -special.ndtri(p)), special.betainccinv(a, b, p))[()]


def _quantile(a: Any, b: Any, z: Any) -> Any:
    """Return a quantile by Cornish and Fisher's first term."""
    mean, error, skewness = _moments(a, b)
    z = np.clip(z, -FAR, FAR)
    return np.clip(mean + error * (z + skewness * (z**2 - 1) / 6), 0.0, 1.0)


def _moments(a: Any, b: Any) -> tuple[Any, Any, Any]:
    """Return mean, standard deviation and skewness; ones where a shape is no number above zero."""
    a, b = (np.where(shape > 0, shape, 1.0) for shape in (a, b))
    n = a + b
    error = np.sqrt(a * b / (n + 1)) / n
    return a / n, error, 2 * (b - a) * np.sqrt(n + 1) / ((n + 2) * np.sqrt(a * b))
