"""Quadratic forms of sums that vary about nothing."""

from __future__ import annotations

from typing import cast

import numpy as np

from ilacs_reliability._data.scales import FloatArray


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
    least = 1e-10 * max(values[-1], 1e-300)
    if not values[0] > least:
        kept = values > least
        values, vectors = values[kept], vectors[:, kept]
    found: FloatArray = (vectors / values) @ vectors.T
    return found, len(values)


def inverse(matrix: FloatArray) -> tuple[FloatArray, int]:
    """Invert a symmetric matrix of which no row follows from the others, and count its rows.

    Where rounding leaves one that does, it is inverted on its range, as by `pseudo_inverse`.
    """
    try:
        found = cast(FloatArray, np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return pseudo_inverse(matrix)
    return found, len(matrix)
