"""What may be true: how often each pattern of ratings occurs among all units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from ilacs_reliability._checks.arguments import (
    check_count,
    check_function,
    check_number,
    check_option,
    float_array,
    told,
)
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._results.estimates import Estimate, FloatArray, IntArray
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import counted, significant
from ilacs_reliability.agreement.coefficients import conger_kappa

Coefficient: TypeAlias = Callable[..., Any]
Model: TypeAlias = Literal["known grade", "all or none", "own shares"]
MODELS = ("known grade", "all or none", "own shares")
# so many units that what depends on their number no longer shows
POPULATION = 1e9
MOST_RATERS = 20
# shares that rounding alone keeps from adding up to 1
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class World(Record):
    """A population of units: the share that shows each pattern of ratings.

    Attributes
    ----------
    scale : Scale
        The grades, worst first.
    patterns : ndarray of int, shape (n_patterns, n_raters)
        Grade index by rater, -1 where a unit is not rated.
    shares : ndarray of float, shape (n_patterns,)
        Share of units that show each; they add up to 1.
    margins : ndarray of float, shape (n_raters, n_grades)
        Share of each grade among a rater's ratings.
    strength : float
        How far ratings hang together, 0 for chance to 1 for as much as the margins allow; nan where
        the shares were given as they are.
    model : {"known grade", "all or none", "own shares", "as given"}
        How ratings hang together.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.agreement_world(0.8, margins=[0.5, 0.5])
    World(2 raters, 2 grades, same grade 0.9)
    """

    scale: Scale
    patterns: IntArray
    shares: FloatArray
    margins: FloatArray
    strength: float
    model: str

    @property
    def n_raters(self) -> int:
        """Raters."""
        return int(self.patterns.shape[1])

    @property
    def ratings(self) -> Ratings:
        """The population as ratings of very many units."""
        every = ratings_from_codes(self.patterns, scale=self.scale)
        return every.with_frequencies(POPULATION * self.shares)

    def value_of(self, coefficient: Coefficient) -> float:
        """Return what a coefficient is in this world.

        Parameters
        ----------
        coefficient : callable
            A function of `Ratings` that returns an `Estimate`, such as `cohen_kappa`.

        Returns
        -------
        float
            Its value over all units; nan where it is undefined.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
        >>> round(world.value_of(ilr.percent_agreement), 9)
        0.9
        """
        return float(estimated(coefficient, self.ratings).value)

    def with_value(self, coefficient: Coefficient, value: float) -> World:
        """Return the world with the same margins in which a coefficient has another value.

        Parameters
        ----------
        coefficient : callable
            As in `value_of`.
        value : float
            What it should be.

        Returns
        -------
        World
            The same margins and model, with another strength.

        Raises
        ------
        ValueError
            If no strength gives the value, or the shares of this world were given as they are.
        """
        if self.model not in MODELS:
            raise ValueError("`world` was given as shares, so no other value can be read from it.")
        least, most = (self._end(end, coefficient) for end in (0.0, 1.0))
        # what rounding leaves of an end is the end
        name = getattr(coefficient, "__name__", "the coefficient")
        if np.isnan(least) or np.isnan(most):
            raise ValueError(
                f"`margins` must leave {name} a value, but with {told(self.margins.tolist())} it "
                "is undefined."
            )
        if not min(least, most) - ROUNDING <= value <= max(least, most) + ROUNDING:
            raise ValueError(
                f"`value` must be between {significant(least)} and {significant(most)} for {name} "
                f"with these margins, but got {told(value)}."
            )

        def missed(strength: float) -> float:
            return self.at(strength).value_of(coefficient) - value

        for end in (0.0, 1.0):
            if abs(missed(end)) <= ROUNDING:
                return self.at(end)
        return self.at(float(brentq(missed, 0.0, 1.0, xtol=1e-12)))

    def with_raters(self, n_raters: int) -> World:
        """Return the world of the same grades and strength with another number of raters.

        Parameters
        ----------
        n_raters : int
            Raters, 2 or more.

        Returns
        -------
        World
            The other world; each pair of its raters agrees as before.

        Raises
        ------
        ValueError
            If raters have different margins, or the shares of this world were given as they are.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.agreement_world(0.8, margins=[0.5, 0.5]).with_raters(3)
        World(3 raters, 2 grades, same grade 0.85)
        """
        if self.model not in MODELS:
            raise ValueError("`world` was given as shares, so other raters cannot be read from it.")
        common = _common(self.margins)
        model: Any = "known grade" if self.n_raters == 2 else self.model
        return agreement_world(
            self.strength, margins=common, n_raters=n_raters, scale=self.scale, model=model
        )

    def _end(self, strength: float, coefficient: Coefficient) -> float:
        """Return an extreme value; what rounding leaves of 0 is 0."""
        value = self.at(strength).value_of(coefficient)
        return 0.0 if abs(value) < ROUNDING else value

    def at(self, strength: float) -> World:
        """Return the world of the same margins and model with another strength.

        Parameters
        ----------
        strength : float
            From 0 for chance to 1 for as much as the margins allow.

        Returns
        -------
        World
            The other world.
        """
        shares = SHARES[self.model](self.margins, self.patterns, strength)
        return replace(self, shares=shares / shares.sum(), strength=strength)

    def __repr__(self) -> str:
        given = self.patterns >= 0
        alike = (self.patterns == self.patterns.max(axis=1, keepdims=True)) | ~given
        same = significant(self.shares[alike.all(axis=1) & given.any(axis=1)].sum())
        raters = counted(self.n_raters, "rater")
        return f"World({raters}, {counted(len(self.scale), 'grade')}, same grade {same})"

    def _repr_html_(self) -> str:
        rows = {", ".join(map(str, row)): share for row, share in self._labelled()}
        return html_table(rows)

    def _labelled(self) -> list[tuple[list[Any], float]]:
        labels = (*self.scale.labels, "not rated")
        return [
            ([labels[code] for code in pattern], share)
            for pattern, share in zip(self.patterns.tolist(), self.shares.tolist(), strict=True)
        ]


DECLARE = "give the grades in order as `scale`, worst first, as Scale([...])"


def agreement_world(
    value: float,
    *,
    margins: npt.ArrayLike,
    coefficient: Coefficient = conger_kappa,
    n_raters: int = 2,
    scale: Scale | None = None,
    model: Model = "known grade",
) -> World:
    r"""Describe a population in which an agreement coefficient has a value.

    Parameters
    ----------
    value : float
        What the coefficient is over all units.
    margins : array_like of float, shape (n_grades,) or (n_raters, n_grades)
        Share of each grade, worst first, among all ratings or among those of each rater; with a
        `scale` labels of a series, a mapping or a dataframe's columns are put in its order.
    coefficient : callable, optional
        The coefficient that has the value. Default: `conger_kappa`, Cohen's of two raters.
    n_raters : int, optional
        Raters of each unit, where the margins do not say. Default: 2.
    scale : Scale, optional
        The grades. Default: 1 to `n_grades`.
    model : {"known grade", "all or none", "own shares"}, optional
        How more than two raters hang together: each recognises a unit's grade with some chance, on
        their own, and else draws from the margins; or in a share of units all give the same grade
        and in the others each draws alone; or each unit has shares of its own, from a Dirichlet
        distribution, from which all draw. Two raters with equal margins are the same in all.
        Default: "known grade"; raters of different margins need "all or none".

    Returns
    -------
    World
        Patterns with their shares.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If margins do not add up to 1 or fit the scale, the value cannot be had with them, or there
        would be too many patterns.

    See Also
    --------
    units_for_agreement : How many units it takes to show an agreement.

    Notes
    -----
    With strength :math:`s`, two raters give the same grade :math:`i` with probability
    :math:`(1 - s) p_i q_i + s m_i`, where :math:`m` is the closest that the margins :math:`p` and
    :math:`q` allow; with equal margins :math:`s` is Cohen's kappa, the common-correlation model
    [1]_. "known grade" gives each pair of many raters that kappa: each knows the grade with
    probability :math:`\sqrt{s}`.

    References
    ----------
    .. [1] A. Donner and M. Eliasziw, "A goodness-of-fit approach to inference procedures for the
           kappa statistic: confidence interval construction, significance-testing and sample size
           estimation", Statistics in Medicine 11 (1992), 1511-1519.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ofsted = [0.08, 0.2, 0.45, 0.27]
    >>> world = ilr.agreement_world(0.7, margins=ofsted, n_raters=3, scale=ilr.OFSTED_SCALE)
    >>> world
    World(3 raters, 4 grades, same grade 0.7046)
    """
    check_number(value, "value")
    check_function(coefficient, "coefficient")
    check_option(model, MODELS, "model")
    if scale is not None and not isinstance(scale, Scale):
        raise TypeError(f"`scale` must be a Scale, but got {type(scale).__name__}.")
    ordered = in_grade_order(margins, scale, "margins", rows=False, instead=DECLARE)
    shares = _margins(ordered, n_raters)
    scale = scale or Scale(range(1, shares.shape[1] + 1))
    if shares.shape[1] != len(scale):
        raise ValueError(
            f"`margins` must hold {len(scale)} shares, one a grade, but got {shares.shape[1]}."
        )
    n_patterns = float(len(scale)) ** len(shares)
    if not affordable(n_patterns * len(shares), nanoseconds=1e4):
        raise ValueError(
            f"`n_raters` of {len(shares)} with {len(scale)} grades make too many patterns: "
            f"{n_patterns:.3g}."
        )
    patterns = np.array(list(product(range(len(scale)), repeat=len(shares))), dtype=np.int64)
    start = World(
        scale=scale,
        patterns=patterns,
        shares=np.zeros(len(patterns)),
        margins=shares,
        strength=0.0,
        model=model if len(shares) > 2 else "all or none",
    )
    return start.with_value(coefficient, value)


def estimated(coefficient: Coefficient, ratings: Ratings) -> Estimate:
    """Return what a coefficient makes of ratings; raise where it is no coefficient of them."""
    try:
        with left_unsaid():
            found = coefficient(ratings)
    except (TypeError, ValueError) as error:
        raise type(error)(f"`coefficient` does not take these ratings: {error}") from error
    if not isinstance(found, Estimate) or np.ndim(found.value) + 1 != ratings.frequencies.ndim:
        raise TypeError(f"`coefficient` must return one Estimate, but returned {told(found)}.")
    return found


def as_world(world: Any) -> World:
    """Take a world, or the patterns of ratings that were seen as one; else raise."""
    if isinstance(world, World):
        return world
    if not isinstance(world, Ratings):
        raise TypeError(
            "`world` must be a World, as from `agreement_world`, or Ratings, but got "
            f"{told(world)}."
        )
    frequencies = np.asarray(world.frequencies, dtype=np.float64)
    if world.patterns is None or frequencies.ndim != 1 or not frequencies.sum():
        raise ValueError("`world` must be one study by known raters with at least one unit.")
    # clusters of which each has a pattern are one pattern of the population
    seen = np.asarray(world.patterns, dtype=np.int64)
    codes, place = np.unique(seen, axis=0, return_inverse=True)
    times: FloatArray = np.bincount(place.ravel(), frequencies).astype(np.float64)
    counts = np.stack(
        [
            np.bincount(column[column >= 0], times[column >= 0], minlength=len(world.scale))
            for column in codes.T
        ]
    )
    return World(
        scale=world.scale,
        patterns=codes,
        shares=times / times.sum(),
        margins=counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0),
        strength=float("nan"),
        model="as given",
    )


def _margins(margins: Any, n_raters: int) -> FloatArray:
    """Return the margins of each rater; raise unless they are shares."""
    if check_count(n_raters, "n_raters", least=2) > MOST_RATERS:
        raise ValueError(
            f"`n_raters` must be at most {MOST_RATERS}, as more have too many patterns, but got "
            f"{told(n_raters)}."
        )
    try:
        shares = float_array(margins)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"`margins` must be numbers, but got {told(margins)}.") from None
    if shares.ndim not in (1, 2) or shares.shape[-1] < 2 or (shares.ndim == 2 and len(shares) < 2):
        raise ValueError(
            "`margins` must be shares of two grades or more, one row for all raters or one each, "
            f"but got shape {shares.shape}."
        )
    if not (shares >= 0).all() or (abs(shares.sum(axis=-1) - 1) > 1e-6).any():
        raise ValueError(f"`margins` must be shares that add up to 1, but got {told(margins)}.")
    every = shares if shares.ndim == 2 else np.tile(shares, (n_raters, 1))
    normed: FloatArray = every / every.sum(axis=1, keepdims=True)
    return normed


def _known_grade(margins: FloatArray, patterns: IntArray, strength: float) -> FloatArray:
    grades, known = _common(margins), strength**0.5
    shares = np.zeros(len(patterns))
    for grade, share in enumerate(grades):
        each = known * (patterns == grade) + (1 - known) * grades[patterns]
        shares += share * each.prod(axis=1)
    return shares


def _own_shares(margins: FloatArray, patterns: IntArray, strength: float) -> FloatArray:
    """Draw as from Polya's urn: each grade given makes the same grade likelier."""
    grades = _common(margins)
    drawn = np.ones(len(patterns))
    for place, grade in enumerate(patterns.T):
        before = (patterns[:, :place] == grade[:, None]).sum(axis=1)
        drawn *= (
            (grades[grade] * (1 - strength) + before * strength) / (1 - strength + place * strength)
            if place
            else grades[grade]
        )
    return drawn


def _common(margins: FloatArray) -> FloatArray:
    """Return the margins that all raters have; raise where they differ."""
    if np.ptp(margins, axis=0).max() > ROUNDING:
        raise ValueError(
            "`model` must be 'all or none' for more than two raters of different `margins`."
        )
    common: FloatArray = margins[0]
    return common


def _all_or_none(margins: FloatArray, patterns: IntArray, strength: float) -> FloatArray:
    raters = np.arange(len(margins))
    alone: FloatArray = margins[raters, patterns].prod(axis=1)
    shared = margins.min(axis=0)
    rest = 1 - shared.sum()
    together = np.where((patterns == patterns[:, :1]).all(axis=1), shared[patterns[:, 0]], 0.0)
    if rest > ROUNDING:
        left = (margins - shared) / rest
        together = together + rest * left[raters, patterns].prod(axis=1)
    mixed: FloatArray = (1 - strength) * alone + strength * together
    return mixed


SHARES = {"known grade": _known_grade, "all or none": _all_or_none, "own shares": _own_shares}
