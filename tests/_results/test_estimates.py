"""The records that functions return."""

import json
import pickle
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability._checks.arguments import check_confidence_level, check_option
from ilacs_reliability._results.influences import by_cluster, standard_error
from ilacs_reliability._results.records import html_table, plain
from ilacs_reliability._results.undefined import REASONS
from ilacs_reliability._results.wording import p_phrase

BINARY = ilr.Scale(["no", "yes"])
PAIRS = [[1, 1], [2, 2], [1, 2], [2, 2], [1, 1], [2, 1], [2, 2], [1, 1]]


def undefined():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        return ilr.cohen_kappa([[1, 1], [1, 1]])


# intervals


def test_an_interval_unpacks_as_a_pair():
    interval = ilr.Interval(0.2, 0.8, 0.9, "wald")
    low, high = interval
    assert (low, high) == (interval[0], interval[1]) == (0.2, 0.8)
    assert len(interval) == 2
    assert interval.width == pytest.approx(0.6)
    assert 0.2 in interval
    assert 0.81 not in interval
    assert float("nan") not in interval
    assert repr(interval) == "Interval(0.2000, 0.8000, 90% wald)"


def test_coefficients_offer_score_first_but_of_two_grades_by_two_raters():
    offered = ("score", "t", "wald", "logit", "likelihood")
    assert ilr.cohen_kappa([[0, 0], [1, 2], [2, 2]]).interval_methods == offered
    assert ilr.cohen_kappa(PAIRS).interval_methods == ("enumerated", *offered)
    exact = ("clopper_pearson", "wilson", "jeffreys", "midp")
    assert ilr.percent_agreement(PAIRS).interval_methods[:4] == exact
    weighted = ilr.percent_agreement([[1, 2], [3, 3]], weights="linear").interval_methods
    three = ilr.percent_agreement([[1, 1, 2], [2, 2, 2]]).interval_methods
    assert not {*exact} & {*weighted, *three}


def test_an_interval_knows_its_level_and_method():
    for method in ("score", "t", "wald", "logit"):
        interval = ilr.cohen_kappa(PAIRS).confidence_interval(0.8, method)
        assert (interval.confidence_level, interval.method) == (0.8, method)
    assert ilr.cohen_kappa(PAIRS).confidence_interval().confidence_level == 0.95


def test_t_and_wald_are_the_value_and_quantiles_of_the_error():
    kappa = ilr.cohen_kappa(PAIRS)
    # half the units: so near that no limit passes 1
    for method, quantile in (("wald", stats.norm.ppf(0.75)), ("t", stats.t.ppf(0.75, 7))):
        low, high = kappa.confidence_interval(0.5, method)
        assert_allclose(high - kappa.value, quantile * kappa.standard_error, rtol=1e-12)
        assert_allclose(kappa.value - low, quantile * kappa.standard_error, rtol=1e-12)


@pytest.mark.parametrize("level", [95, 0, 1, -0.5, 1.5, float("nan"), float("inf")])
def test_a_confidence_level_lies_between_0_and_1(level):
    message = rf"`confidence_level` must be between 0 and 1, but got {level}"
    with pytest.raises(ValueError, match=message):
        ilr.cohen_kappa(PAIRS).confidence_interval(level)
    with pytest.raises(ValueError, match=message):
        ilr.bootstrap(ilr.cohen_kappa, PAIRS, confidence_level=level)
    with pytest.raises(ValueError, match=message):
        check_confidence_level(level)


def test_a_level_of_95_is_told_how_to_be_written():
    with pytest.raises(ValueError, match=r"but got 95; write 95 % as 0\.95"):
        ilr.cohen_kappa(PAIRS).confidence_interval(95)


def test_a_method_must_be_offered():
    offered = r"`method` must be one of \('enumerated', 'score'.*got 'exact'"
    with pytest.raises(ValueError, match=offered):
        ilr.cohen_kappa(PAIRS).confidence_interval(method="exact")


def test_no_interval_is_guessed_where_none_is_offered():
    bare = ilr.Estimate(
        value=0.5,
        name="bare",
        frequencies=np.ones(2),
        influence_source=np.array([0.5, -0.5]),
        n_units=2,
    )
    with pytest.raises(ValueError, match="bare offers no closed-form interval; use `bootstrap`"):
        bare.confidence_interval()
    assert bare.describe() == "Bare is 0.500, from 2 units."
    assert "low" not in bare.to_dict()
    assert repr(bare) == "Estimate(bare = 0.5000, n_units=2)"


def test_agreement_in_every_unit_gives_way_to_the_score():
    kappa = ilr.cohen_kappa([[1, 1], [2, 2], [1, 1], [2, 2]])
    default = kappa.confidence_interval(method="score")
    for method in ("t", "wald"):
        interval = kappa.confidence_interval(method=method)
        assert [*interval] == [*default]
        assert interval.method == f"score, since {method} has no width"


def test_what_gives_way_does_not_hang_on_the_level():
    """A width of 1e-11 at a low level is of an interval that has one at the usual level."""
    counts = [22, 2, 2**50, 3, 24, 10**9, 10**9]
    codes = [[2, 2], [1, 1], [0, 2], [2, 2], [2, 1], [2, 2], [0, 0]]
    ratings = ilr.ratings_from_codes(
        codes, scale=ilr.Scale(range(3)), frequencies=counts, clusters=[4, 5, 2, 1, 0, 0, 1]
    )
    kappa = ilr.light_kappa(ratings, weights="linear")
    for method in kappa.interval_methods:
        found = [kappa.confidence_interval(level, method) for level in (0.1, 0.5, 0.95, 0.999)]
        assert {one.method for one in found} == {found[2].method}
    assert kappa.confidence_interval(0.1, "likelihood").method == "likelihood"


def test_in_a_batch_only_the_studies_without_width_give_way():
    ratings = ilr.ratings_from_table([[5, 1], [1, 5]], scale=BINARY)
    batch = ilr.cohen_kappa(ratings.with_frequencies([[5, 1, 1, 5], [6, 0, 0, 6]]))
    t, score = (batch.confidence_interval(method=name) for name in ("t", "score"))
    alone = ilr.cohen_kappa(ratings).confidence_interval(method="t")
    assert_allclose([t.low[0], t.high[0]], [*alone])
    assert_allclose([t.low[1], t.high[1]], [score.low[1], score.high[1]])
    assert t.method == "score, where t has no width"


# standard errors


TABLE = [[5, 3, 0], [2, 20, 5], [1, 3, 30]]
GROUPS = [[9, 4, 3], [2, 6, 4]]
MEASURED = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
OF_EVERY_KIND = {
    "percent_agreement": ilr.percent_agreement(PAIRS),
    "cohen_kappa": ilr.cohen_kappa(PAIRS),
    "icc": ilr.icc(MEASURED),
    "icc of means": ilr.icc(MEASURED, form="C,k"),
    "icc_test": ilr.icc_test(MEASURED, threshold=0.2).effect,
    "kendall_w": ilr.kendall_w(MEASURED),
    "lin_ccc": ilr.lin_ccc(PAIRS),
    "kappa_max": ilr.kappa_max(PAIRS),
    "net shift": ilr.net_shift(TABLE).net,
    "share improved": ilr.net_shift(TABLE).improved,
    "share unchanged": ilr.net_shift(TABLE).unchanged,
    "sign_test": ilr.sign_test(TABLE).effect,
    "mcnemar": ilr.mcnemar(TABLE, at_least=2).effect,
    "paired_difference": ilr.paired_difference(TABLE, at_least=2),
    "paired_odds_ratio": ilr.paired_odds_ratio(TABLE, at_least=2),
    "one grade to another": ilr.transition_shares(TABLE)[1, 2],
    "specific_agreement": ilr.specific_agreement(PAIRS)[1],
    "relative_effect": ilr.relative_effect(GROUPS),
    "risk_difference": ilr.risk_difference(GROUPS, at_least=2),
    "risk_ratio": ilr.risk_ratio(GROUPS, at_least=2),
    "odds_ratio": ilr.odds_ratio(GROUPS, at_least=2),
    "e_value": ilr.e_value(GROUPS, at_least=2),
    "somers_d": ilr.somers_d(GROUPS),
}


@pytest.mark.parametrize("level", [1e-9, 0.001, 0.1, 0.5, 1 - 1e-9])
@pytest.mark.parametrize("kind", OF_EVERY_KIND)
def test_an_interval_holds_its_estimate_at_any_level(kind, level):
    estimate = OF_EVERY_KIND[kind]
    for method in estimate.interval_methods:
        assert estimate.value in estimate.confidence_interval(level, method), method


@given(ratings=our.studies())
def test_the_standard_error_is_the_spread_of_influences(ratings):
    estimate = ilr.fleiss_kappa(ratings)
    pulls = np.repeat(estimate.influence, estimate.frequencies)
    rated = np.repeat(ratings.counts.sum(axis=1) > 0, ratings.frequencies)
    n = rated.sum()
    assert n == estimate.n_units
    by_hand = np.sqrt((pulls**2).sum() / (n * (n - 1)))
    assert_allclose(estimate.standard_error, by_hand, rtol=1e-10, atol=1e-15)


def test_the_standard_error_of_a_share_is_the_binomial_one():
    agreement = ilr.percent_agreement(PAIRS)
    p, n = 6 / 8, 8
    assert_allclose(agreement.standard_error, np.sqrt(p * (1 - p) / (n - 1)), rtol=1e-14)


def test_one_unit_or_one_cluster_has_no_standard_error():
    influence, frequencies = np.array([0.5, -0.5]), np.array([1, 1])
    assert np.isnan(standard_error(influence, np.array([1, 0]), 1))
    assert np.isnan(standard_error(influence, frequencies, 2, np.array([0, 0])))
    batch = standard_error(influence, np.array([[1, 0], [2, 2]]), np.array([1, 4]))
    assert np.isnan(batch[0])
    assert batch[1] > 0


def test_units_of_a_cluster_move_together():
    influence, frequencies = np.array([1.0, -1.0, 1.0, -1.0]), np.ones(4)
    apart = standard_error(influence, frequencies, 4)
    together = standard_error(influence, frequencies, 4, np.array([0, 1, 0, 1]))
    cancelling = standard_error(influence, frequencies, 4, np.array([0, 0, 1, 1]))
    assert_allclose(apart, np.sqrt(4 / (4 * 3)))
    assert_allclose(together, np.sqrt(8 * 2 / 1) / 4)
    assert cancelling == 0
    batch = standard_error(influence, np.ones((2, 4)), np.array([4, 4]), np.array([0, 1, 0, 1]))
    assert_allclose(batch, together)


# undefined estimates


def test_undefined_is_nan_with_a_reason():
    kappa = undefined()
    assert np.isnan(kappa.value)
    assert (kappa.status, kappa.reason) == ("undefined", "no_variation")
    assert np.isnan([*kappa.confidence_interval()]).all()
    assert kappa.describe() == (
        "Cohen's kappa is undefined (every rating is the same grade, 1), from 4 ratings of 2 units "
        "by 2 raters; it does not show whether the grades were right. The scale is the numbers "
        "seen, 1: declare unused grades with a Scale."
    )
    assert repr(kappa) == "Estimate(cohen_kappa undefined: no_variation, n_units=2)"
    row = kappa.to_dict()
    assert row["value"] is None
    assert row["reason"] == "no_variation"


def test_every_reason_has_words():
    reasons = (
        "no_variation single_unit single_rater no_pairable_units no_overlap disconnected separation"
        " non_convergence"
    )
    assert set(REASONS) >= set(reasons.split())
    assert all(REASONS.values())


# sentences and rows


def test_describe_says_estimate_interval_basis_and_limit():
    assert ilr.percent_agreement([[0, 0], [1, 1], [1, 0], [0, 0]]).describe() == (
        "Percent agreement is 0.750 (95% interval 0.194 to 0.994, clopper_pearson), from 8 ratings "
        "of 4 units by 2 raters; it does not show whether the grades were right. The scale is the "
        "numbers seen, 0, 1: declare unused grades with a Scale."
    )
    gaps = ilr.gwet_ac([[1, 1, 2], [2, 2, 2], [1, float("nan"), 1]]).describe()
    assert "from 8 ratings of 3 units by 3 raters (1 missing)" in gaps


def test_describe_counts_one_in_the_singular_and_says_that_a_repeat_is_none():
    table = [[4, 1], [1, 3]]
    repeat = ilr.ratings_from_table(table, scale=ilr.Scale(["no", "yes"]), design="repeat")
    assert "a repeat is not a second opinion" in ilr.gwet_ac(repeat).describe()
    with pytest.warns(ilr.UndefinedEstimateWarning):
        alone = ilr.gwet_ac([[1], [2]]).describe()
    assert "from 2 ratings of 2 units by 1 rater;" in alone


def test_describe_names_the_weights():
    three = [[1, 1], [2, 3], [3, 3]]
    assert (
        ilr.cohen_kappa(three, weights="linear")
        .describe()
        .startswith("Cohen's kappa (linear weights) is ")
    )
    assert ilr.cohen_kappa(three, weights=np.eye(3)).weights == "custom"
    assert (
        ilr.krippendorff_alpha(three, metric="ordinal")
        .describe()
        .startswith("Krippendorff's alpha (ordinal metric) is ")
    )


def test_a_batch_says_how_many_studies_it_is():
    ratings = ilr.ratings_from_table([[5, 1], [1, 5]], scale=BINARY)
    batch = ilr.cohen_kappa(ratings.with_frequencies(np.ones((3, 2, 4))))
    assert repr(batch) == "Estimate(cohen_kappa, (3, 2) studies)"
    assert batch.describe() == "Cohen's kappa was computed for 6 studies."


@given(ratings=our.studies())
def test_rows_hold_plain_values_at_full_precision(ratings):
    estimate = ilr.fleiss_kappa(ratings)
    row = estimate.to_dict()
    back = json.loads(json.dumps(row))
    assert back == row
    assert back["value"] == close(estimate.value)
    assert back["standard_error"] == close(estimate.standard_error)


def test_a_notebook_shows_a_small_escaped_table():
    shown = ilr.cohen_kappa(PAIRS)._repr_html_()
    assert "Cohen's kappa" in shown.replace("&#x27;", "'")
    rows = html_table({"<i>": "a & b", "empty": "", "none": None, "list": [0.123456, "<"]})
    assert rows.replace(" style='text-align:left'", "") == (
        "<table><tr><th>&lt;i&gt;</th><td>a &amp; b</td></tr>"
        "<tr><th>list</th><td>0.1235; &lt;</td></tr></table>"
    )


@pytest.mark.parametrize(
    "coefficient",
    [
        ilr.percent_agreement,
        partial(ilr.cohen_kappa, weights="linear"),
        ilr.gwet_ac,
        partial(ilr.krippendorff_alpha, metric="ordinal"),
    ],
)
def test_estimates_survive_pickling(coefficient):
    ratings = ilr.ratings_from_codes(np.array(PAIRS) - 1, scale=BINARY)
    for taken in (ratings, ratings.with_frequencies(ratings.frequencies * [[1], [2]])):
        estimate = coefficient(taken)
        copy = pickle.loads(pickle.dumps(estimate))
        assert_allclose(copy.value, estimate.value, rtol=0)
        assert_allclose(copy.influence, estimate.influence, rtol=0)
        for method in estimate.interval_methods:
            assert_allclose(
                [*copy.confidence_interval(method=method)],
                [*estimate.confidence_interval(method=method)],
                rtol=0,
            )
        with pytest.raises(AttributeError):
            copy.value = 1.0


def test_small_helpers():
    assert p_phrase(0.00001) == "p < 0.0001"
    assert p_phrase(0.0312) == "p = 0.0312"
    assert plain(np.float64(0.5)) == 0.5
    assert plain((1, np.arange(2))) == [1, [0, 1]]
    with pytest.raises(ValueError, match=r"`side` must be one of \('a', 'b'\), but got 'c'"):
        check_option("c", ("a", "b"), "side")


def test_one_of_a_thing_is_in_the_singular():
    scale = ilr.Scale(["no", "yes"])
    one = ilr.ratings_from_codes([[0, 1]], scale=scale)
    assert "2 ratings of 1 unit by 2 raters" in ilr.percent_agreement(one).describe()
    moved = ilr.transitions_from_table([[0, 1], [0, 0]], scale=scale)
    assert repr(moved).startswith("Transitions(1 unit, ")
    assert ilr.net_shift(moved).describe().startswith("Of 1 unit graded twice")
    assert "from 1 unit;" in ilr.sign_test(moved).describe()


UNPAIRED = ilr.ratings_from_codes(
    [[0, -1], [-1, 1], [1, -1]], scale=ilr.Scale(["no", "yes"]), clusters=[1, 1, 2]
)


@pytest.mark.parametrize(
    "coefficient", [ilr.kappa_max, ilr.percent_agreement, ilr.krippendorff_alpha, ilr.kendall_w]
)
def test_clusters_without_pairs_have_no_standard_error(coefficient):
    with pytest.warns(ilr.UndefinedEstimateWarning):
        estimate = coefficient(UNPAIRED)
    assert np.isnan(estimate.standard_error)


def test_mean_squares_of_no_units_are_undefined_without_a_numpy_warning():
    full = ilr.ratings_from_codes([[0, 1], [1, 1], [0, 0]], scale=ilr.Scale(["no", "yes"]))
    batch = ilr.icc(full.with_frequencies([[0, 0, 0], [1, 2, 3]]), form="1,1", estimator="anova")
    for method in batch.interval_methods:
        low, high = batch.confidence_interval(method=method)
        assert np.isnan([low[0], high[0]]).all()
        assert np.isfinite([low[1], high[1]]).all()


def test_a_coefficient_that_bears_a_name_takes_no_article():
    test = ilr.kendall_w_test([[1, 1, 2], [2, 2, 2], [1, 1, 1], [2, 1, 2]], rng=1)
    assert "; Kendall's W is 0.667" in test.describe()
    agreement = ilr.percent_agreement([[1, 1], [2, 2], [1, 2], [2, 2], [1, 1]])
    assert "; the percent agreement is 0.800" in ilr.threshold_test(agreement, 0.5).describe()


def test_an_undefined_estimate_has_an_undefined_interval_of_any_level():
    no_overlap = [[[3, 2, 1], [0, 0, 0]], [[0, 0, 0], [1, 2, 3]]]
    with pytest.warns(ilr.UndefinedEstimateWarning):
        effect = ilr.relative_effect(no_overlap)
    for level in (0.5, 0.95):
        low, high = effect.confidence_interval(level)
        assert np.isnan([low, high]).all()


@given(st.lists(st.sampled_from([0, 1, 3, 4]), min_size=1, max_size=12), st.randoms())
def test_sums_within_clusters_are_those_of_each_study(clusters, random):
    clusters = np.array(clusters)
    values = np.array([[random.randrange(-9, 9) for _ in clusters] for _ in range(3)], float)
    found = by_cluster(values, clusters)
    for row, sums in zip(values, found, strict=True):
        assert sums.tolist() == by_cluster(row, clusters).tolist()
        assert [row[clusters == one].sum() for one in range(clusters.max() + 1)] == close(sums)


def test_gradings_of_different_dates_are_not_called_raters():
    grades = [[1, 2, 2], [2, 2, 1], [1, 1, np.nan], [3, 3, 2], [2, 3, 3]]
    ratings = ilr.ratings_from_matrix(grades, scale=ilr.Scale([1, 2, 3]), design="repeat")
    for coefficient in (ilr.percent_agreement, ilr.krippendorff_alpha, ilr.icc, ilr.light_kappa):
        said = coefficient(ratings).describe()
        assert "from 14 ratings of 5 units on different dates (1 missing);" in said
        assert "The ratings of a unit are of different dates: " in said
        assert "raters" not in said
        assert "two ratings" not in said


def test_a_number_without_any_unit_rests_on_stated_figures():
    stated = ilr.repeat_grade_probability([0.1, 0.2, 0.5, 0.2], reliability=0.8)
    for chance in stated.values():
        assert ", from stated figures alone; it does not" in chance.describe()
        assert "From stated figures alone." in chance._repr_html_()
    counted = ilr.repeat_grade_probability([10, 20, 50, 20], reliability=0.8)
    assert "from 100 units;" in counted["same grade"].describe()


@pytest.mark.parametrize(("n_units", "method"), [(200, "enumerated"), (201, "score")])
def test_up_to_two_hundred_units_every_table_is_gone_through(n_units, method):
    table = [[n_units - 31, 7], [4, 20]]
    kappa = ilr.cohen_kappa(ilr.ratings_from_table(table, scale=ilr.Scale(["no", "yes"])))
    assert kappa.n_units == n_units
    assert kappa.confidence_interval(method="enumerated").method.split(",")[0] == method
