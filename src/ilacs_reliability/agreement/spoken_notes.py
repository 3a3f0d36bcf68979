"""What is to be known beside a coefficient: how its error and interval came about, and why so."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from scipy import special

from ilacs_reliability._results.wording import (
    MOST_NAMED,
    counted,
    fixed,
    left_out,
    listed,
    p_phrase,
    percent,
    significant,
    whole,
    with_article,
)

# why an interval by one method gives way to another
NO_LOGIT = "logit has no limits at an end of the range"
NO_FISHER = "Fisher's z has no limits at the end"
NO_LIN = "lin needs raters who use two grades or more each and differ"
NO_F = "F has no width"
F_BELOW_ZERO = "F leaves a limit below 0"
NO_RESIDUAL_FOR_F = "raters leave no residual for F"
NO_OTHER_PATTERN = "no other pattern is possible"
FEW_PAIRED = "fewer than five units have two ratings"
FEW_IN_CLUSTERS = "units in clusters count for fewer than five"
PLAIN_SCORE = "score with a design effect of 1"
INTERVAL_OF_BAND = "interval, since normal has no width"
NO_MARGINS = "The margins interval is not offered: of so many grades it takes too long."

# what an interval or test rests on
F_IS_NIL = (
    "The units' means are all equal, so that F is 0 and its limits have no width: the interval is "
    'the "score" one.'
)
BY_INVERTED_F = (
    "The interval is by inverting F; McGraw and Wong's printed limits take other degrees of "
    "freedom than their test."
)
F_TAKES_NORMAL = (
    "F takes scores as normal: on grades its 95% limits covered 73 to 79% in a simulation, and "
    "the test rejects too often."
)
ROUGH_CHI_SQUARE = "The chi-square approximation is rough for few units or raters."
BY_SKILLINGS_AND_MACK = (
    "Each rater is taken to have dealt grades to the units rated (Skillings and Mack's statistic)."
)
CHI_SQUARE_INSTEAD = (
    "The p-value is by chi-square, since random draws for so many units take too long."
)
BY_LIKELIHOOD = "Variance components are by restricted maximum likelihood."
NEGATIVE_COMPONENT = "A negative component says that its variance is near zero."
NO_UNIT_NAMES = (
    "Units have no names here: give `units` to the function that built the ratings, `unit` for a "
    "wide dataframe or `name_units=True` for a long one."
)

# why raters or coefficients cannot be compared
FEW_SHARED = "no two raters share more than one unit"
NONE_TOLD_APART = "no rater tells apart two units that another rated, too"
NO_ERROR_TO_COMPARE = "an estimate has no error to compare the others by"
NO_SPREAD_OF_DIFFERENCES = "the differences between the estimates have no spread"

# what a warning speaks of
EQUALITY = "the test of equal coefficients"
COMPONENTS = "the set of variance components"

# how the equality of coefficients is tested
HOTELLING = "Hotelling's T squared of the same units"
WELCH = "Welch's F, independent units"
OVER_STRATA = "chi-square of differences over strata"

TARGETS = {"units": "units", "raters": "raters", "both": "both units and raters"}
OWN_INTERVAL = "No spread was seen: the interval is the coefficient's own, over units."


def unpaired(number: float) -> tuple[str, ...]:
    """Say how many units have but one rating."""
    return left_out(
        number,
        "with a single rating",
        since=": it cannot be paired",
        things=": they cannot be paired",
    )


def incomplete(number: float) -> tuple[str, ...]:
    """Say how many units not every rater rated."""
    return left_out(number, "that not every rater rated")


def not_by_both(number: float) -> tuple[str, ...]:
    """Say how many units one of two groups did not rate."""
    return left_out(number, "without a rating by both groups")


def unused_note(grade: Hashable) -> str:
    """Say that no pair of ratings bears on a grade."""
    return f"No unit with two ratings or more was given {grade}."


def size_of_mean(k: float) -> str:
    """Say of how many ratings the mean is whose correlation is stepped up to."""
    return f"k is {significant(k)} ratings a unit."


def of_many_studies(name: str) -> str:
    """Name limits that stand in where there are too many tables."""
    return f"{name}, since there are many studies"


def beyond_tables(units: int, weighted: bool) -> str:
    """Say why the tables of a study are not looked through."""
    return "units are weighted" if weighted else f"there are more than {units} units"


def at_end_of_two() -> str:
    """Say why the tables of two grades do not bound a study."""
    return "a grade that nobody used allows less agreement"


def p_by_interval(method: str, clustered: bool, why: str) -> str:
    """Say that a p-value is by the interval, since the test of its own does not apply."""
    if not why:
        why = "units come in clusters" if clustered else "ratings are missing"
    return f"The p-value is by inverting the {method} interval, since {why}."


def what_f_takes(form: str, threshold: float) -> tuple[str, str]:
    """Say what the F test takes for granted, and what holds without that."""
    return (
        F_TAKES_NORMAL,
        f'threshold_test(icc(ratings, form="{form}"), {threshold:g}) holds on grades.',
    )


def both_limits(other: str) -> str:
    """Name limits by inverting F of which some are by another method."""
    return f"inverted_f and {other}"


def rough_equality(independent: float, thing: str) -> str:
    """Say that an estimate rests on few units."""
    return f"An estimate rests on {counted(independent, thing)} only: the p-value is a rough guide."


def too_few_to_compare(independent: float, thing: str, n_differences: int) -> str:
    """Say that there are no more units than differences."""
    differences = counted(n_differences, "difference")
    return f"{counted(independent, thing)} tell no spread of {differences}"


def stratified_notes(left: int, found: Any, n_strata: int) -> tuple[str, ...]:
    """Say which strata are left out, and whether they differ in their differences."""
    does = "does" if left == 1 else "do"
    strata = counted(left, "stratum", "strata")
    without = (f"{strata} in which one has no value {does} not enter.",) if left else ()
    if not found.df_between:
        return without
    p_value = float(special.chdtrc(found.df_between, found.between))
    return (
        *without,
        f"Whether the differences are the same in all {n_strata} strata: chi-square "
        f"{fixed(found.between, 2)} on {found.df_between:g} degrees of freedom, "
        f"{p_phrase(p_value)}.",
    )


def one_undefined(label: str, why: str) -> str:
    """Say which of several coefficients has no value."""
    return f"{with_article(label)} has no value: {why}"


def generalised_to(target: str) -> str:
    """Say what an error generalises to."""
    return f"The error is for generalising to {TARGETS[target]}."


def when_generalised(label: str, target: str) -> str:
    """Call a coefficient with an error that generalises."""
    return f"{label}, for generalising to {TARGETS[target]},"


def without_raters(names: Sequence[object]) -> str:
    """Say without which raters a coefficient is undefined."""
    return f"it has no value without rater {listed(names)}"


def of_these_alone(value: float) -> str:
    """Say a coefficient of which no error is known beyond the sample."""
    return f"For these units and raters alone it is {significant(value)}."


def few_raters(number: int) -> str:
    """Say how little a few raters tell of all."""
    return (
        f"{number} raters tell little of how raters differ: such 95% limits have "
        "held the truth in as few as 74 of 100 samples."
    )


def of_population(thing: str, taken: float, population: float, seen: float) -> str:
    """Say how much of a finite population was taken, and which share of its pairs was seen."""
    shown, every = whole(taken), whole(population)
    if thing == "units" and seen < 1:
        share = f"{percent(seen)} of their pairs of ratings"
        return f"They are {shown} of the {every} units of a finite population, with {share}."
    if population == taken:
        return f"All {shown} {thing} of the population were taken: none is left to be uncertain of."
    return f"They are {shown} of the {every} {thing} of a finite population."


def design_effect(effect: float, worth: float, of_weights: float) -> str:
    """Say how many units drawn with equal chances would tell as much."""
    return (
        f"Design effect {fixed(effect, 2)}: as much is known as from {whole(round(worth))} units "
        f"drawn with equal chances (of weights alone {fixed(of_weights, 2)})."
    )


def design_effect_of_weights(effect: float) -> str:
    """Say what unequal chances alone do to the variance."""
    return f"Weights alone: design effect {fixed(effect, 2)}."


def all_agree(agreeing: float, paired: float) -> str:
    """Say in how many units all raters agree fully."""
    units = counted(paired, "unit")
    return f"In {whole(agreeing)} of {units} with two ratings or more all agree fully."


def panels_note(panels: Sequence[Sequence[Hashable]], *, within: bool) -> tuple[str, ...]:
    """Say that raters fall into sets that no unit links, if they do, and what becomes of that."""
    if len(panels) < 2:
        return ()
    shown = [
        f"{'raters' if len(one) > 1 else 'rater'} {listed(one)}" for one in panels[:MOST_NAMED]
    ]
    more = len(panels) - MOST_NAMED
    if more > 0:
        shown.append(f"{counted(more, 'more panel')}")
    what = "units and raters are compared within panels only" if within else BETWEEN_PANELS
    return (f"No unit links {'; '.join(shown)}: {what}.",)


BETWEEN_PANELS = "what panels differ by is put down to units and raters alike"


def without_w(why: str) -> str:
    """Say why a test of Kendall's W has no W."""
    return f"There is no W to go with it: {why}."


CONSENSUS = {
    "majority": "the grade that most of them gave",
    "median": "the middle one of their grades",
}


def how_consensus(
    names: Sequence[Hashable], making: Any, counts: tuple[float, float] | None
) -> str:
    """Say how a consensus came about, and how many units tied and had too few ratings for one."""
    said = f"The consensus of {listed(names)} is {CONSENSUS[making.rule]}"
    if counts is None:
        return f"{said}; what tied is {_of_ties(making.ties)}."
    tied, few = counts
    parts = []
    if tied:
        units = counted(tied, "tied unit")
        has = "has" if tied == 1 else "have"
        parts.append(f"{units} {has} {_of_ties(making.ties)}")
    if few:
        has = "has" if few == 1 else "have"
        ratings = counted(making.least, "rating")
        parts.append(f"{counted(few, 'unit')} with fewer than {ratings} of them {has} none")
    return "; ".join([said, *parts]) + "."


def without_consensus(consensus: str, members: int, least: int) -> str:
    """Say why no rater can be held against a consensus: no unit that was rated has one."""
    said = f"no unit that was rated has {consensus}"
    if least <= members:
        return said
    held = counted(members, "rater")
    return f"{said}, as that is of {held} and `least` asks for {whole(least)}: give least=1"


def _of_ties(ties: str) -> str:
    return "none" if ties == "missing" else f"the {ties} of those that tied"
