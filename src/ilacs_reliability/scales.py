"""Ordered grades, and the credit that two different grades earn for being close.

A scale is declared, never guessed: nothing in the library sorts labels, and a grade that nobody
used still belongs to its scale.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ilacs_reliability.arguments import check_flag, check_listing, check_mapping
from ilacs_reliability.containers import FrozenMapping, refuse_set

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
CodeArray: TypeAlias = npt.NDArray[np.signedinteger]
WeightKind: TypeAlias = Literal[
    "identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"
]
Weights: TypeAlias = WeightKind | Sequence[Sequence[float]] | FloatArray
WEIGHT_KINDS: tuple[str, ...] = get_args(WeightKind)
NO_ALIASES: FrozenMapping[str, Hashable] = FrozenMapping({})


@dataclass(frozen=True, slots=True, init=False)
class Scale:
    """Grades in their declared order, worst first.

    Parameters
    ----------
    labels : sequence of hashable
        The grades, worst first, each once.
    scores : sequence of float, optional
        A number for each grade, strictly increasing on an ordered scale; weights and mean shifts
        use it. Default: the labels themselves where they are increasing numbers, else 1 to
        `n_grades`.
    ordered : bool, optional
        Whether the order of the labels means anything. Default: true.
    aliases : mapping of str to hashable, optional
        Other spellings and the label each stands for. They are compared without regard to case
        and to runs of spaces; labels are compared exactly.

    Attributes
    ----------
    labels : tuple
        The grades, worst first.
    scores : tuple of float
        A number for each grade.
    ordered : bool
        Whether the order means anything.
    aliases : mapping of str to hashable
        Other spellings, folded, and the label each stands for.

    Raises
    ------
    TypeError
        If a label cannot be hashed, or `labels` is a single string or a set, which has no order.
    ValueError
        If there is no label, a label is repeated or stands for a missing rating, the scores are
        not finite and increasing, an alias points to no label, or two that read alike do not agree.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["poor", "fair", "good"])
    >>> scale.encode(["good", "poor", None]).tolist()
    [2, 0, -1]
    """

    labels: tuple[Hashable, ...]
    scores: tuple[float, ...]
    ordered: bool
    aliases: Mapping[str, Hashable] = field(hash=False)
    _codes: Mapping[Hashable, int] = field(repr=False, compare=False)

    def __init__(
        self,
        labels: Iterable[Hashable],
        *,
        scores: Iterable[float] | None = None,
        ordered: bool = True,
        aliases: Mapping[str, Hashable] | None = None,
    ) -> None:
        labels = _checked_labels(labels)
        check_flag(ordered, "ordered")
        if aliases is not None:
            check_mapping(aliases, "aliases", of="spellings to labels")
        codes = {label: code for code, label in enumerate(labels)}
        numbers = _default_scores(labels, ordered) if scores is None else _floats(scores, "scores")
        _check_scores(numbers, labels, ordered)
        folded = FrozenMapping(_folded(aliases, labels)) if aliases else NO_ALIASES
        for name, thing in (
            ("labels", labels),
            ("scores", numbers),
            ("ordered", bool(ordered)),
            ("aliases", folded),
            ("_codes", codes),
        ):
            object.__setattr__(self, name, thing)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        sign = " < " if self.ordered else ", "
        return f"Scale({sign.join(map(str, self.labels))})"

    @property
    def n_grades(self) -> int:
        """Number of grades, used or not."""
        return len(self.labels)

    def code(self, label: object) -> int:
        """Return the index of one grade.

        Parameters
        ----------
        label : hashable
            A grade or one of its aliases.

        Returns
        -------
        int
            Its index, 0 for the worst grade.

        Raises
        ------
        ValueError
            If the scale has no such grade.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.OFSTED_SCALE.code("Good")
        2
        """
        code = self._lookup(label)
        if code is None or code < 0:
            raise ValueError(f"{label!r} is not a grade of this scale {self.labels}.")
        return code

    def encode(self, labels: npt.ArrayLike, *, name: str = "labels") -> npt.NDArray[np.int8]:
        """Turn labels into grade indices.

        Parameters
        ----------
        labels : array_like of labels, any shape
            Grades; nan, None, NA and "" are missing.
        name : str, optional
            What to call the argument in an error.

        Returns
        -------
        ndarray of int, same shape
            Index of each grade, -1 for missing.

        Raises
        ------
        ValueError
            If a label is not on the scale; the message gives its place.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.OFSTED_SCALE.encode([["RI", "good"], ["Good", ""]]).tolist()
        [[1, 2], [2, -1]]
        """
        things = labels if isinstance(labels, np.ndarray) else _object_array(labels)
        found: dict[Hashable, int | None] = {}
        codes = np.empty(things.size, dtype=_code_dtype(self.n_grades))
        for place, label in enumerate(things.ravel().tolist()):
            try:
                code = found[label]
            except KeyError:
                code = found[label] = self._lookup(label)
            except TypeError:
                code = None
            if code is None:
                raise ValueError(self._unknown(label, place, things.shape, name))
            codes[place] = code
        return codes.reshape(things.shape)

    def decode(self, codes: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Turn grade indices back into labels.

        Parameters
        ----------
        codes : array_like of int, any shape
            Index of each grade, -1 for missing.

        Returns
        -------
        ndarray of object, same shape
            The labels, None where missing.

        Raises
        ------
        TypeError
            If the indices are not whole numbers.
        ValueError
            If an index is outside the scale.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.OFSTED_SCALE.decode([3, -1]).tolist()
        ['outstanding', None]
        """
        # an empty list has no integers to tell its kind
        indices = np.asarray(codes) if np.size(codes) else np.zeros(np.shape(codes), dtype=np.int8)
        if indices.dtype.kind not in "iu":
            raise TypeError(f"`codes` must be whole numbers, but got {indices.dtype}.")
        if indices.size and (indices.min() < -1 or indices.max() >= self.n_grades):
            bad = indices[(indices < -1) | (indices >= self.n_grades)].flat[0]
            raise ValueError(f"`codes` must be -1 to {self.n_grades - 1}, but got {bad}.")
        table = np.array([*self.labels, None], dtype=object)
        decoded: npt.NDArray[np.object_] = table[indices]
        return decoded

    def _lookup(self, label: object) -> int | None:
        if is_missing(label):
            return -1
        if isinstance(label, Hashable) and label in self._codes:
            return self._codes[label]
        if isinstance(label, str) and (folded := _fold(label)) in self.aliases:
            return self._codes[self.aliases[folded]]
        return None

    def _unknown(self, label: object, place: int, shape: tuple[int, ...], name: str) -> str:
        where = np.unravel_index(place, shape) if len(shape) > 1 else (place,)
        spots = ("unit", "rater")[: len(shape)]
        at = ", ".join(f"{spot} {i}" for spot, i in zip(spots, where, strict=False))
        return f"`{name}` holds {label!r} at {at}, which is not in {self.labels}."


def is_missing(label: object) -> bool:
    """Tell whether a label stands for a rating that was not given.

    Parameters
    ----------
    label : object
        Anything found in a table of ratings.

    Returns
    -------
    bool
        True for None, nan, NaT, a dataframe's NA and the empty string. The string "nan" is a label.

    Examples
    --------
    >>> from ilacs_reliability.scales import is_missing
    >>> [is_missing(x) for x in (None, float("nan"), "", "nan", 0)]
    [True, True, True, False, False]
    """
    if label is None or (isinstance(label, str) and label == ""):
        return True
    if isinstance(label, (float, np.floating)):
        return math.isnan(label)
    # pandas' NA and NaT, without importing pandas
    return type(label).__name__ in ("NAType", "NaTType")


def agreement_weights(scale: Scale, kind: Weights) -> FloatArray:
    r"""Return the credit that each pair of grades earns.

    Parameters
    ----------
    scale : Scale
        The grades; every kind but "identity", "ordinal" and a matrix uses its scores.
    kind : str or array_like of float, shape (n_grades, n_grades)
        "identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar",
        or a matrix of your own.

    Returns
    -------
    ndarray of float, shape (n_grades, n_grades)
        Credit between 0 and 1, symmetric, with 1 on the diagonal.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`.
    ValueError
        If the kind is unknown, a kind that needs order meets an unordered scale, a matrix has the
        wrong shape, is not symmetric, is not 1 on the diagonal or leaves 0 to 1, or ratio weights
        meet scores that are not positive.

    Notes
    -----
    With scores :math:`x` and their range :math:`D`: linear :math:`1 - |x_k - x_l| / D`, quadratic
    :math:`1 - (x_k - x_l)^2 / D^2`, radical :math:`1 - \sqrt{|x_k - x_l| / D}`; ordinal uses ranks,
    :math:`1 - \binom{|k - l| + 1}{2} / \binom{q}{2}`. "Ordinal" is Gwet's; Krippendorff's ordinal
    metric is another thing and depends on the ratings: see `krippendorff_alpha`. All kinds are
    those of [1]_, chapter 4.

    References
    ----------
    .. [1] K. L. Gwet, "Handbook of Inter-Rater Reliability", 4th ed., Advanced Analytics (2014),
           pp. 91-93.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.agreement_weights(ilr.OFSTED_SCALE, "linear")[0].round(3).tolist()
    [1.0, 0.667, 0.333, 0.0]
    """
    if not isinstance(scale, Scale):
        raise TypeError(f"`scale` must be a Scale, but got {type(scale).__name__}.")
    if not isinstance(kind, str):
        return credit_matrix(kind, scale.n_grades)
    if kind not in WEIGHT_KINDS:
        raise ValueError(f"`weights` must be one of {WEIGHT_KINDS} or a matrix, but got {kind!r}.")
    if kind == "identity" or scale.n_grades == 1:
        return np.eye(scale.n_grades)
    if not scale.ordered:
        raise ValueError(f"`weights` is {kind!r}, which needs an ordered scale.")
    loss = _loss(kind, np.asarray(scale.scores))
    weights: FloatArray = 1.0 - loss / loss.max()
    np.fill_diagonal(weights, 1.0)
    return weights


def tolerance_weights(scale: Scale, *, within: int = 1) -> FloatArray:
    """Return full credit for grades that are near enough and none for the others.

    Parameters
    ----------
    scale : Scale
        An ordered scale.
    within : int, optional
        How many grades apart still agree. Default: 1.

    Returns
    -------
    ndarray of float, shape (n_grades, n_grades)
        Credit of 1 or 0, for `weights=`; chance-corrected coefficients take it too.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`.
    ValueError
        If `within` is not a whole number of 0 or more, or the scale has no order.

    References
    ----------
    .. [1] J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968), 213-220.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.tolerance_weights(ilr.OFSTED_SCALE, within=1)[0].tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    if not isinstance(scale, Scale):
        raise TypeError(f"`scale` must be a Scale, but got {type(scale).__name__}.")
    if not scale.ordered:
        raise ValueError("`scale` has no order, so no grade is near another.")
    if not (isinstance(within, (int, np.integer)) and within >= 0):
        raise ValueError(f"`within` must be a whole number of 0 or more, but got {within!r}.")
    codes = np.arange(scale.n_grades)
    near: FloatArray = (np.abs(codes[:, None] - codes[None, :]) <= within).astype(np.float64)
    return near


def _loss(kind: str, scores: FloatArray) -> Any:
    a, b = scores[:, None], scores[None, :]
    low, high = scores.min(), scores.max()
    match kind:
        case "linear":
            return np.abs(a - b)
        case "quadratic":
            return (a - b) ** 2
        case "radical":
            return np.sqrt(np.abs(a - b))
        case "ordinal":
            ranks = np.arange(len(scores), dtype=np.float64)
            distance = np.abs(ranks[:, None] - ranks[None, :])
            return distance * (distance + 1) / 2
        case "ratio":
            if low <= 0:
                raise ValueError(f"`weights` 'ratio' needs positive scores, but got {low:g}.")
            return ((a - b) / (a + b)) ** 2
        case "circular":
            return np.sin(np.pi * (a - b) / (high - low + 1)) ** 2
        case _:  # bipolar
            spread = (a + b - 2 * low) * (2 * high - a - b)
            return np.divide((a - b) ** 2, spread, out=np.zeros_like(spread), where=a != b)


def credit_matrix(matrix: npt.ArrayLike, n_grades: int, name: str = "weights") -> FloatArray:
    """Return a matrix of credit between grades, checked.

    Parameters
    ----------
    matrix : array_like of float, shape (n_grades, n_grades)
        Credit for each pair of grades.
    n_grades : int
        Grades of the scale.
    name : str, optional
        What to call the argument in an error.

    Returns
    -------
    ndarray of float, shape (n_grades, n_grades)
        The same.

    Raises
    ------
    TypeError
        If it holds no numbers.
    ValueError
        If its shape is another, it is not symmetric or not 1 on the diagonal, or a credit is
        beyond 0 to 1.
    """
    try:
        weights = np.array(matrix, dtype=np.float64)
    except TypeError:
        raise TypeError(
            f"`{name}` must be a name or a matrix of numbers, but got {matrix!r}."
        ) from None
    shape = (n_grades, n_grades)
    if weights.shape != shape:
        raise ValueError(
            f"`{name}` must have shape {shape} for this scale, but got {weights.shape}."
        )
    if not np.array_equal(weights, weights.T):
        row, column = np.argwhere(weights != weights.T)[0]
        raise ValueError(
            f"`{name}` must be symmetric, but got {weights[row, column]:g} at ({row}, {column}) "
            f"and {weights[column, row]:g} at ({column}, {row})."
        )
    if not np.all(np.diagonal(weights) == 1):
        place = int(np.argmax(np.diagonal(weights) != 1))
        raise ValueError(
            f"`{name}` must be 1 on the diagonal, but got {weights[place, place]:g} at {place}."
        )
    outside = ~((weights >= 0) & (weights <= 1))
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise ValueError(
            f"`{name}` must be between 0 and 1, but got {weights[row, column]:g} at "
            f"({row}, {column})."
        )
    return weights


def _checked_labels(labels: Iterable[Hashable]) -> tuple[Hashable, ...]:
    check_listing(labels, "labels", of="labels")
    labels = tuple(x.item() if isinstance(x, np.generic) else x for x in labels)
    if not labels:
        raise ValueError("`labels` must hold at least one grade, but is empty.")
    seen: dict[Hashable, int] = {}
    for place, label in enumerate(labels):
        if not isinstance(label, Hashable):
            raise TypeError(f"`labels` must be hashable, but got {label!r} at {place}.")
        if is_missing(label):
            raise ValueError(f"`labels` holds {label!r} at {place}, which means a missing rating.")
        if label in seen:
            raise ValueError(f"`labels` holds {label!r} twice, at {seen[label]} and {place}.")
        seen[label] = place
    return labels


def _folded(aliases: Mapping[str, Hashable], labels: tuple[Hashable, ...]) -> dict[str, Hashable]:
    folded: dict[str, Hashable] = {}
    for spelling, label in aliases.items():
        if label not in labels:
            raise ValueError(
                f"`aliases` sends {spelling!r} to {label!r}, which is not in {labels}."
            )
        if folded.setdefault(_fold(spelling), label) != label:
            raise ValueError(
                f"`aliases` sends {spelling!r} to {label!r}, but another spelling of it to "
                f"{folded[_fold(spelling)]!r}: case and spaces do not tell aliases apart."
            )
    return folded


def _default_scores(labels: tuple[Hashable, ...], ordered: bool) -> tuple[float, ...]:
    if all(isinstance(x, Real) and not isinstance(x, bool) for x in labels):
        numbers = tuple(float(x) for x in labels)  # type: ignore[arg-type]
        if not ordered or all(a < b for a, b in zip(numbers, numbers[1:], strict=False)):
            return numbers
    return tuple(float(rank) for rank in range(1, len(labels) + 1))


def _check_scores(scores: tuple[float, ...], labels: tuple[Hashable, ...], ordered: bool) -> None:
    if len(scores) != len(labels):
        raise ValueError(
            f"`scores` must hold one number for each of {len(labels)} labels, "
            f"but got {len(scores)}."
        )
    for place, score in enumerate(scores):
        if not math.isfinite(score):
            raise ValueError(f"`scores` must be finite, but got {score} at {place}.")
        if ordered and place and score <= scores[place - 1]:
            raise ValueError(
                f"`scores` must increase from the worst grade to the best, but got {score:g} "
                f"after {scores[place - 1]:g} at {place}."
            )


def _floats(numbers: Iterable[float], name: str) -> tuple[float, ...]:
    refuse_set(numbers, name)
    try:
        return tuple(float(number) for number in numbers)
    except (TypeError, ValueError) as error:
        raise TypeError(f"`{name}` must hold numbers: {error}.") from None


def _object_array(labels: npt.ArrayLike) -> npt.NDArray[np.object_]:
    try:
        return np.array(labels, dtype=object)
    except ValueError:
        raise ValueError("`labels` must be rectangular: its rows differ in length.") from None


def _code_dtype(n_grades: int) -> type[np.signedinteger]:
    return np.int8 if n_grades <= 127 else np.int32


def _fold(spelling: str) -> str:
    return " ".join(spelling.split()).casefold()


_OFSTED_LABELS = ("inadequate", "requires improvement", "good", "outstanding")

OFSTED_SCALE = Scale(
    _OFSTED_LABELS,
    aliases={
        **{label: label for label in _OFSTED_LABELS},
        "requires improvement to be good": "requires improvement",
        "RI": "requires improvement",
    },
)
"""Ofsted's four grades, worst first; knows "RI", the long wording, case and spacing."""
