"""What the room says of its numbers: each kind of sentence once, with what differs in it."""

from __future__ import annotations

NOT_SHOWN = "why the groups differ, nor how units outside the shared strata would have been graded"

NOT_SHOWN_BY_P = f"that the groups are alike where p is large, nor {NOT_SHOWN}"

UNDRAWN = "There are too many strata to draw tables of each: the p-value is of large samples."

TILTED_GRADES = (
    "The interval is of the relative effect to be expected given the grades' totals if one group's "
    "grades are the other's tilted by their ranks, which without a tilt is the hypothesis tested; "
    "where the groups differ in spread too it can be too narrow, that of `relative_effect` is not."
)

TILTED_ORDER = (
    "The interval is of Somers' D to be expected given the groups' sizes and the grades' totals if "
    "tables with more ordered pairs are likelier by a constant factor a pair, which at a factor of "
    "1 is the hypothesis tested."
)

SEPARATED = "Groups or strata are separated: the likelihood is taken at its supremum."


def of_two(p_value: str, interval: str) -> str:
    """Say that p-value and interval are of different things, and so may disagree."""
    return f"The p-value is of {p_value}, the interval of {interval}"


def another_method(method: str) -> str:
    """Say by which other method than the p-value an interval is."""
    return f"The interval is of another method than the p-value: {method}."


def strata_added_up(n_strata: str) -> str:
    """Say that a function that takes one stratum was given several."""
    return (
        f"{n_strata} strata were added up: what differs between strata can pass for a difference "
        "between groups."
    )


def gap_in_share(cut: str, first: str, second: str) -> str:
    """Call a difference of shares by its groups."""
    return f"difference in the share {cut}, {second} minus {first}"


def relative(first: str, second: str) -> str:
    """Call a relative effect by its groups."""
    return f"relative effect P({first} < {second}) + P({first} = {second}) / 2"


def shares_alike(first: str, second: str, alternative: str) -> str:
    """Say the hypothesis of a test of two shares."""
    relation = {"two-sided": "as large as", "greater": "no larger than", "less": "no smaller than"}
    return f"the share of {second} is {relation[alternative]} that of {first}"


def grades_alike(first: str, second: str, alternative: str) -> str:
    """Say the hypothesis of a test of two distributions."""
    more = {"two-sided": "", "greater": " or lower", "less": " or higher"}[alternative]
    return f"the grades of {second} are distributed as those of {first}{more}"


def neither_higher(first: str, second: str, alternative: str) -> str:
    """Say the hypothesis of a test of the relative effect."""
    return {
        "two-sided": f"neither {first} nor {second} tends to be graded higher",
        "greater": f"{second} does not tend to be graded higher than {first}",
        "less": f"{second} does not tend to be graded lower than {first}",
    }[alternative]


def no_trend(first: str, last: str, alternative: str) -> str:
    """Say the hypothesis of a test of order among groups."""
    way = {"two-sided": "rise or fall", "greater": "rise", "less": "fall"}[alternative]
    return f"grades do not {way} from {first} to {last}"


def left_aside(units: str, of: str, share: str, one: bool, strata: str) -> str:
    """Say which units stand in strata that hold one group only."""
    stands, enters = ("is", "does") if one else ("are", "do")
    return (
        f"{units} of {of} ({share}) {stands} in strata with one group only and {enters} not "
        f"enter: {strata}."
    )


APART, HARDLY = "The groups are completely separated", "Units of a group hardly differ"

TAKEN = "most of the error is not seen but taken from that of a share"

SHRUNK = "shrunk, since units of a group hardly differ"

CROSSED = (
    "Grades of one kind in a worse stratum lie in part above those of a better one, against"
    " the monotone assumption, by chance or because it is wrong."
)

# what bounds of a selection rest on
ASSUMED = {
    "none": "if nothing is assumed of the grade that a unit would have got from the other",
    "comparable": "if units of a stratum are comparable and nothing is assumed outside the {} of "
    "units in shared strata",
    "monotone": "if units of a stratum are comparable and a better stratum is never graded lower by"
    " the same kind",
}
RESPONDED = {
    "any": "",
    "second_lower": ", and the second kind never grades higher",
    "second_higher": ", and the second kind never grades lower",
}

# how the note starts that says why interval and p-value are not of one method, and why
WITHOUT_SPREAD = "Without a spread the two differ"
LONE_UNIT = "a group of one unit has no spread to divide by, so the effect itself was permuted"
FOR_ANY = "the p-value is exact for identical distributions, the interval for any"


def lone_pairs(apart: bool, n_pairs: str) -> str:
    """Say that limits are exact ones, since a spread cannot be seen."""
    why = APART if apart else "A group is a single unit"
    return f"{why}: the interval is the exact one for {n_pairs}."


def taken_error(apart: bool) -> str:
    """Say that an error is not one that was seen."""
    return f"{APART if apart else HARDLY}: {TAKEN}."


def without_bound(strata: str, *, response: bool) -> str:
    """Say in which strata an assumption was given up."""
    start = (
        f"The grades seen contradict the assumed response in stratum {strata}"
        if response
        else f"No grades of the kind not seen in stratum {strata} are in keeping with it"
    )
    return f"{start}: there the bounds are those without it."


def unlinked(both: str, *, strata: bool) -> str:
    """Say why two groups cannot be set against each other."""
    start = (
        f"{both} share no stratum" if strata else f"no stratum has grades that tell {both} apart"
    )
    return f"{start}, nor do others link them"


def held_by_prior(separated: bool) -> str:
    """Say what a prior does to an odds ratio."""
    if separated:
        return "The groups are separated: a log-F(1, 1) prior keeps their odds ratio finite."
    return "A log-F(1, 1) prior was put on the log odds ratio."


def one_sided_cut(cut: str, units: str, strata: str, *, none: bool, every: bool) -> str:
    """Say that a cut tells no units apart."""
    if none:
        return f"none of the {units} is {cut}"
    if every:
        return f"all {units} are {cut}"
    return f"in each of {strata} strata either no unit or every unit is {cut}"
