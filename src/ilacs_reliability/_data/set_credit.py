"""Credit between sets of labels."""

from __future__ import annotations

from collections.abc import Collection, Set
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

import numpy as np

from ilacs_reliability._checks.arguments import check_option, told
from ilacs_reliability._data.scales import FloatArray, Scale

SetCredit: TypeAlias = Literal["jaccard", "masi"]
SET_CREDITS: tuple[str, ...] = get_args(SetCredit)


def set_weights(scale: Scale, *, kind: SetCredit = "jaccard") -> FloatArray:
    r"""Return the credit that each pair of sets of labels earns.

    Parameters
    ----------
    scale : Scale
        A scale whose grades are sets, frozen so that they can be grades, or tuples of labels
        without repeats; the empty set is one too. Make it with ``ordered=False``.
    kind : {"jaccard", "masi"}, optional
        "jaccard": the labels that both have among those that either has. "masi": that, times 1
        where the sets are the same, 2/3 where one holds the other, 1/3 where they only overlap.
        Default: "jaccard".

    Returns
    -------
    ndarray of float, shape (n_grades, n_grades)
        Credit between 0 and 1, 1 on the diagonal, for any ``weights=`` and for ``metric=`` of
        `krippendorff_alpha`.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`, or one of its grades is no set.
    ValueError
        If the kind is unknown, or a tuple has a label twice.

    See Also
    --------
    agreement_weights : Credit between single grades.

    Notes
    -----
    Two empty sets are the same and earn 1; an empty set and another earn 0. MASI is the measure of
    [1]_, whose monotonicity is a third and two thirds; programs that round these to .33 and .67
    differ in the third digit.

    References
    ----------
    .. [1] R. Passonneau, "Measuring agreement on set-valued items (MASI) for semantic and pragmatic
           annotation", Proceedings of LREC (2006), 831-836.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> a, ab, none = frozenset("a"), frozenset("ab"), frozenset()
    >>> themes = ilr.Scale([a, ab, none], ordered=False)
    >>> ilr.set_weights(themes, kind="masi")[0].round(3).tolist()
    [1.0, 0.333, 0.0]
    >>> ratings = ilr.ratings_from_matrix([[a, ab], [ab, ab], [none, none]], scale=themes)
    >>> alpha = ilr.krippendorff_alpha(ratings, metric=ilr.set_weights(themes))
    >>> round(alpha.value, 4)
    0.7368
    """
    if not isinstance(scale, Scale):
        raise TypeError(f"`scale` must be a Scale, but got {type(scale).__name__}.")
    check_option(kind, SET_CREDITS, "kind")
    sets = [_as_set(label, place) for place, label in enumerate(scale.labels)]
    credit = _jaccard if kind == "jaccard" else _masi
    return np.array([[float(credit(a, b)) for b in sets] for a in sets])


def _as_set(label: object, place: int) -> Set[object]:
    if isinstance(label, Set):
        return label
    if not isinstance(label, Collection) or isinstance(label, str | bytes):
        raise TypeError(
            f"`scale` must have sets of labels as grades, but got {told(label)} at place {place}."
        )
    if len(set(label)) < len(label):
        raise ValueError(f"`scale` has a label twice in {told(label)} at place {place}.")
    return frozenset(label)


def _jaccard(a: Set[object], b: Set[object]) -> Fraction:
    either = len(a | b)
    return Fraction(len(a & b), either) if either else Fraction(1)


def _masi(a: Set[object], b: Set[object]) -> Fraction:
    if a == b:
        return Fraction(1)
    nested = a <= b or b <= a
    return _jaccard(a, b) * Fraction(2 if nested else 1, 3)
