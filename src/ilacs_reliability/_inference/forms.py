"""Quadratic forms of sums that vary about nothing."""

from __future__ import annotations

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
    kept = values > 1e-10 * max(values[-1], 1e-300)
    inverse: FloatArray = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return inverse, int(kept.sum())
