"""To which sides limits err, where that is not half of their level to either."""

from __future__ import annotations

from typing import Any

from ilacs_reliability._results.estimates import Alternative, Estimate


def erring_whole(estimate: Estimate, method: str | None = None) -> set[Alternative]:
    """Return to which sides limits may err by their whole level, and not by half of it."""
    offered = dict(estimate.methods)
    limits = offered.get(method or next(iter(offered), ""))
    if limits is None or limits.marked("folded"):
        return set() if limits is None else {"greater"}
    a, b = (_sides_of(limits.named.get(name)) for name in ("a", "b"))
    turned: dict[Alternative, Alternative] = {"greater": "less", "less": "greater"}
    return a | {turned[side] for side in b}


def _sides_of(part: Any) -> set[Alternative]:
    return erring_whole(part) if isinstance(part, Estimate) else set()
