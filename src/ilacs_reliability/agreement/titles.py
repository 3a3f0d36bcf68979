"""What coefficients are called, what a test of them asks, and what they do not show."""

from __future__ import annotations

from collections.abc import Hashable

from ilacs_reliability._results.wording import with_article

# what follows "does not show" in a report
WHETHER_RIGHT = "whether the grades were right"
WHETHER_SCORES_RIGHT = "whether the scores were right, nor that grades are equally spaced"
ONLY_THE_ORDER = (
    "whether raters give the same grades, only whether they put units in the same order"
)
ONLY_THE_MARGINS = "how much the raters agree, only what their margins allow"
HOW_MUCH_THEY_AGREE = "how much the raters agree"
HOW_OTHERS_DIFFER = "how much other raters would differ"

# hypotheses of tests
ORDERS_INDEPENDENT = "raters order the units independently of one another"
ALL_EQUAL = "all are equal"
ALL_EQUAL_WITHIN = "all are equal within each stratum"

LARGEST_KAPPA = "largest kappa that the margins allow"
OF_OTHERS, OF_ALL = "the consensus of the others", "the consensus of all members"
KENDALL_BY_PAIRS = "Kendall's W by pairs of raters"
KENDALL_TEST = "test of Kendall's W"
BETWEEN_GROUPS = {
    "schouten": "Schouten's kappa",
    "vanbelle_albert": "Vanbelle and Albert's kappa",
}
MODELS = {"1": "one-way", "A": "absolute agreement", "C": "consistency"}


def with_weights(label: str, kind: str) -> str:
    """Name the weights of a coefficient, unless only equal grades count."""
    return label if kind == "identity" else f"{label} ({kind} weights)"


def of_agreement_chart(kind: str) -> str:
    """Call Bangdiwala's B by its credit for near agreement."""
    return "Bangdiwala's B" if kind == "identity" else f"Bangdiwala's B ({kind})"


def of_metric(metric: str) -> str:
    """Call Krippendorff's alpha by its metric."""
    return f"Krippendorff's alpha ({metric} metric)"


def intraclass(form: str) -> str:
    """Call an intraclass correlation by its form and what its model asks."""
    return f"intraclass correlation ({form}, {MODELS[form[0]]})"


def component(source: str) -> str:
    """Call a variance component by its source."""
    return "residual variance" if source == "residual" else f"variance of {source}"


def on_grade(grade: Hashable) -> str:
    """Call the agreement on one grade."""
    return f"agreement on {grade}"


def index_of(kind: str, grade: Hashable) -> str:
    """Call the index of prevalence or bias of one grade."""
    return f"{kind} index of {grade}"


def against_the_rest(label: str, grade: Hashable) -> str:
    """Call a coefficient of one grade against all others."""
    return f"{label} of {grade} against the rest"


def within_group(label: str, group: Hashable) -> str:
    """Call a coefficient of the raters of one group."""
    return f"{label} within {group}"


def between_groups(rule: str, groups: tuple[Hashable, ...], kind: str) -> str:
    """Call a kappa between two groups of raters."""
    return with_weights(f"{BETWEEN_GROUPS[rule]} between {groups[0]} and {groups[1]}", kind)


def of_raters(label: str, first: Hashable, second: Hashable) -> str:
    """Call a coefficient of two raters."""
    return f"{label} of raters {first} and {second}"


def with_consensus(label: str, name: Hashable, consensus: str) -> str:
    """Call a coefficient of a rater and a consensus."""
    return f"{label} of {name} with {consensus}"


def by_both(name: Hashable, consensus: str) -> str:
    """Say whose grades a rater is held against a consensus by."""
    return f"by {name} and {consensus}"


def by_survey(label: str) -> str:
    """Call a coefficient that counts units by survey weights."""
    return f"{label}, weighted by survey weights,"


def the_test_of(name: str) -> str:
    """Call the test of a coefficient."""
    return f"test of {name}"


def equality_test_of(number: int) -> str:
    """Call the test whether several coefficients are equal."""
    return f"test of {number} equal coefficients"


def at_most(label: str, threshold: float) -> str:
    """Say the hypothesis that a coefficient does not exceed a threshold."""
    return f"{with_article(label)} is at most {threshold:g}"
