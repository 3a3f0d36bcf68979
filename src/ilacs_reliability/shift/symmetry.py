"""Whether as many units moved from each grade to each other grade as back."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.randomness import check_chance
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._inference.multiplicity import (
    AdjustMethod,
    adjust_p_values,
    check_adjustment,
)
from ilacs_reliability._results.estimates import Estimate, SignificanceResult
from ilacs_reliability._results.ingredients import Outcome, Title
from ilacs_reliability._results.records import Record, html_table, plain
from ilacs_reliability._results.wording import counted, p_phrase
from ilacs_reliability.shift.imbalance import (
    few_moves_note,
    imbalance_estimate,
    imbalance_of,
)
from ilacs_reliability.shift.moves import (
    MATCHING,
    Pairs,
    as_pairs,
    linear_estimate,
    mean_methods,
    share_estimate,
)
from ilacs_reliability.shift.sentences import (
    BETWEEN_WHICH,
    EFFECTS,
    FLIPPED,
    HYPOTHESES,
    LABELS,
    NO_CHANGE,
    STOOD_STILL,
    both,
    least_balanced,
    nothing_to_compare,
    up_and_down,
)
from ilacs_reliability.shift.signs import balance_p
from ilacs_reliability.shift.sums import score_method, signed_sum, signed_sum_p
from ilacs_reliability.shift.swaps import (
    SWAP_METHODS,
    SwapMethod,
    Swaps,
    swap_result,
    swaps_of,
)
from ilacs_reliability.shift.testing import check_estimates, large_sample_note

PairMethod: TypeAlias = Literal["exact", "midp", "asymptotic"]
PAIR_METHODS: tuple[str, ...] = get_args(PairMethod)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class PairwiseSymmetry(Record):
    """Which pairs of grades saw more moves one way than the other.

    Attributes
    ----------
    pairs : tuple of (grade, grade)
        The worse and the better grade of each pair that saw any move.
    ups, downs : tuple of int
        Units that moved from the worse to the better grade, and back.
    p_values, adjusted_p_values : ndarray of float, shape (n_pairs,)
        The two-sided p-value of each pair alone, and adjusted for all of them.
    effects : tuple of Estimate
        The share of each pair's moves that went up; where ratings carry clusters, moves up less
        moves down as a share of all units. The default interval, for this pair alone, answers about
        as many up as down as `p_values` do.
    method, adjust : str
        How the p-values were found and adjusted.
    n_units : int
        Units graded twice.
    notes : tuple of str
        What a reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.pairwise_symmetry([[2, 9, 1], [1, 5, 4], [0, 3, 6]])
    PairwiseSymmetry(3 pairs, smallest adjusted p = 0.0645, holm)
    """

    pairs: tuple[tuple[Hashable, Hashable], ...]
    ups: tuple[int, ...]
    downs: tuple[int, ...]
    p_values: FloatArray
    adjusted_p_values: FloatArray
    effects: tuple[Estimate, ...]
    method: str
    adjust: str
    n_units: int
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a pair of grades, as plain Python values.

        Returns
        -------
        list of dict
            The grades, the moves each way, the p-values, and the effect with its 95 % interval.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.pairwise_symmetry([[2, 9], [1, 5]]).rows()[0]["up"]
        9
        """
        columns = (self.pairs, self.ups, self.downs, self.p_values, self.adjusted_p_values)
        limits = [effect.confidence_interval() for effect in self.effects]
        return [
            {
                "worse": worse,
                "better": better,
                "up": up,
                "down": down,
                "p_value": float(p),
                "adjusted_p_value": float(adjusted),
                "value": float(effect.value),
                "low": low,
                "high": high,
            }
            for (worse, better), up, down, p, adjusted, effect, (low, high) in zip(
                *columns, self.effects, limits, strict=True
            )
        ]

    def describe(self) -> str:
        """Say in a sentence which pair of grades is the least balanced.

        Returns
        -------
        str
            A plain English sentence.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> print(ilr.pairwise_symmetry([[2, 9, 1], [1, 5, 4], [0, 3, 6]]).describe())
        Of 3 pairs of grades that saw a move, the least balanced is 1 and 2: 9 up and 1 down,
        p = 0.0645 (exact, adjusted by holm), from 18 moves of 31 units; ...
        """
        if not self.pairs:
            return nothing_to_compare(self.n_units)
        worst = int(np.argmin(self.adjusted_p_values))
        worse, better = self.pairs[worst]
        return least_balanced(
            (worse, better),
            (self.ups[worst], self.downs[worst]),
            p_value=float(self.adjusted_p_values[worst]),
            how=(self.method, self.adjust),
            of=(len(self.pairs), sum(self.ups) + sum(self.downs), self.n_units),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain Python values, at full precision.

        Returns
        -------
        dict
            The rows and how they were found.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.pairwise_symmetry([[2, 9], [1, 5]]).to_dict()["adjust"]
        'holm'
        """
        strict: dict[str, Any] = plain(
            {
                "name": "pairwise_symmetry",
                "rows": self.rows(),
                "method": self.method,
                "adjust": self.adjust,
                "n_units": self.n_units,
                "notes": list(self.notes),
            }
        )
        return strict

    def __repr__(self) -> str:
        if not self.pairs:
            return f"PairwiseSymmetry({STOOD_STILL})"
        least = p_phrase(float(self.adjusted_p_values.min()))
        return (
            f"PairwiseSymmetry({counted(len(self.pairs), 'pair')}, smallest adjusted {least}, "
            f"{self.adjust})"
        )

    def _repr_html_(self) -> str:
        return html_table(
            {
                both(row["worse"], row["better"]): up_and_down(
                    row["up"], row["down"], row["adjusted_p_value"]
                )
                for row in self.rows()
            }
        )


def bowker(
    table: TransitionsLike,
    *,
    method: SwapMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether as many units moved from each grade to each other grade as back.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    method : {"asymptotic", "exact", "monte_carlo"}, optional
        Chi-square; the exact distribution given how many moved between each two grades; or draws
        from it. Default: "asymptotic".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate; `method` of the
        result then says so. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from; an int makes the result reproducible.

    Returns
    -------
    SignificanceResult
        The p-value, and as effect the imbalance of moves: 0 where as many units moved between each
        two grades one way as the other, 1 where all moved one way. Its interval "ball" leaves 0 out
        where the test rejects. `df` counts the pairs of grades between which any unit moved.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, or
        an option is unknown.

    See Also
    --------
    stuart_maxwell : Whether the share of each grade changed.
    pairwise_symmetry : Which pairs of grades are out of balance.

    Notes
    -----
    :math:`\sum_{i<j} (n_{ij} - n_{ji})^2 / (n_{ij} + n_{ji})` [1]_. A pair of grades that saw no
    move adds nothing, to the statistic or to the degrees of freedom; no count is edited. Where
    ratings carry clusters, the squares are weighed by the clusters' covariance, and whole clusters
    swap occasions. The effect is the root of the statistic over the units (or clusters) that moved,
    and its interval the critical value's root to either side, cut at 0 and 1: under any
    imbalance the weighed gaps vary by no more than under none, so that it errs on the wide side.
    As every length, it is above zero by chance alone; the interval says whether by more.

    References
    ----------
    .. [1] A. H. Bowker, "A test for symmetry in contingency tables", Journal of the American
           Statistical Association 43 (1948), 572-574.

    Examples
    --------
    Grades for leadership at consecutive inspections, the second of them short:

    >>> import ilacs_reliability as ilr
    >>> table = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 7, 17, 20], [0, 1, 7, 26]]
    >>> result = ilr.bowker(table)
    >>> result.df, round(result.p_value, 4)
    (3, 0.0026)
    >>> round(ilr.bowker(table, method="exact").p_value, 6)
    0.000737
    """
    check_option(method, SWAP_METHODS, "method")
    n_resamples = check_chance(n_resamples, rng)
    pairs = as_pairs(table, by_order=False)
    swaps = swaps_of(pairs)
    found = imbalance_of(swaps, None, method, n_resamples, rng)
    return swap_result(
        pairs,
        Title(name="bowker", label=LABELS["bowker"]),
        Outcome(
            statistic=found.statistic, df=found.df, p_value=found.p_value, method=found.null.method
        ),
        null=HYPOTHESES["bowker"],
        unseen=BETWEEN_WHICH,
        effect=imbalance_estimate(
            pairs,
            found,
            name="imbalance",
            label=EFFECTS["bowker"],
        ),
        notes=few_moves_note(found),
    )


def pairwise_symmetry(
    table: TransitionsLike, *, adjust: AdjustMethod = "holm", method: PairMethod = "exact"
) -> PairwiseSymmetry:
    """Test each pair of grades for as many moves up as down, adjusting for how many there are.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    adjust : str, optional
        As in `adjust_p_values`. Default: "holm".
    method : {"exact", "midp", "asymptotic"}, optional
        As in `mcnemar`. Default: "exact".

    Returns
    -------
    PairwiseSymmetry
        A row a pair of grades. Pairs that saw no move are not tested and do not count.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice,
        an option is unknown, or there are too many grades for memory.

    See Also
    --------
    bowker : One test of all pairs.

    References
    ----------
    .. [1] Q. McNemar, "Note on the sampling error of the difference between correlated proportions
           or percentages", Psychometrika 12 (1947), 153-157.
    .. [2] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
           of Statistics 6 (1979), 65-70.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 7, 17, 20], [0, 1, 7, 26]]
    >>> ilr.pairwise_symmetry(table).adjusted_p_values.round(4).tolist()
    [0.0469, 1.0, 0.0469]
    """
    check_option(method, PAIR_METHODS, "method")
    check_adjustment(adjust, "adjust")
    pairs = as_pairs(table)
    swaps = swaps_of(pairs)
    check_estimates(pairs, len(swaps.ups), "bowker")
    tested = [_pair(pairs, swaps, place, method) for place in range(len(swaps.ups))]
    few = _few_note(swaps) if method == "asymptotic" else ()
    p_values = np.array([p_value for p_value, _ in tested])
    labels = pairs.scale.labels
    ends = zip(swaps.lower.tolist(), swaps.upper.tolist(), strict=True)
    return PairwiseSymmetry(
        pairs=tuple((labels[low], labels[high]) for low, high in ends),
        ups=tuple(swaps.ups.tolist()),
        downs=tuple(swaps.downs.tolist()),
        p_values=p_values,
        adjusted_p_values=adjust_p_values(p_values, method=adjust),
        effects=tuple(effect for _, effect in tested),
        method=method if pairs.clusters is None else f"{method}, {FLIPPED}",
        adjust=adjust,
        n_units=pairs.n_units,
        notes=(*pairs.notes, *(few if len(p_values) else (NO_CHANGE,))),
    )


def _few_note(swaps: Swaps) -> tuple[str, ...]:
    if swaps.contributions is None:
        return large_sample_note(1 / swaps.sizes, "unit", "method='exact'")
    squares = swaps.contributions**2
    shares = squares / np.maximum(squares.sum(axis=0), 1)
    return large_sample_note(shares, "cluster", "method='exact'")


def _pair(pairs: Pairs, swaps: Swaps, place: int, method: str) -> tuple[float, Estimate]:
    """Test and estimate the balance of moves between two grades."""
    ends = swaps.lower[place], swaps.upper[place]
    between = (np.minimum(pairs.before, pairs.after) == ends[0]) & (
        np.maximum(pairs.before, pairs.after) == ends[1]
    )
    ways = np.where(between, np.sign(pairs.moves), 0).astype(np.float64)
    if swaps.contributions is None:
        up, down = int(swaps.ups[place]), int(swaps.downs[place])
        share = share_estimate(
            pairs,
            ways > 0,
            between,
            Title(name="pairwise_symmetry", label=EFFECTS["up_between"]),
            first=MATCHING[method],
        )
        return balance_p(up, down, method, "two-sided")[1], share
    sums = swaps.contributions[:, place].astype(np.float64)
    pieces = signed_sum(sums, np.ones(len(sums)), method)
    net = linear_estimate(
        pairs,
        ways,
        Title(
            name="pairwise_symmetry",
            label=EFFECTS["net_between"],
        ),
        methods=(score_method(pieces, ways, -1.0, 1.0), *mean_methods(-1.0, 1.0)),
    )
    return signed_sum_p(pieces, "two-sided"), net
