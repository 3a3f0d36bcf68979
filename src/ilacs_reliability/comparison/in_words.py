"""What the room says of its numbers: each kind of sentence once, with what differs in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from ilacs_reliability._results.wording import (
    counted,
    fixed,
    grade_name,
    listed,
    p_phrase,
    percent,
    significant,
    whole,
)

NOT_SHOWN = "why the groups differ, nor how units outside the shared strata would have been graded"

NOT_SHOWN_BY_P = f"that the groups are alike where p is large, nor {NOT_SHOWN}"

NOT_SHOWN_BY_CAUSE = f"whether there is such a cause, nor {NOT_SHOWN}"

# what each test is called, by its function
LABELS = {
    "brunner_munzel": "Brunner-Munzel test",
    "heterogeneity": "test of heterogeneity",
    "jonckheere": "Jonckheere's test",
    "mann_whitney": "Mann-Whitney test",
    "ordinal_equivalence": "equivalence test",
    "ordinal_noninferiority": "non-inferiority test",
    "parallel_lines_test": "parallel lines test",
    "proportional_odds_test": "proportional odds test",
    "van_elteren": "van Elteren's test",
}
# what a test tests, to complete "the hypothesis that ..."
UNRELATED = "within strata group and grade are unrelated"
SAME_ODDS = "the odds of a higher grade are the same in every group"
SAME_AT_CUTS = "the odds ratio is the same at every cut"

# what differs from stratum to stratum, by whether odds are compared and whether there is one cut
MEASURES = {
    (True, True): "odds ratio",
    (True, False): "odds ratio of each step to a higher grade",
    (False, True): "difference in shares",
    (False, False): "relative effect",
}

DECLINED = "declined by a grade or more"

NEITHER = "A large p-value shows neither a difference nor that the groups are alike."

TOO_MANY_UNITS = "The units are too many for exact limits: those given are of large samples."

DISJOINT_PAIRS = "exact binomial of disjoint pairs"

LEAST_P = (
    "The approximate p-value would be smaller than that of the exact rank sum test can be with "
    "these totals, which is given instead."
)

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


OF_TWO = {
    "general": of_two("any association", "an effect with a direction"),
    "row_means": of_two("mean scores", "the relative effect"),
    "correlation": of_two("a trend of scores", "the order of grades"),
    "proportional_odds_test": of_two("the score", "the profile"),
    "van_elteren": of_two("the same distribution in every stratum", "the relative effect"),
}


def of_all_strata(measure: str) -> str:
    """Say that a test is of all strata, and the interval beside it of two."""
    return of_two(f"the {measure} in all strata", "a gap between two")


def they_disagree(start: str) -> str:
    """Say that p-value and interval of different things disagree."""
    return f"{start}: at 5% they disagree."


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


def change_between(first: str, last: str, gap: str) -> str:
    """Call what differs between two strata."""
    return f"change from {first} to {last} in the {gap}"


def within_strata(effect: str) -> str:
    """Call an effect that is an average over strata."""
    return f"{effect} within strata"


def of_tilted_groups(effect: str) -> str:
    """Call an effect whose limits are of groups that differ by a tilt."""
    return f"{effect} of groups that differ by a tilt"


def in_tilted_tables(effect: str) -> str:
    """Call an effect whose limits are of tables that differ by a tilt."""
    return f"{effect} in tables that differ by a tilt"


def ratio_of_shares(cut: str, first: str, second: str) -> str:
    """Call a risk ratio by its groups."""
    return f"ratio of the shares {cut}, {second} over {first}"


def ratio_of_odds(cut: str, first: str, second: str) -> str:
    """Call an odds ratio by its groups."""
    return f"odds ratio of {cut.removeprefix('of ')}, {second} over {first}"


def common_odds_label(first: str, second: str) -> str:
    """Call an odds ratio that is the same at every cut by its groups."""
    return f"proportional odds ratio of a higher grade, {second} over {first}"


def generalised_odds_label(first: str, second: str, ties: str) -> str:
    """Call a ratio of pairs of units by its groups."""
    return f"generalised odds ratio of {second} above {first} (ties {ties})"


def trend_label(first: str, last: str, given: str) -> str:
    """Call Somers' D by the groups at the ends, and by what is given."""
    way = "grade given group" if given == "group" else "group given grade"
    return f"trend of grades from {first} to {last} (Somers' D of {way})"


def cliffs_delta_label(first: str, second: str) -> str:
    """Call Cliff's delta by its groups."""
    return f"Cliff's delta P({first} < {second}) - P({first} > {second})"


def e_value_of(ratio: str) -> str:
    """Call an E-value by the ratio it is of."""
    return f"E-value of {ratio}"


def association_label(kind: str) -> str:
    """Call a Cochran-Mantel-Haenszel test by its kind."""
    of = {"general": "general association"}.get(kind, kind.replace("_", " "))
    return f"Cochran-Mantel-Haenszel test of {of}"


def equal_shares_label(cut: str) -> str:
    """Call a test of two shares by the grades they are of."""
    return f"test of equal shares {cut}"


def with_margin(test: str, margin: float) -> str:
    """Call a test by its margin."""
    return f"{test}, margin {float(margin):g}"


def or_beyond(grade: str, way: str) -> str:
    """Say a cut at a grade, and the way it is open."""
    return f"{grade} or {way}"


def without_variation(method: str) -> str:
    """Say how a p-value was found that could be nothing else."""
    return f"{method}, nothing could vary"


def given_the_total(method: str) -> str:
    """Say how a p-value was found from chances given a total."""
    return f"{method}, chances given the total"


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


def grades_alike_within(first: str, second: str, alternative: str) -> str:
    """Say the hypothesis of a test of distributions within strata."""
    return f"within strata {grades_alike(first, second, alternative)}"


def same_in_every_stratum(measure: str) -> str:
    """Say the hypothesis of a test of heterogeneity."""
    return f"the {measure} is the same in every stratum"


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


APART, LITTLE = "The groups are completely separated", "Units show little of the error"

EXACT_OF = "the interval is the exact one for"

SO_MANY_TABLES = "tables of so many groups and grades"
TAKEN = "most of the error is not seen but taken from that of a share"

SHRUNK = "shrunk, since units show little of the error"

CROSSED = (
    "Grades of one kind in a worse stratum lie in part above those of a better one, against"
    " the monotone assumption, by chance or because it is wrong."
)

# what bounds of a selection rest on
COMPARABLE = "if units of a stratum are comparable"
ASSUMED = {
    "none": "if nothing is assumed of the grade that a unit would have got from the other",
    "comparable": f"{COMPARABLE} and nothing is assumed outside the {{}} of units in shared strata",
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


def lone_pairs(apart: bool, n_pairs: float) -> str:
    """Say that limits are exact ones, since a spread cannot be seen."""
    why = APART if apart else "A group is a single unit"
    pairs = counted(n_pairs, "pair of units", "pairs of units that share no unit")
    return f"{why}: {EXACT_OF} {pairs}."


def taken_error(apart: bool) -> str:
    """Say that an error is not one that was seen."""
    return f"{APART if apart else LITTLE}: {TAKEN}."


def without_bound(strata: str, *, response: bool) -> str:
    """Say in which strata an assumption was given up."""
    start = (
        f"The grades seen contradict the assumed response in stratum {strata}"
        if response
        else f"No grades of the kind not seen in stratum {strata} are in keeping with it"
    )
    return f"{start}: there the bounds are those without it."


def unlinked(first: str, second: str, *, strata: bool) -> str:
    """Say why two groups cannot be set against each other."""
    both = f"{first} and {second}"
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


def of_unlinked_strata(group: str) -> str:
    """Say of which units no comparison with a group can be made."""
    return f"of strata that no group links with {group}"


def one_end_grade(n_units: float, strata: str) -> str:
    """Say which strata cannot tell groups apart, having one grade at an end."""
    return (
        f"{counted(n_units, 'unit')} of strata in which every unit has one end grade say nothing "
        f"of the groups and do not enter: {strata}."
    )


def one_side_of_cut(n_units: float, cut: str, strata: str) -> str:
    """Say which strata tell no odds, having all their units on one side of a cut."""
    return (
        f"{counted(n_units, 'unit')} of strata in which no unit or every unit is {cut} say nothing "
        f"of the odds and do not enter: {strata}."
    )


def one_group_a_stratum(text: str, n_strata: int) -> str:
    """Say that groups share no stratum."""
    return f"{text}: each of {whole(n_strata)} strata holds one group at most"


def groups_without_units(text: str, groups: list[str]) -> str:
    """Say which groups are empty."""
    return f"{text}: {listed(groups)} {'has' if len(groups) == 1 else 'have'} no unit"


def all_one_grade(grade: Hashable, *, some_outside: bool) -> str:
    """Say that grades do not vary."""
    enter = " of a unit that enters" if some_outside else ""
    return f"every rating{enter} is the same grade, {grade_name(grade)}"


def groups_scored(scores: Sequence[float]) -> str:
    """Say which scores groups were given."""
    return f"Groups are scored {', '.join(map(significant, scores))}."


def borrowed_spread(n_groups: int) -> str:
    """Say of how many groups a stratum shows no spread."""
    have = "1 group has" if n_groups == 1 else f"{n_groups} groups have"
    return f"{have} one unit in a stratum; its spread is taken from the other strata."


def too_many_tables(asked: str) -> str:
    """Say why a method gave way."""
    return f"There are too many tables for {asked.replace('_', ' ')} odds ratios."


def so_few_in_a_stratum(least: int) -> str:
    """Say that a test of large samples was given small groups."""
    return (
        f"A stratum has {counted(least, 'unit')} of a group: with so few the asymptotic test "
        "rejects too often."
    )


def so_few_expected(least: float, fewest: int, where: str, better: str) -> str:
    """Say that a p-value by chi-square rests on few units, with what to prefer, if anything."""
    prefer = f": prefer {better}" if better else ""
    units = "unit" if least == 1 else "units"
    return (
        f"The p-value by chi-square is rough and often too small, as a group like the others would "
        f"have {significant(least, 2)} {units} {where}, fewer than {fewest}{prefer}."
    )


WITH_A_GRADE = "with some grade"
BESIDE_ANY_CUT = "on a side of any cut"

EXACT_ROW_MEANS = "`cochran_mantel_haenszel(..., kind='row_means')`, which is exact"


def own_interval(method: str, *, one_sided: bool) -> str:
    """Name the interval that answers as the test does."""
    where, reach = ("on the side tested ", 0.025) if one_sided else ("", 0.05)
    return (
        f"The 95% interval is the test's own ({method}): it leaves 0.5 out "
        f"{where}exactly where p is at most {reach}."
    )


def katz_fails(fewest: int) -> str:
    """Name Katz's limits where they are not to be leant on."""
    return (
        f"katz, which can be far too short where a group has fewer than {fewest} on a side of the "
        "cut"
    )


def shares_in_counts(
    cut: str, first: tuple[str, float, float], second: tuple[str, float, float]
) -> str:
    """Say two shares in counts: of each group its name, those counted and all."""
    shares = (f"{name} {whole(some)} of {whole(every)}" for name, some, every in (first, second))
    return f"{cut}: {', '.join(shares)}."


def low_to_high(low: float, high: float) -> str:
    """Write two bounds."""
    return f"{significant(low)} to {significant(high)}"


def can_be_anything(
    n_units: float,
    measure: str,
    bounds: tuple[str, str],
    *,
    with_error: tuple[str, str],
    given: str,
    tells: bool,
) -> str:
    """Say what bounds of a selection leave open."""
    low, high = bounds
    left_open = f"is {low}" if low == high else f"can be anything from {low} to {high}"
    return (
        f"Over all {counted(n_units, 'unit')} the {measure} {left_open} "
        f"(with sampling error, {with_error[0]} to {with_error[1]}), "
        f"{given}; this {'tells' if tells else 'does not tell'} which group is graded higher."
    )


def one_group_only(decided: Iterable[tuple[str, str]]) -> str:
    """List strata with the one group that each holds."""
    return ", ".join(f"{stratum}: {group} only" for stratum, group in decided)


def cannot_be_compared(names: str, n_groups: int, decided: str) -> str:
    """Say that no stratum holds two groups."""
    held = "both" if n_groups == 2 else "two of them"
    return f"{names} cannot be compared: no stratum holds {held} ({decided})."


def can_be_compared(
    names: str, shared: Sequence[str], n_strata: int, units: tuple[float, float]
) -> str:
    """Say in which strata groups can be compared, and how many units of all these hold."""
    return (
        f"{names} can be compared in {len(shared)} of "
        f"{counted(n_strata, 'stratum', 'strata')} ({', '.join(shared)}), which "
        f"hold{'s' * (len(shared) == 1)} {whole(units[0])} of {counted(units[1], 'unit')}"
    )


def of_several(names: str) -> str:
    """Say of which groups any two are compared."""
    return f"two or more of {names}"


def not_all_met(n_all: int, apart: Sequence[str]) -> str:
    """Say in how many strata all groups stand, and which two never meet."""
    where = f"in {whole(n_all)} of them" if n_all else "in none of them"
    never = f"; {listed(apart)} share no stratum" if apart else ""
    return f", all of the groups {where}{never}"


def others_decided(n_outside: float, share: float, decided: str) -> str:
    """Say how many units stand in strata of one group."""
    return (
        f"; the other {whole(n_outside)} ({percent(share)}) "
        f"{'is' if n_outside == 1 else 'are'} where the stratum decides the group ({decided})"
    )


def stratum_tells(share: float) -> str:
    """Say how well the stratum alone tells the group."""
    return f"The stratum alone tells the group of {percent(share)} of units."


def not_to_begin_with(p_value: float | None) -> str:
    """Say that there is no difference for a hidden cause to explain."""
    has = "" if p_value is None else f"has {p_phrase(p_value)}, so it "
    return f"Without a hidden cause the difference {has}is not significant to begin with"


def hidden_cause(factor: float) -> str:
    """Say how strong a hidden cause would have to be; infinite where none searched is enough."""
    none = factor == float("inf")
    strength = "any factor up to 100" if none else fixed(factor, 2)
    return (
        f"A hidden cause that makes the odds of the group differ by {strength} within strata "
        f"{'could not' if none else 'could'} explain the difference at the 5% level"
    )


def bounds_basis(method: str, n_units: float) -> str:
    """Say what bounds of a hidden cause rest on."""
    return (
        f"({method} bounds), from {counted(n_units, 'unit')}; it does not show that there is one."
    )


def bounds_are_normal(least: int) -> str:
    """Say that bounds are approximate, and of how small a group at least."""
    return (
        "The bounds are normal approximations; the smallest group of a stratum has "
        f"{counted(least, 'unit')}."
    )
