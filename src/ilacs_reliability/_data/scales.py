"""Ordered grades, and the credit that two different grades earn for being close.

A scale is declared, never guessed: nothing in the library sorts labels, and a grade that nobody
used still belongs to its scale.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_flag,
    check_listing,
    check_mapping,
    check_text,
    float_array,
    is_whole,
    told,
)
from ilacs_reliability._checks.containers import FrozenMapping, refuse_set
from ilacs_reliability._checks.elsewhere import option_called
from ilacs_reliability._checks.names import (
    Names,
    by_label,
    column_names,
    numbered,
    row_names,
    shown,
)
from ilacs_reliability._checks.rounding import ROUNDING, nearest
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.records import as_dict
from ilacs_reliability._results.wording import counted, whole

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
CodeArray: TypeAlias = npt.NDArray[np.signedinteger]
Counts: TypeAlias = dict[Hashable, int]
WeightKind: TypeAlias = Literal[
    "identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"
]
Weights: TypeAlias = WeightKind | Sequence[Sequence[float]] | FloatArray
WEIGHT_KINDS: tuple[str, ...] = get_args(WeightKind)
LEAST_SPAN, LARGEST_SPAN = 1e-50, 1e50
NO_ALIASES: FrozenMapping[Hashable, Hashable] = FrozenMapping({})
TRUTHS = (bool, np.bool_)
NUMERAL = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
MEANT_AS_NONE = re.compile(
    r"[-.?*x]+|n\.?/?a\.?|none|null|nil|nan|missing|unknown|blank|refused|-?9+|-1|0|8|88"
    r"|no (grade|judge?ment|rating)|not (judged|applicable|available|graded|inspected|rated)"
)
"""What files hold where no grade was given, for a hint."""


@dataclass(frozen=True, slots=True, init=False)
class Scale:
    """Grades in their declared order, worst first.

    Parameters
    ----------
    labels : sequence of hashable, or mapping of hashable to float
        The grades, worst first, each once; a mapping gives each its score. A label that is a number
        is read in any of its spellings, as 2, 2.0 or "2", and up to rounding. True and False are
        grades only where they are labels, never 1 and 0.
    scores : sequence of float or mapping of label to float, optional
        A number for each grade, strictly increasing on an ordered scale; weights and mean shifts
        use it. Default: the labels themselves where they are increasing numbers; where they
        decrease, as in ``Scale([4, 3, 2, 1])`` whose best is 1, the same steps upwards; else 1 to
        `n_grades`.
    ordered : bool, optional
        Whether the order of the labels means anything. Default: true.
    aliases : mapping of hashable to hashable, optional
        Other spellings and the label each stands for. They are compared without regard to case
        and to runs of spaces; labels are compared exactly.
    missing : sequence of hashable, optional
        What stands for no grade, such as "Not judged" or 9, besides nan, None, NA and cells of
        nothing but spaces. Spellings are compared as those of aliases are. Ratings, transitions
        and groups built with this scale count them in their `notes`.
    fold : bool, optional
        Whether labels too are read without regard to case and to runs of spaces. Default: false.

    Attributes
    ----------
    labels : tuple
        The grades, worst first.
    scores : tuple of float
        A number for each grade.
    ordered : bool
        Whether the order means anything.
    aliases : mapping of hashable to hashable
        Other spellings, folded, and the label each stands for.
    missing : tuple of hashable
        What was declared to stand for no grade.

    Raises
    ------
    TypeError
        If a label cannot be hashed, or `labels` is a single string or a set, which has no order.
    ValueError
        If there is no label, a label is repeated or stands for a missing rating, the scores are
        not finite and increasing or are for other labels, an alias points to no label or is
        another label, two spellings that read alike do not agree, or `missing` holds a grade.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["poor", "fair", "good"])
    >>> scale.encode(["good", "poor", None]).tolist()
    [2, 0, -1]
    >>> ilr.Scale({"poor": 0, "fair": 1, "good": 10}).scores
    (0.0, 1.0, 10.0)
    >>> ilr.Scale([4, 3, 2, 1], missing=[9]).encode([1, 4.0, "2", 9]).tolist()
    [3, 0, 2, -1]
    """

    labels: tuple[Hashable, ...]
    scores: tuple[float, ...]
    ordered: bool
    aliases: Mapping[Hashable, Hashable] = field(hash=False)
    missing: tuple[Hashable, ...]
    _codes: Mapping[Hashable, int] = field(repr=False, compare=False)
    _readings: Mapping[Hashable, int] = field(repr=False, compare=False)

    def __init__(
        self,
        labels: Iterable[Hashable] | Mapping[Hashable, float],
        *,
        scores: Iterable[float] | Mapping[Hashable, float] | None = None,
        ordered: bool = True,
        aliases: Mapping[Hashable, Hashable] | None = None,
        missing: Iterable[Hashable] = (),
        fold: bool = False,
    ) -> None:
        if isinstance(labels, Mapping):
            scores, labels = _scores_of(labels, scores), tuple(labels)
        labels = _checked_labels(labels)
        check_flag(ordered, "ordered")
        check_flag(fold, "fold")
        if aliases is not None:
            check_mapping(aliases, "aliases", of="spellings to labels")
        codes = {_typed(label): code for code, label in enumerate(labels)}
        numbers = _default_scores(labels, ordered) if scores is None else _floats(scores, labels)
        _check_scores(numbers, labels, ordered)
        folded = _folded(aliases or {}, labels, fold)
        none = _checked_missing(missing, codes, folded)
        for name, thing in (
            ("labels", labels),
            ("scores", numbers),
            ("ordered", bool(ordered)),
            ("aliases", FrozenMapping(folded) if folded else NO_ALIASES),
            ("missing", none),
            ("_codes", FrozenMapping(codes)),
            ("_readings", FrozenMapping(_readings(labels, folded, none))),
        ):
            object.__setattr__(self, name, thing)

    @classmethod
    def _numbered(cls, n_grades: int) -> Scale:
        """Return the scale from 1 to `n_grades`, which needs no check."""
        scale = object.__new__(cls)
        labels = tuple(range(1, n_grades + 1))
        for name, thing in (
            ("labels", labels),
            ("scores", tuple(map(float, labels))),
            ("ordered", True),
            ("aliases", NO_ALIASES),
            ("missing", ()),
            ("_codes", FrozenMapping({label: label - 1 for label in labels})),
            ("_readings", FrozenMapping({float(label): label - 1 for label in labels})),
        ):
            object.__setattr__(scale, name, thing)
        return scale

    to_dict = as_dict

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
            raise ValueError(f"`label`: {not_a_grade(label, self)}")
        return code

    def encode(self, labels: npt.ArrayLike, *, name: str = "labels") -> npt.NDArray[np.int8]:
        """Turn labels into grade indices.

        Parameters
        ----------
        labels : array_like of labels, any shape
            Grades; nan, None, NA, cells of spaces and what the scale declares are missing.
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
        check_text(name, "name")
        things = labels if isinstance(labels, np.ndarray) else _object_array(labels)
        found: dict[Hashable, int | None] = {}
        codes = np.empty(things.size, dtype=_code_dtype(self.n_grades))
        for place, label in enumerate(things.ravel().tolist()):
            # True is not 1, though they are equal
            key = label if label.__class__ not in TRUTHS else _typed(label)
            try:
                code = found[key]
            except KeyError:
                code = found[key] = self._lookup(label)
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
        try:
            indices = np.asarray(codes)
        except ValueError:  # rows of unlike lengths
            indices = np.asarray(codes, dtype=object)
        indices = indices if indices.size else np.zeros(indices.shape, dtype=np.int8)
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
        try:
            code = self._codes.get(_typed(label))
        except TypeError:  # it cannot be hashed
            return None
        if code is not None:
            return code
        for reading in _readings_of(label):
            if reading in self._readings:
                return self._readings[reading]
        number = as_number(label)
        return None if number is None else self._near(number)

    def _near(self, number: float) -> int | None:
        numbers = [x for x, code in self._readings.items() if isinstance(x, float) and code >= 0]
        if not numbers:
            return None
        place = int(nearest(np.array([number]), np.array(numbers), ROUNDING)[0])
        return None if place < 0 else self._readings[numbers[place]]

    def _unknown(self, label: object, place: int, shape: tuple[int, ...], name: str) -> str:
        where = np.unravel_index(place, shape) if len(shape) > 1 else (place,)
        spots = ("unit", "rater")[: len(shape)]
        at = ", ".join(f"{spot} {i}" for spot, i in zip(spots, where, strict=False))
        return (
            f"`{name}` holds {told(label)} at {at}, which is not in {shown(self.labels)}"
            f"{how_to_accept(label, self)}."
        )


def read_label(label: object, scale: Scale) -> int | None:
    """Return what a cell says of a scale's grades.

    Parameters
    ----------
    label : object
        What stands in the cell.
    scale : Scale
        The grades.

    Returns
    -------
    int or None
        Index of the grade, -1 for no grade, None for what the scale does not know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability._data.scales import read_label
    >>> [read_label(cell, ilr.OFSTED_SCALE) for cell in ("Good", " ", "excellent")]
    [2, -1, None]
    """
    return scale._lookup(label)


# why a scale without an order is refused where there is a cut
NO_CUT = "no grade is at or above another there"


def refuse_unordered(scale: Scale, name: str, why: str) -> None:
    """Raise where an argument is on a scale without an order, which what is asked rests on.

    Parameters
    ----------
    scale : Scale
        The grades.
    name : str
        The argument's name.
    why : str
        What there is not, and what to ask instead.

    Raises
    ------
    ValueError
        If the scale is not ordered.
    """
    if not scale.ordered:
        raise ValueError(f"`{name}` is on the unordered scale {shown(scale.labels)}: {why}.")


def not_a_grade(label: object, scale: Scale) -> str:
    """Return a sentence that says that a scale does not know a label.

    Parameters
    ----------
    label : object
        The label.
    scale : Scale
        The grades.

    Returns
    -------
    str
        With how to make the scale accept it, where that can be guessed.
    """
    accept = how_to_accept(label, scale)
    return f"{told(label)} is not a grade of this scale {told(scale.labels)}{accept}."


def how_to_accept(label: object, scale: Scale) -> str:
    """Return how to make a scale accept a label that it does not know, where that can be guessed.

    Parameters
    ----------
    label : object
        The label.
    scale : Scale
        The grades.

    Returns
    -------
    str
        An end for a sentence, from a semicolon on; "" where nothing is near.
    """
    if isinstance(label, TRUTHS):
        return "; True and False are not 1 and 0" if any(map(is_number, scale.labels)) else ""
    if isinstance(label, str):
        for known in scale.labels:
            if isinstance(known, str) and _fold(known) == _fold(label):
                return (
                    f"; it differs from {known!r} only in case or spaces, which `fold=True` of the "
                    "scale lets pass"
                )
    if isinstance(label, (str, int, float)) and MEANT_AS_NONE.fullmatch(_as_text(label)):
        return f"; where it means that no grade was given, declare `missing=[{told(label)}]`"
    return ""


def declared_missing(labels: Iterable[object], times: Iterable[int], scale: Scale) -> Counts:
    """Count what a scale declares to stand for no grade.

    Parameters
    ----------
    labels : iterable
        What cells hold.
    times : iterable of int
        How often each is held.
    scale : Scale
        The grades.

    Returns
    -------
    dict of hashable to int
        How often each of the declared codes is held, without those that are not.
    """
    found: Counts = {}
    if not scale.missing:
        return found
    names = {reading: code for code in scale.missing for reading in _readings_of(code)}
    for label, n in zip(labels, times, strict=True):
        if n and not is_missing(label) and read_label(label, scale) == -1:
            name = next(names[reading] for reading in _readings_of(label) if reading in names)
            found[name] = found.get(name, 0) + int(n)
    return found


def missing_note(found: Mapping[Hashable, int], thing: str = "rating") -> tuple[str, ...]:
    """Say how many cells the scale declares to hold no grade.

    Parameters
    ----------
    found : mapping of hashable to int
        As from `declared_missing`.
    thing : str, optional
        What a cell holds, in the singular.

    Returns
    -------
    tuple of str
        One note, or none where there is none.
    """
    if not (total := sum(found.values())):
        return ()
    each = ", ".join(f"{code!r} {whole(n)}" for code, n in found.items())
    are = "is" if total == 1 else "are"
    said = "missing by what the scale declares to mean no grade"
    return (f"{counted(total, thing)} {are} {said}: {each}.",)


def is_missing(label: object) -> bool:
    """Tell whether a label stands for a rating that was not given.

    Parameters
    ----------
    label : object
        Anything found in a table of ratings.

    Returns
    -------
    bool
        True for None, nan, NaT, a dataframe's NA and a string of nothing but spaces. The string
        "nan" is a label.

    Examples
    --------
    >>> from ilacs_reliability._data.scales import is_missing
    >>> [is_missing(x) for x in (None, float("nan"), " ", "nan", 0)]
    [True, True, True, False, False]
    """
    if label is None or (isinstance(label, str) and not label.strip()):
        return True
    if isinstance(label, (float, np.floating, Decimal)):
        return math.isnan(label)
    # pandas' NA and NaT, without importing pandas
    return type(label).__name__ in ("NAType", "NaTType")


def is_number(label: object) -> bool:
    """Tell whether a label is a number; True and False are none.

    Parameters
    ----------
    label : object
        Anything.

    Returns
    -------
    bool
        True for whole numbers, floats, fractions and decimals.
    """
    return isinstance(label, (Real, Decimal)) and not isinstance(label, TRUTHS)


def as_number(label: object) -> float | None:
    """Return the number that a label is or spells.

    Parameters
    ----------
    label : object
        Anything.

    Returns
    -------
    float or None
        None for what is no finite number that a float can hold.

    Examples
    --------
    >>> from ilacs_reliability._data.scales import as_number
    >>> [as_number(x) for x in (2, "2.0", " 2", "2nd", True)]
    [2.0, 2.0, 2.0, None, None]
    """
    if not (is_number(label) or (isinstance(label, str) and NUMERAL.fullmatch(label))):
        return None
    try:
        number = float(label)  # type: ignore[arg-type]
    except OverflowError:
        return None
    exact = not isinstance(label, int) or number == label
    return number if exact and math.isfinite(number) else None


def agreement_weights(scale: Scale, kind: Weights) -> FloatArray:
    r"""Return the credit that each pair of grades earns.

    Parameters
    ----------
    scale : Scale
        The grades; every kind but "identity", "ordinal" and a matrix uses its scores.
    kind : str or array_like of float, shape (n_grades, n_grades)
        "identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar",
        or a matrix of your own. Names of a dataframe's rows and columns are matched with the
        grades.

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
        wrong shape or names of other grades, is not symmetric, is not 1 on the diagonal or leaves 0
        to 1, or ratio weights meet negative scores.

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
        return credit_matrix(kind, scale)
    if kind not in WEIGHT_KINDS:
        known = option_called(kind, WEIGHT_KINDS)
        raise ValueError(
            f"`weights` must be one of {WEIGHT_KINDS} or a matrix, but got {told(kind)}{known}."
        )
    check_n_grades(scale, f"`weights` {kind!r}")
    if kind == "identity" or scale.n_grades == 1:
        return np.eye(scale.n_grades)
    if not scale.ordered:
        raise ValueError(f"`weights` is {kind!r}, which needs an ordered scale.")
    loss = _loss(kind, usable_scores(scale))
    weights: FloatArray = 1.0 - loss / loss.max()
    np.fill_diagonal(weights, 1.0)
    return weights


def usable_scores(scale: Scale) -> FloatArray:
    """Return the scores of grades, of which sums of fourth powers neither overflow nor vanish.

    Parameters
    ----------
    scale : Scale
        The grades.

    Returns
    -------
    ndarray of float, shape (n_grades,)
        A number for each grade.

    Raises
    ------
    ValueError
        If they lie further apart than 1e50, or closer together than 1e-50.
    """
    scores = np.asarray(scale.scores)
    span = 2.0 * float(np.ptp(scores / 2.0))
    if len(scores) > 1 and not LEAST_SPAN < span < LARGEST_SPAN:
        raise ValueError(
            f"the scores of `ratings` must lie between {LEAST_SPAN:g} and {LARGEST_SPAN:g} apart "
            f"to be squared, as for `weights`, but are {min(scores):g} to {max(scores):g}: give "
            "them in another unit."
        )
    return scores


def check_n_grades(scale: Scale, name: str) -> None:
    """Refuse a table of all pairs of grades where these are too many.

    Parameters
    ----------
    scale : Scale
        The grades.
    name : str
        What asks for the table, for an error.

    Raises
    ------
    ValueError
        If the table does not fit in memory.
    """
    q = scale.n_grades
    if not affordable(q**2, nanoseconds=10.0, held=40.0 * q**2):
        raise ValueError(
            f"{name} needs a table of all pairs of {q} grades, which is too large: round the "
            "scores to fewer grades."
        )


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
    if not (is_whole(within) and within >= 0):
        raise ValueError(f"`within` must be a whole number of 0 or more, but got {told(within)}.")
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
            if low < 0:
                raise ValueError(f"`weights` 'ratio' needs scores of 0 or more, but got {low:g}.")
            # a score of 0 is alike to itself, and as far from any other as can be
            return np.divide(a - b, a + b, out=np.zeros_like(a - b), where=a != b) ** 2
        case "circular":
            return np.sin(np.pi * (a - b) / (high - low + 1)) ** 2
        case _:  # bipolar
            spread = (a + b - 2 * low) * (2 * high - (a + b))
            return np.divide((a - b) ** 2, spread, out=np.zeros_like(spread), where=a != b)


def credit_matrix(matrix: object, scale: Scale, name: str = "weights") -> FloatArray:
    """Return a matrix of credit between grades, checked.

    Parameters
    ----------
    matrix : array_like of float, shape (n_grades, n_grades)
        Credit for each pair of grades. Names of a dataframe's rows and columns are the grades in
        any order, as are the keys of a mapping of mappings.
    scale : Scale
        The grades.
    name : str, optional
        What to call the argument in an error.

    Returns
    -------
    ndarray of float, shape (n_grades, n_grades)
        The same in the scale's order.

    Raises
    ------
    TypeError
        If it holds no numbers.
    ValueError
        If its shape is another, its rows or columns are not the grades, it is not symmetric or not
        1 on the diagonal, or a credit is beyond 0 to 1.
    """
    weights = _in_scale_order(matrix, scale, name)
    n_grades = scale.n_grades
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


def _in_scale_order(matrix: object, scale: Scale, name: str) -> FloatArray:
    rows, columns, cells = row_names(matrix), column_names(matrix), matrix
    if isinstance(matrix, Mapping) and all(isinstance(row, Mapping) for row in matrix.values()):
        cells = [[row.get(label) for label in matrix] for row in matrix.values()]
        rows = columns = tuple(matrix)
    return cells_in_order(_numbers_of(cells, matrix, name), (rows, columns), scale, name)


def cells_in_order(
    cells: npt.NDArray[Any], names: tuple[Names, Names], scale: Scale, name: str
) -> npt.NDArray[Any]:
    """Put the cells of a table of each two grades in the scale's order.

    They go by its rows' and columns' names; raise where these are not the grades, or are on one
    axis only and not in this order.
    """
    if cells.shape != (len(scale),) * 2:
        return cells
    by_row, by_column = (
        codes_of_names(named, scale, f"the {axis} of `{name}`")
        for named, axis in zip(names, ("rows", "columns"), strict=True)
    )
    if (by_row is None) != (by_column is None):
        known = by_row if by_column is None else by_column
        if known != list(range(len(scale))):
            raise ValueError(
                f"`{name}` has names on one axis only, {names[0] or names[1]}, which are not in "
                f"the scale's order {shown(scale.labels)}: put it in this order first."
            )
        return cells
    if by_row is None or by_column is None:
        return cells
    ordered = np.empty_like(cells)
    ordered[np.ix_(by_row, by_column)] = cells
    return ordered


def _numbers_of(cells: Any, given: object, name: str) -> FloatArray:
    try:
        weights = float_array(cells)
    except (TypeError, ValueError, OverflowError):
        weights = np.array(np.nan)
    if weights.ndim:
        return weights
    hint = "; leave it out for its default" if given is None else ""
    error = ValueError if isinstance(given, (list, tuple)) else TypeError
    raise error(
        f"`{name}` must be a name or a matrix of numbers with rows of one length, but got "
        f"{told(given)}{hint}."
    )


def numbered_scale(n_grades: int) -> Scale:
    """Return the scale from 1 to `n_grades`, of which a plain table is."""
    return NUMBERED[n_grades] if n_grades < len(NUMBERED) else Scale._numbered(n_grades)


# what nearly every plain table is on; no scale ever changes
NUMBERED = tuple(Scale._numbered(n_grades) for n_grades in range(8))


def codes_of_names(names: Names, scale: Scale, which: str) -> list[int] | None:
    """Return the grade of each name, None where there is none but numbers of rows."""
    if names is None or (numbered(names) and set(names) != set(scale.labels)):
        return None
    codes = [scale._lookup(name) for name in names]
    if sorted(-1 if code is None else code for code in codes) != list(range(len(scale))):
        raise ValueError(
            f"{which} are {shown(names)}, but the grades are {shown(scale.labels)}: give it these "
            "labels, or its values alone in this order."
        )
    return [code for code in codes if code is not None]


def _checked_labels(labels: Iterable[Hashable]) -> tuple[Hashable, ...]:
    listed_as, listed = labels, check_listing(labels, "labels", of="labels")
    _refuse_named(labels)
    labels = tuple(x.item() if isinstance(x, np.generic) else x for x in listed)
    if not labels:
        raise ValueError("`labels` must hold at least one grade, but is empty.")
    seen: dict[Hashable, int] = {}
    for place, label in enumerate(labels):
        if not _hashes(label):
            raise TypeError(f"`labels` must be hashable, but got {told(label)} at {place}.")
        if is_missing(label):
            raise ValueError(f"`labels` holds {label!r} at {place}, which means a missing rating.")
        if label in seen:
            raise ValueError(f"`labels` holds {label!r} twice, at {seen[label]} and {place}.")
        seen[label] = place
    _refuse_other_order(labels, getattr(listed_as, "dtype", None))
    return labels


def _refuse_other_order(labels: tuple[Hashable, ...], dtype: Any) -> None:
    """Raise where grades are not in the order that their own type has, as pandas' and polars'."""
    categories: Any = getattr(dtype, "categories", None)
    # an Enum of polars always has an order, its Categorical never
    if not getattr(dtype, "ordered", type(dtype).__name__ == "Enum"):
        return
    places = {category: place for place, category in enumerate(categories)}
    held = [places[label] for label in labels]
    if held != sorted(held):
        raise ValueError(
            f"`labels` holds {shown(labels)}, but its type has the order {shown(places)}: list the "
            "grades, worst first."
        )


def _refuse_named(labels: Any) -> None:
    names = row_names(labels)
    if names is not None and any(isinstance(name, str) for name in names):
        raise TypeError(
            f"`labels` is a {type(labels).__name__} whose values have the names {shown(names)}: "
            "pass `.to_list()` where its values are the grades, and `.to_dict()` where its names "
            "are and the values their scores."
        )


def _scores_of(
    labels: Mapping[Hashable, float], scores: Iterable[float] | Mapping[Hashable, float] | None
) -> Mapping[Hashable, float]:
    if scores is not None:
        raise ValueError(
            f"`scores` is {told(scores)}, but `labels` gives each grade its score already: "
            f"{told(labels)}."
        )
    return labels


def _typed(label: Any) -> Hashable:
    """Return what tells labels apart: True equals 1, but is another label."""
    return (bool, bool(label)) if isinstance(label, TRUTHS) else label


def _readings_of(label: object) -> Iterator[Hashable]:
    """Yield a spelling without case and runs of spaces, and the number that it is."""
    yield _fold(label) if isinstance(label, str) else _typed(label)
    number = as_number(label)
    if number is not None:
        yield number


def _readings(
    labels: tuple[Hashable, ...],
    aliases: Mapping[Hashable, Hashable],
    missing: tuple[Hashable, ...],
) -> dict[Hashable, int]:
    """Return the index of what every spelling but the labels themselves stands for."""
    numbers = [float(x) if x.__class__ is int and abs(x) < 2**53 else as_number(x) for x in labels]
    times = Counter(numbers)
    found: dict[Hashable, int] = {
        number: code
        for code, number in enumerate(numbers)
        if number is not None and times[number] == 1
    }
    for spelling, label in aliases.items():
        for reading in _readings_of(spelling):
            found.setdefault(reading, labels.index(label))
    for spelling in missing:
        for reading in _readings_of(spelling):
            found.setdefault(reading, -1)
    return found


def _checked_missing(
    missing: Iterable[Hashable],
    codes: Mapping[Hashable, int],
    aliases: Mapping[Hashable, Hashable],
) -> tuple[Hashable, ...]:
    wanted = "what stands for no grade, as in missing=['N/A', 9]"
    given = check_listing(missing, "missing", of=wanted)
    listed = tuple(x.item() if isinstance(x, np.generic) else x for x in given)
    if not listed:
        return ()
    grades = {reading for label in codes for reading in _readings_of(label)}
    for place, code in enumerate(listed):
        if not _hashes(code):
            raise TypeError(f"`missing` must be hashable, but got {told(code)} at {place}.")
        for reading in () if is_missing(code) else _readings_of(code):
            if reading in aliases:
                raise ValueError(
                    f"`missing` holds {code!r} at {place}, which `aliases` sends to "
                    f"{aliases[reading]!r}."
                )
            if reading in grades:
                raise ValueError(f"`missing` holds {code!r} at {place}, which is a grade.")
    return listed


def _hashes(label: object) -> bool:
    try:
        hash(label)
    except TypeError:
        return False
    return True


def _as_text(label: object) -> str:
    number = as_number(label)
    if number is None:
        return _fold(label) if isinstance(label, str) else ""
    return f"{number:g}"


def _folded(
    aliases: Mapping[Hashable, Hashable], labels: tuple[Hashable, ...], fold: bool
) -> dict[Hashable, Hashable]:
    folded: dict[Hashable, Hashable] = {}
    for label in labels if fold else ():
        if isinstance(label, str) and folded.setdefault(_fold(label), label) != label:
            raise ValueError(
                f"`labels` holds {folded[_fold(label)]!r} and {label!r}, which differ only in case "
                "or spaces: with `fold=True` they are one."
            )
    for spelling, label in aliases.items():
        if not (_hashes(label) and label in labels):
            raise ValueError(
                f"`aliases` sends {spelling!r} to {label!r}, which is not in {shown(labels)}."
            )
        if is_missing(spelling):
            raise ValueError(f"`aliases` sends {spelling!r} to {label!r}, but it means no grade.")
        if spelling in labels and spelling != label:
            raise ValueError(
                f"`aliases` sends {spelling!r} to {label!r}, but it is a grade itself."
            )
        read = _fold(spelling) if isinstance(spelling, str) else spelling
        if folded.setdefault(read, label) != label:
            raise ValueError(
                f"`aliases` sends {spelling!r} to {label!r}, but another spelling of it to "
                f"{folded[read]!r}: case and spaces do not tell aliases apart."
            )
    return folded


def _default_scores(labels: tuple[Hashable, ...], ordered: bool) -> tuple[float, ...]:
    if all(map(is_number, labels)):
        numbers = tuple(map(_as_score, labels))
        steps = [b - a for a, b in zip(numbers, numbers[1:], strict=False)]
        if not ordered or all(step > 0 for step in steps):
            return numbers
        if all(step < 0 for step in steps):
            return tuple(numbers[0] + numbers[-1] - number for number in numbers)
    return tuple(float(rank) for rank in range(1, len(labels) + 1))


def _as_score(label: Any) -> float:
    try:
        return float(label)
    except OverflowError:
        raise ValueError(
            f"`labels` holds {told(label)}, which is no score, as a float cannot hold it: give "
            "`scores`."
        ) from None


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


def _floats(
    scores: Iterable[float] | Mapping[Hashable, float], labels: tuple[Hashable, ...]
) -> tuple[float, ...]:
    refuse_set(scores, "scores")
    if isinstance(scores, Mapping):
        if set(scores) != set(labels):
            raise ValueError(
                f"`scores` are for {shown(scores)}, but the labels are {shown(labels)}."
            )
        scores = [scores[label] for label in labels]
    given: Any = by_label(scores, labels, name="scores", of="labels")
    listed: tuple[Any, ...] = ()
    try:
        is_listing = not isinstance(given, str | bytes)
        listed = tuple(given) if is_listing else ()
    except TypeError:
        # an array without an axis is one thing too
        is_listing = False
    if not is_listing:
        raise TypeError(f"`scores` must hold one number for each label, but got {told(given)}.")
    for place, number in enumerate(listed):
        if not is_number(number):
            raise TypeError(f"`scores` must hold numbers, but got {told(number)} at {place}.")
    try:
        return tuple(map(float, listed))
    except OverflowError:
        raise ValueError(f"`scores` must fit a float, but got {told(scores)}.") from None


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

REPORT_CARD_SCALE = Scale(
    [
        "urgent improvement",
        "needs attention",
        "expected standard",
        "strong standard",
        "exceptional",
    ],
    fold=True,
)
"""The five grades that an area of a school's report card has had since November 2025, worst first.

Each area is graded by itself, and there is no overall grade: they are not Ofsted's four grades
under new names, and no shift from one scale to the other can be counted.
"""
