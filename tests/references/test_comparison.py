"""Comparison functions against other programs' stored results (tests/reference/README.md)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from stored import cases


def stored(name, ending, *, leave=(), starts=()):
    """Return the cases whose id ends so, without errors and without some tables."""
    found = [
        entry
        for entry in cases(f"{name}_comparison")
        if entry["id"].partition(".")[2] == ending
        and entry["table"] not in leave
        and "error" not in entry["values"]
        and (not starts or entry["table"] in starts)
    ]
    assert found, ending
    return [
        pytest.param(entry["data"]["counts"], entry["values"], id=entry["id"]) for entry in found
    ]


def every(name, ending, **options):
    return pytest.mark.parametrize(("counts", "theirs"), stored(name, ending, **options))


# no spread: TOSTER and brunnermunzel give (1, 1) or p = 1e-173 there, scipy nan
FLAT = ("separated", "one_grade", "all_none", "zero_zero", "single_unit", "separated_bands")
# nor of so few units with ties, where the exact p-value cannot be below 0.3 (TOSTER: 0.053)
SURE = (*FLAT, "tiny")
# R's programs take small p-values from 1 - p, which leaves about 1e-15
FAR_TAIL = 1e-14
# TOSTER's groups are the other way round: P(first > second)


@every("toster", "TOSTER.t", leave=SURE)
def test_brunner_munzel_is_tosters(counts, theirs):
    ours = ilr.brunner_munzel(counts, method="t")
    assert_allclose(ours.p_value, theirs["p_value"], rtol=1e-8, atol=FAR_TAIL)
    assert_allclose([-ours.statistic, ours.df], [theirs["statistic"], theirs["df"]], rtol=1e-8)
    assert_allclose(1 - ours.effect.value, theirs["estimate"], rtol=1e-10)
    assert_allclose(ours.effect.standard_error, theirs["standard_error"], rtol=1e-8)
    low, high = ours.effect.confidence_interval()
    assert_allclose([1 - high, 1 - low], [theirs["low"], theirs["high"]], atol=1e-10)


@every("toster", "TOSTER.logit", leave=SURE)
def test_the_logit_is_tosters(counts, theirs):
    ours = ilr.brunner_munzel(counts, method="logit")
    assert_allclose(ours.p_value, theirs["p_value"], rtol=1e-8, atol=FAR_TAIL)
    low, high = ours.effect.confidence_interval()
    assert_allclose([1 - high, 1 - low], [theirs["low"], theirs["high"]], atol=1e-9)


@pytest.mark.parametrize("method", ["t", "logit"])
@pytest.mark.parametrize(("side", "mirror"), [("greater", "less"), ("less", "greater")])
def test_one_sided_brunner_munzel_is_tosters(method, side, mirror):
    for parameter in stored("toster", f"TOSTER.{method}.{side}", leave=SURE):
        counts, theirs = parameter.values
        ours = ilr.brunner_munzel(counts, method=method, alternative=mirror)
        assert_allclose(ours.p_value, theirs["p_value"], rtol=1e-8, atol=FAR_TAIL)


@every("toster", "TOSTER.t.equivalence", leave=SURE)
def test_equivalence_is_tosters(counts, theirs):
    ours = ilr.ordinal_equivalence(counts, margin=0.2, method="t")
    assert_allclose(ours.p_value, theirs["p_value"], rtol=1e-6, atol=FAR_TAIL)


@every("toster", "TOSTER.t.noninferiority", leave=SURE)
def test_noninferiority_is_tosters(counts, theirs):
    # theirs: P(first > second) above 0.4, so that the second is not higher by 0.1
    ours = ilr.ordinal_noninferiority(counts, margin=0.1, side="not_higher", method="t")
    assert_allclose(ours.p_value, theirs["p_value"], rtol=1e-6, atol=FAR_TAIL)


@every("toster", "brunnermunzel.permutation.two.sided", leave=("one_grade", "single_unit"))
def test_the_permutation_is_brunnermunzels(counts, theirs):
    ours = ilr.brunner_munzel(counts, method="permutation")
    assert_allclose(ours.p_value, theirs["p_value"], atol=1e-9)


@every("coin", "wilcox_test.exact.two.sided")
def test_the_exact_rank_sum_is_coins(counts, theirs):
    assert_allclose(ilr.mann_whitney(counts).p_value, theirs["p_value"], rtol=1e-8, atol=FAR_TAIL)


@pytest.mark.parametrize(("side", "mirror"), [("greater", "less"), ("less", "greater")])
def test_the_one_sided_exact_rank_sum_is_coins(side, mirror):
    for parameter in stored("coin", f"wilcox_test.exact.{side}", leave=("one_grade",)):
        counts, theirs = parameter.values
        ours = ilr.mann_whitney(counts, alternative=mirror).p_value
        assert_allclose(ours, theirs["p_value"], rtol=1e-8, atol=FAR_TAIL)


@every("coin", "wilcox_test.asymptotic.two.sided", leave=("one_grade",))
def test_the_asymptotic_rank_sum_is_coins(counts, theirs):
    ours = ilr.mann_whitney(counts, method="asymptotic").p_value
    assert_allclose(ours, theirs["p_value"], rtol=1e-8, atol=FAR_TAIL)


@every("coin", "van_elteren.asymptotic")
def test_van_elteren_is_coins(counts, theirs):
    ours = ilr.van_elteren(counts, method="asymptotic").p_value
    assert_allclose(ours, theirs["p_value"], rtol=1e-8, atol=FAR_TAIL)


@every("coin", "van_elteren.exact")
def test_exact_van_elteren_is_coins(counts, theirs):
    assert_allclose(ilr.van_elteren(counts).p_value, theirs["p_value"], rtol=1e-7)


@every("coin", "van_elteren.approximate")
def test_van_elteren_lies_in_coins_monte_carlo_interval(counts, theirs):
    ours = ilr.van_elteren(counts, rng=1)
    slack = 0.005 if "monte" in ours.method else 0.002
    assert theirs["mc_low"] - slack < ours.p_value < theirs["mc_high"] + slack


@every("coin", "cmh_test.general")
def test_general_association_is_coins(counts, theirs):
    ours = ilr.cochran_mantel_haenszel(counts, method="asymptotic")
    assert_allclose(
        [ours.statistic, ours.df, ours.p_value],
        [theirs["statistic"], theirs["df"], theirs["p_value"]],
        rtol=1e-8,
    )


@every("coin", "cmh_test.general.approximate")
def test_general_association_lies_in_coins_monte_carlo_interval(counts, theirs):
    ours = ilr.cochran_mantel_haenszel(counts, n_resamples=20000, rng=1)
    assert theirs["mc_low"] - 0.01 < ours.p_value < theirs["mc_high"] + 0.01


@pytest.mark.parametrize(("kind", "key"), [("correlation", "cor"), ("row_means", "rmeans")])
@pytest.mark.parametrize(("scores", "word"), [("scale", "integer"), ("ranks", "midrank")])
def test_mean_scores_and_correlation_are_vcdextras(kind, key, scores, word):
    for ending in (f"CMHtest.{word}", f"CMHtest.overall.{word}"):
        for parameter in stored("sanon", ending, leave=FLAT):
            counts, theirs = parameter.values
            ours = ilr.cochran_mantel_haenszel(
                counts, kind=kind, scores=scores, method="asymptotic"
            )
            expected = theirs[key]
            assert_allclose(
                [ours.statistic, ours.df, ours.p_value],
                [expected["statistic"], expected["df"], expected["p_value"]],
                rtol=1e-8,
                err_msg=parameter.id,
            )


@every("sanon", "sanon", leave=FLAT)
def test_the_stratified_effect_is_sanons(counts, theirs):
    if np.ndim(counts) == 3 and min(np.sum(counts, axis=2).min(axis=1)) == 0:
        counts = [stratum for stratum in counts if np.sum(stratum, axis=1).min() > 0]
    ours = ilr.stratified_relative_effect(counts, weights="van_elteren")
    assert_allclose(ours.value, theirs["estimate"], rtol=1e-9)


@every("sanon", "genodds.split", starts=("short_standard", "pain", "unbalanced", "lydersen"))
def test_generalised_odds_with_ties_split_are_genodds(counts, theirs):
    assert_allclose(ilr.generalised_odds(counts).value, theirs["estimate"], rtol=1e-9)


@every("sanon", "genodds.drop", starts=("short_standard", "pain", "unbalanced", "lydersen"))
def test_generalised_odds_with_ties_dropped_are_genodds(counts, theirs):
    ours = ilr.generalised_odds(counts, ties="dropped")
    assert_allclose(ours.value, theirs["estimate"], rtol=1e-9)


# their first column counts, ours the better grade, the second column; they take first - second
MIRRORED = ("zero_zero", "all_none")


@pytest.mark.parametrize(
    ("method", "ending", "leave"),
    [
        ("newcombe", "Newcombe_hybrid_score_CI", ()),
        # contingencytables cuts at 1 and returns (-1, 1) where its score search fails
        ("miettinen_nurminen", "MiettinenNurminen_asymptotic_score_CI_difference", MIRRORED),
        ("agresti_caffo", "AgrestiCaffo_CI", ()),
    ],
)
def test_limits_of_a_difference_are_contingencytables(method, ending, leave):
    for parameter in stored("twobytwo", ending, leave=leave):
        counts, theirs = parameter.values
        # first minus second share of the first column is second minus first of the second
        interval = ilr.risk_difference(counts).confidence_interval(method=method)
        assert_allclose([*interval], [theirs["low"], theirs["high"]], atol=2e-6)


def proper(parameter):
    """Say whether a program gave two limits on a scale of ratios."""
    limits = [parameter.values[1][side] for side in ("low", "high")]
    return np.isfinite(limits).all() and min(limits) > 0


@pytest.mark.parametrize(
    ("effect", "method", "ending"),
    [
        (ilr.risk_ratio, "miettinen_nurminen", "MiettinenNurminen_asymptotic_score_CI_ratio"),
        (ilr.risk_ratio, "katz", "Katz_log_CI"),
        (ilr.odds_ratio, "miettinen_nurminen", "MiettinenNurminen_asymptotic_score_CI_OR"),
        (ilr.odds_ratio, "woolf", "Woolf_logit_CI"),
        (ilr.odds_ratio, "midp", "Cornfield_midP_CI"),
    ],
)
def test_limits_of_ratios_are_contingencytables(effect, method, ending):
    for parameter in filter(proper, stored("twobytwo", ending, leave=MIRRORED)):
        counts, theirs = parameter.values
        limits = [theirs["low"], theirs["high"]]
        # the first column of the second row first: first over second share of the first column
        turned = np.array(counts)[::-1, ::-1]
        interval = effect(turned).confidence_interval(method=method)
        assert_allclose([*interval], limits, rtol=2e-5, err_msg=parameter.id)


@every("strata", "rma.mh.RR")
def test_the_ratio_common_to_strata_is_metafors(counts, theirs):
    ours = ilr.risk_ratio(counts, at_least=np.shape(counts)[2])
    assert_allclose(np.log(ours.value), theirs["estimate"], rtol=1e-12)
    limits = np.log([*ours.confidence_interval(method="greenland_robins")])
    assert_allclose(limits, [theirs["low"], theirs["high"]], rtol=1e-10)


@every("strata", "rma.mh.RD")
def test_the_difference_common_to_strata_is_metafors(counts, theirs):
    ours = ilr.risk_difference(counts, at_least=np.shape(counts)[2])
    assert_allclose(ours.value, theirs["estimate"], rtol=1e-12)


# ratesci stops its halving at 12 digits of a scale from 0 to 1
@every("strata", "scoreci.RR")
def test_score_limits_of_a_common_ratio_are_ratescis(counts, theirs):
    interval = ilr.risk_ratio(counts, at_least=np.shape(counts)[2]).confidence_interval()
    assert interval.method == "miettinen_nurminen"
    assert_allclose([*interval], [theirs["low"], theirs["high"]], rtol=1e-8)


@every("scipy", "odds_ratio.conditional", leave=("zero_zero",))
def test_the_exact_odds_ratio_interval_is_scipys(counts, theirs):
    interval = ilr.odds_ratio(np.array(counts)[::-1, ::-1]).confidence_interval()
    assert_allclose([*interval], [theirs["low"], theirs["high"]], rtol=1e-7)


@pytest.mark.parametrize(
    ("method", "ending"),
    [
        ("fisher", "fisher_exact"),
        ("boschloo", "boschloo_exact"),
        ("barnard", "barnard_exact.pooled"),
    ],
)
def test_tests_of_shares_are_scipys(method, ending):
    for parameter in stored("scipy", ending, leave=("zero_zero",)):
        counts, theirs = parameter.values
        ours = ilr.two_proportions(counts, method=method).p_value
        assert_allclose(ours, theirs["p_value"], rtol=1e-6, err_msg=parameter.id)


@pytest.mark.parametrize(
    ("given", "ending"), [("group", "groups_independent"), ("grade", "grades_independent")]
)
def test_somers_d_is_scipys(given, ending):
    for parameter in stored("scipy", f"somersd.{ending}", leave=("one_grade",)):
        counts, theirs = parameter.values
        ours = ilr.somers_d(counts, given=given).value
        assert_allclose(ours, theirs["statistic"], atol=1e-12, err_msg=parameter.id)


@every("ordinal", "clm.logit", leave=(*FLAT, "three_sizes"))
def test_proportional_odds_are_clms(counts, theirs):
    ours = ilr.proportional_odds(counts)
    assert_allclose(np.log(ours.value), theirs["estimate"], rtol=1e-7, atol=1e-9)
    limits = np.log([*ours.confidence_interval()])
    # clm interpolates the profile, ours solves for its crossing
    assert_allclose(limits, [theirs["low_profile"], theirs["high_profile"]], atol=2e-3)


@every("ordinal", "clm.stratum_covariate")
def test_proportional_odds_within_strata_are_clms(counts, theirs):
    ours = ilr.proportional_odds(counts)
    assert_allclose(np.log(ours.value), theirs["coefficients"][0], rtol=1e-7)


@every("ordinal", "nominal_test", leave=(*FLAT, "three_sizes", "pain"))
def test_parallel_lines_are_ordinals(counts, theirs):
    ours = ilr.parallel_lines_test(counts)
    assert_allclose(
        [ours.statistic, ours.df, ours.p_value],
        [theirs["statistic"], theirs["df"], theirs["p_value"]],
        rtol=1e-4,
        atol=1e-5,
    )


def test_e_values_are_evalues():
    from ilacs_reliability.comparison.sensitivity import e_value_of_ratio

    for entry in cases("sensitivity_comparison"):
        if entry["id"].startswith("risk_ratio") and "against" not in entry["id"]:
            ratio, value = entry["values"]["risk_ratio"][0], entry["values"]["e_value"][0]
            assert_allclose(e_value_of_ratio(ratio), value, rtol=1e-12)


# R coin 1.4-2, data set `malformations` (Mills and Graubard 1987, table 4; Graubard and Korn 1987):
# statistic(r)^2 and pvalue(r) of r <- lbl_test(malformation ~ consumption, scores = ...)
# R 4.2.2: prop.trend.test(c(48, 38, 5, 1, 1), n, c(0, 0.5, 1.5, 4, 7)) gives 6.570133944706
MALFORMED = [[17066, 48], [14464, 38], [788, 5], [126, 1], [37, 1]]


def test_a_trend_over_scores_of_groups_is_coins_and_rs():
    drinks = [0, 0.5, 1.5, 4, 7]
    found = ilr.cochran_mantel_haenszel(
        MALFORMED, kind="correlation", group_scores=drinks, method="asymptotic"
    )
    n = np.sum(MALFORMED)
    assert_allclose(found.statistic, 6.570133944706 * (n - 1) / n, rtol=1e-12)
    assert_allclose(found.statistic, 6.56993224600223, rtol=1e-10)
    assert_allclose(found.p_value, 0.0103715899165628, rtol=1e-10)
    assert "Groups are scored 0, 0.5, 1.5, 4, 7." in found.notes
    totals = np.sum(MALFORMED, axis=1)
    ranks = np.cumsum(totals) - (totals - 1) / 2
    by_ranks = ilr.cochran_mantel_haenszel(
        MALFORMED, kind="correlation", group_scores=ranks, method="asymptotic"
    )
    assert_allclose(by_ranks.statistic, 0.351427533357162, rtol=1e-9)
