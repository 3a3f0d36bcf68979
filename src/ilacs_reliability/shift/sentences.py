"""What the room says of its numbers: each kind of sentence once, with what differs in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from ilacs_reliability._data.scales import NO_CUT
from ilacs_reliability._results.wording import (
    as_said,
    counted,
    fixed,
    p_phrase,
    percent,
    significant,
    whole,
)

NOTHING_RISES = "nothing improves or declines there; ask `bowker` or `stuart_maxwell`"

NO_CUT_OF_TWO = f"{NO_CUT}; ask `bowker` or `stuart_maxwell`"

NO_CUT_OF_SEVERAL = f"{NO_CUT}; ask `madansky`"

NOT_CROSSED = "No unit crossed the cut: p = 1, since the data hold nothing about its direction."

MARGINS_NULL = "the share of each grade is the same on both occasions"

UNSEEN = "which grades gained and which lost"

EFFECT = (
    "imbalance of grades' gains and losses, from 0 for none to 1 for moves that all add up one way,"
)

NO_CHANGE = "No unit moved: p = 1, since the data hold nothing about the direction of change."

FLIPPED = "whole clusters swap occasions"

NOT_SHOWN = (
    "why grades moved: better work, chance, the choice of who is inspected when and inspectors' "
    "error can all leave the same counts"
)

CLUSTER_NOTE = "Units of a cluster move together: errors are those of whole clusters."

STILL = "No unit's grade differs between occasions: p = 1."

ONE_SIDE = "No unit crosses the cut between occasions: p = 1."

TOGETHER = "whole clusters change occasions"

IGNORES_CLUSTERS = "This interval takes units as independent; `paired_difference` does not."

FALLING = (
    "The scores fall somewhere from the worst grade to the best: the sign of the change follows "
    "the scores, not the order of the grades."
)


def one_alone(thing: str) -> str:
    """Say that a single unit or a single cluster tells nothing of a shift."""
    return (
        f"There is a single {thing}: it shows no spread to hold a shift against, so a large "
        "p-value says nothing."
    )


CANCELLED = "Moves balance within every cluster: p = 1."

LEAST_P = (
    "The approximate p-value would be smaller than any that so few moves allow where each could "
    "have gone either way; that is given instead."
)

SHARED_ORDER = "Every unit has the same order, where F is infinite: the p-value is exact."

ORDER_FOR_NEMENYI = (
    "Every unit has the same order, which leaves Conover's test no error: the p-values are "
    "Nemenyi's."
)

BETTER_OF_TWO = "`wilcoxon_signed_rank` of the two occasions"

STOOD_STILL = "no unit moved"

UNMOVED = "that did not move"

INCOMPLETE, GRADED_ONCE = "with a missing grade", "graded once"

KEPT = "kept their grade"

CROSSED, ON_BALANCE = "crossed the cut", "moved on balance"

SHRUNK = "shrunk, since units show little of the error"

LARGER_STRATA = "fewer and larger strata"

# heads of tables
ALL_STRATA, NO_SHIFT, SAME_SHIFT = "all strata", "no shift", "same shift"
SHARE = "share (95% interval)"
OF_THOSE = {way: f"{way}, of those that could" for way in ("improved", "declined")}

# what each test and each effect is called, by its function and, where it has kinds, by these
LABELS = {
    "bhapkar": "Bhapkar's test",
    "bowker": "Bowker's test of symmetry",
    "cochran_q": "Cochran's Q test",
    "friedman": "Friedman's test",
    "heterogeneity": "test of the same shift in every stratum",
    "madansky": "Madansky's test",
    "marginal_rank_shift": "test of the mean rank",
    "marginal_score_shift": "test of the mean score",
    "mcnemar": "McNemar's test",
    "sign_test": "sign test",
    "stratified_shift": "test of shift over strata",
    "stuart_maxwell": "Stuart and Maxwell's test",
    "wilcox": "Wilcoxon's signed rank test of the units that moved",
    "pratt": "Wilcoxon's signed rank test with Pratt's ranks",
}
EFFECTS = {
    "bowker": "imbalance of moves, from 0 for as many each way to 1 for all one way between each "
    "two grades,",
    "cochran_q": "difference between occasions, from 0 for none to 1 for the same in every unit,",
    "friedman": "concordance of units about occasions (Kendall's W), from 0 for none to 1 for the "
    "same order in every unit,",
    "heterogeneity": "share of the spread between strata beyond chance",
    "improved": "share improved among units that moved",
    "net_between": "share that moved up between two grades minus share that moved down",
    "up_between": "share of moves between two grades that went up",
    "net": "share improved minus share declined",
    "room_up": "share improved among units that could improve",
    "room_down": "share declined among units that could decline",
    "paired_superiority": "probability that a unit's second grade is better (ties counting half)",
    "marginal_score_shift": "change in mean score",
    "marginal_rank_shift": "probability that a later grade beats an earlier one (ties counting "
    "half)",
}
# what each tests, to complete "the hypothesis that ..."; of those with a direction by alternative
HYPOTHESES = {
    "bowker": "as many units moved from each grade to each other grade as back",
    "friedman": "grades are alike on every occasion",
    "heterogeneity": "the shift is the same in every stratum",
    "madansky": "the share of each grade is the same on every occasion",
    "stratified_shift": "grades moved in no stratum",
}
DIRECTED = {
    "marginal_score_shift": {
        "two-sided": "the mean score did not move",
        "greater": "the mean score did not rise",
        "less": "the mean score did not fall",
    },
    "marginal_rank_shift": {
        "two-sided": "grades on the two occasions are as often better as worse",
        "greater": "grades on the second occasion do not tend to be better",
        "less": "grades on the second occasion do not tend to be worse",
    },
    "wilcoxon_signed_rank": {
        "two-sided": "moves up and down are alike in number and size",
        "greater": "grades did not rise",
        "less": "grades did not fall",
    },
}
BETWEEN_WHICH = "which grades units moved between, or which way"
WHICH_OCCASIONS = "which occasions differ, or which way"


def unseen_here(unseen: str) -> str:
    """Say what a test does not show, to complete "it does not show ..."."""
    return f"{unseen}; nor {NOT_SHOWN}"


def both(first: object, second: object) -> str:
    """Name two things."""
    return f"{first} and {second}"


def or_better(grade: object) -> str:
    """Say a cut below a grade."""
    return f"{grade} or better"


def change_in_share(cut: object) -> str:
    """Call a change by the grades whose share it is of."""
    return f"change in the share {cut}"


def share_reaching(grade: object) -> str:
    """Call the share at or above a grade after."""
    return f"share at least {grade} on the second occasion"


def share_going(before: Hashable, after: Hashable) -> str:
    """Call the share of a grade's units that went to another."""
    return f"share of those {as_said(before)} before that were {as_said(after)} after"


def paired_odds_label(cut: str) -> str:
    """Call the ratio of units that rose over a cut to those that fell."""
    return f"paired odds ratio (units that rose to {cut} for each that fell)"


def rank_biserial_label(*, clustered: bool) -> str:
    """Call the effect of the signed rank test."""
    return f"matched-pairs rank-biserial correlation{' over clusters' if clustered else ''}"


def equivalence_of(effect: str) -> str:
    """Call a test of whether an effect is small."""
    return f"equivalence test of {effect}"


def ways_over(cut: str) -> tuple[str, str]:
    """Say what units did that crossed a cut."""
    return f"rose to {cut}", "fell below it"


def rose_and_fell(up: int, down: int, things: tuple[str, str]) -> str:
    """Say how many units moved each of two ways."""
    return f"{whole(up)} {things[0]} and {whole(down)} {things[1]}."


def signs_of(kinds: int) -> str:
    """Say what is drawn where each move could have gone either way."""
    return f"the signs of {kinds} kinds of moves"


def between_strata(n_strata: int) -> str:
    """Say what is drawn where units could have stood in any stratum."""
    return f"units between {n_strata} strata"


def moved_elsewhere(moved: int, n_units: float, cut: str) -> str:
    """Say that those that moved did not cross a cut."""
    return f"{moved} of {counted(n_units, 'unit')} moved, but none to or from {cut}"


def least_p_said(n: int, things: str, verb: str, least: float) -> str:
    """Say the least p-value that so few moves allow."""
    return f"No more than {counted(n, things)} {verb}: p cannot be below {significant(least, 3)}."


def one_makes(things: str, share: float) -> str:
    """Say that one unit is much of the variance."""
    return f"one {things} makes {percent(share, 0)} of the variance in some direction"


def seen_among_few(things: str, fewest: int) -> str:
    """Say that a variance was estimated from few units."""
    return f"the variance is the one seen among fewer than {fewest} {things}s a direction"


def rests_on_few(why: str, better: str) -> str:
    """Warn of a p-value of large samples, with what to prefer."""
    return f"The p-value of large samples rests on few moves here, as {why}: prefer {better}."


def kind_said(count: float, words: str, share: str, low: str, high: str) -> str:
    """Say how many units did one thing, per cent."""
    return f"{whole(count)} {words} ({share}%, {low} to {high})"


def out_of(units: float, of: float) -> str:
    """Say how many units moved of those that could."""
    return f"{whole(units)} of {whole(of)}" if of else "none could"


def moves_listed(by_move: Mapping[int, int]) -> str:
    """List units by how many grades they moved."""
    moves = (f"{move:+d}: {whole(count)}" for move, count in by_move.items() if count)
    return f"Units by number of grades moved: {', '.join(moves)}."


def net_shift_said(
    n_units: float,
    *,
    three: Iterable[str],
    by_move: Mapping[int, int],
    net: tuple[str, str, str],
    room: str,
) -> str:
    """Say how grades moved between two occasions, and what room there was."""
    first, second, third = three
    shown, low, high = net
    return (
        f"Of {counted(n_units, 'unit')} graded twice, {first}, {second} and {third}, "
        f"intervals together at 95%; {_by_grades(by_move)}improved less declined is "
        f"{shown} points (95% interval {low} to {high}); {room}; it does not show {NOT_SHOWN}."
    )


def _by_grades(by_move: Mapping[int, int]) -> str:
    """Say by how many grades units moved, the furthest rise first."""
    moved = [(move, count) for move, count in by_move.items() if move and count]
    if not moved:
        return ""
    parts = ", ".join(f"{whole(count)} by {move:+d}" for move, count in reversed(moved))
    return f"by number of grades {parts}; "


def room_said(up: tuple[float, float | None], down: tuple[float, float | None]) -> str:
    """Say how many had room to move each way, and the share of those that did."""
    shares = [
        "" if share is None else f" ({percent(share)} of them did)" for _, share in (up, down)
    ]
    return f"{whole(up[0])} could improve{shares[0]} and {whole(down[0])} could decline{shares[1]}"


def at_the_top(n: int, grade: Hashable) -> str:
    """Say how many units could not rise."""
    return f"{_were(n)} {as_said(grade)} already and could not improve."


def at_the_bottom(n: int, grade: Hashable) -> str:
    """Say how many units could not fall."""
    return f"{_were(n)} {as_said(grade)} and could not decline."


def _were(n: int) -> str:
    return f"{counted(n, 'unit')} {'was' if n == 1 else 'were'}"


def without_room(n_units: float, grade: Hashable) -> str:
    """Say that all units stood at an end of the scale."""
    them = "it" if n_units == 1 else f"all {n_units}"
    return f"no unit had room to move that way: {them} stood at {as_said(grade)}"


def nothing_to_compare(n_units: float) -> str:
    """Say that no pair of grades saw a move."""
    return f"No unit of {whole(n_units)} moved; there is nothing to compare."


def least_balanced(
    grades: tuple[Hashable, Hashable],
    moves: tuple[float, float],
    *,
    p_value: float,
    how: tuple[str, str],
    of: tuple[float, float, float],
) -> str:
    """Say between which grades moves are the least balanced, of pairs, moves and units."""
    n_pairs, n_moves, n_units = of
    return (
        f"Of {counted(n_pairs, 'pair')} of grades that saw a move, the least balanced "
        f"is {both(*grades)}: {whole(moves[0])} up and {whole(moves[1])} down, {p_phrase(p_value)} "
        f"({adjusted_by(*how)}), from {counted(n_moves, 'move')} of "
        f"{counted(n_units, 'unit')}; it does not show {NOT_SHOWN}."
    )


def adjusted_by(method: str, adjust: str) -> str:
    """Say how p-values were found."""
    return f"{method}, adjusted by {adjust}"


def up_and_down(up: float, down: float, p_value: float) -> str:
    """Say what moved between two grades."""
    return f"{whole(up)} up, {whole(down)} down, adjusted {p_phrase(p_value)}"


def why_not_compared(n_strata: int) -> str:
    """Say why a shift cannot be compared between strata."""
    if n_strata == 1:
        return "There is one stratum: nothing to compare."
    return "Moves differ within one stratum at most: nothing to compare."


def over_strata(
    strata: str,
    n_units: float,
    pooled: tuple[str, str],
    *,
    none: tuple[float, str],
    same: tuple[float, str] | str,
) -> str:
    """Say a pooled shift with the p-values of no shift and of the same shift, each with how.

    Where strata cannot be compared, `same` says why.
    """
    alike = (
        f"{same[:1].lower()}{same[1:].rstrip('.')}"
        if isinstance(same, str)
        else f"{p_phrase(same[0])} ({same[1]}) for the same shift in all"
    )
    return (
        f"Over {strata} and {counted(n_units, 'unit')} the {pooled[0]} is {pooled[1]}, "
        f"{p_phrase(none[0])} ({none[1]}) for no shift in any stratum; {alike}; it does not show "
        f"{NOT_SHOWN}."
    )


def two_ranks(names: tuple[object, object], ranks: tuple[float, float], p_value: float) -> str:
    """Say how grades of two occasions rank."""
    means = f"mean ranks {fixed(ranks[0])} and {fixed(ranks[1])}"
    return f"{both(*names)} ({means}) {p_phrase(p_value)}"


def pairs_of_occasions(method: str, adjust: str, n_units: float, told: Iterable[str]) -> str:
    """Say how each two occasions compare."""
    return (
        f"Pairs of occasions ({adjusted_by(method, adjust)}), from {counted(n_units, 'unit')}: "
        f"{'; '.join(told)}; it does not show how far grades moved."
    )


def same_share(cut: str) -> str:
    """Say the hypothesis of a test of one share on several occasions."""
    return f"the share {cut} is the same on every occasion"


def as_many(rose: str, fell: str, alternative: str) -> str:
    """Say the hypothesis of a test of two ways to move."""
    relation = {"two-sided": "as many", "greater": "no more", "less": "no fewer"}[alternative]
    return f"{relation} {rose} {'as' if alternative == 'two-sided' else 'than'} {fell}"


def by_occasion(what: str, means: list[str]) -> str:
    """Say a mean on each occasion."""
    return f"{what} by occasion: {', '.join(means)}."


def other_p_value(function: str, said: str) -> str:
    """Name the p-value of another test, where this one has none."""
    return f"`{function}` gives {said}."


def within_margins(limits: str, method: str, inside: bool, low: float, high: float) -> str:
    """Say whether an interval lies within margins."""
    lies = "lies" if inside else "does not lie"
    return f"The 90% interval {limits} ({method}) {lies} within the margins {low:g} to {high:g}."
