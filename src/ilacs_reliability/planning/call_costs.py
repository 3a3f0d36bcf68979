"""What a call of a test takes, which a plan must know before it makes hundreds of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from ilacs_reliability._results.estimates import SignificanceResult


class Cost(NamedTuple):
    """Nanoseconds of a call at 100 units, the power of the units they rise by, and the most."""

    at_hundred: float
    rise: float = 0.0
    most: float = float("inf")

    def at(self, n_units: float) -> float:
        """Return the nanoseconds of a call with so many units."""
        return float(min(self.at_hundred * (n_units / 100) ** self.rise, self.most))


USUAL = Cost(3e5)
# by the name of a result and the first word of its method, where a call takes a millisecond or more
CALLS = {
    ("stuart_maxwell", "exact"): Cost(3e6, 3, 1e9),
    ("stuart_maxwell", "monte_carlo"): Cost(1e7),
    ("bowker", "exact"): Cost(1e6, 0.8, 4e7),
    ("bowker", "monte_carlo"): Cost(1e7),
    ("wilcoxon_signed_rank", "monte_carlo"): Cost(4e6),
    ("mcnemar", "unconditional"): Cost(4e6, 0.5, 1e8),
    ("mann_whitney", "exact"): Cost(2e6, 0.5, 2e7),
    ("mann_whitney", "monte_carlo"): Cost(5e6),
    ("jonckheere", "exact"): Cost(2e6, 0.5, 2e7),
    ("jonckheere", "monte_carlo"): Cost(5e6),
    ("van_elteren", "exact"): Cost(3e6, 0.5, 2e7),
    ("van_elteren", "monte_carlo"): Cost(1e7),
    ("brunner_munzel", "permutation"): Cost(9e6, 2, 4e8),
    ("two_proportions", "boschloo"): Cost(9e6, 1.1, 2e8),
    ("two_proportions", "barnard"): Cost(5e6, 1.1, 1e8),
    ("cochran_mantel_haenszel", "exact"): Cost(5e6, 3, 1e9),
    ("cochran_mantel_haenszel", "monte_carlo"): Cost(9e7),
    ("parallel_lines_test", "likelihood_ratio"): Cost(2e7),
    ("proportional_odds", ""): Cost(1e7),
}
# of limits, by the first method of the estimate
LIMITS = {
    "boschloo": Cost(1.2e8, 1.1),
    "barnard": Cost(1.2e8, 1.1),
    "calibrated_tango": Cost(3e7, 0.5),
    "calibrated_score": Cost(5e6, 0.3),
    "profile": Cost(1e7),
}


def call_cost(result: Any, n_units: float, *, with_limits: bool = False) -> float:
    """Return the nanoseconds that a function takes which returned this for another study."""
    named = str(getattr(result, "name", "")), _first_word(getattr(result, "method", ""))
    call = CALLS.get(named, USUAL).at(n_units)
    if not with_limits:
        return call
    estimate = result.effect if isinstance(result, SignificanceResult) else result
    offered = getattr(estimate, "interval_methods", ())
    return call + LIMITS.get(offered[0] if offered else "", USUAL).at(n_units)


def _first_word(method: Any) -> str:
    return str(method).replace(",", " ").partition(" ")[0]
