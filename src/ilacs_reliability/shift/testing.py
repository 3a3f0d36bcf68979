"""Small things that the tests of this part share."""

from __future__ import annotations

import numpy as np

from ilacs_reliability.scales import FloatArray

OTHER_METHOD = "The interval is of another method than the test: they may disagree about no shift."


def check_resamples(n_resamples: int) -> None:
    """Raise unless a number of draws is a positive whole number.

    Parameters
    ----------
    n_resamples : int
        Number of draws.

    Raises
    ------
    ValueError
        If it is not positive and whole.
    """
    if not (isinstance(n_resamples, (int, np.integer)) and n_resamples > 0):
        raise ValueError(f"`n_resamples` must be a positive whole number, but got {n_resamples}.")


def falls_back(method: str, n_resamples: int) -> str:
    """Say how a p-value was drawn, and why where something else was asked for.

    Parameters
    ----------
    method : str
        The method asked for.
    n_resamples : int
        Number of draws.

    Returns
    -------
    str
        The method used.
    """
    drawn = f"monte_carlo with {n_resamples} draws"
    return drawn if method == "monte_carlo" else f"{drawn}, since there is too much to enumerate"


def pseudo_inverse(matrix: FloatArray) -> tuple[FloatArray, int]:
    """Invert a symmetric matrix on its range.

    Parameters
    ----------
    matrix : ndarray of float, shape (n, n)
        Symmetric, with no negative eigenvalue.

    Returns
    -------
    inverse : ndarray of float, shape (n, n)
        The Moore-Penrose inverse.
    rank : int
        The number of eigenvalues that are not zero.
    """
    if not len(matrix):
        return matrix, 0
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-10 * max(values[-1], 1e-300)
    inverse: FloatArray = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return inverse, int(kept.sum())
