"""Records that functions return: an estimate with its influence, an interval, a test's result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_confidence_level,
    check_number,
    check_text,
    told,
)
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._results.influences import n_clusters, standard_error
from ilacs_reliability._results.keyed import Keyed
from ilacs_reliability._results.named_limits import instead, name_of
from ilacs_reliability._results.pictured import Pictured
from ilacs_reliability._results.records import Record, freeze, plain, python
from ilacs_reliability._results.showing import estimate_card, result_card
from ilacs_reliability._results.undefined import REASONS
from ilacs_reliability._results.wording import (
    counted,
    fixed,
    level,
    p_phrase,
    sentence_start,
    significant,
    together,
    whole,
    with_article,
    with_interval,
)

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
Status: TypeAlias = Literal["ok", "undefined"]
Alternative: TypeAlias = Literal["two-sided", "less", "greater"]
Limits: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike]
# the name of an interval, and what takes an estimate and a level to its limits
Method: TypeAlias = tuple[str, Keyed]


# the arrays that an estimate of a single study may hold
OF_PATTERNS = ("frequencies", "influence_source", "patterns", "clusters", "enters")

# rounding leaves a standard error below this where it is zero
NO_ERROR = 1e-9
# the level at which it is judged if a method has limits of its own
USUAL = 0.95


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Interval(Record):
    """A confidence interval; unpacks as a pair.

    Attributes
    ----------
    low, high : float or ndarray, shape (...)
        The limits, in the unit of the estimate; nan where it is undefined. Arrays for a batch.
    confidence_level : float
        The coverage that was asked for, between 0 and 1.
    method : str
        How the limits were found.

    Raises
    ------
    TypeError
        If a limit or the level is not a number, or the method not text.
    ValueError
        If the level is not strictly between 0 and 1.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> low, high = ilr.Interval(0.2, 0.8)
    >>> 0.5 in ilr.Interval(low, high)
    True
    """

    low: float
    high: float
    confidence_level: float = 0.95
    method: str = ""

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            object.__setattr__(self, name, _limit(getattr(self, name), name))
        if np.shape(self.low) != np.shape(self.high):
            raise ValueError(
                f"`low` and `high` must be limits of the same studies, but have shapes "
                f"{np.shape(self.low)} and {np.shape(self.high)}."
            )
        level = check_confidence_level(self.confidence_level)
        object.__setattr__(self, "confidence_level", level)
        check_text(self.method, "method")

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> float:
        return (self.low, self.high)[index]

    def __contains__(self, value: float) -> bool:
        if np.ndim(self.low):
            raise TypeError(
                "an interval of several studies holds no single value: compare with `low` and "
                "`high`."
            )
        return bool(self.low <= value <= self.high)

    def __repr__(self) -> str:
        how = f"{level(self.confidence_level)} {self.method}".rstrip()
        if np.ndim(self.low):
            return f"Interval({counted(np.size(self.low), 'study', 'studies')}, {how})"
        return f"Interval({', '.join(together(self.low, self.high, decimals=4))}, {how})"

    def to_dict(self) -> dict[str, Any]:
        """Return the interval as a row of plain Python values, at full precision.

        Returns
        -------
        dict
            The limits, the level and the method.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.Interval(0.2, 0.8, method="wald").to_dict()["low"]
        0.2
        """
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}

    @property
    def width(self) -> float:
        """Distance between the limits."""
        return self.high - self.low


def _limit(limit: Any, name: str) -> Any:
    if not (isinstance(limit, np.ndarray) and limit.ndim):
        return check_number(limit, name, finite=False)
    if limit.dtype.kind not in "iuf":
        raise TypeError(f"`{name}` must hold numbers, but got {limit.dtype}.")
    return read_only(limit.view())


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Estimate(Record, Pictured):
    """A number computed from units, with the pull of each pattern of ratings on it.

    Attributes
    ----------
    value : float or ndarray, shape (...)
        The estimate; nan where the data leave it undefined. An array where the frequencies carry
        leading axes.
    name, label : str
        The function that made it, and how a sentence calls it.
    frequencies : ndarray, shape (..., n_patterns)
        How many units showed each pattern.
    influence_source : ndarray or Keyed
        Where `influence` comes from.
    n_units : int or ndarray
        Units that the estimate rests on.
    n_raters, n_ratings, n_missing : int or ndarray
        Raters (the most ratings of a unit where they are anonymous), ratings given, and ratings not
        given.
    by : str
        By whom, in words, where that is not just a number of raters.
    observed, expected : float or ndarray
        The parts of a chance-corrected coefficient; nan elsewhere.
    weights : str
        The credit between grades, or the metric, "custom" for a matrix; "" where there is none.
    clusters : ndarray of int, shape (n_patterns,), or None
        The cluster each row of the pattern table belongs to.
    methods_source : sequence of (str, Keyed) or Keyed
        Where `methods` come from: themselves, or what takes the estimate to them.
    status : {"ok", "undefined"}
        Whether there is a value.
    reason : str
        Why not: a key of `REASONS`, such as "no_variation", "single_unit", "no_pairable_units" or
        "non_convergence"; else "".
    why : str
        The reason in words, said of these data; "" where the key's own words say all.
    notes : tuple of str
        What a reader must know about this number.
    limits : str
        What the number does not show, to complete "It does not show ...".
    design : str
        "simultaneous" or "repeat" where the number rests on ratings, else "".
    patterns : ndarray, shape (n_patterns, n_columns), or None
        The pattern table that `frequencies` count, where the number rests on ratings.
    enters : ndarray, shape (n_patterns,), or None
        1 where units of a pattern enter the estimate at all; None where all do. A cluster of which
        no unit enters is no independent piece.
    range_source : pair or Keyed
        Where `range` comes from: a pair, or what takes the estimate to one. Default: any number.
    origin : object
        The plain data from which its limits, its range and their like are computed, where these are
        more than its own fields.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> kappa = ilr.cohen_kappa([[0, 0], [1, 1], [1, 0], [0, 0], [1, 1]])
    >>> kappa
    Estimate(cohen_kappa = 0.6154, n_units=5, 95% enumerated -0.1701 to 0.9883)
    """

    value: Any
    name: str
    frequencies: npt.NDArray[Any]
    influence_source: FloatArray | Keyed
    n_units: Any
    label: str = ""
    n_raters: int = 0
    by: str = ""
    n_ratings: Any = 0
    n_missing: Any = 0
    observed: Any = float("nan")
    expected: Any = float("nan")
    weights: str = ""
    clusters: IntArray | None = None
    methods_source: Sequence[Method] | Keyed = ()
    status: Status = "ok"
    reason: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()
    limits: str = ""
    design: str = ""
    patterns: npt.NDArray[Any] | None = None
    enters: npt.NDArray[Any] | None = None
    range_source: Limits | Keyed = (-np.inf, np.inf)
    origin: Any = None

    def __post_init__(self) -> None:
        # five coefficients of a study take some 0.5 ms: looking at all fields would add a tenth
        single = isinstance(self.value, float) and type(self) is Estimate
        freeze(self, OF_PATTERNS if single else None)

    @property
    def influence(self) -> FloatArray:
        """Empirical influence of a unit of each pattern, shape (..., n_patterns).

        Its average over units, weighted by `frequencies`, is zero.
        """
        source = self.influence_source
        found: FloatArray = source() if isinstance(source, Keyed) else source
        undefined = np.isnan(self.value)
        # a single study says so at once
        if undefined is not np.False_ and undefined.any():
            return read_only(np.where(undefined[..., None], np.nan, found))
        return read_only(found.view()) if isinstance(source, Keyed) else found

    @property
    def standard_error(self) -> Any:
        """Standard error for generalising to more units (or clusters), in the unit of `value`."""
        error = standard_error(
            self.influence, self.frequencies, self.n_units, self.clusters, enters=self.enters
        )
        return read_only(error) if isinstance(error, np.ndarray) else error

    @property
    def n_independent(self) -> Any:
        """Number of independent pieces: units, or clusters where there are any."""
        if self.clusters is None:
            return self.n_units
        return n_clusters(self.frequencies, self.clusters, self.enters)

    @property
    def range(self) -> tuple[Any, Any]:
        """The least and the greatest that can be true, whatever the data; no limit passes them."""
        source = self.range_source
        return source(self) if isinstance(source, Keyed) else source

    @property
    def methods(self) -> Sequence[Method]:
        """Interval methods by name, the default first.

        Each takes the estimate and a confidence level and returns two limits.
        """
        source = self.methods_source
        return source(self) if isinstance(source, Keyed) else source

    @property
    def interval_methods(self) -> tuple[str, ...]:
        """Names that `confidence_interval` takes, the default first."""
        return tuple(name for name, _ in self.methods)

    def confidence_interval(
        self, confidence_level: float = 0.95, method: str | None = None
    ) -> Interval:
        """Return a confidence interval for the estimate.

        Parameters
        ----------
        confidence_level : float, optional
            Wanted coverage, between 0 and 1. Default: 0.95.
        method : str, optional
            One of `interval_methods`. Default: the first.

        Returns
        -------
        Interval
            The limits, within the `range` of what can be true and with the estimate between them
            however low the level; nan where it is undefined. Arrays for a batch. Where the standard
            error is zero, a method that rests on it alone gives way to the default one ("score"
            for "enumerated" and "t"), and `method` says so: agreement in every unit is not
            certainty.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1 or the method is not offered.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> table = ilr.ratings_from_table([[20, 1], [1, 2]], scale=ilr.Scale(["good", "convert"]))
        >>> ilr.percent_agreement(table).confidence_interval()
        Interval(0.7300, 0.9897, 95% clopper_pearson)
        """
        confidence_level = check_confidence_level(confidence_level)
        offered = dict(self.methods)
        if not offered and self.status == "undefined":
            return Interval(np.nan, np.nan, confidence_level, method or "undefined")
        if not offered:
            raise ValueError(f"{self.name} offers no closed-form interval; use `bootstrap`.")
        default = next(iter(offered))
        chosen = default if method is None else method
        if not isinstance(chosen, str) or chosen not in offered:
            raise ValueError(
                f"`method` must be one of {self.interval_methods} for {self.name}, "
                f"but got {told(method)}."
            )
        if self.status == "undefined":
            return Interval(float("nan"), float("nan"), confidence_level, chosen)
        # of many studies some may be undefined
        known: Literal["ignore"] | None = "ignore" if np.ndim(self.value) else None
        with np.errstate(invalid=known, divide=known):
            found = offered[chosen](self, confidence_level)
            # quick however many studies there are, and not of the standard error alone
            rests = default in ("enumerated", "t") and "score" in offered
            other = "score" if rests else default
            usual = found if confidence_level == USUAL else None
            if chosen != other and (flat := self._is_flat(found, usual, (chosen, other))).any():
                wide = offered[other](self, confidence_level)
                found = instead(found, wide, flat, other, f"{chosen} has no width")
        chosen = name_of(found) or chosen
        least, most = self.range
        # an equal-tailed interval of a low level may lie beside the estimate
        low = np.minimum(np.fmax(found[0], least), self.value)
        high = np.maximum(np.fmin(found[1], most), self.value)
        if np.ndim(self.value) == 0:
            return Interval(float(low), float(high), confidence_level, chosen)
        return Interval(low, high, confidence_level, chosen)

    def describe(self) -> str:
        """Say the estimate in one sentence, with what it rests on and does not show, and its notes.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> print(ilr.percent_agreement([[0, 0], [1, 1], [1, 0], [0, 0]]).describe())
        Percent agreement is 0.750 (95% interval 0.194 to 0.994, clopper_pearson), from 8 ratings of
        4 units by 2 raters; it does not show whether the grades were right. The scale is the
        numbers seen, 0, 1: declare unused grades with a Scale.
        """
        start = sentence_start(self.label or self.name)
        if np.ndim(self.value):
            studies = counted(np.size(self.value), "study", "studies")
            return " ".join((f"{start} was computed for {studies}.", *self.notes))
        basis = self._basis()
        ending = f"; it does not show {self.limits}." if self.limits else "."
        if self.status == "undefined":
            why = reason_in_words(self)
            return " ".join((f"{start} is undefined ({why}), from {basis}{ending}", *self.notes))
        number = fixed(self.value)
        if self.methods:
            interval = self.confidence_interval()
            number = with_interval(self.value, *interval, how=interval.method)
        return " ".join((f"{start} is {number}, from {basis}{ending}", *self.notes))

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as a flat row of plain Python values, at full precision.

        Returns
        -------
        dict
            One entry a field, with the default 95 % interval as `low`, `high` and `method`.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.percent_agreement([[0, 0], [1, 0]]).to_dict()["value"]
        0.5
        """
        row: dict[str, Any] = plain(self.row())
        return row

    def row(self) -> dict[str, Any]:
        """Return the estimate as a row for a dataframe: as `to_dict`, with nan where it is.

        Returns
        -------
        dict
            One entry a field, in the order of `to_dict`.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.percent_agreement([[0, 0], [1, 0]]).row()["observed"]
        0.5
        """
        row: dict[str, Any] = {"name": self.name, "weights": self.weights}
        row |= {"value": self.value, "standard_error": self.standard_error}
        if self.methods:
            interval = self.confidence_interval()
            row |= {"low": interval.low, "high": interval.high}
            row |= {"confidence_level": interval.confidence_level, "method": interval.method}
        for field in ("observed", "expected", "n_units", "n_raters", "n_ratings", "n_missing"):
            row[field] = getattr(self, field)
        row |= {"status": self.status, "reason": self.reason, "why": reason_in_words(self)}
        row["notes"] = list(self.notes)
        return {key: python(value) for key, value in row.items()}

    def __float__(self) -> float:
        if np.ndim(self.value):
            raise TypeError(
                f"a batch of {np.size(self.value)} estimates is no single number; see `value`."
            )
        return float(self.value)

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else str(self)

    def __repr__(self) -> str:
        if np.ndim(self.value):
            return f"Estimate({self.name}, {np.shape(self.value)} studies)"
        units = f"n_units={whole(self.n_units, mark='')}"
        if self.status == "undefined":
            return f"Estimate({self.name} undefined: {self.reason}, {units})"
        if not self.methods:
            return f"Estimate({self.name} = {fixed(self.value, 4)}, {units})"
        interval = self.confidence_interval()
        value, low, high = together(self.value, *interval, decimals=4)
        return f"Estimate({self.name} = {value}, {units}, 95% {interval.method} {low} to {high})"

    def _repr_html_(self) -> str:
        return estimate_card(self, self._basis, reason_in_words(self))

    def _content(self) -> Iterator[Any]:
        held = ("influence_source", "methods_source", "range_source")
        yield from (getattr(self, name) for name in _fields(self) if name not in held)
        yield self.interval_methods
        yield self.influence

    def _is_flat(
        self, found: Limits, usual: Limits | None, methods: tuple[str, str]
    ) -> npt.NDArray[np.bool_]:
        """Tell where a method's limits have no width but what rounding leaves, beside another's.

        A low level narrows any interval: only no standard error, or an unknown one, leaves none,
        and that is seen at the usual level, lest a method be itself at some levels only.
        """
        known = np.isnan(self.value) | (np.asarray(self.standard_error) > NO_ERROR)
        unknown: npt.NDArray[np.bool_] = np.logical_not(known)
        if not unknown.any():
            return unknown
        offered = dict(self.methods)
        chosen, other = (offered[name] for name in methods)
        limits = (found, usual or chosen(self, USUAL), other(self, USUAL))
        # limits that are both infinite have no width that is known
        with np.errstate(invalid="ignore"):
            width, at_usual, wide = (np.subtract(high, low) for low, high in limits)
        least = np.fmax(NO_ERROR * np.minimum(wide, 1.0), 4.0 * np.spacing(np.abs(self.value)))
        flat: npt.NDArray[np.bool_] = unknown & ~((at_usual > least) & (width > 0))
        return flat

    def _basis(self) -> str:
        units = counted(self.n_units, "unit")
        if not self.n_raters:
            # shares and a reliability that somebody names have a value without any unit
            return units if self.n_units or self.status == "undefined" else "stated figures alone"
        by = self.by or f"by {counted(self.n_raters, 'rater')}"
        ratings = f"{counted(self.n_ratings, 'rating')} of {units} {by}"
        return f"{ratings} ({whole(self.n_missing)} missing)" if self.n_missing else ratings


def _fields(record: Estimate) -> Sequence[str]:
    return tuple(record.__dataclass_fields__)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class SignificanceResult(Record):
    """The outcome of a significance test.

    Attributes
    ----------
    statistic : float
        The test statistic.
    df : float or tuple of float or None
        Degrees of freedom, where the method has any.
    p_value : float
        Between 0 and 1; nan where the data leave it undefined.
    alternative : str
        "two-sided", "less" or "greater"; "" where the test has no direction.
    method : str
        How the p-value was found.
    name, label : str
        The function that made it, and how a sentence calls the test.
    null : str
        The hypothesis tested, to complete "the hypothesis that ...".
    effect : Estimate or None
        The effect, with its interval.
    n_units : int
        Units that the test rests on.
    status, reason, why, notes, limits
        As in `Estimate`.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> agreement = ilr.percent_agreement([[1, 1], [2, 2], [1, 2], [2, 2], [1, 1]])
    >>> round(ilr.threshold_test(agreement, 0.5).p_value, 4)
    0.1875
    """

    statistic: float
    p_value: float
    method: str
    name: str
    n_units: int
    df: float | tuple[float, ...] | None = None
    alternative: str = ""
    label: str = ""
    null: str = ""
    effect: Estimate | None = None
    status: Status = "ok"
    reason: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()
    limits: str = ""

    def __post_init__(self) -> None:
        """Hold no array, and so have nothing to freeze."""

    def describe(self) -> str:
        """Say the result in one sentence, with the effect, what it does not show, and its notes.

        Returns
        -------
        str
            A plain English sentence.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> agreement = ilr.percent_agreement([[1, 1], [2, 2], [1, 2], [2, 2], [1, 1]])
        >>> print(ilr.threshold_test(agreement, 0.5).describe())
        Threshold test of percent agreement (inverted clopper_pearson interval) gives p = 0.188 for
        the hypothesis that the percent agreement is at most 0.5, from 5 units; the percent
        agreement is 0.800 (95% interval 0.284 to 0.995); it does not show whether the grades were
        right. The scale is the numbers seen, 1, 2: declare unused grades with a Scale.
        """
        start = sentence_start(self.label or self.name)
        # of an undefined result no method may have been tried
        start += f" ({self.method})" if self.method != "none" else ""
        ending = f"; it does not show {self.limits}." if self.limits else "."
        if self.status == "undefined":
            why = reason_in_words(self)
            text = f"{start} is undefined ({why}), from {self._basis()}{ending}"
            return " ".join((text, *self.notes))
        null = f" for the hypothesis that {self.null}" if self.null else ""
        effect = ""
        if self.effect is not None and self.effect.status == "ok":
            effect = f"; {_effect_phrase(self.effect)}"
        text = f"{start} gives {p_phrase(self.p_value)}{null}, from {self._basis()}{effect}{ending}"
        return " ".join((text, *self.notes))

    def to_dict(self) -> dict[str, Any]:
        """Return the result as a flat row of plain Python values, at full precision.

        Returns
        -------
        dict
            One entry a field; the effect's fields carry the prefix ``effect_``.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> agreement = ilr.percent_agreement([[1, 1], [2, 2], [1, 2], [2, 2], [1, 1]])
        >>> ilr.threshold_test(agreement, 0.5).to_dict()["effect_value"]
        0.8
        """
        row: dict[str, Any] = plain(self.row())
        return row

    def row(self) -> dict[str, Any]:
        """Return the result as a row for a dataframe: as `to_dict`, with nan where it is.

        Returns
        -------
        dict
            One entry a field; the effect's fields carry the prefix ``effect_``.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.sign_test([[9, 5], [1, 9]]).row()["n_units"]
        24
        """
        row: dict[str, Any] = {"name": self.name}
        for field in ("statistic", "df", "p_value", "alternative", "method", "n_units"):
            row[field] = python(getattr(self, field))
        row |= {"status": self.status, "reason": self.reason, "why": reason_in_words(self)}
        row["notes"] = list(self.notes)
        if self.effect is not None:
            row |= {f"effect_{key}": value for key, value in self.effect.row().items()}
        return row

    def _basis(self) -> str:
        """Say how many units it rests on, of how many where others do not enter its effect."""
        units = counted(self.n_units, "unit")
        if self.effect is None or not self.effect.n_units < self.n_units:
            return units
        return f"{whole(self.effect.n_units)} of {units}"

    def __repr__(self) -> str:
        if self.status == "undefined":
            return f"SignificanceResult({self.name} undefined: {self.reason})"
        return (
            f"SignificanceResult({self.name}, {self.method}: {p_phrase(self.p_value)}, "
            f"statistic={significant(self.statistic)}, n_units={whole(self.n_units, mark='')})"
        )

    def _repr_html_(self) -> str:
        return result_card(self, self._basis, reason_in_words(self), _effect_phrase)


def reason_in_words(result: Estimate | SignificanceResult) -> str:
    """Say why a result is undefined, of its own data where it does.

    Parameters
    ----------
    result : Estimate or SignificanceResult
        Any result.

    Returns
    -------
    str
        Its `why`, else what its reason means; "" where it is defined.
    """
    return result.why or REASONS.get(result.reason, result.reason)


def _effect_phrase(effect: Estimate) -> str:
    phrase = f"{with_article(effect.label or effect.name)} is"
    if not effect.methods:
        return f"{phrase} {fixed(effect.value)}"
    return f"{phrase} {with_interval(effect.value, *effect.confidence_interval())}"
