"""Quantiles of Student's t, also so near the middle that SciPy's search returns 0 for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

NEAR = 1e-4
"""Distance of a chance from one half below which two terms of a series hold 1e-12."""


def t_quantile(df: Any, chance: Any) -> Any:
    """Return where a t variable lies below with a chance, as `scipy.special.stdtrit` does.

    SciPy 1.17 returns 0 for 4 or 6 degrees of freedom and a chance of 0.5 + 5e-10.
    """
    found = special.stdtrit(df, chance)
    away = np.asarray(chance - 0.5)
    near = np.abs(away) < NEAR
    if not np.any(near):
        return found
    n = np.where(np.asarray(df) > 0, df, np.nan)
    step = away * np.sqrt(n * np.pi) / special.poch(n / 2, 0.5)
    return np.where(near, step + step**3 * (1 + 1 / n) / 6, found)[()]
