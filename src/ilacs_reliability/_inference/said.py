"""What tests, draws and replicates say of themselves, from the numbers they found."""

from __future__ import annotations

from collections.abc import Iterable

from ilacs_reliability._results.wording import (
    counted,
    fixed,
    level,
    percent,
    sentence_start,
    significant,
    whole,
    with_article,
    with_interval,
)

# why no interval can be made of replicates
ALL_THE_SAME = "every resample is the same"
BUT_ONE = "one resample has no spread"
ERROR_IS_NIL = "the standard error is 0"
NO_ERROR_AT_HAND = "there is no standard error"
NO_ERROR_OF_ANY = "no resample has a standard error"

RELATIONS = {"greater": "at most", "less": "at least", "two-sided": "equal to"}


def one_point(method: str) -> str:
    """Say that the limits of a method fall together."""
    return f"the limits of the {method} are one point"


def gives_way(method: str, why: str) -> str:
    """Name the method that stands in for another."""
    return f"{method}, since {why}"


def resampled(
    label: str,
    numbers: tuple[float, float, float],
    *,
    confidence_level: float,
    method: str,
    n_resamples: int,
    n_units: float,
) -> str:
    """Say a coefficient with the interval that resampling gives."""
    says = f"{level(confidence_level)} interval"
    return (
        f"{sentence_start(label)} is {with_interval(*numbers, says=says, how=method)}, from "
        f"{counted(n_resamples, 'resample')} of {counted(n_units, 'unit')}."
    )


def undefined_resamples(n_undefined: int, n_resamples: int) -> tuple[str, ...]:
    """Say in how many resamples a coefficient was undefined."""
    if not n_undefined:
        return ()
    return (
        f"{whole(n_undefined)} of {counted(n_resamples, 'resample')} "
        f"{'is' if n_undefined == 1 else 'are'} undefined and left out.",
    )


def fewer_resamples(n_resamples: int, asked: int) -> str:
    """Say that fewer were drawn than were asked for."""
    return (
        f"{counted(n_resamples, 'resample')} of {whole(asked)} were drawn, as more of so many "
        "patterns take too long."
    )


def at_extremes(method: str, n_draws: int, kind: str) -> str:
    """Name limits that are the least and the greatest of draws too few for quantiles."""
    return f"{method}, cut at the extremes of {counted(n_draws, kind)}, too few for its tails"


def no_smaller(n_draws: int) -> str:
    """Say that a p-value is the least that so many draws can hold."""
    return f"No p-value of {counted(n_draws, 'draw')} can be smaller."


def so_few_clusters(n_clusters: int, held: float, confidence_level: float) -> str:
    """Say how far limits by resampling few clusters fall short."""
    return (
        f"Resampling only {n_clusters} clusters leaves limits too narrow: of means that are normal "
        f"among clusters they would hold {percent(held, 0)} where {level(confidence_level)} is "
        "wanted."
    )


def left_one_out(label: str, value: float, *, error: float, bias: float, each: str) -> str:
    """Say a coefficient with its jackknife standard error, by leaving out each of some."""
    return (
        f"{sentence_start(label)} is {fixed(value)} with jackknife standard error "
        f"{fixed(error, 4)} and bias {significant(bias, 2)}, from leaving out each of {each}."
    )


def left_none_out(label: str, value: float, *, lost: int, each: str) -> str:
    """Say why leaving out each of some gives no standard error; `lost` leave it undefined."""
    why = f"it is undefined without {whole(lost)} of them" if lost else "there is but one"
    return (
        f"{sentence_start(label)} is {fixed(value)} but has no jackknife standard error from "
        f"leaving out each of {each}: {why}."
    )


def dirichlet(weight: float, n_patterns: int, n_seen: float) -> str:
    """Say the prior that gives each pattern the same weight."""
    return (
        f"Prior: Dirichlet with {significant(weight)} {'unit' if weight == 1 else 'units'} on each "
        f"of {whole(n_patterns)} patterns, {counted(weight * n_patterns, 'unit')} beside "
        f"{whole(n_seen)} seen."
    )


def drawn(kind: str, n_draws: int, *, fewer: bool, instead: bool) -> str:
    """Say how many were drawn, and why not more or all."""
    said = f"{kind} with {counted(n_draws, 'draw')}"
    if fewer:
        said += " as more take too long"
    return f"{said}, since there is too much to enumerate" if instead else said


def orders_of(n_units: float, n_occasions: int) -> str:
    """Call what is drawn where each unit's values are put in a random order."""
    return f"the orders of {whole(n_units)} units or clusters on {n_occasions} occasions"


def inverted(method: str) -> str:
    """Call the test that rejects what an interval leaves out."""
    return f"inverted {method} interval"


def one_sided_twice(method: str) -> str:
    """Call the test of equivalence by a test at either margin."""
    return f"two one-sided tests, {method}"


def of_threshold(label: str) -> str:
    """Call the test against a threshold."""
    return f"threshold test of {label}"


def of_equivalence(label: str) -> str:
    """Call the test of equivalence."""
    return f"equivalence test of {label}"


def of_difference(first: str, second: str) -> str:
    """Call the difference of two estimates."""
    return f"difference {first} minus {second}"


def not_beyond(label: str, threshold: float, alternative: str) -> str:
    """Say the hypothesis that the test against a threshold may reject."""
    return f"{with_article(label)} is {RELATIONS[alternative]} {threshold:g}"


def lies_outside(label: str, low: float, high: float) -> str:
    """Say the hypothesis that the test of equivalence may reject."""
    return f"{with_article(label)} lies outside {low:g} to {high:g}"


def without_value(undefined: Iterable[tuple[str, str]]) -> str:
    """Say which estimates have no value, and why, from the label and reason of each."""
    parts = [f"{with_article(label)} has no value, since {why}" for label, why in undefined]
    return "; ".join(dict.fromkeys(parts))
