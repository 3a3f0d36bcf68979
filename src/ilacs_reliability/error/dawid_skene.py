"""Latent classes of units, and how often each rater takes one for another."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_count, check_number, told
from ilacs_reliability._checks.randomness import as_generator
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings, RatingsLike, check_whole, clusters_left_out
from ilacs_reliability._data.scales import CodeArray, Scale
from ilacs_reliability._results.records import freeze
from ilacs_reliability._results.undefined import warn_undefined
from ilacs_reliability._results.wording import counted
from ilacs_reliability.agreement.formulas import known_raters, patterns_of
from ilacs_reliability.agreement.reasons import lone_grade, why_of
from ilacs_reliability.error.class_fits import (
    MOST_PARAMETERS,
    SAME,
    Found,
    best_of,
    generic_rank,
    in_order,
)
from ilacs_reliability.error.class_limits import n_flat
from ilacs_reliability.error.class_records import NAME, DawidSkene
from ilacs_reliability.error.latent_classes import Panel, prior_log
from ilacs_reliability.error.standards import Standard, Trials, appraisers, with_standard

# above this share of empty places ratings are held without them
EMPTY = 0.9
# ratings of a prior that are no rounding beside those seen, and leave them some digits
LEAST_PRIOR, LARGEST_PRIOR = 1e-9, 1e9


def dawid_skene(
    ratings: RatingsLike,
    *,
    known: Standard | None = None,
    trial: Trials = None,
    n_classes: int | None = None,
    prior: float = 0.0,
    n_starts: int = 20,
    rng: np.random.Generator | int | None = 0,
) -> DawidSkene:
    r"""Fit latent classes of units, and how often each rater takes one for another.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit by raters who did not confer; nan where one is missing.
    known : hashable, mapping or sequence, optional
        The class of some units, as `standard` in `agreement_with_standard`. These units count as a
        sample of their classes like any other. Default: none is known.
    trial : int or mapping of hashable to sequence of hashable, optional
        Which columns are ratings by one rater, as in `attribute_agreement`; they share one table of
        errors. Default: raters named by pairs belong together, any others are a rater each.
    n_classes : int, optional
        How many classes there are. Default: as many as grades, with the grades' names.
    prior : float, optional
        Ratings of each grade that each rater is taken to have given to units of each class before
        these were seen, 0 or 1e-9 to 1e9; rates then are those likeliest with the prior, and the
        result says so. Default: 0, and they are those of the greatest likelihood.
    n_starts : int, optional
        Starts, the first from the raters' votes, the others drawn. Default: 20.
    rng : Generator or int, optional
        Where they are drawn from. Default: 0, so that a second call gives the same.

    Returns
    -------
    DawidSkene
        Shares of the classes, rates of errors, and the chance of each class for each unit.
        Its `class_shares()` and `error_rates(rater)` give estimates with profile intervals.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale, `n_classes` or `n_starts` is no whole number, or
        `rng` no source of chance.
    ValueError
        If raters are anonymous, there is more than one study, `prior` is out of its range, classes
        are known that are not the grades, or `known` or `trial` does not fit the ratings.

    Warns
    -----
    UndefinedEstimateWarning
        If there is no prior and such ratings cannot tell the parameters apart, as those of two
        raters, or these cannot, as no rater gave two grades or there are more classes than patterns
        of ratings. All numbers are then nan.

    See Also
    --------
    misclassification_matrix : Errors against a standard that is known.
    latent_grade_model : One reliability for all, on a scale of which the grades are steps.

    Notes
    -----
    Given its class :math:`k`, a unit's grades are independent, and rater :math:`r` gives grade
    :math:`j` with chance :math:`\theta_{rkj}` [1]_. Steps of the EM algorithm over patterns of
    ratings are followed by Newton's with the second derivatives of the likelihood, which leave out
    rates that are zero; a start ends where no such step gains, and no rate at zero would. Where
    there are very many raters EM steps alone are taken. The likelihood has several maxima: the
    highest found is returned with those of the other starts.

    Whether ratings can tell the parameters apart is the rank of the slopes of the patterns' log
    chances [2]_, taken where no rate is special. Two raters never can, with three or more grades;
    three can as a rule [3]_. Classes are put in the order in which raters name them most. Intervals
    are by the profile of the likelihood, which holds where a rate is 0 or 1 too, and there rather
    covers more than it says; `resampled` of the result adds those of the bootstrap.

    References
    ----------
    .. [1] A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of observer error-rates using
           the EM algorithm", Applied Statistics 28 (1979), 20-28.
    .. [2] L. A. Goodman, "Exploratory latent structure analysis using both identifiable and
           unidentifiable models", Biometrika 61 (1974), 215-231.
    .. [3] E. S. Allman, C. Matias and J. A. Rhodes, "Identifiability of parameters in latent
           structure models with many observed variables", Annals of Statistics 37 (2009),
           3099-3132.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[1, 1, 1]] * 9 + [[2, 2, 2]] * 9 + [[1, 1, 2], [1, 2, 1], [2, 1, 2], [2, 2, 1]]
    >>> found = ilr.dawid_skene(ratings)
    >>> [round(share, 4) for share in found.shares.tolist()]
    [0.5, 0.5]
    >>> found.classified()[-1]["class"]
    2
    """
    start = as_generator(rng)
    n_starts = check_count(n_starts, "n_starts")
    prior = check_number(prior, "prior")
    if prior < 0:
        raise ValueError(f"`prior` must be 0 or more, but got {told(prior)}.")
    if prior and not LEAST_PRIOR <= prior <= LARGEST_PRIOR:
        raise ValueError(
            f"`prior` must be 0 or {LEAST_PRIOR:g} to {LARGEST_PRIOR:g} ratings, but got "
            f"{told(prior)}: a smaller one says nothing, a larger one leaves the ratings no say."
        )
    taken, codes = _taken(ratings, known)
    most = int((taken.frequencies > 0).sum())
    classes = _classes(taken.scale, n_classes, known is not None, most)
    columns = appraisers(taken, trial)
    _check_work(taken, len(columns), len(classes), n_starts)
    panel = _panel(taken, codes, list(columns.values()), len(classes), prior)
    small = panel.n_parameters <= MOST_PARAMETERS
    rank = generic_rank(panel) if small else -1
    reason, why = _why_undefined(taken, panel, rank)
    if reason and not prior:
        return _undefined(taken, panel, tuple(columns), classes, (rank, reason, why))
    found = in_order(panel, best_of(panel, n_starts, start), np.asarray(taken.scale.scores))
    return _record(taken, panel, found, tuple(columns), classes, rank)


def _taken(ratings: RatingsLike, known: Any) -> tuple[Ratings, CodeArray]:
    if known is None:
        taken = known_raters(ratings, NAME)
        codes = np.full(len(patterns_of(taken)), -1)
    else:
        taken, codes = with_standard(ratings, known, asker=NAME, name="known")
    if taken.frequencies.ndim != 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    check_whole(taken, "ratings")
    if not taken.sizes.ratings:
        raise ValueError("`ratings` holds no unit with a rating.")
    return taken, codes


def _classes(scale: Scale, n_classes: Any, are_known: bool, most: int) -> tuple[Hashable, ...]:
    if n_classes is None:
        return scale.labels
    number = check_count(n_classes, "n_classes")
    if number == scale.n_grades:
        return scale.labels
    if number > most:
        raise ValueError(
            f"`n_classes` must be at most the {most} patterns seen, but got {told(n_classes)}."
        )
    if are_known:
        raise ValueError(
            f"`n_classes` must be the {scale.n_grades} grades where classes are known, but got "
            f"{told(n_classes)}."
        )
    return tuple(range(1, number + 1))


def _check_work(ratings: Ratings, n_raters: int, n_classes: int, n_starts: int) -> None:
    n_patterns, q = len(ratings.frequencies), ratings.scale.n_grades
    numbers = float(min(n_starts, 10**9)) * n_patterns * n_classes
    steps = 20.0 * numbers * (10 + n_raters)
    # a start's numbers, and rates of each rater for each class and grade
    held = 40.0 * numbers + 16.0 * (n_raters + 1) * n_classes * q
    if not affordable(steps, nanoseconds=1.0, held=held):
        raise ValueError(
            f"`n_starts` of {told(n_starts)} take too long or too much memory with "
            f"{counted(n_patterns, 'pattern')} of ratings and "
            f"{counted(n_classes, 'class', 'classes')}: ask for fewer, or join grades."
        )


def _panel(
    ratings: Ratings, codes: CodeArray, columns: list[list[int]], n_classes: int, prior: float
) -> Panel:
    patterns, n_grades = patterns_of(ratings), ratings.scale.n_grades
    rater = np.empty(patterns.shape[1], dtype=np.int64)
    for number, own in enumerate(columns):
        rater[own] = number
    place, column = np.nonzero(patterns >= 0)
    cell = rater[column] * n_grades + patterns[place, column]
    shape = (len(patterns), len(columns) * n_grades)
    return Panel(
        given=_table(place, cell, shape),
        frequencies=np.where(ratings.table.rated > 0, ratings.frequencies, 0.0),
        known=codes.astype(np.int64),
        n_raters=len(columns),
        n_grades=n_grades,
        n_classes=n_classes,
        prior=np.full((n_classes, n_grades), prior),
    )


def _why_undefined(ratings: Ratings, panel: Panel, rank: int) -> tuple[str, str]:
    """Return why no prior-free fit tells classes apart, in code and in words; "" where it may."""
    if (panel.known < 0).all() and panel.n_classes > 1:
        if lone_grade(ratings):
            return "no_variation", why_of(ratings, "no_variation")
        used = np.asarray(panel.frequencies @ panel.given).reshape(panel.n_raters, -1) > 0
        if (used.sum(axis=1) < 2).all():
            return "no_order", "each rater gave one grade only, so that none tells two units apart"
        seen = int((panel.frequencies > 0).sum())
        if seen < panel.n_classes:
            return "not_identified", (
                f"{counted(seen, 'pattern')} of ratings cannot tell "
                f"{counted(panel.n_classes, 'class', 'classes')} apart"
            )
    if 0 <= rank < panel.n_parameters:
        return "not_identified", (
            f"{counted(panel.n_raters, 'rater')} of {counted(panel.n_grades, 'grade')} can tell "
            f"apart only {rank} of the {panel.n_parameters} shares and rates of "
            f"{counted(panel.n_classes, 'class', 'classes')}"
        )
    return "", ""


def _table(place: Any, cell: Any, shape: tuple[int, int]) -> Any:
    if len(place) < (1 - EMPTY) * shape[0] * shape[1]:
        from scipy import sparse

        table = sparse.coo_array((np.ones(len(place)), (place, cell)), shape=shape).tocsr()
        # as many ratings of a unit as there are raters would do without a sparse array
        if shape[1] > 200:
            return table
    dense = np.zeros(shape)
    np.add.at(dense, (place, cell), 1.0)
    return dense


def _record(
    ratings: Ratings,
    panel: Panel,
    found: Found,
    raters: tuple[Hashable, ...],
    classes: tuple[Hashable, ...],
    rank: int,
) -> DawidSkene:
    for part in (panel, found, found.fit):
        freeze(part)
    flat = n_flat(panel, found.fit, found.hessian) if found.method != "EM" else 0
    shape = (panel.n_raters, panel.n_grades, panel.n_classes)
    return DawidSkene(
        scale=ratings.scale,
        raters=raters,
        classes=classes,
        shares=found.fit.shares[0],
        errors=np.swapaxes(found.fit.errors[:, 0].reshape(shape), 1, 2),
        chances=found.chances,
        patterns=patterns_of(ratings),
        frequencies=panel.frequencies,
        units=ratings.units,
        log_likelihood=found.log - float(prior_log(panel, found.fit)[0]),
        log_likelihoods=found.logs,
        n_parameters=panel.n_parameters,
        rank=rank,
        n_flat=flat,
        method=found.method,
        notes=(
            *ratings.notes,
            *_notes(ratings, panel, found, (rank, flat)),
            *clusters_left_out(ratings),
        ),
        _ratings=ratings,
        _panel=panel,
        _found=found,
    )


def _notes(
    ratings: Ratings, panel: Panel, found: Found, told_apart: tuple[int, int]
) -> Iterator[str]:
    rank, flat = told_apart
    if panel.prior.any():
        prior = counted(panel.prior.max(), "rating")
        yield f"Each rater is taken to have given {prior} of each grade to each class."
        _, why = _why_undefined(ratings, panel, -1)
        if why:
            yield f"Only the prior tells the classes apart: {why}."
    if 0 <= rank < panel.n_parameters:
        yield (
            f"Such ratings tell only {rank} of {panel.n_parameters} parameters apart: the rest is "
            "the prior."
        )
    if rank < 0:
        yield (
            f"With {panel.n_parameters} parameters it was not looked at whether such ratings can "
            "tell them apart."
        )
    elif flat:
        where = counted(flat, "direction")
        yield f"At its maximum the likelihood of these ratings is flat in {where}."
    if not found.converged:
        yield "The steps ended before a maximum was reached."
    reached = sum(found.log - log < SAME * max(1.0, abs(found.log) / 1e3) for log in found.logs)
    if len(found.logs) > 1 and reached == 1:
        yield (
            f"Of {len(found.logs)} starts followed to the end only one reached this maximum: there "
            "may be a higher one."
        )


def _undefined(
    ratings: Ratings,
    panel: Panel,
    raters: tuple[Hashable, ...],
    classes: tuple[Hashable, ...],
    found: tuple[int, str, str],
) -> DawidSkene:
    rank, reason, why = found
    warn_undefined("latent class model", why)
    freeze(panel)
    return DawidSkene(
        scale=ratings.scale,
        raters=raters,
        classes=classes,
        shares=np.full(panel.n_classes, np.nan),
        errors=np.full((panel.n_raters, panel.n_classes, panel.n_grades), np.nan),
        chances=np.full((len(panel.frequencies), panel.n_classes), np.nan),
        patterns=patterns_of(ratings),
        frequencies=panel.frequencies,
        units=ratings.units,
        log_likelihood=float("nan"),
        log_likelihoods=(),
        n_parameters=panel.n_parameters,
        rank=rank,
        n_flat=0,
        method="none",
        status="undefined",
        reason=reason,
        why=why,
        notes=ratings.notes,
        _ratings=ratings,
        _panel=panel,
        _found=None,
    )
