"""What a grade is worth: how often a second grading gives it too, and how often it is right."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._data.scales import NO_CUT, FloatArray, Scale, refuse_unordered
from ilacs_reliability._data.tables import direction_note
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.wording import as_said, counted
from ilacs_reliability.error.bivariate import cell_probabilities
from ilacs_reliability.error.class_records import DawidSkene
from ilacs_reliability.error.latent import (
    NOT_SHOWN,
    LatentGrade,
    LatentSource,
    latent_grade_model,
)
from ilacs_reliability.error.misclassification import ErrorMatrix
from ilacs_reliability.error.remarks import OF_MATRIX
from ilacs_reliability.error.stated import between_none_and_one
from ilacs_reliability.shift.moves import grade_code

# takes a table of chances of two grades, shape (n_grades, n_grades), to a chance
Event: TypeAlias = Callable[[FloatArray], float]
RepeatSource: TypeAlias = LatentSource | ErrorMatrix | DawidSkene
# a chance that moves less from the one end of the reliability to the other does not hang on it
SAME = 1e-12


def repeat_grade_probability(
    source: RepeatSource,
    *,
    reliability: Estimate | float | None = None,
    at_least: Hashable | None = None,
) -> Estimates:
    r"""Estimate how often a second grading of the same state gives the same grade.

    Parameters
    ----------
    source : Ratings, mapping, array_like, LatentGrade, ErrorMatrix or DawidSkene
        Double gradings, or how many units have each grade, as in `latent_grade_model`; or errors by
        grade with the shares of grades, as from `misclassification_matrix` or `dawid_skene`.
    reliability : Estimate or float, optional
        As in `latent_grade_model`: an `Estimate` brings its interval along, so that what is
        returned has one too. Not for errors by grade, which say it all.
    at_least : hashable, optional
        A cut: how often both gradings lie on the same side of it. Default: none.

    Returns
    -------
    Estimates
        Chances, 0 to 1, by event: "same grade", "within one grade", with a cut "same side of ...",
        and for each grade how often it is given again once it was given. A grade that is never
        given has status "undefined", without a warning.

    Raises
    ------
    TypeError
        If the source or the reliability is of another kind.
    ValueError
        As from `latent_grade_model`, if the cut is no grade or the worst, or a reliability is given
        with errors by grade.

    Warns
    -----
    UndefinedEstimateWarning
        As from `latent_grade_model`. All chances are then nan.

    See Also
    --------
    grade_accuracy : How often a grade is that of the state.
    percent_agreement : How often two gradings that were made agree.

    Notes
    -----
    With a reliability each chance is a sum of cells of a bivariate normal distribution [1]_. Above
    0 all of them rise with the reliability, so that its limits become theirs at the same level.
    They speak of a second grading of the same state by another team that does not know of the
    first: between two dates units change too. Examination boards call it the chance that a
    candidate would be given the same grade by another marker [2]_. From errors by grade it is
    :math:`\sum_k \pi_k \sum_j \theta_{kj}^2`, and of several raters the average over pairs.

    References
    ----------
    .. [1] S. A. Livingston and C. Lewis, "Estimating the consistency and accuracy of
           classifications based on test scores", Journal of Educational Measurement 32 (1995),
           179-197.
    .. [2] M. Meadows and L. Billington, "A review of the literature on marking reliability",
           National Assessment Agency (2005).

    Examples
    --------
    Each authority's latest overall grade, were the reliability 0.8:

    >>> import ilacs_reliability as ilr
    >>> grades = {"inadequate": 13, "requires improvement": 29, "good": 65, "outstanding": 46}
    >>> again = ilr.repeat_grade_probability(grades, reliability=0.8, at_least="good")
    >>> {event: round(chance.value, 3) for event, chance in list(again.items())[:3]}
    {'same grade': 0.599, 'within one grade': 0.976, 'same side of good': 0.83}
    """
    if isinstance(source, (ErrorMatrix, DawidSkene)):
        if reliability is not None:
            raise ValueError(
                "`reliability` is for margins or gradings: errors by grade say what a repeat gives."
            )
        return _of_errors(source, at_least)
    model = latent_grade_model(source, reliability=reliability)
    events = _events(model.scale, at_least)
    model = replace(model, notes=(*model.notes, *_of_cut(model.scale, at_least)))
    return _chances(model, events, name="repeat_grade_probability", root=False)


def grade_accuracy(
    source: LatentSource, *, reliability: Estimate | float | None = None
) -> Estimates:
    """Estimate how often a grade is that of the state, which exists only inside a latent model.

    Parameters
    ----------
    source : Ratings, mapping, array_like or LatentGrade
        As in `latent_grade_model`.
    reliability : Estimate or float, optional
        As in `latent_grade_model`.

    Returns
    -------
    Estimates
        Chances, 0 to 1, by event: "right grade", "within one grade", and for each grade how often
        the state has it once it was given.

    Raises
    ------
    TypeError, ValueError
        As from `latent_grade_model`.

    Warns
    -----
    UndefinedEstimateWarning
        As from `latent_grade_model`. All chances are then nan.

    See Also
    --------
    repeat_grade_probability : Needs no right grade, and can be checked by grading twice.

    Notes
    -----
    The state's grade is what cutting it at the same thresholds would give, were it seen without
    error; a grading correlates with it by the square root of the reliability [1]_. Nothing observed
    shows whether such a grade exists: examination boards call it the definitive grade. Use it where
    that idea is accepted.

    References
    ----------
    .. [1] S. A. Livingston and C. Lewis, "Estimating the consistency and accuracy of
           classifications based on test scores", Journal of Educational Measurement 32 (1995),
           179-197.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = {"inadequate": 13, "requires improvement": 29, "good": 65, "outstanding": 46}
    >>> right = ilr.grade_accuracy(grades, reliability=0.8)
    >>> round(right["right grade"].value, 2)
    0.7
    """
    model = latent_grade_model(source, reliability=reliability)
    labels = model.scale.labels
    events: dict[str, tuple[Event, str]] = {
        "right grade": (keyed(_same), "chance that a grade is that of the state"),
        "within one grade": (
            keyed(_within, steps=1),
            "chance that a grade is within one of that of the state",
        ),
        **{
            f"{label} is right": (
                keyed(_again, grade=grade),
                f"chance that the state is {as_said(label)} where that grade is given",
            )
            for grade, label in enumerate(labels)
        },
    }
    return _chances(model, events, name="grade_accuracy", root=True)


def _of_cut(scale: Scale, at_least: Hashable | None) -> tuple[str, ...]:
    return () if at_least is None else direction_note(scale)


def _events(scale: Scale, at_least: Hashable | None) -> dict[str, tuple[Event, str]]:
    """Return each event with the sentence's words for it, by name."""
    found: dict[str, tuple[Event, str]] = {
        "same grade": (keyed(_same), "chance that a second grading gives the same grade"),
    }
    if scale.ordered:
        found["within one grade"] = (
            keyed(_within, steps=1),
            "chance that a second grading is within one grade of the first",
        )
    if at_least is not None:
        refuse_unordered(scale, "source", NO_CUT)
        cut = grade_code(scale, at_least)
        if not cut:
            raise ValueError(f"`at_least` is {told(at_least)}, the worst grade, which all reach.")
        label = scale.labels[cut]
        found[f"same side of {label}"] = (
            keyed(_same_side, cut=cut),
            f"chance that two gradings are on the same side of {as_said(label)}",
        )
    for grade, label in enumerate(scale.labels):
        found[f"{label} again"] = (
            keyed(_again, grade=grade),
            f"chance that a second grading gives {as_said(label)} where the first did",
        )
    return found


def _same(table: FloatArray) -> float:
    return float(np.trace(table))


def _within(table: FloatArray, *, steps: int) -> float:
    grades = np.arange(len(table))
    return float(table[np.abs(grades[:, None] - grades) <= steps].sum())


def _same_side(table: FloatArray, *, cut: int) -> float:
    return float(table[:cut, :cut].sum() + table[cut:, cut:].sum())


def _again(table: FloatArray, *, grade: int) -> float:
    total = float(table[grade].sum())
    return float(table[grade, grade]) / total if total > 0 else float("nan")


def _table(thresholds: FloatArray, reliability: float, root: bool) -> FloatArray:
    size = len(thresholds) + 1
    if np.isnan(reliability) or np.isnan(thresholds).any():
        return np.full((size, size), np.nan)
    correlation = float(np.sqrt(reliability)) if root else reliability
    return cell_probabilities(thresholds, thresholds, correlation).probabilities


def _chances(
    model: LatentGrade, events: dict[str, tuple[Event, str]], *, name: str, root: bool
) -> Estimates:
    value = float(model.reliability.value)
    step = 1e-6 * min(value, 1.0 - value)
    has_spread = step > 0 and not np.isnan(model.reliability.influence).all()
    places = (value, value - step, value + step) if has_spread else (value,)
    tables = [_table(model.thresholds, at, root) for at in places]
    ends = [_table(model.thresholds, at, root) for at in (0.0, 1.0)]
    entries: dict[Hashable, Estimate] = {}
    for key, (event, label) in events.items():
        found = [event(table) for table in tables]
        slope = (found[2] - found[1]) / (2.0 * step) if has_spread else float("nan")
        said, least, most = _assumed(model, root), *map(event, ends)
        if certain := abs(most - least) < SAME:
            said = (*said, "It is certain whatever the reliability, so that it has no interval.")
        at = keyed(_at, model.thresholds, event=event, root=root)
        entries[key] = _chance(
            model, found[0], slope, None if certain else at, name=name, label=label, assumed=said
        )
    return Estimates(name, "event", entries)


def _chance(
    model: LatentGrade,
    value: float,
    slope: float,
    at: Callable[[float], float] | None,
    *,
    name: str,
    label: str,
    assumed: tuple[str, ...],
) -> Estimate:
    reliability = model.reliability
    missing = "" if not np.isnan(value) else "unused_grade"
    reason = reliability.reason if reliability.status != "ok" else missing
    carried = (("carried", keyed(_carried, of=reliability, at=at)),) if at else ()
    return Estimate(
        value=value,
        name=name,
        label=label,
        frequencies=reliability.frequencies,
        influence_source=slope * reliability.influence,
        # influences, and errors, are those of the units that the reliability rests on
        n_units=reliability.n_units or model.n_units,
        n_raters=reliability.n_raters,
        by=reliability.by,
        n_ratings=reliability.n_ratings,
        n_missing=reliability.n_missing,
        clusters=reliability.clusters,
        methods_source=carried if reliability.methods else (),
        status="undefined" if reason else "ok",
        reason=reason,
        why=reliability.why or ("the grade was given to no unit" if missing else ""),
        notes=(*model.notes, *_shares_of(model), *assumed),
        limits=NOT_SHOWN,
        design=reliability.design,
        patterns=reliability.patterns,
        enters=reliability.enters,
        range_source=(0.0, 1.0),
    )


def _shares_of(model: LatentGrade) -> tuple[str, ...]:
    """Say whose grades have the shares, where these are other units than the reliability's."""
    if not model.n_units or model.reliability.n_units in (0, model.n_units):
        return ()
    return (f"Shares of grades are those of {counted(model.n_units, 'unit')}, taken as known.",)


def _assumed(model: LatentGrade, root: bool) -> tuple[str, ...]:
    said = f"Assumed: {'; '.join(model.assumptions)}."
    return (said, "A right grade exists only inside this model.") if root else (said,)


def _at(thresholds: FloatArray, reliability: float, *, event: Event, root: bool) -> float:
    return event(_limit_table(thresholds.tobytes(), reliability, root))


# both limits of the reliability, which every chance of a model asks for in turn
@lru_cache(maxsize=2)
def _limit_table(thresholds: bytes, reliability: float, root: bool) -> FloatArray:
    return _table(np.frombuffer(thresholds), reliability, root)


def _carried(
    _: Estimate, confidence_level: float, *, of: Estimate, at: Callable[[float], float]
) -> Limits:
    """Turn limits of the reliability into those of a chance that rises with it."""
    ends = map(at, between_none_and_one(of.confidence_interval(confidence_level)))
    # probabilities of many grades may add up to a little more than 1
    low, high = (1.0 if end > 1.0 else end for end in ends)
    if low < high or np.isnan([low, high]).any():
        return low, high
    # what sets the two apart is less than the last digit of a float
    return float(np.nextafter(low, 0.0)), float(np.nextafter(high, 1.0))


def _of_errors(source: ErrorMatrix | DawidSkene, at_least: Hashable | None) -> Estimates:
    table, n_units = _pair_table(source)
    entries: dict[Hashable, Estimate] = {}
    for key, (event, label) in _events(source.scale, at_least).items():
        value = event(table)
        reason = "" if not np.isnan(value) else source.reason or "unused_grade"
        entries[key] = Estimate(
            value=value,
            name="repeat_grade_probability",
            label=label,
            frequencies=np.zeros(1),
            influence_source=np.full(1, np.nan),
            n_units=n_units,
            status="undefined" if reason else "ok",
            reason=reason,
            why=source.why,
            notes=(*source.notes, *_of_cut(source.scale, at_least)),
            limits=OF_MATRIX,
            range_source=(0.0, 1.0),
        )
    return Estimates("repeat_grade_probability", "event", entries)


def _pair_table(source: ErrorMatrix | DawidSkene) -> tuple[FloatArray, int]:
    """Return the chances of two grades, by errors that are independent given the true grade."""
    if isinstance(source, ErrorMatrix):
        rates = np.where(source.margins[:, None] > 0, source.shares, 0.0)
        return (rates * source.margins[:, None]).T @ rates, source.n_units
    if len(source.raters) == 1:
        raise ValueError("`source` has one rater: nobody else could grade a second time.")
    total = source.errors.sum(axis=0)
    n = len(source.raters)
    both = np.einsum("k,ki,kj->ij", source.shares, total, total)
    own = np.einsum("k,rki,rkj->ij", source.shares, source.errors, source.errors)
    return (both - own) / (n * (n - 1)), int(source.frequencies.sum())
