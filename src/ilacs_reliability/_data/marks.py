"""What resampling may know of a coefficient, marked on its function."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def by_counts(coefficient: Function) -> Function:
    """Mark a coefficient of how often each unit got each grade, whoever gave it.

    Resampling then counts patterns that differ in who gave which grade as one.

    Parameters
    ----------
    coefficient : callable
        A function of ratings.

    Returns
    -------
    callable
        The same.
    """
    coefficient.by_counts = True  # type: ignore[attr-defined]
    return coefficient


def by_sums(coefficient: Function) -> Function:
    """Mark a coefficient that needs no more of frequencies than their sums over patterns.

    Leaving out a unit then costs a subtraction, not a study. Called with two raters' grades apart,
    it says how to put them together.

    Parameters
    ----------
    coefficient : callable
        A function of ratings.

    Returns
    -------
    callable
        The same.
    """

    @wraps(coefficient)
    def of_ratings(*ratings: Any, **options: Any) -> Any:
        if len(ratings) > 1:
            raise TypeError(
                "`ratings` is one table, units by raters: put two raters' grades side by side, as "
                f"in {coefficient.__name__}(numpy.column_stack([first, second]))."
            )
        return coefficient(*ratings, **options)

    of_ratings.by_sums = True  # type: ignore[attr-defined]
    return cast("Function", of_ratings)
