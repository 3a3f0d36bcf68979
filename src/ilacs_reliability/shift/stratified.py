"""Shift across strata: pooled, tested, and whether it differs between them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from ilacs_reliability._checks.arguments import check_listing, check_option
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._inference.units import own_unit
from ilacs_reliability._results.estimates import Estimate, Limits, Method, SignificanceResult
from ilacs_reliability._results.ingredients import Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.records import Record, html_table, plain
from ilacs_reliability._results.wording import counted, fixed, p_phrase, with_interval
from ilacs_reliability.shift.heterogeneity import HeterogeneityMethod, heterogeneity_test
from ilacs_reliability.shift.margin_tests import SHIFT_EFFECTS, ShiftEffect
from ilacs_reliability.shift.movement import check_ordered, net_estimate
from ilacs_reliability.shift.moves import Pairs, as_pairs, cut_at, mean_methods, pair_estimate
from ilacs_reliability.shift.paired import binary_difference, cut_phrase
from ilacs_reliability.shift.scores import cluster_totals, score_changes, score_estimate
from ilacs_reliability.shift.sentences import (
    ALL_STRATA,
    FLIPPED,
    HYPOTHESES,
    LABELS,
    NO_SHIFT,
    NOT_SHOWN,
    SAME_SHIFT,
    over_strata,
    why_not_compared,
)
from ilacs_reliability.shift.signs import normal_p
from ilacs_reliability.shift.sums import (
    SignedSum,
    score_method,
    signed_sum,
    signed_sum_p,
    sum_notes,
)
from ilacs_reliability.shift.testing import is_alone

StrataMethod: TypeAlias = Literal["exact", "asymptotic", "monte_carlo"]
Strata: TypeAlias = Mapping[Any, TransitionsLike] | Sequence[TransitionsLike]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class StratifiedShift(Record):
    """Shift in several strata and over them all.

    Attributes
    ----------
    strata : tuple
        Names of the strata.
    estimates : tuple of Estimate
        The effect in each stratum.
    pooled : Estimate
        The effect over all strata, each weighed by its units.
    test : SignificanceResult
        Test of no shift in any stratum.
    heterogeneity : SignificanceResult
        Test of the same shift in every stratum; its effect is the share of the spread between
        strata that chance does not explain.
    n_units : int
        Units graded twice.
    notes : tuple of str
        What a reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.stratified_shift({"north": [[5, 6], [1, 8]], "south": [[4, 3], [2, 9]]})
    StratifiedShift(2 strata, 38 units: pooled 0.1579, p = 0.146, heterogeneity p = 0.274)
    """

    strata: tuple[Hashable, ...]
    estimates: tuple[Estimate, ...]
    pooled: Estimate
    test: SignificanceResult
    heterogeneity: SignificanceResult
    n_units: int
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a stratum, and one for all, as plain Python values.

        Returns
        -------
        list of dict
            The stratum and its estimate's row.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> shift = ilr.stratified_shift({"north": [[5, 6], [1, 8]], "south": [[4, 3], [2, 9]]})
        >>> [row["n_units"] for row in shift.rows()]
        [20, 18, 38]
        """
        pairs = zip((*self.strata, ALL_STRATA), (*self.estimates, self.pooled), strict=True)
        return [{"stratum": name} | estimate.to_dict() for name, estimate in pairs]

    def describe(self) -> str:
        """Say the pooled shift, its test and whether strata differ, in a sentence.

        Returns
        -------
        str
            A plain English sentence.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> shift = ilr.stratified_shift({"north": [[5, 6], [1, 8]], "south": [[4, 3], [2, 9]]})
        >>> print(shift.describe())
        Over 2 strata and 38 units the share improved minus share declined is 0.158 (95% interval
        -0.023 to 0.339, calibrated_score), p = 0.146 (exact) for no shift in any stratum; p = 0.274
        (asymptotic) for the same shift in all; it does not show why grades moved: ...
        """
        interval = self.pooled.confidence_interval()
        number = with_interval(self.pooled.value, *interval, how=interval.method)
        between = self.heterogeneity
        return over_strata(
            _so_many(self.strata),
            self.n_units,
            (self.pooled.label, number),
            none=(self.test.p_value, self.test.method),
            same=(between.p_value, between.method)
            if between.df
            else why_not_compared(len(self.strata)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain Python values, at full precision.

        Returns
        -------
        dict
            The rows and the two tests.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> shift = ilr.stratified_shift([[[5, 6], [1, 8]], [[4, 3], [2, 9]]])
        >>> shift.to_dict()["n_units"]
        38
        """
        strict: dict[str, Any] = plain(
            {
                "name": "stratified_shift",
                "n_units": self.n_units,
                "rows": self.rows(),
                "test": self.test.to_dict(),
                "heterogeneity": self.heterogeneity.to_dict(),
                "notes": list(self.notes),
            }
        )
        return strict

    def __repr__(self) -> str:
        return (
            f"StratifiedShift({_so_many(self.strata)}, {counted(self.n_units, 'unit')}: pooled "
            f"{fixed(self.pooled.value, 4)}, {p_phrase(self.test.p_value)}, heterogeneity "
            f"{p_phrase(self.heterogeneity.p_value)})"
        )

    def _repr_html_(self) -> str:
        shown = {}
        for row in self.rows():
            low, high = row.get("low", np.nan), row.get("high", np.nan)
            shown[str(row["stratum"])] = with_interval(row["value"], low, high, says="")
        tests = {NO_SHIFT: self.test.p_value, SAME_SHIFT: self.heterogeneity.p_value}
        return html_table(shown | {name: p_phrase(p) for name, p in tests.items()})


def stratified_shift(
    tables: Strata,
    *,
    effect: ShiftEffect = "net",
    at_least: Hashable | None = None,
    method: StrataMethod = "exact",
    heterogeneity: HeterogeneityMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> StratifiedShift:
    r"""Pool shift over strata, test it, and test whether it differs between them.

    Parameters
    ----------
    tables : mapping of name to table, or sequence or stack of tables
        For each stratum (a region, a year, a kind of inspection, a previous grade) a table as the
        other functions take it; all on the same scale.
    effect : {"net", "difference", "score"}, optional
        Share improved minus share declined, the change in the share at or above a grade, or the
        change in mean score. Default: "net".
    at_least : hashable, optional
        The grade to cut at, for "difference"; of a plain table its number, 1 being the worst.
    method : {"exact", "asymptotic", "monte_carlo"}, optional
        How the test of no shift finds its p-value. Default: "exact".
    heterogeneity : {"asymptotic", "monte_carlo"}, optional
        Chi-square, or moving units between strata at random, for small strata. Default:
        "asymptotic".
    n_resamples : int, optional
        Draws, where there are any. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    StratifiedShift
        The effect in each stratum and over all, and the two tests. The pooled answer is given
        whatever the test of heterogeneity says.

    Raises
    ------
    TypeError
        If there are no tables at all, or `rng` is neither a Generator nor a whole number.
    ValueError
        If there is no stratum, the scales differ, some strata have clusters and others none, or a
        table or an option is wrong.

    See Also
    --------
    net_shift : One table.

    Notes
    -----
    The pooled effect weighs strata by their units; its error is that within strata. Under no shift
    each unit's grades may swap places, so the test is that of the pooled table, and the default
    interval inverts its score statistic at the test's own critical value ("score", or
    "calibrated_score" where that is not the normal one): the two agree about no shift. That
    interval takes the shift as alike in all strata, and is wide where it is not. "mover" recovers
    each stratum's variance from its own interval [1]_ instead. Heterogeneity compares the spread of
    the strata's means with the spread of units, :math:`\sum_s n_s (\bar d_s - \bar d)^2 / s^2`;
    where ratings carry clusters it weighs each stratum's sum about the pooled mean by the squares
    of its clusters' sums instead, a score test. Its effect is :math:`I^2` [2]_, whose default
    interval moves the root of the statistic by the root of its critical value, so that it leaves
    zero out where the test rejects.

    References
    ----------
    .. [1] G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a
           general approach", Statistics in Medicine 27 (2008), 1693-1702.
    .. [2] J. P. T. Higgins and S. G. Thompson, "Quantifying heterogeneity in a meta-analysis",
           Statistics in Medicine 21 (2002), 1539-1558.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> shift = ilr.stratified_shift({"north": [[5, 6], [1, 8]], "south": [[4, 3], [2, 9]]})
    >>> [round(estimate.value, 3) for estimate in shift.estimates]
    [0.25, 0.056]
    """
    check_option(effect, SHIFT_EFFECTS, "effect")
    check_option(method, get_args(StrataMethod), "method")
    check_option(heterogeneity, get_args(HeterogeneityMethod), "heterogeneity")
    n_resamples = check_draws(n_resamples)
    if effect != "difference" and at_least is not None:
        raise ValueError(f"`at_least` goes with effect='difference', but effect is {effect!r}.")
    names, parts = _strata(tables)
    everyone, stratum = _together(parts)
    scores = _scores(everyone, effect, at_least)
    estimates = tuple(_estimate(part, effect, at_least) for part in parts)
    # the furthest that a unit can move
    reach = float(np.ptp(everyone.scale.scores)) if effect == "score" else 1.0
    generator = as_generator(rng)
    unit = own_unit(scores)
    pieces = signed_sum(*cluster_totals(everyone, scores / unit), method, n_resamples, generator)
    matched = score_method(pieces, scores, -reach, reach)
    pooled = _pooled(everyone, stratum, scores, estimates, reach, matched)
    return StratifiedShift(
        strata=names,
        estimates=estimates,
        pooled=pooled,
        test=_test(everyone, scores, pooled, pieces, method, n_resamples),
        heterogeneity=heterogeneity_test(
            everyone, stratum, scores / unit, estimates, heterogeneity, n_resamples, generator
        ),
        n_units=everyone.n_units,
        notes=everyone.notes,
    )


def _so_many(strata: tuple[Hashable, ...]) -> str:
    return f"{len(strata)} {'stratum' if len(strata) == 1 else 'strata'}"


def _strata(tables: Strata) -> tuple[tuple[Hashable, ...], list[Pairs]]:
    if isinstance(tables, Mapping):
        names, given = tuple(tables), list(tables.values())
    else:
        given = check_listing(tables, "tables", of="tables by stratum")
        if hasattr(tables, "columns") or (given and all(_is_row(table) for table in given)):
            raise ValueError("`tables` must hold a table for each stratum, but got a single table.")
        names = tuple(f"stratum {place}" for place in range(1, len(given) + 1))
    if not given:
        raise ValueError("`tables` holds no stratum.")
    parts = [_stratum(name, table) for name, table in zip(names, given, strict=True)]
    for name, part in zip(names, parts, strict=True):
        if part.scale != parts[0].scale:
            raise ValueError(
                f"`tables` must share one scale, but stratum {name!r} has {part.scale!r} and "
                f"{names[0]!r} has {parts[0].scale!r}."
            )
        if (part.clusters is None) != (parts[0].clusters is None):
            raise ValueError(f"`tables` must all have clusters or none; see stratum {name!r}.")
    return names, parts


def _is_row(table: object) -> bool:
    """Say whether what should be a table is one row of numbers."""
    return isinstance(table, (list, tuple, np.ndarray)) and all(
        isinstance(cell, Number) for cell in table
    )


def _stratum(name: Hashable, table: TransitionsLike) -> Pairs:
    try:
        return as_pairs(table)
    except TypeError as error:
        raise TypeError(f"In stratum {name!r}: {error}") from error
    except ValueError as error:
        raise ValueError(f"In stratum {name!r}: {error}") from error


def _together(parts: list[Pairs]) -> tuple[Pairs, IntArray]:
    """Put strata side by side, and say which rows belong to which."""
    stratum = np.repeat(np.arange(len(parts)), [len(part.before) for part in parts])
    clusters, start = [], 0
    for part in parts:
        if part.clusters is not None:
            clusters.append(part.clusters + start)
            start += int(part.clusters.max()) + 1
    everyone = Pairs(
        scale=parts[0].scale,
        before=np.concatenate([part.before for part in parts]),
        after=np.concatenate([part.after for part in parts]),
        frequencies=np.concatenate([part.frequencies for part in parts]),
        clusters=np.concatenate(clusters) if clusters else None,
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        # one stratum in which nothing moved is enough
        design=max(part.design for part in parts),
    )
    return everyone, stratum


def _scores(pairs: Pairs, effect: str, at_least: Hashable | None) -> FloatArray:
    if effect == "difference":
        before, after = cut_at(pairs, at_least)
        return after.astype(np.float64) - before
    check_ordered(pairs)
    if effect == "net":
        return np.sign(pairs.moves).astype(np.float64)
    return score_changes(pairs, None)


def _estimate(pairs: Pairs, effect: str, at_least: Hashable | None) -> Estimate:
    if effect == "difference":
        cut = cut_at(pairs, at_least)
        return binary_difference(pairs, *cut, cut=cut_phrase(pairs.scale, at_least))
    return net_estimate(pairs) if effect == "net" else score_estimate(pairs, None)


def _pooled(
    everyone: Pairs,
    stratum: IntArray,
    scores: FloatArray,
    estimates: tuple[Estimate, ...],
    reach: float,
    matched: Method,
) -> Estimate:
    sizes = np.array([estimate.n_units for estimate in estimates], dtype=np.float64)
    means = np.array([estimate.value for estimate in estimates])
    value = float(sizes @ means / sizes.sum())
    pieces = np.array([estimate.n_independent for estimate in estimates], dtype=np.float64)
    # a stratum of one piece has no spread of its own: it lends that about the pooled mean
    centre = np.where(pieces > 1, means, value)
    # each stratum has its own n/(n - 1) in place of the common one
    n = pieces.sum()
    spread = np.sqrt(pieces / np.maximum(pieces - 1, 1) * (n - 1) / n)
    pull = (scores - centre[stratum]) * spread[stratum]
    # what strata of one piece lend does not cancel within them
    pull -= everyone.frequencies @ pull / sizes.sum()
    mover = keyed(_mover, estimates=estimates, weights=sizes / sizes.sum())
    methods: tuple[Method, ...] = (matched, ("mover", mover), *mean_methods(-reach, reach))
    return pair_estimate(
        everyone,
        Title(name="stratified_shift", label=estimates[0].label),
        Value(value=value, influence=pull),
        methods=methods,
    )


def _mover(
    estimate: Estimate,
    confidence_level: float,
    *,
    estimates: tuple[Estimate, ...],
    weights: FloatArray,
) -> Limits:
    limits = np.array([[*each.confidence_interval(confidence_level)] for each in estimates])
    values = np.array([each.value for each in estimates])
    low, high = (np.sqrt(((weights * (limits[:, side] - values)) ** 2).sum()) for side in (0, 1))
    return estimate.value - low, estimate.value + high


def _test(
    everyone: Pairs,
    scores: FloatArray,
    pooled: Estimate,
    pieces: SignedSum,
    method: str,
    n_resamples: int,
) -> SignificanceResult:
    statistic = pieces.total * own_unit(scores)
    p_value = signed_sum_p(pieces, "two-sided")
    if method == "asymptotic":
        statistic = pieces.total / np.sqrt(pieces.squares) if pieces.squares else 0.0
        p_value = normal_p(statistic, "two-sided") if pieces.squares else 1.0
    used = pieces.null.method
    moved = bool(everyone.frequencies @ (scores != 0))
    return SignificanceResult(
        statistic=statistic,
        p_value=p_value,
        alternative="two-sided",
        method=used if everyone.clusters is None else f"{used}, {FLIPPED}",
        name="stratified_shift",
        label=LABELS["stratified_shift"],
        null=HYPOTHESES["stratified_shift"],
        effect=pooled,
        n_units=everyone.n_units,
        notes=(
            *everyone.notes,
            *sum_notes(pieces, pooled, "two-sided", moved=moved, alone=is_alone(everyone)),
        ),
        limits=NOT_SHOWN,
    )
