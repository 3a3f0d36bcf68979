"""What the room says of its numbers: each kind of sentence once, with what differs in it."""

from __future__ import annotations

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

ONE_ALONE = (
    "There is a single unit or cluster: it shows no spread to hold a shift against, so a large "
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

ONE_STRATUM = "There is one stratum: nothing to compare."

WITHIN_ONE = "Moves differ within one stratum at most: nothing to compare."

# what each test and each effect is called, by its function and, where it has kinds, by these
LABELS = {
    "bowker": "Bowker's test of symmetry",
    "cochran_q": "Cochran's Q test",
    "friedman": "Friedman's test",
    "heterogeneity": "test of the same shift in every stratum",
    "madansky": "Madansky's test",
    "marginal_rank_shift": "test of the mean rank",
    "marginal_score_shift": "test of the mean score",
    "mcnemar": "McNemar's test",
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
    "marginal_rank_shift": "probability that a later grade beats an earlier one (ties counting "
    "half)",
}
# what each tests, to complete "the hypothesis that ..."; of those with a direction by alternative
HYPOTHESES = {
    "bowker": "as many units moved from each grade to each other grade as back",
    "friedman": "grades are alike on every occasion",
    "heterogeneity": "the shift is the same in every stratum",
    "madansky": "the share of each grade is the same on every occasion",
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
