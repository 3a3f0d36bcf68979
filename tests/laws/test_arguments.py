"""Whatever is given in place of an argument, the error says which argument is wrong."""

import inspect
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import ilacs_reliability as ilr

SCALE = ilr.Scale(["poor", "fair", "good"])
TABLE = [[5, 3, 0], [2, 20, 5], [1, 3, 30]]
RATINGS = ilr.ratings_from_table(TABLE, scale=SCALE)
CODES = [[0, 1, 1], [1, 1, 2], [2, 2, 2], [0, 0, 1]]
OCCASIONS = ilr.ratings_from_codes(CODES, scale=SCALE)
PASSED = ilr.ratings_from_codes([[0, 1, 1], [1, 1, 1], [0, 0, 1]], scale=ilr.Scale(["no", "yes"]))
GROUPS = ilr.grades_from_table([[9, 4, 3], [2, 6, 4]], scale=SCALE, groups=("short", "standard"))
KAPPA = ilr.cohen_kappa(RATINGS)
CLAIM = ilr.Claim(statement="They agree.", kind="consistency", threshold=0.5)

# a call of each function that succeeds: what it takes first, and what it needs besides
PAIR = ilr.Scale(["convert", "good"])
WORLD = ilr.agreement_world(0.8, margins=[0.5, 0.5])
AGREED = ilr.Claim(
    statement="They agree.", kind="consistency", coefficient="cohen_kappa", threshold=0.4
)
ALLOWED = ilr.tables_consistent_with(9, scale=PAIR, figures={"same": 7})
OF_RATINGS = [
    "bangdiwala_b",
    "brennan_prediger",
    "cohen_kappa",
    "conger_kappa",
    "fleiss_kappa",
    "gwet_ac",
    "kappa_by_grade",
    "kappa_max",
    "krippendorff_alpha",
    "lin_ccc",
    "marginal_indices",
    "pairwise_agreement",
    "percent_agreement",
    "polychoric_correlation",
    "scott_pi",
    "specific_agreement",
    "unit_agreement",
]
OF_SEVERAL = [
    "agreement_table",
    "d_study",
    "icc",
    "icc_test",
    "kendall_w",
    "kendall_w_test",
    "light_kappa",
    "reliability_from_repeats",
    "transitions_from_sequences",
    "variance_components",
]
OF_TABLES = [
    "bhapkar",
    "bowker",
    "marginal_rank_shift",
    "marginal_score_shift",
    "marginal_shift_by_grade",
    "net_shift",
    "paired_superiority",
    "pairwise_symmetry",
    "sign_test",
    "stuart_maxwell",
    "transition_shares",
    "transitions_from_table",
    "wilcoxon_signed_rank",
]
AT_A_CUT = ["mcnemar", "paired_difference", "paired_odds_ratio"]
OF_GROUPS = [
    "brunner_munzel",
    "cliffs_delta",
    "cochran_mantel_haenszel",
    "generalised_odds",
    "grades_from_table",
    "jonckheere",
    "mann_whitney",
    "overlap_report",
    "parallel_lines_test",
    "proportional_odds",
    "proportional_odds_test",
    "relative_effect",
    "rosenbaum_bounds",
    "selection_bounds",
    "somers_d",
    "stratified_relative_effect",
    "van_elteren",
]
GROUPS_AT_A_CUT = ["e_value", "odds_ratio", "risk_difference", "risk_ratio", "two_proportions"]
CALLS = {
    **{name: ((RATINGS,), {}) for name in OF_RATINGS},
    **{name: ((OCCASIONS,), {}) for name in OF_SEVERAL},
    **{name: ((TABLE,), {}) for name in OF_TABLES},
    "Claim": ((), {"statement": "They agree.", "kind": "share", "threshold": 0.5}),
    "Protocol": ((), {}),
    "Scale": ((["poor", "good"],), {}),
    **{name: ((TABLE,), {"at_least": 3}) for name in AT_A_CUT},
    **{name: ((GROUPS.counts[0],), {}) for name in OF_GROUPS},
    **{name: ((GROUPS,), {"at_least": "good"}) for name in GROUPS_AT_A_CUT},
    "adjust_p_values": (([0.01, 0.2, 0.03],), {}),
    "agreement_weights": ((SCALE, "linear"), {}),
    "set_weights": ((ilr.Scale([("a",), ("a", "b")], ordered=False),), {}),
    "agreement_with_standard": ((OCCASIONS, 0), {}),
    "attribute_agreement": ((OCCASIONS,), {"standard": 0}),
    "benchmark": ((KAPPA,), {}),
    "bootstrap": ((ilr.cohen_kappa, RATINGS), {"n_resamples": 20}),
    "cochran_q": ((PASSED,), {}),
    "dawid_skene": ((OCCASIONS,), {"n_starts": 2, "prior": 1}),
    "design_study": (([AGREED], WORLD), {"raters": [2], "n_resamples": 50, "rng": 3}),
    "agreement_sequence": (([True, False, True],), {"threshold": 0.8}),
    "agreement_world": ((0.8,), {"margins": [0.5, 0.5]}),
    "identified_range": ((ilr.cohen_kappa, ALLOWED), {}),
    "minimum_detectable_agreement": ((ilr.cohen_kappa, WORLD, 12), {"threshold": 0.2}),
    "power_for_agreement": ((ilr.cohen_kappa, WORLD, 12), {"threshold": 0.2}),
    "precision_for_agreement": ((ilr.cohen_kappa, WORLD), {"n_units": 12}),
    "tables_consistent_with": ((9,), {"scale": PAIR, "figures": {"same": 7}}),
    "units_for_agreement": ((ilr.cohen_kappa, WORLD), {"threshold": 0.5, "method": "formula"}),
    "units_for_comparison": (
        ([[1, 3], [3, 1]],),
        {"test": ilr.two_proportions, "n_units": 8},
    ),
    "units_for_shift": (([[1, 3], [1, 1]],), {"n_units": 8}),
    "grade_accuracy": (([13, 29, 65],), {"reliability": 0.8}),
    "latent_grade_model": (([13, 29, 65],), {"reliability": 0.8}),
    "rater_severity": ((GROUPS,), {"n_resamples": 9, "rng": 3}),
    "misclassification_matrix": ((OCCASIONS,), {"standard": 0}),
    "repeat_grade_probability": (([13, 29, 65],), {"reliability": 0.8, "at_least": 3}),
    "difference": ((KAPPA, ilr.scott_pi(RATINGS)), {"paired": True}),
    "equal_agreement_test": (([KAPPA, ilr.scott_pi(RATINGS)],), {"paired": True}),
    "equivalence_test": ((KAPPA,), {"low": 0.1, "high": 0.9}),
    "friedman": ((OCCASIONS,), {}),
    "generalise": ((ilr.fleiss_kappa, OCCASIONS), {}),
    "heterogeneity": (([[[9, 4], [2, 6]], [[5, 5], [3, 8]]],), {}),
    "influential_raters": ((ilr.fleiss_kappa, OCCASIONS), {}),
    "influential_units": ((ilr.fleiss_kappa, OCCASIONS), {}),
    "jackknife": ((ilr.cohen_kappa, RATINGS), {}),
    "judge": ((CLAIM, KAPPA), {}),
    "load_dataset": (("inspections",), {}),
    "madansky": ((OCCASIONS,), {}),
    "ordinal_equivalence": ((GROUPS,), {"margin": 0.2}),
    "ordinal_noninferiority": ((GROUPS,), {"margin": 0.2}),
    "ratings_from_codes": ((CODES,), {"scale": SCALE}),
    "ratings_from_counts": (([[2, 0, 1], [0, 3, 0]],), {"scale": SCALE}),
    "ratings_from_matrix": (([["good", "fair"], ["poor", "poor"]],), {"scale": SCALE}),
    "ratings_from_table": ((TABLE,), {"scale": SCALE}),
    "report_html": ((ilr.assess_security(),), {}),
    "reachable_outcomes": ((CLAIM, 24), {}),
    "report_markdown": ((ilr.assess_security(),), {}),
    "report_text": ((ilr.assess_security(),), {}),
    "reproduce": ((ilr.published_claims()[0],), {}),
    "shift_equivalence": ((TABLE,), {"margin": 0.3}),
    "corrected_shift": ((TABLE,), {"reliability": 0.9, "n_resamples": 9}),
    "noise_only_transitions": ((TABLE,), {"reliability": 0.9}),
    "regression_to_mean_test": ((TABLE,), {"reliability": 0.9}),
    "tipping_point": ((TABLE,), {"n_resamples": 9}),
    "stratified_shift": (([TABLE, TABLE],), {}),
    "tolerance_weights": ((SCALE,), {}),
    "threshold_test": ((KAPPA, 0.5), {}),
    "verdict_multiverse": ((CLAIM, RATINGS), {}),
    "verdict_power": ((CLAIM, [[0.4, 0.1], [0.1, 0.4]], 24), {"rng": 1}),
}
# dataframes have tests of their own, and other programs take their time
ELSEWHERE = {name for name in ilr.__all__ if name.endswith(("_frame", "_wide"))} | {
    "assess_security",
    "cross_check",
    "list_datasets",
    "published_claims",
}
# what the field calls an argument
CALLED_OTHERWISE = {
    "agreement_weights": {"weights"},
    "d_study": {"ratings"},
    "stratified_shift": {"table"},
}
ALIENS = {
    "text": "zzz",
    "no text": "",
    "fraction": 3.7,
    "negative": -1,
    "true": True,
    "nan": float("nan"),
    "object": object(),
    "list": [],
    "dict": {},
    "array": np.array([1, 2]),
    "function": lambda anything: anything,
}
FUNCTIONS = sorted(name for name in ilr.__all__ if inspect.isfunction(getattr(ilr, name)))


def test_every_function_is_tried():
    assert set(FUNCTIONS) == (set(CALLS) - {"Claim", "Protocol", "Scale"}) | ELSEWHERE


@pytest.mark.parametrize("name", sorted(CALLS))
def test_an_error_names_an_argument(name):
    function, (positional, options) = getattr(ilr, name), CALLS[name]
    parameters = inspect.signature(function).parameters.values()
    function(*positional, **options)
    names = {parameter.name for parameter in parameters} | CALLED_OTHERWISE.get(name, set())
    silent = []
    for place, parameter in enumerate(parameters):
        for kind, alien in ALIENS.items():
            given, named = list(positional), dict(options)
            if place < len(given):
                given[place] = alien
            else:
                named[parameter.name] = alien
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    function(*given, **named)
            except (TypeError, ValueError) as error:
                if not names & set(re.findall(r"`(\w+)", str(error))):
                    silent.append((parameter.name, kind, str(error)))
    assert silent == []


# what no option can be, of whichever kind it is
NONSENSE = {
    "dataframe": pd.DataFrame({"a": [1, 2]}),
    "huge": 10**400,
    "unprintable": 10**5000,
    "complex": 1j,
    "decimal": Decimal("0.5"),
    "object": object(),
}
RANDOM, DRAWING = (
    [name for name in FUNCTIONS if argument in inspect.signature(getattr(ilr, name)).parameters]
    for argument in ("rng", "n_resamples")
)


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("wrong", [True, "x", 0.5, -1, [1, 2]], ids=str)
def test_no_source_of_chance_is_refused_by_its_name(name, wrong):
    positional, options = CALLS[name]
    with pytest.raises((TypeError, ValueError), match="`rng` must be"):
        getattr(ilr, name)(*positional, **{**options, "rng": wrong})


@pytest.mark.parametrize("name", DRAWING)
@pytest.mark.parametrize("wrong", [True, "9", 9.0, 0, None, 10**400], ids=lambda it: str(it)[:9])
def test_no_number_of_draws_is_refused_by_its_name(name, wrong):
    positional, options = CALLS[name]
    with pytest.raises((TypeError, ValueError), match="`n_resamples` must be"):
        getattr(ilr, name)(*positional, **{**options, "n_resamples": wrong})


# names of grades, groups and units are checked where tables are read
# and any whole number is a seed, a width or a number of grades
NAMES = {
    "rng",
    "within",
    "width",
    "raters",
    "units",
    "groups",
    "strata",
    "frequencies",
    "clusters",
    "group",
    "missing",
}


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"load_dataset", "reproduce"}))
def test_an_option_of_no_kind_is_refused_by_its_name(name):
    function, (positional, options) = getattr(ilr, name), CALLS[name]
    wrong = []
    for parameter in list(inspect.signature(function).parameters)[len(positional) :]:
        for kind, nonsense in NONSENSE.items() if parameter not in NAMES else ():
            try:
                function(*positional, **{**options, parameter: nonsense})
                wrong.append((parameter, kind, "accepted"))
            except (TypeError, ValueError) as error:
                if f"`{parameter}" not in str(error):
                    wrong.append((parameter, kind, str(error)[:80]))
    assert wrong == []


RATINGS_OF_NOBODY = ilr.ratings_from_counts([[2, 0, 0], [1, 1, 0]], scale=SCALE)
HUGE = [[1, 10**9], [2, 3]]
# a call, and the argument that its error names
NAMED = {
    "a column that is a list": (lambda: ilr.unit_agreement(RATINGS).column([1]), "name"),
    "anonymous raters": (lambda: RATINGS_OF_NOBODY.select_raters(0), "raters"),
    "a rater that is a list": (
        lambda: ilr.ratings_from_codes(CODES, scale=SCALE, raters=[[1], [2], [3]]),
        "raters",
    ),
    "codes that are all missing": (
        lambda: ilr.ratings_from_codes([[-1, -1]], scale=SCALE),
        "codes",
    ),
    "labels that are all missing": (
        lambda: ilr.ratings_from_matrix([[None, ""]], scale=SCALE),
        "matrix",
    ),
    "an empty frame": (lambda: ilr.sign_test(pd.DataFrame()), "table"),
    "an empty frame of groups": (lambda: ilr.relative_effect(pd.DataFrame()), "grades"),
    "weights beyond a float": (lambda: ilr.gwet_ac(CODES, weights=10**400), "weights"),
    "a label beyond a float": (lambda: ilr.Scale([1, 10**400]), "labels"),
    "scores beyond a float": (lambda: ilr.Scale(["a", "b"], scores=[1, 10**400]), "scores"),
    "p-values beyond a float": (lambda: ilr.adjust_p_values([0.1, 10**400]), "p_values"),
    "draws of too many units": (
        lambda: ilr.stratified_shift(
            [[[5, 3], [2, 2]], HUGE], method="asymptotic", heterogeneity="monte_carlo"
        ),
        "heterogeneity",
    ),
    "a statement that is a table": (
        lambda: ilr.Claim(statement=np.eye(2), kind="share", threshold=0.5),
        "statement",
    ),
    "scores that cannot be squared": (lambda: ilr.icc([[0.0, 1e300], [1e300, 0.0]]), "ratings"),
    "tiny scores": (lambda: ilr.lin_ccc([[0.0, 1e-300], [1e-300, 0.0], [0.0, 0.0]]), "ratings"),
    "tiny scores to weigh": (
        lambda: ilr.cohen_kappa([[0.0, 1e-300], [1e-300, 0.0]], weights="quadratic"),
        "weights",
    ),
    "tiny distances": (
        lambda: ilr.krippendorff_alpha([[0.0, 1e-300], [1e-300, 0.0]], metric="interval"),
        "ratings",
    ),
    "more pairs than can be counted": (
        lambda: ilr.jonckheere([[10**10], [10**11], [1000]]),
        "method",
    ),
    "a threshold that is an array": (
        lambda: ilr.Claim(statement="So.", kind="shift", threshold=np.array(0.5)),
        "threshold",
    ),
    "a long text for a table": (lambda: ilr.sign_test("x" * 5000), "table"),
    "a long text for ratings": (lambda: ilr.icc("x" * 5000), "ratings"),
    "a long text for weights": (lambda: ilr.gwet_ac(CODES, weights="x" * 5000), "weights"),
}


@pytest.mark.parametrize("kind", NAMED)
def test_an_error_is_short_and_names_what_to_change(kind):
    call, argument = NAMED[kind]
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert f"`{argument}`" in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_level_may_be_any_number():
    assert KAPPA.confidence_interval(Fraction(1, 2)) == KAPPA.confidence_interval(0.5)
