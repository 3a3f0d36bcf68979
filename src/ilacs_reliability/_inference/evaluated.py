"""A coefficient that a caller hands in: a function of ratings that returns an estimate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ilacs_reliability._checks.arguments import check_function
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._results.estimates import Estimate

Coefficient: TypeAlias = Callable[[Ratings], Estimate]


def evaluated(coefficient: Coefficient, ratings: Ratings) -> Estimate:
    """Return what a coefficient says of ratings; raise where it is none, or says something else."""
    check_function(coefficient, "coefficient")
    found: Any = coefficient(ratings)
    if not isinstance(found, Estimate):
        raise TypeError(f"`coefficient` must return an Estimate, but got {type(found).__name__}.")
    return found
