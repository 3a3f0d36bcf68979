"""Two normal variables cut at thresholds: the probability of each pair of grades."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]

# a difference of cumulative probabilities holds few digits below this, and is integrated instead
SMALL = 1e-8
# no normal variable that a float can tell from impossible lies further out
FARTHEST = 38.0
# places and weights of the sum that integrates each piece, which take longer to find than to use
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)
# a share of the second variable rises from none to all within so many standard errors
RISE = 9.0


class Cells(NamedTuple):
    """Probabilities of pairs of grades and how they change with the correlation.

    Attributes
    ----------
    probabilities, derivative : ndarray, shape (..., n_grades_a, n_grades_b)
        Of each pair, and its derivative by the correlation.
    """

    probabilities: FloatArray
    derivative: FloatArray


def cell_probabilities(
    thresholds_a: npt.ArrayLike,
    thresholds_b: npt.ArrayLike,
    rho: npt.ArrayLike,
    *,
    digits: npt.ArrayLike = True,
) -> Cells:
    """Return the probability of each pair of grades of two normal variables cut at thresholds.

    Parameters
    ----------
    thresholds_a, thresholds_b : array_like, shape (..., n_grades - 1)
        Ascending; -inf and inf, and two alike, leave a grade without probability. Leading axes go
        with those of `rho`.
    rho : array_like, shape (...)
        Correlation, from -1 to 1.
    digits : array_like of bool, shape (..., n_grades_a, n_grades_b), optional
        Cells that are wanted with digits however small they are, which takes most of the time.
        Default: all.

    Returns
    -------
    Cells
        Probabilities 1e-15 at most off, those wanted with digits with about seven; at a
        correlation of -1 or 1 the derivative of a cell is infinite where two thresholds meet.

    Examples
    --------
    >>> from ilacs_reliability.error.bivariate import cell_probabilities
    >>> cell_probabilities([0.0], [0.0], 0.5).probabilities.round(4).tolist()
    [[0.3333, 0.1667], [0.1667, 0.3333]]
    """
    rho = np.asarray(rho, dtype=np.float64)[..., None, None]
    a = _edges(thresholds_a)[..., :, None]
    b = _edges(thresholds_b)[..., None, :]
    a, b, rho = np.broadcast_arrays(a, b, rho)
    flat = np.abs(rho[..., :1, :1]) == 1
    inside = np.where(flat, 0.0, rho)
    within = _between(a, b, inside, np.asarray(digits, dtype=bool))
    cells = np.where(flat, _on_a_line(a, b, rho), within) if flat.any() else within
    with np.errstate(invalid="ignore"):
        slopes = _corners(_density(a, b, rho))
    # between two thresholds alike nothing lies, at a correlation of 1 too
    return Cells(cells, np.where(np.isnan(slopes), 0.0, slopes))


def thresholds_of(shares: npt.ArrayLike) -> FloatArray:
    """Return the thresholds at which a standard normal variable has given shares of grades.

    Parameters
    ----------
    shares : array_like, shape (..., n_grades)
        Shares or counts, worst first.

    Returns
    -------
    ndarray, shape (..., n_grades - 1)
        The thresholds; infinite beyond the grades that have a share.
    """
    given = np.asarray(shares, dtype=np.float64)
    given = given / given.sum(axis=-1, keepdims=True)
    below = np.cumsum(given, axis=-1)[..., :-1]
    above = np.cumsum(given[..., ::-1], axis=-1)[..., ::-1][..., 1:]
    return np.where(below < above, special.ndtri(below), -special.ndtri(above))


def _edges(thresholds: npt.ArrayLike) -> FloatArray:
    inner = np.asarray(thresholds, dtype=np.float64)
    end = np.full((*inner.shape[:-1], 1), np.inf)
    return np.concatenate([-end, inner, end], axis=-1)


def _corners(values: FloatArray) -> FloatArray:
    return np.diff(np.diff(values, axis=-1), axis=-2)


def _between(
    a: FloatArray, b: FloatArray, rho: FloatArray, digits: npt.NDArray[np.bool_]
) -> FloatArray:
    """Return cells by differences, each counted from the side where it is the tail."""
    with np.errstate(invalid="ignore"):
        up_a = a[..., :-1, :1] + a[..., 1:, :1] > 0
        up_b = b[..., :1, :-1] + b[..., :1, 1:] > 0
    found = np.zeros(np.broadcast_shapes(up_a.shape, up_b.shape))
    owen = _owen(a, b, rho)
    for sign_a in (1.0, -1.0):
        for sign_b in (1.0, -1.0):
            turned = _corners(_below(a, b, rho, owen, (sign_a, sign_b)))
            here = (up_a == (sign_a < 0)) & (up_b == (sign_b < 0))
            found = np.where(here, sign_a * sign_b * turned, found)
    # nothing lies between two thresholds alike, as of a grade that nobody used
    empty = (a[..., :-1, :1] == a[..., 1:, :1]) | (b[..., :1, :-1] == b[..., :1, 1:])
    found = np.where(empty, 0.0, np.maximum(found, 0.0))
    small = (found < SMALL) & ~empty & digits
    if small.any():
        shape = found.shape
        low_a, high_a, low_b, high_b, r = (
            np.broadcast_to(part, shape)[small]
            for part in (
                a[..., :-1, :1],
                a[..., 1:, :1],
                b[..., :1, :-1],
                b[..., :1, 1:],
                rho[..., :1, :1],
            )
        )
        found[small] = _integrated(low_a, high_a, low_b, high_b, r)
    return found


class _Owen(NamedTuple):
    """Owen's T of two edges, each with the quotient of the other to it; 0 where one is infinite."""

    of_a: FloatArray
    of_b: FloatArray


def _owen(a: FloatArray, b: FloatArray, rho: FloatArray) -> _Owen:
    x, y = _finite(a, b)
    s = np.sqrt((1 - rho) * (1 + rho))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        of_x, of_y = (y / x - rho) / s, (x / y - rho) / s
    return _Owen(special.owens_t(x, of_x), special.owens_t(y, of_y))


def _finite(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    finite = np.isfinite(a) & np.isfinite(b)
    # 0.0 is added for the sake of -0.0, whose sign would turn the quotients
    return np.where(finite, a, 1.0) + 0.0, np.where(finite, b, 1.0) + 0.0


def _below(
    a: FloatArray, b: FloatArray, rho: FloatArray, owen: _Owen, signs: tuple[float, float]
) -> FloatArray:
    """Return the probability that both variables, turned, lie below their edges (Owen, 1956).

    Owen's T turns with the sign of the quotient, which at an edge of 0 is the other's alone.
    """
    x, y = _finite(a, b)
    both, (sign_x, sign_y) = signs[0] * signs[1], signs
    of_x = np.where(x == 0, sign_y, both) * owen.of_a
    of_y = np.where(y == 0, sign_x, both) * owen.of_b
    x, y = sign_x * x, sign_y * y
    opposite = (x * y < 0) | ((x * y == 0) & (x + y < 0))
    total = special.ndtr(x) / 2 + special.ndtr(y) / 2 - opposite / 2
    both_zero = (x == 0) & (y == 0)
    inner = np.where(both_zero, 0.25 + np.arcsin(both * rho) / (2 * np.pi), total - (of_x + of_y))
    # one edge at infinity leaves the other variable's share, or nothing
    alone = special.ndtr(np.minimum(sign_x * a, sign_y * b))
    return np.where(np.isfinite(a) & np.isfinite(b), inner, alone)


def _on_a_line(a: FloatArray, b: FloatArray, rho: FloatArray) -> FloatArray:
    sign = np.sign(rho[..., :1, :1])
    one, other = b[..., :1, :-1], b[..., :1, 1:]
    low = np.maximum(a[..., :-1, :1], np.where(sign > 0, one, -other))
    high = np.minimum(a[..., 1:, :1], np.where(sign > 0, other, -one))
    return np.where(high > low, share_between(low, high), 0.0)


def share_between(low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the share of a normal variable between two points, counted from its tail."""
    upper = low > 0
    return np.where(
        upper,
        special.ndtr(-low) - special.ndtr(-high),
        special.ndtr(high) - special.ndtr(low),
    )


def _density(h: FloatArray, k: FloatArray, rho: FloatArray) -> FloatArray:
    rest = (1 - rho) * (1 + rho)
    finite = np.isfinite(h) & np.isfinite(k)
    x, y = np.where(finite, h, 0.0), np.where(finite, k, 0.0)
    # the square is written so that it stays exact as the correlation nears 1 or -1
    side = np.where(rho > 0, 1.0, -1.0)
    near = x - side * y
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = near**2 / rest + 2 * side * x * y * (1 - np.abs(rho)) / rest
        found = np.exp(-exponent / 2) / (2 * np.pi * np.sqrt(rest))
    on_line = np.where(near == 0, np.inf, 0.0)
    return np.where(finite, np.where(rest == 0, on_line, found), 0.0)


def _integrated(
    low_a: FloatArray, high_a: FloatArray, low_b: FloatArray, high_b: FloatArray, rho: FloatArray
) -> FloatArray:
    """Integrate small cells over the first variable, where all terms are positive.

    What is integrated has one peak (it is log-concave), so that narrowing to the points near the
    largest of a grid loses nothing.
    """
    low, high = np.clip(low_a, -FARTHEST, FARTHEST), np.clip(high_a, -FARTHEST, FARTHEST)
    edges = (low_b[:, None], high_b[:, None], rho[:, None])
    steps = np.linspace(0.0, 1.0, 101)
    for _ in range(4):
        x = low[:, None] + (high - low)[:, None] * steps
        heights = _log_height(x, *edges)
        near = heights > heights.max(axis=1, keepdims=True) - 45
        first = np.maximum(near.argmax(axis=1) - 1, 0)
        last = np.minimum(len(steps) - near[:, ::-1].argmax(axis=1), len(steps) - 1)
        rows = np.arange(len(x))
        low, high = x[rows, first], x[rows, last]
    breaks = _breaks(low, high, low_b, high_b, rho)
    middle, half = (breaks[:, 1:] + breaks[:, :-1]) / 2, np.diff(breaks, axis=1) / 2
    x = (middle[..., None] + half[..., None] * NODES).reshape(len(low), -1)
    heights = np.exp(_log_height(x, *edges)).reshape(*half.shape, -1)
    area: FloatArray = (heights @ WEIGHTS * half).sum(axis=1)
    return area


def _breaks(
    low: FloatArray, high: FloatArray, low_b: FloatArray, high_b: FloatArray, rho: FloatArray
) -> FloatArray:
    """Return ends of pieces between which the share of the second variable is smooth."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        width = RISE * np.sqrt((1 - rho) * (1 + rho)) / np.abs(rho)
        places = [edge / rho + turn * width for edge in (low_b, high_b) for turn in (-1, 0, 1)]
    inside = np.clip(np.nan_to_num(np.array(places), posinf=FARTHEST, neginf=-FARTHEST), low, high)
    return np.sort(np.vstack([low, inside, high]).T, axis=1)


def _log_height(x: FloatArray, low: FloatArray, high: FloatArray, rho: FloatArray) -> FloatArray:
    s = np.sqrt((1 - rho) * (1 + rho))
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = (low - rho * x) / s, (high - rho * x) / s
        turn = first + second > 0
        first, second = np.where(turn, -second, first), np.where(turn, -first, second)
        share = special.log_ndtr(second)
        share = share + np.log1p(-np.exp(special.log_ndtr(first) - share))
    height = share - x**2 / 2 - np.log(2 * np.pi) / 2
    found: FloatArray = np.nan_to_num(height, nan=-np.inf, neginf=-np.inf)
    return found
