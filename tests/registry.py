"""What the tests know of each public function: one row each, from which every list is made.

A row holds a call that succeeds, the laws that the function obeys, how the golden file and the
fuzzer ask it, and whether its numbers are searched for. The laws, the arguments' tests, the fuzzer
and `scripts/golden.py` read it; a function without a row fails `tests/project/test_laws.py`.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import ilacs_reliability as ilr
import strategies as our

WEIGHTS = ("identity", "linear", "quadratic")
FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")


class Oracle(NamedTuple):
    """Where right values of a coefficient come from: never from the library itself.

    `file` is one of `tests/reference/`, which names the program, its version and the script that
    made it, and `call` a part of the program's calls in it; or `file` is one of
    `tests/references/`, and `call` the test that holds what a paper prints.
    """

    file: str
    call: str


@dataclass(frozen=True)
class Law:
    """A coefficient of grades and what it was made for.

    `kinds` are the values of `option` that the laws run over; in `ignores_unused` a grade that
    nobody used changes nothing; `max_raters` is 2 where there must be two; `anonymous` says that it
    takes counts; `few_ratings` that it corrects for few ratings, so that a study copied k times
    has another value, and that its influence is that of the value without the correction;
    `one_grade` that it is 1, and defined, where every rating is the same grade.
    """

    function: Callable[..., ilr.Estimate]
    option: str = "weights"
    kinds: tuple[str, ...] = WEIGHTS
    ignores_unused: tuple[str, ...] = WEIGHTS
    max_raters: int = 4
    anonymous: bool = True
    few_ratings: bool = False
    one_grade: bool = False

    def at(self, kind) -> Callable[[ilr.Ratings], ilr.Estimate]:
        return partial(self.function, **{self.option: kind})


@dataclass(frozen=True)
class Other:
    """A coefficient of ranks, scores, pairs or single grades, in one or more forms, by suffix."""

    forms: Mapping[str, Callable[[ilr.Ratings], ilr.Estimate]]
    two_raters: bool = False
    one_where_all_agree: bool = True


@dataclass(frozen=True)
class Row:
    """What the tests know of a function.

    given : what it takes first in a call that succeeds, or what makes that; None where other
        programs or dataframes are needed, which have tests of their own
    options : what it needs besides
    law, other : what kind of coefficient it is
    range : the least and the greatest it can be where all ratings are given, with exact agreement
    oracle : who else computes it
    mirror : what becomes of its number where the two occasions, or the two groups, change places;
        `ANOTHER_QUESTION` where that is one
    strata, by_grade : whether it takes several strata, and answers for each grade in turn
    in_laws : other options, or another call, for the laws of tables and groups
    question : a call of ratings by three raters, for the laws of further questions
    golden : whether the golden file asks it of "every" table of its kind, of the "first" few, since
        it says much, or not at all (""): others' results, plans, and what is no result
    searched : whether its numbers are found by a search or linear algebra, not by a closed sum
    share : how often the fuzzer calls it, for once of another
    """

    given: tuple[Any, ...] | Callable[[], tuple[Any, ...]] | None
    options: Mapping[str, Any] = field(default_factory=dict)
    law: Law | None = None
    other: Other | None = None
    range: tuple[float, float] | None = None
    oracle: Oracle | None = None
    mirror: Callable[[Any], Any] | str | None = None
    strata: bool = False
    by_grade: bool = False
    in_laws: Mapping[str, Any] | Callable[..., Any] | None = None
    question: Callable[[ilr.Ratings], Any] | None = None
    golden: str = "every"
    searched: bool = False
    share: float = 1.0

    def call(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return what it takes in a call that succeeds."""
        given = self.given() if callable(self.given) else self.given
        return given, dict(self.options)


def kept(value):
    return value


def negated(value):
    return -value


def inverted(value):
    with np.errstate(divide="ignore"):
        return np.divide(1.0, value)


def complement(value):
    return 1 - value


# what turns the other way round is another question, which no law of mirrors asks
ANOTHER_QUESTION = "another question"


SCALE = ilr.Scale(["poor", "fair", "good"])
PAIR = ilr.Scale(["convert", "good"])
CODES = [[0, 1, 1], [1, 1, 2], [2, 2, 2], [0, 0, 1]]
COUNTS = [[9, 4, 3], [2, 6, 4]]
RATINGS = ilr.ratings_from_table([[5, 3, 0], [2, 20, 5], [1, 3, 30]], scale=SCALE)
KAPPA = ilr.cohen_kappa(RATINGS)
CLAIM = ilr.Claim(statement="They agree.", kind="consistency", threshold=0.5)
# what a row's function takes first
STUDY = (RATINGS,)
OCCASIONS = (ilr.ratings_from_codes(CODES, scale=SCALE),)
PASSED = (
    ilr.ratings_from_codes([[0, 1, 1], [1, 1, 1], [0, 0, 1]], scale=ilr.Scale(["no", "yes"])),
)
TABLE = ([[5, 3, 0], [2, 20, 5], [1, 3, 30]],)
GROUPS = (np.array(COUNTS),)
NAMED = (ilr.grades_from_table(COUNTS, scale=SCALE, groups=("short", "standard")),)
MARGINS = ([13, 29, 65],)
CUT = {"at_least": 2}
PARTS = {"first two": [0, 1], "last": [2]}
FEW = {"n_resamples": 9, "rng": 3}


def world():
    return ilr.agreement_world(0.8, margins=[0.5, 0.5])


def report():
    return (ilr.assess_security(),)


def designed():
    claim = ilr.Claim(
        statement="They agree.", kind="consistency", coefficient="cohen_kappa", threshold=0.4
    )
    return [claim], world()


def allowed():
    return ilr.tables_consistent_with(9, scale=PAIR, figures={"same": 7})


def difference(ratings):
    return ilr.difference(ilr.fleiss_kappa(ratings), ilr.gwet_ac(ratings), paired=True)


def equal(ratings):
    """Return the test of the grades' kappas."""
    return ilr.equal_agreement_test(ilr.kappa_by_grade(ratings), paired=True)


def surveyed(ratings):
    """Return AC with weights that follow from the grades of a unit, whoever gave them."""
    rows = np.repeat(ratings.patterns, ratings.frequencies, axis=0)
    units = [f"unit {place}" for place in range(len(rows))]
    apart = ilr.ratings_from_codes(rows, scale=ratings.scale, units=units, design=ratings.design)
    weights = 1 + (rows + 1).sum(axis=1)
    by_name = dict(zip(units, weights.tolist(), strict=True))
    return ilr.survey_weighted(ilr.gwet_ac, apart, survey_weights=by_name)


class Values(tuple):
    def to_dict(self):
        return list(self)


def polychoric(ratings):
    """Return the value of one pair alone: limits take a second."""
    found = ilr.polychoric_correlation(ratings.select_raters(0, 1), method="two_step")
    return Values([found.value])


# what a coefficient can be: a share, one corrected for chance, one of average ratings
SHARE, CORRECTED, BELOW_ONE = (0.0, 1.0), (-1.0, 1.0), (-np.inf, 1.0)

ROWS: dict[str, Row] = {
    # coefficients of grades
    "percent_agreement": Row(
        STUDY,
        range=SHARE,
        oracle=Oracle("irrcac_agreement.json", "pa2.table"),
        law=Law(ilr.percent_agreement, ignores_unused=("identity",), one_grade=True),
    ),
    "cohen_kappa": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("irr_agreement.json", "kappa2(ratings"),
        law=Law(ilr.cohen_kappa, max_raters=2, anonymous=False),
    ),
    "conger_kappa": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("irrcac_agreement.json", "raw_pair(conger.kappa.raw"),
        law=Law(ilr.conger_kappa, anonymous=False),
    ),
    "scott_pi": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("irrcac_agreement.json", "scott2.table"),
        law=Law(ilr.scott_pi, max_raters=2),
    ),
    "fleiss_kappa": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("statsmodels_agreement.json", "fleiss_kappa"),
        law=Law(ilr.fleiss_kappa),
    ),
    "brennan_prediger": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("irrcac_agreement.json", "bp2.table"),
        law=Law(ilr.brennan_prediger, ignores_unused=(), one_grade=True),
    ),
    "gwet_ac": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("irrcac_agreement.json", "gwet.ac1.table"),
        law=Law(ilr.gwet_ac, ignores_unused=(), one_grade=True),
    ),
    "krippendorff_alpha": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("krippendorff_agreement.json", "alpha(reliability_data"),
        law=Law(
            ilr.krippendorff_alpha,
            option="metric",
            kinds=our.METRICS,
            ignores_unused=our.METRICS,
            few_ratings=True,
        ),
    ),
    # of ranks, scores, pairs and single grades
    "light_kappa": Row(
        OCCASIONS,
        range=CORRECTED,
        oracle=Oracle("irr_agreement.json", "kappam.light"),
        other=Other({"": ilr.light_kappa, "-linear": partial(ilr.light_kappa, weights="linear")}),
    ),
    "bangdiwala_b": Row(
        STUDY,
        range=SHARE,
        oracle=Oracle("vcd_agreement.json", "agreementplot"),
        other=Other(
            {
                "": ilr.bangdiwala_b,
                "-linear": partial(ilr.bangdiwala_b, weights="linear"),
                "-partial": partial(ilr.bangdiwala_b, partial_credit=[0.5]),
            },
            two_raters=True,
        ),
    ),
    "kendall_w": Row(
        OCCASIONS,
        range=SHARE,
        oracle=Oracle("irr_agreement.json", "kendall("),
        other=Other({"": ilr.kendall_w, "-pairwise": partial(ilr.kendall_w, missing="pairwise")}),
    ),
    "lin_ccc": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("desctools_agreement.json", "CCC("),
        other=Other({"": ilr.lin_ccc}),
    ),
    "kappa_max": Row(
        STUDY,
        range=SHARE,
        oracle=Oracle("statsmodels_agreement.json", "cohens_kappa"),
        other=Other({"": ilr.kappa_max}, two_raters=True),
    ),
    "specific_agreement": Row(
        STUDY,
        range=SHARE,
        oracle=Oracle("test_agreement.py", "test_pabak_and_the_indices_of_the_first_paradox"),
        other=Other({"": lambda ratings: ilr.specific_agreement(ratings)[2]}),
    ),
    "marginal_indices": Row(
        STUDY,
        range=CORRECTED,
        oracle=Oracle("test_agreement.py", "test_pabak_and_the_indices_of_the_first_paradox"),
        other=Other(
            {"": lambda ratings: ilr.marginal_indices(ratings)["bias", 2]},
            two_raters=True,
            one_where_all_agree=False,
        ),
    ),
    "icc": Row(
        OCCASIONS,
        range=BELOW_ONE,
        oracle=Oracle("irr_agreement.json", "icc("),
        other=Other({f"-{form}": partial(ilr.icc, form=form) for form in FORMS}),
        searched=True,
    ),
    # further questions of ratings
    "agreement_table": Row(OCCASIONS, golden="", share=0.2),
    "agreement_with_standard": Row(
        (OCCASIONS[0], 0), question=lambda ratings: ilr.agreement_with_standard(ratings, 0)
    ),
    "attribute_agreement": Row(OCCASIONS, {"standard": 0}),
    "benchmark": Row((KAPPA,), searched=True),
    "bootstrap": Row((ilr.cohen_kappa, RATINGS), {"n_resamples": 20}, share=0.5),
    "consensus_agreement": Row(OCCASIONS, question=ilr.consensus_agreement, golden=""),
    "cross_check": Row(None, golden="", share=0.02),
    "d_study": Row(OCCASIONS),
    "dawid_skene": Row(OCCASIONS, {"n_starts": 2, "prior": 1}, golden=""),
    "difference": Row((KAPPA, ilr.scott_pi(RATINGS)), {"paired": True}, question=difference),
    "equal_agreement_test": Row(
        ([KAPPA, ilr.scott_pi(RATINGS)],), {"paired": True}, question=equal
    ),
    "equivalence_test": Row(
        (KAPPA,),
        {"low": 0.1, "high": 0.9},
        question=lambda r: ilr.equivalence_test(ilr.fleiss_kappa(r), low=0.1, high=0.9),
        searched=True,
    ),
    "generalise": Row(
        (ilr.fleiss_kappa, OCCASIONS[0]), question=partial(ilr.generalise, ilr.fleiss_kappa)
    ),
    "grade_accuracy": Row(MARGINS, {"reliability": 0.8}, question=ilr.grade_accuracy),
    "group_agreement": Row(
        (OCCASIONS[0], PARTS), question=lambda r: ilr.group_agreement(r, PARTS), golden=""
    ),
    "icc_test": Row(OCCASIONS, question=ilr.icc_test, searched=True),
    "influential_raters": Row((ilr.fleiss_kappa, OCCASIONS[0])),
    "influential_units": Row((ilr.fleiss_kappa, OCCASIONS[0])),
    "intra_rater_agreement": Row(
        OCCASIONS,
        {"trial": PARTS},
        question=lambda r: ilr.intra_rater_agreement(r, trial=PARTS),
        golden="",
    ),
    "jackknife": Row((ilr.cohen_kappa, RATINGS)),
    "kappa_by_grade": Row(STUDY, question=ilr.kappa_by_grade, searched=True),
    "kendall_w_test": Row(OCCASIONS, question=partial(ilr.kendall_w_test, method="asymptotic")),
    "latent_grade_model": Row(MARGINS, {"reliability": 0.8}),
    "misclassification_matrix": Row(OCCASIONS, {"standard": 0}, golden=""),
    "pairwise_agreement": Row(STUDY, question=ilr.pairwise_agreement),
    "polychoric_correlation": Row(STUDY, question=polychoric, golden="", searched=True, share=0.2),
    "rater_severity": Row(NAMED, FEW, golden=""),
    "reliability_from_repeats": Row(
        OCCASIONS,
        question=partial(ilr.reliability_from_repeats, model="bound"),
        searched=True,
        share=0.02,
    ),
    "repeat_grade_probability": Row(
        MARGINS, {"reliability": 0.8, "at_least": 3}, question=ilr.repeat_grade_probability
    ),
    "survey_weighted": Row(
        (ilr.fleiss_kappa, CODES),
        {"survey_weights": [1, 2, 1.5, 1]},
        question=surveyed,
        golden="",
    ),
    "threshold_test": Row(
        (KAPPA, 0.5),
        question=lambda ratings: ilr.threshold_test(ilr.fleiss_kappa(ratings), 0.5),
        searched=True,
    ),
    "unit_agreement": Row(STUDY, golden="first"),
    "variance_components": Row(OCCASIONS, question=ilr.variance_components, searched=True),
    # grades before and after
    "bhapkar": Row(TABLE, mirror=kept),
    "bowker": Row(TABLE, mirror=kept),
    "cochran_q": Row(PASSED),
    "corrected_shift": Row(
        TABLE,
        {"reliability": 0.9, "n_resamples": 9},
        mirror=ANOTHER_QUESTION,
        in_laws={"reliability": 0.99, "n_resamples": 19, "rng": 1},
        searched=True,
    ),
    "friedman": Row(OCCASIONS),
    "madansky": Row(OCCASIONS),
    "marginal_rank_shift": Row(TABLE, mirror=kept),
    "marginal_score_shift": Row(TABLE, mirror=kept),
    "marginal_shift_by_grade": Row(TABLE, mirror=negated, by_grade=True, golden="first"),
    "mcnemar": Row(TABLE, CUT, mirror=kept, searched=True),
    "net_shift": Row(TABLE, mirror=ANOTHER_QUESTION, by_grade=True),
    "noise_only_transitions": Row(TABLE, {"reliability": 0.9}, golden="first", searched=True),
    "paired_difference": Row(TABLE, CUT, mirror=negated),
    "paired_odds_ratio": Row(TABLE, CUT, mirror=inverted),
    "paired_superiority": Row(TABLE, mirror=complement),
    "pairwise_occasions": Row(OCCASIONS, question=ilr.pairwise_occasions),
    "pairwise_symmetry": Row(TABLE, mirror=kept, golden="first"),
    "regression_to_mean_test": Row(
        TABLE,
        {"reliability": 0.9},
        mirror=ANOTHER_QUESTION,
        in_laws={"reliability": 0.8},
        searched=True,
    ),
    "shift_equivalence": Row(TABLE, {"margin": 0.3}, mirror=kept, searched=True),
    "sign_test": Row(TABLE, mirror=kept),
    "stratified_shift": Row(
        ([*TABLE, *TABLE],),
        mirror=negated,
        in_laws=lambda table: ilr.stratified_shift([table, table]),
    ),
    "stuart_maxwell": Row(TABLE, mirror=kept),
    "tipping_point": Row(TABLE, {"n_resamples": 9}, share=0.02),
    "transition_shares": Row(TABLE, mirror=ANOTHER_QUESTION, by_grade=True, golden="first"),
    "wilcoxon_signed_rank": Row(TABLE, mirror=kept),
    # groups
    "brunner_munzel": Row(GROUPS, mirror=kept),
    "cliffs_delta": Row(GROUPS, mirror=negated),
    "cochran_mantel_haenszel": Row(
        GROUPS, mirror=kept, strata=True, in_laws={"method": "asymptotic"}
    ),
    "e_value": Row(GROUPS, CUT, mirror=ANOTHER_QUESTION, searched=True),
    "generalised_odds": Row(GROUPS, mirror=inverted),
    "heterogeneity": Row(
        ([[[9, 4], [2, 6]], [[5, 5], [3, 8]]],),
        mirror=kept,
        strata=True,
        in_laws=CUT,
        searched=True,
    ),
    "jonckheere": Row(GROUPS, mirror=kept, searched=True),
    "mann_whitney": Row(GROUPS, mirror=kept, searched=True),
    "odds_ratio": Row(GROUPS, CUT, mirror=inverted, strata=True, searched=True),
    "ordinal_equivalence": Row(NAMED, {"margin": 0.2}, mirror=kept, searched=True),
    "ordinal_noninferiority": Row(NAMED, {"margin": 0.2}, mirror=ANOTHER_QUESTION, searched=True),
    "overlap_report": Row(GROUPS),
    "parallel_lines_test": Row(GROUPS, mirror=kept, strata=True, searched=True),
    "proportional_odds": Row(GROUPS, mirror=inverted, strata=True, searched=True),
    "proportional_odds_test": Row(GROUPS, mirror=kept, strata=True, searched=True),
    "relative_effect": Row(GROUPS, mirror=complement),
    "risk_difference": Row(GROUPS, CUT, mirror=negated, strata=True, searched=True),
    "risk_ratio": Row(GROUPS, CUT, mirror=inverted, strata=True, searched=True),
    "rosenbaum_bounds": Row(GROUPS, mirror=ANOTHER_QUESTION, strata=True, searched=True),
    "selection_bounds": Row(GROUPS, mirror=ANOTHER_QUESTION),
    "somers_d": Row(GROUPS, mirror=negated),
    "stratified_relative_effect": Row(GROUPS, mirror=complement, strata=True),
    "two_proportions": Row(GROUPS, CUT, mirror=kept, searched=True),
    "van_elteren": Row(GROUPS, mirror=kept, strata=True),
    # planning: what plans rest on is asked of the coefficients and tests themselves
    "agreement_sequence": Row(([True, False, True],), {"threshold": 0.8}, golden="", share=0.02),
    "agreement_world": Row((0.8,), {"margins": [0.5, 0.5]}, golden="", share=0.3),
    "design_study": Row(
        designed, {"raters": [2], "n_resamples": 50, "rng": 3}, golden="", share=0.003
    ),
    "minimum_detectable_agreement": Row(
        lambda: (ilr.cohen_kappa, world(), 12), {"threshold": 0.2}, golden="", share=0.005
    ),
    "power_for_agreement": Row(
        lambda: (ilr.cohen_kappa, world(), 12), {"threshold": 0.2}, golden="", share=0.05
    ),
    "precision_for_agreement": Row(
        lambda: (ilr.cohen_kappa, world()), {"n_units": 12}, golden="", share=0.02
    ),
    "units_for_agreement": Row(
        lambda: (ilr.cohen_kappa, world()),
        {"threshold": 0.5, "method": "formula"},
        golden="",
        share=0.005,
    ),
    "units_for_comparison": Row(
        ([[1, 3], [3, 1]],), {"test": ilr.two_proportions, "n_units": 8}, golden="", share=0.003
    ),
    "units_for_shift": Row(([[1, 3], [1, 1]],), {"n_units": 8}, golden="", share=0.003),
    # claims and reports
    "assess_security": Row(None, searched=True, share=0.0005),
    "identified_range": Row(lambda: (ilr.cohen_kappa, allowed())),
    "judge": Row((CLAIM, KAPPA)),
    "published_claims": Row(None, golden="", share=0.003),
    "reachable_outcomes": Row((CLAIM, 24)),
    "report_html": Row(report, golden="", share=0.0005),
    "report_markdown": Row(report, golden="", share=0.0005),
    "report_text": Row(report, golden="", share=0.0005),
    "reproduce": Row(lambda: (ilr.published_claims()[0],), share=0.003),
    "tables_consistent_with": Row((9,), {"scale": PAIR, "figures": {"same": 7}}),
    "verdict_multiverse": Row((CLAIM, RATINGS), share=0.2),
    "verdict_power": Row((CLAIM, [[0.4, 0.1], [0.1, 0.4]], 24), {"rng": 1}),
    # scales, data, p-values: what these return is no result
    "adjust_p_values": Row(([0.01, 0.2, 0.03],)),
    "agreement_weights": Row((SCALE, "linear"), golden=""),
    "grades_from_frame": Row(None, golden="", share=0.1),
    "grades_from_table": Row(GROUPS, golden=""),
    "list_datasets": Row(None, golden="", share=0.003),
    "load_dataset": Row(("inspections",), golden="", share=0.03),
    "ratings_from_codes": Row((CODES,), {"scale": SCALE}, golden=""),
    "ratings_from_counts": Row(([[2, 0, 1], [0, 3, 0]],), {"scale": SCALE}, golden=""),
    "ratings_from_annotations": Row(
        ([{"id": 1, "label": ["good"], "username": who} for who in ("a", "b")],),
        {"tool": "doccano", "scale": PAIR},
        golden="",
        share=0.1,
    ),
    "ratings_from_frame": Row(None, golden="", share=0.1),
    "ratings_from_matrix": Row(
        ([["good", "fair"], ["poor", "poor"]],), {"scale": SCALE}, golden=""
    ),
    "ratings_from_table": Row(TABLE, {"scale": SCALE}, golden=""),
    "ratings_with_consensus": Row((OCCASIONS[0], [0, 1]), golden=""),
    "ratings_from_wide": Row(None, golden="", share=0.1),
    "sequences_from_frame": Row(None, golden="", share=0.1),
    "profile_weights": Row((ilr.Scale([(1, 1), (1, 2)], ordered=False),), golden=""),
    "ratings_from_areas": Row(
        ({"a": [["good", "convert"]], "b": [["good", "good"]]},), {"scale": PAIR}, golden=""
    ),
    "set_weights": Row((ilr.Scale([("a",), ("a", "b")], ordered=False),), golden=""),
    "tolerance_weights": Row((SCALE,), golden=""),
    "transitions_from_frame": Row(None, golden="", share=0.1),
    "transitions_from_sequences": Row(OCCASIONS, golden=""),
    "transitions_from_table": Row(TABLE, golden=""),
}
FUNCTIONS = sorted(name for name in ilr.__all__ if inspect.isfunction(getattr(ilr, name)))
CALLED = {name: row for name, row in ROWS.items() if row.given is not None}


def first(name):
    """Return the name of a function's first argument: what it is asked about."""
    return next(iter(inspect.signature(getattr(ilr, name)).parameters), "")


def returning(kind, of=""):
    """Return the functions of a kind of data that return a kind of result."""
    return [
        name
        for name in ROWS
        if first(name) == of and inspect.signature(getattr(ilr, name)).return_annotation == kind
    ]


def in_laws(name):
    """Return the call of a function of a table or of groups that its laws make."""
    row = ROWS[name]
    if callable(row.in_laws):
        return row.in_laws
    options = row.options if row.in_laws is None else row.in_laws
    function = getattr(ilr, name)
    # what is too much to enumerate is drawn
    seed = {"rng": 1} if "rng" in inspect.signature(function).parameters else {}
    return partial(function, **(seed | options))


def under_laws(row):
    """Say whether a row names a law of its numbers."""
    return any(part is not None for part in (row.law, row.other, row.mirror, row.question))
