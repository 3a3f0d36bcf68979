"""What the room says of its numbers, in sentences that need none of them."""

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
