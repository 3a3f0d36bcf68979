"""The correlation behind two raters' grades."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._checks.arguments import check_option, told
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import (
    Ratings,
    RatingsLike,
    check_whole,
    clusters_left_out,
    grades_used,
)
from ilacs_reliability._data.scales import CodeArray, FloatArray, refuse_unordered
from ilacs_reliability._results.estimates import Estimate, Method
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import grade_name, listed, p_phrase
from ilacs_reliability.agreement.formulas import (
    build_estimate,
    keep_raters,
    known_raters,
    patterns_of,
    rater_names,
)
from ilacs_reliability.agreement.reasons import lone_grade, why_of
from ilacs_reliability.agreement.titles import of_raters
from ilacs_reliability.error.polychoric_fits import (
    MANY,
    Fit,
    Table,
    influence_on,
    lack_of_fit,
    likeliest,
    profile_limits,
)
from ilacs_reliability.error.remarks import IN_ORDER, INSTEAD

NAME, LABEL = "polychoric_correlation", "polychoric correlation"
NOT_SHOWN = "whether raters use the same thresholds, nor whether the grades were right"
# tables of chances that a fit and its interval look at, with thresholds fitted, with a test too,
# and with thresholds of the margins
JOINT_FITS, TESTED_FITS, MARGIN_FITS = 300, 1500, 60
# nanoseconds of a table however few its grades
LEAST, LEAST_OF_MANY = 200_000, 1_000_000
PolychoricMethod: TypeAlias = Literal["ml", "two_step"]


def polychoric_correlation(
    ratings: RatingsLike, *, method: PolychoricMethod = "ml"
) -> Estimate | Estimates:
    r"""Estimate the correlation of two normal variables of which raters' grades are steps.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit by two known raters or more; nan where one is missing. Of more than two
        raters each pair uses what its two gave.
    method : {"ml", "two_step"}, optional
        "ml" fits thresholds and correlation together; "two_step" takes the thresholds of the
        margins. Default: "ml", which gives way to "two_step" where so many grades or raters are
        used that it would take more than some seconds; a note says so.

    Returns
    -------
    Estimate or Estimates
        The correlation, -1 to 1, with the interval "profile"; for more than two raters one for each
        pair, as `pairwise_agreement` names them. A pair without a value has status "undefined".

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If raters are anonymous or fewer than two, there is more than one study, the scale has no
        order, the method is unknown, or grades or raters are so many that either method would take
        more than some seconds.

    Warns
    -----
    UndefinedEstimateWarning
        If two raters rated no unit together, one of them gave one grade only, or the fit did not
        converge, as of a billion units beside a few. The value is then nan.

    See Also
    --------
    latent_grade_model : The same thresholds for all raters, and no correlation below 0.
    cohen_kappa : Agreement in the grades themselves.

    Notes
    -----
    The likelihood is that of a table of a bivariate normal distribution cut at each rater's
    thresholds [1]_; no zero cell is filled. It may be greatest at -1 or 1, as where every unit lies
    in one of the cells that a perfect correlation allows: then that is the value. Limits are where
    the likelihood, thresholds at their best, has dropped by a chi-square's quantile. With more than
    two grades a note says where the table is further from a bivariate normal distribution than
    chance has it at 5 %.

    References
    ----------
    .. [1] U. Olsson, "Maximum likelihood estimation of the polychoric correlation coefficient",
           Psychometrika 44 (1979), 443-460.

    Examples
    --------
    Olsson's own table:

    >>> import ilacs_reliability as ilr
    >>> counts = [[13, 6, 0], [69, 113, 22], [41, 132, 104]]
    >>> scale = ilr.Scale(["low", "middle", "high"])
    >>> ilr.polychoric_correlation(ilr.ratings_from_table(counts, scale=scale))
    Estimate(polychoric_correlation = 0.4915, n_units=500, 95% profile 0.3913 to 0.5813)
    """
    check_option(method, ("ml", "two_step"), "method")
    taken = known_raters(ratings, NAME)
    if taken.frequencies.ndim != 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    check_whole(taken, "ratings")
    refuse_unordered(taken.scale, "ratings", IN_ORDER)
    if taken.n_raters < 2:
        raise ValueError("`ratings` must be by two raters or more, but has one.")
    pairs = taken.n_raters * (taken.n_raters - 1) / 2
    joint = method == "ml" and _is_affordable(taken, max(pairs * JOINT_FITS, TESTED_FITS))
    if not (joint or _is_affordable(taken, pairs * MARGIN_FITS)):
        raise ValueError(
            f"`ratings` uses too many grades for a fit in some seconds ({told(taken)}): join "
            "grades, or leave out raters by `select_raters`."
        )
    notes = () if joint or method == "two_step" else (INSTEAD,)
    if taken.n_raters == 2:
        return _of_pair(taken, joint, notes)
    names = rater_names(taken)
    with left_unsaid():
        entries: dict[Hashable, Estimate] = {
            (names[i], names[j]): _of_pair(
                keep_raters(taken, (i, j)), joint, notes, of_raters(LABEL, names[i], names[j])
            )
            for i, j in combinations(range(taken.n_raters), 2)
        }
    return Estimates(NAME, "raters", entries)


def _is_affordable(ratings: Ratings, fits: float) -> bool:
    """Say whether so many tables of chances of each two grades can be had."""
    used, q = int(grades_used(ratings).sum()), ratings.scale.n_grades
    # of very many units the cells without any need their digits too
    least = LEAST_OF_MANY if ratings.frequencies.sum() > MANY else LEAST
    return affordable(fits, nanoseconds=least + 25_000 * used**2, held=32.0 * q**2)


def _of_pair(ratings: Ratings, joint: bool, said: tuple[str, ...], label: str = LABEL) -> Estimate:
    patterns = patterns_of(ratings)
    both = np.asarray((patterns >= 0).all(axis=1))
    frequencies = np.where(both, ratings.frequencies, 0.0).astype(np.float64)
    counts = np.zeros((ratings.scale.n_grades, ratings.scale.n_grades))
    np.add.at(counts, (patterns[both, 0], patterns[both, 1]), frequencies[both])
    rows, columns = (np.asarray(counts.any(axis=axis)) for axis in (1, 0))
    reason = ""
    if not counts.any():
        reason = "no_pairable_units"
    elif rows.sum() < 2 or columns.sum() < 2:
        reason = "no_variation"
    value, influence = float("nan"), np.full(len(patterns), np.nan)
    methods: tuple[Method, ...] = ()
    notes: tuple[str, ...] = ()
    if not reason:
        table = Table(read_only(counts[np.ix_(rows, columns)]), joint)
        fit = likeliest(table)
        reason = "" if fit.settled else "non_convergence"
    if not reason:
        value = fit.rho
        influence = _by_pattern(influence_on(table, fit), patterns, rows, columns)
        methods = (("profile", keyed(profile_limits, table=table, fit=fit)),)
        notes = (*said, *_misfit(table, fit))
        read_only(fit.thresholds)
    return build_estimate(
        ratings,
        Title(name=NAME, label=label),
        Value(
            value=value,
            influence=influence,
            reason=reason,
            why=_why_one_grade(ratings, both) if reason == "no_variation" else "",
        ),
        Basis(
            n_units=frequencies.sum(),
            n_ratings=2 * int(frequencies.sum()),
            enters=both.astype(np.float64),
        ),
        Offer(methods=methods, within=(-1.0, 1.0)),
        notes=(*notes, *clusters_left_out(ratings)),
        limits=NOT_SHOWN,
    )


def _why_one_grade(ratings: Ratings, enters: npt.NDArray[np.bool_]) -> str:
    """Say which of two raters gave one grade only."""
    if lone_grade(ratings, enters):
        return why_of(ratings, "no_variation", enters=enters)
    rows = patterns_of(ratings)[(ratings.frequencies * enters) > 0]
    given = [np.unique(column) for column in rows.T]
    labels = ratings.scale.labels
    said = [
        f"rater {name} gave {grade_name(labels[int(codes[0])])} only"
        for name, codes in zip(rater_names(ratings), given, strict=True)
        if len(codes) == 1
    ]
    among = "" if enters.all() else " among the units that both rated"
    return f"{listed(said)}{among}"


def _by_pattern(
    pulls: FloatArray,
    patterns: CodeArray,
    rows: npt.NDArray[np.bool_],
    columns: npt.NDArray[np.bool_],
) -> FloatArray:
    """Give each pattern the pull of its cell, nothing where a grade is missing or unused."""
    full = np.zeros((len(rows) + 1, len(columns) + 1))
    full[np.ix_(np.flatnonzero(rows), np.flatnonzero(columns))] = pulls
    found: FloatArray = full[patterns[:, 0], patterns[:, 1]]
    return found


def _misfit(table: Table, fit: Fit) -> tuple[str, ...]:
    deviance, df = lack_of_fit(table, fit)
    if df < 1:
        return ()
    p_value = float(special.chdtrc(df, max(deviance, 0.0)))
    if p_value >= 0.05:
        return ()
    return (
        f"The table is further from a bivariate normal distribution than chance has it "
        f"({p_phrase(p_value)}).",
    )
