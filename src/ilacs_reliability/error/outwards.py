"""Limits of a profile likelihood, sought outwards from its peak."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def limit_outwards(
    drop: Callable[[float], float],
    *,
    peak: float,
    end: float,
    step: float,
    allowed: float,
    xtol: float = 1e-8,
) -> float:
    """Return where a drop reaches what is allowed on the way from the peak to an end, or the end.

    Steps double until the drop is passed. Near the peak places are cheap to climb to from the one
    before, and a likelihood of several peaks is left only where its own one ends. The root of the
    drop is nearly a straight line, so that few places are looked at.
    """
    from scipy.optimize import brentq

    # a place is looked at once: climbed to again from nearer by, it could lie on the other side
    known = {peak: -float(np.sqrt(allowed))}

    def excess(at: float) -> float:
        if at not in known:
            known[at] = float(np.sqrt(max(drop(at), 0.0)) - np.sqrt(allowed))
        return known[at]

    inside, side = peak, np.sign(end - peak)
    while inside != end:
        at = float(inside + side * step)
        at = end if (at - end) * side >= 0 else at
        if excess(at) > 0:
            return float(brentq(excess, inside, at, xtol=xtol))
        inside, step = at, 2.0 * step
    return end
