"""Association of group and grade within strata (Cochran, Mantel, Haenszel, Landis, Koch)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_listing, check_number, check_option
from ilacs_reliability._checks.names import by_label
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.tables import GradesLike, as_grades
from ilacs_reliability._inference.null import (
    ChiSquare,
    Drawn,
    Exact,
    Null,
    affordable_draws,
    found_by,
    listed,
)
from ilacs_reliability._inference.units import own_unit
from ilacs_reliability._results.estimates import Estimate, FloatArray, SignificanceResult
from ilacs_reliability._results.wording import whole
from ilacs_reliability.comparison.checks import (
    check_drawable,
    disagreement,
    draws_affordable,
)
from ilacs_reliability.comparison.fixed_margins import (
    by_their_margins,
    convolved,
    drawn_tables,
    every_table,
)
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    shared_grades,
    undefined_test,
)
from ilacs_reliability.comparison.in_words import (
    NOT_SHOWN_BY_P,
    OF_TWO,
    SO_MANY_TABLES,
    UNDRAWN,
    UNRELATED,
    association_label,
    groups_scored,
    without_variation,
)
from ilacs_reliability.comparison.strata import stratified_relative_effect
from ilacs_reliability.comparison.unit_pairs import somers_d

AssociationKind: TypeAlias = Literal["general", "row_means", "correlation"]
AssociationMethod: TypeAlias = Literal["exact", "monte_carlo", "asymptotic"]
AssociationScores: TypeAlias = Literal["scale", "ranks"]
# bytes of a cell of a table that is listed: itself, its surplus, the sums, rounded and in order
TABULATED = 96.0
# nanoseconds of a cell of a table that is drawn
DRAWN = 60.0


def cochran_mantel_haenszel(
    grades: GradesLike,
    *,
    kind: AssociationKind = "general",
    scores: AssociationScores = "scale",
    group_scores: Sequence[float] | Mapping[Hashable, float] | None = None,
    method: AssociationMethod = "exact",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    """Test whether group and grade are unrelated within every stratum.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says what share of units that is.
    kind : {"general", "row_means", "correlation"}, optional
        Against any association, against groups whose mean scores differ, or against a trend of
        the scores over groups in their order. Default: "general".
    scores : {"scale", "ranks"}, optional
        Scores of grades for the last two: those of the scale, or mid-ranks within the stratum
        over (units + 1), which makes "row_means" of two groups van Elteren's test. Default:
        "scale".
    group_scores : sequence of float or mapping of group to float, optional
        Scores of the groups for "correlation", rising in their order, such as doses or years.
        Default: 0, 1, 2 and on.
    method : {"exact", "monte_carlo", "asymptotic"}, optional
        "exact" gives way to "monte_carlo" where there are too many tables, and that to "asymptotic"
        where there are too many strata; the result says so. Default: "exact".
    n_resamples : int, optional
        Tables to draw. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    SignificanceResult
        `statistic` is referred to chi-square with `df` by "asymptotic". The effect is the relative
        effect within strata for two groups, Somers' D over strata added up for more under
        "correlation", and None for others: more than two groups without order have no single one.
        It is another measure than the statistic: a note says where they disagree at 5%.

    Raises
    ------
    TypeError
        If `rng` is neither a source of chance nor a seed, or scores are no numbers.
    ValueError
        If there are fewer than two groups, an option is unknown, `n_resamples` is below 1, scores
        of groups do not rise, are not one a group or are given without "correlation", groups and
        grades have so many differences that their test would take too long, or tables would have
        to be drawn of a stratum with a thousand million units or more.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds two groups. The p-value is then nan.

    See Also
    --------
    van_elteren : Two groups, one-sided too.
    heterogeneity : Whether the association differs between strata.

    Notes
    -----
    The generalised statistics of Landis, Heyman and Koch [1]_: sums over strata of observed less
    expected counts, in the metric of their covariance given all margins. Associations that point
    in opposite directions in different strata cancel. Of one stratum "correlation" is
    :math:`(n - 1) r^2` with the correlation r of both scores, and of two grades the trend test of
    Cochran and Armitage [2]_ with n - 1 for n.

    References
    ----------
    .. [1] J. R. Landis, E. R. Heyman and G. G. Koch, "Average partial association in three-way
           contingency tables: a review and discussion of alternative tests", International
           Statistical Review 46 (1978), 237-254.
    .. [2] P. Armitage, "Tests for linear trends in proportions and frequencies", Biometrics 11
           (1955), 375-386.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> short = [[2, 45], [4, 34], [9, 28]]
    >>> standard = [[4, 0], [6, 1], [0, 8]]
    >>> result = ilr.cochran_mantel_haenszel([short, standard], kind="correlation")
    >>> round(result.statistic, 4), result.method
    (0.3767, 'exact')

    With the number of children in each band as its score:

    >>> result = ilr.cochran_mantel_haenszel(
    ...     short, kind="correlation", group_scores=[90, 300, 800]
    ... )
    >>> round(result.statistic, 4)
    7.8252
    """
    check_option(kind, ("general", "row_means", "correlation"), "kind")
    check_option(scores, ("scale", "ranks"), "scores")
    check_option(method, ("exact", "monte_carlo", "asymptotic"), "method")
    n_resamples = check_draws(n_resamples)
    generator = as_generator(rng)
    grades = as_grades(grades)
    shared = shared_grades(grades, by_order=kind != "general")
    label = association_label(kind)
    placed, said = _places(shared.groups, group_scores, kind)
    if shared.reason:
        return undefined_test(shared, shared.reason, name="cochran_mantel_haenszel", label=label)
    form = _form(shared, kind, scores, placed)
    statistic = float(form.distance(form.total[None])[0])
    null = found_by(
        method,
        exact=partial(_counted, shared, form),
        drawn=partial(_drawn, shared, form, n_resamples, generator),
        asymptotic=partial(ChiSquare, form.df),
    )
    p_value = null.reach(statistic) if form.df else 1.0
    effect = _effect(grades, shared, kind) if shared.scale.ordered else None
    alike = 0.5 if len(shared.groups) == 2 else 0.0
    notes = effect.notes if effect else shared.notes
    return SignificanceResult(
        statistic=statistic,
        df=float(form.df),
        p_value=p_value,
        method=null.method if form.df else without_variation(method),
        name="cochran_mantel_haenszel",
        label=label,
        null=UNRELATED,
        effect=effect,
        n_units=shared.n_units,
        notes=(
            *notes,
            *said,
            *((UNDRAWN,) if form.df and null.kind == "asymptotic" != method else ()),
            *disagreement(p_value, effect, alike, why=OF_TWO[kind]),
        ),
        limits=NOT_SHOWN_BY_P,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Form:
    """What the statistic measures: sums over strata of left' (observed - expected) right."""

    left: FloatArray  # (n_strata, n_groups, a)
    right: FloatArray  # (n_strata, n_grades, b)
    total: FloatArray  # (a * b,)
    inverse: FloatArray  # (a * b, a * b)
    df: int

    def distance(self, totals: FloatArray) -> FloatArray:
        """Return the statistic of each row of sums."""
        squares: FloatArray = np.vecdot(totals @ self.inverse, totals)
        return squares


def _places(
    groups: tuple[Hashable, ...], scores: Any, kind: AssociationKind
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return where groups stand, from 0 to how many others there are, and a note on that."""
    even = np.arange(len(groups), dtype=np.float64)
    if scores is None:
        return even, ()
    if kind != "correlation":
        raise ValueError(
            f"`group_scores` are for kind='correlation', but `kind` is {kind!r}, which takes "
            "groups without an order."
        )
    given = _rising(groups, scores)
    places: FloatArray = (np.array(given) - given[0]) / (given[-1] - given[0]) * even[-1]
    return places, (groups_scored(given),)


def _rising(groups: tuple[Hashable, ...], scores: Any) -> list[float]:
    """Return a number for each group, in order; raise where they do not rise."""
    scores = by_label(scores, groups, name="group_scores", of="groups")
    check_listing(scores, "group_scores", of="numbers")
    given = [check_number(one, "group_scores") for one in scores]
    if len(given) != len(groups):
        raise ValueError(
            f"`group_scores` must hold one number for each of {len(groups)} groups, but got "
            f"{len(given)}."
        )
    for place, (low, high) in enumerate(pairwise(given), start=1):
        if not low < high:
            raise ValueError(
                f"`group_scores` must rise from the first group to the last, but got {high:g} "
                f"after {low:g} at {place}: put the groups in that order."
            )
    return given


def _form(
    shared: SharedGrades, kind: AssociationKind, scores: AssociationScores, places: FloatArray
) -> _Form:
    counts = shared.counts.astype(np.float64)
    n = counts.sum(axis=(1, 2))
    rows = counts.sum(axis=2) / n[:, None]
    columns = counts.sum(axis=1) / n[:, None]
    numbers = [np.asarray(one, dtype=np.float64) for one in (shared.scale.scores, places)]
    # what has no variance is told from it whatever scores are counted in
    of_grades, ordered = (one / own_unit(np.ptp(one)) for one in numbers)
    left, right = _contrasts(counts, kind, scores, (of_grades, ordered))
    n_parts = left.shape[2] * right.shape[2]
    if not affordable(float(n_parts) ** 3, nanoseconds=1.0, held=40.0 * n_parts**2):
        raise ValueError(
            f"`grades` has {whole(len(shared.groups))} groups on {whole(len(of_grades))} grades, "
            f"whose {whole(n_parts)} differences would take too long: join groups or grades, or "
            "ask for kind='correlation'."
        )
    parts = _parts(shared.counts, left, right)
    covariance = np.zeros((parts.shape[1],) * 2)
    for h in range(len(n)):
        spreads = [
            side[h].T @ (np.diag(p[h]) - np.outer(p[h], p[h])) @ side[h]
            for side, p in ((left, rows), (right, columns))
        ]
        covariance += n[h] ** 2 / (n[h] - 1) * np.kron(*spreads)
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-10 * max(float(values.max()), 1e-300)
    kept &= values > 1e-12
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return _Form(
        left=left, right=right, total=parts.sum(axis=0), inverse=inverse, df=int(kept.sum())
    )


def _contrasts(
    counts: FloatArray, kind: AssociationKind, scores: AssociationScores, numbers: tuple[Any, Any]
) -> tuple[FloatArray, FloatArray]:
    n_strata, n_groups, n_grades = counts.shape
    # the last group is what the others leave
    every = np.eye(n_groups)[:, : n_groups - 1]
    of_grades, ordered = numbers[0], numbers[1][:, None]
    left = np.broadcast_to(
        ordered if kind == "correlation" else every,
        (n_strata, n_groups, 1 if kind == "correlation" else n_groups - 1),
    )
    if kind == "general":
        right = np.broadcast_to(np.eye(n_grades), (n_strata, n_grades, n_grades))
    elif scores == "scale":
        right = np.broadcast_to(np.array(of_grades)[:, None], (n_strata, n_grades, 1))
    else:
        totals = counts.sum(axis=1)
        ranks = np.cumsum(totals, axis=1) - totals / 2 + 0.5
        right = (ranks / (totals.sum(axis=1, keepdims=True) + 1))[..., None]
    return left, right


def _parts(tables: Any, left: FloatArray, right: FloatArray) -> FloatArray:
    """Return each stratum's observed less expected, seen through the contrasts."""
    counts = np.asarray(tables, dtype=np.float64)
    margins = counts.sum(axis=2)[..., None] * counts.sum(axis=1)[:, None]
    surplus = counts - margins / counts.sum(axis=(1, 2))[:, None, None]
    seen: FloatArray = np.einsum("hia,hij,hjb->hab", left, surplus, right, optimize=True)
    return seen.reshape(len(counts), -1)


def _drawn(
    shared: SharedGrades, form: _Form, n_resamples: int, rng: np.random.Generator, instead: bool
) -> Null:
    if not form.df or not draws_affordable(shared.counts, n_resamples):
        return ChiSquare(form.df)
    check_drawable(shared.counts)
    asked, n_resamples = n_resamples, _draws_in_time(form, n_resamples)
    totals = np.zeros((n_resamples, len(form.total)))
    # what can be enumerated, and what is drawn, may not hang on which stratum comes first
    for h in by_their_margins(shared.counts):
        counts = shared.counts[h]
        sizes, columns = counts.sum(axis=1), counts.sum(axis=0)
        tables = drawn_tables(sizes, columns, n_resamples, rng)
        surplus = tables - np.outer(sizes, columns) / counts.sum()
        sums = np.einsum("ia,nij,jb->nab", form.left[h], surplus, form.right[h], optimize=True)
        totals += sums.reshape(n_resamples, -1)
    return Drawn(np.sort(form.distance(totals)), asked=asked, instead=instead)


def _draws_in_time(form: _Form, n_resamples: int) -> int:
    n_strata, n_groups, n_left = form.left.shape
    n_grades, n_right = form.right.shape[1:]
    by_stratum = DRAWN * n_groups * n_grades + n_groups * n_right * (n_grades + n_left)
    one = n_strata * by_stratum + 0.3 * float(n_left * n_right) ** 2
    return affordable_draws(n_resamples, one, SO_MANY_TABLES)


def _counted(shared: SharedGrades, form: _Form) -> Exact | None:
    found = _distribution(shared, form) if form.df else (np.zeros((1, len(form.total))), np.ones(1))
    return found and listed(form.distance(found[0]), found[1])


def _distribution(shared: SharedGrades, form: _Form) -> Any:
    """Return every sum over strata and how likely it is, or None of too many."""
    found: Any = (np.zeros((1, len(form.total))), np.ones(1))
    n_terms = 0.0
    # what can be enumerated, and what is drawn, may not hang on which stratum comes first
    for h in by_their_margins(shared.counts):
        counts = shared.counts[h]
        sizes, columns = counts.sum(axis=1), counts.sum(axis=0)
        tables = every_table(sizes, columns)
        if tables is None or not affordable(0.0, nanoseconds=1.0, held=TABULATED * tables[0].size):
            return None
        surplus = tables[0] - np.outer(sizes, columns) / counts.sum()
        sums = np.einsum("ia,nij,jb->nab", form.left[h], surplus, form.right[h], optimize=True)
        n_terms += len(found[0]) * len(sums) * len(form.total)
        found = convolved(found, (sums.reshape(len(sums), -1), np.exp(tables[1])))
        if found is None or not affordable(n_terms, nanoseconds=2000.0):
            return None
    return found


def _effect(grades: GradesLike, shared: SharedGrades, kind: AssociationKind) -> Estimate | None:
    if len(shared.groups) == 2:
        return stratified_relative_effect(grades)
    return somers_d(grades) if kind == "correlation" else None
