"""What the influences of units add up to: a standard error, over units or over clusters."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]


def standard_error(
    influence: FloatArray,
    frequencies: npt.NDArray[Any],
    n_units: Any,
    clusters: IntArray | None = None,
    *,
    enters: npt.NDArray[Any] | None = None,
) -> Any:
    """Return the standard error that influences give.

    Parameters
    ----------
    influence : ndarray of float, shape (..., n_patterns)
        Influence of a unit of each pattern.
    frequencies : ndarray, shape (..., n_patterns)
        Units of each pattern.
    n_units : int or ndarray, shape (...)
        Units that the estimate rests on.
    clusters : ndarray of int, shape (n_patterns,), optional
        Cluster of each pattern; units of a cluster then move together.
    enters : ndarray, shape (n_patterns,), optional
        1 where units of a pattern enter at all. Default: all do.

    Returns
    -------
    float or ndarray, shape (...)
        The standard error, with n/(n - 1) over units or clusters; nan for a single one.

    Examples
    --------
    >>> import numpy as np
    >>> from ilacs_reliability._results.influences import standard_error
    >>> round(standard_error(np.array([0.4, -0.6]), np.array([3, 2]), 5), 4)
    0.2449
    """
    pull = influence * frequencies
    if clusters is None:
        squares, count = np.vecdot(pull, influence), n_units
    else:
        squares = (by_cluster(pull, clusters) ** 2).sum(axis=-1)
        count = n_clusters(frequencies, clusters, enters)
    if np.ndim(squares) == 0:
        scale = count / (count - 1) / n_units**2 if count > 1 and n_units > 0 else np.nan
        return float((squares * scale) ** 0.5)
    with np.errstate(invalid="ignore", divide="ignore"):
        error: FloatArray = np.sqrt(squares * count / np.maximum(count - 1, 0)) / n_units
    return np.where(count > 1, error, np.nan)


def n_clusters(
    frequencies: npt.NDArray[Any], clusters: IntArray, enters: npt.NDArray[Any] | None = None
) -> Any:
    """Count the clusters with a unit that enters.

    Parameters
    ----------
    frequencies : ndarray, shape (..., n_patterns)
        Units of each pattern.
    clusters : ndarray of int, shape (n_patterns,)
        Cluster of each pattern.
    enters : ndarray, shape (n_patterns,), optional
        1 where units of a pattern enter at all. Default: all do.

    Returns
    -------
    int or ndarray, shape (...)
        Number of clusters.

    Examples
    --------
    >>> import numpy as np
    >>> from ilacs_reliability._results.influences import n_clusters
    >>> int(n_clusters(np.array([2, 1, 3]), np.array([0, 0, 1]), np.array([1, 1, 0])))
    1
    """
    entering = np.asarray(frequencies, dtype=np.float64)
    if enters is not None:
        entering = entering * enters
    return (by_cluster(entering, clusters) > 0).sum(axis=-1)


def by_cluster(values: FloatArray, clusters: IntArray) -> FloatArray:
    """Sum the last axis within clusters.

    Parameters
    ----------
    values : ndarray of float, shape (..., n_patterns)
        What to sum.
    clusters : ndarray of int, shape (n_patterns,)
        Cluster of each pattern.

    Returns
    -------
    ndarray of float, shape (..., n_clusters)
        The sums.
    """
    if values.ndim == 1:
        return np.bincount(clusters, weights=values).astype(np.float64)
    if (np.diff(clusters) < 0).any():
        order = np.argsort(clusters, kind="stable")
        values, clusters = values[..., order], clusters[order]
    present, starts = np.unique(clusters, return_index=True)
    total: FloatArray = np.zeros((*values.shape[:-1], int(clusters[-1]) + 1))
    total[..., present] = np.add.reduceat(values, starts, axis=-1)
    return total
