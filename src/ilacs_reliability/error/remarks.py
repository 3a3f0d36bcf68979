"""What estimates of judgement error say beside their numbers."""

from collections.abc import Hashable, Mapping, Sequence

from ilacs_reliability._results.wording import counted

RIGHT = "whether the grades were right"

STANDARD = "whether the standard is right"

NOT_ALL = "no unit was graded by every appraiser in every trial"

# why a scale without an order is refused
IN_ORDER = "a state behind the grades is cut in their order"

NO_SIDES = "The scale has no order, so that misses and false alarms are not told apart."

OF_REPEATS = "the state changes from one date to the next by what it was last alone"

POOLED = (
    "Shares of grades are those of both gradings together: with one set of thresholds, margins "
    "that differ cannot come from error alone."
)

INSTEAD = "Thresholds are those of the margins, as fitting them too would take more than seconds."

OF_MATRIX = "whether errors of two gradings are independent given the grade of the standard"

NOT_TOLD_APART = (
    "no unit, or no units whose grades differ, link three occasions, and two do not tell error "
    "from change"
)

NO_PAIR = "no unit has two gradings whose grades differ between units"

OF_TWO = (
    "It bounds the geometric mean of the two gradings' reliabilities from below; the upper limit "
    "bounds nothing."
)

OF_THE_MIDDLE = (
    "It is the reliability of the middle one of three gradings; nothing shows that of the others."
)

PAIRS_POOLED = "Each grading and the next are pooled as if pairs of a unit were independent."

LEANS = (
    "Its {n_free} free shares and moves are many for {units}: estimate and interval then lean to 1."
)

# why limits of a corrected shift are not quantiles of draws
ALIKE_DRAWS = "likelihood, since draws are alike"

NOT_TURNED_BACK = "With a reliability of {value} the errors are too many to be turned back."


def called(who: Hashable) -> str:
    """Say an appraiser's name, a number as "rater 2"."""
    return who if isinstance(who, str) else f"rater {who}"


def by_appraisers(columns: Mapping[Hashable, Sequence[int]]) -> str:
    """Say who graded in which columns, of several appraisers how many; "" where none did twice."""
    n_columns = sum(map(len, columns.values()))
    trials = f" in {counted(n_columns, 'trial')}" if n_columns > len(columns) else ""
    if len(columns) == 1:
        return f"by {called(next(iter(columns)))}{trials}"
    return f"by {counted(len(columns), 'rater')}{trials}" if trials else ""
