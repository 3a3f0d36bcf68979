"""The test of equal coefficients, against statsmodels and by hand."""

import numpy as np
import pytest
from statsmodels.stats.multivariate import test_mvmean as mean_test
from statsmodels.stats.oneway import anova_generic

import ilacs_reliability as ilr
from closeness import close

SCALE = ilr.Scale(["no", "yes"])
TABLES = ([[40, 10], [12, 38]], [[45, 5], [6, 44]], [[30, 20], [18, 32]])
KAPPAS = [ilr.cohen_kappa(ilr.ratings_from_table(table, scale=SCALE)) for table in TABLES]
CODES = np.random.default_rng(5).integers(0, 3, (40, 4))
CODES[:25] = CODES[:25, :1]
SMALL = ilr.cohen_kappa(ilr.ratings_from_table([[5, 1], [2, 4]], scale=SCALE))
RATINGS = ilr.ratings_from_codes(CODES, scale=ilr.Scale(["a", "b", "c"]))
OF_PAIRS = list(ilr.pairwise_agreement(RATINGS, coefficient=ilr.cohen_kappa).values())[:3]


def test_independent_kappas_are_compared_as_by_welch():
    values = np.array([kappa.value for kappa in KAPPAS])
    variances = np.array([kappa.standard_error**2 for kappa in KAPPAS]) * 100
    right = anova_generic(values, variances, np.full(3, 100), use_var="unequal")
    found = ilr.equal_agreement_test(KAPPAS, paired=False)
    assert found.statistic == close(right.statistic)
    assert found.p_value == close(right.pvalue)
    assert found.n_units == 300


def test_many_units_make_it_the_chi_square_of_equal_kappas():
    great = [
        ilr.cohen_kappa(ilr.ratings_from_table(np.array(x) * 10**5, scale=SCALE)) for x in TABLES
    ]
    values = np.array([kappa.value for kappa in great])
    weights = np.array([kappa.standard_error**-2.0 for kappa in great])
    common = weights @ values / weights.sum()
    chi_square = weights @ (values - common) ** 2
    found = ilr.equal_agreement_test(great, paired=False)
    assert found.statistic * 2 == pytest.approx(chi_square, rel=1e-3)


def test_paired_kappas_are_compared_as_by_hotelling():
    values = np.array([kappa.value for kappa in OF_PAIRS])
    frequencies = OF_PAIRS[0].frequencies
    each = np.repeat(np.array([k.influence for k in OF_PAIRS]).T, frequencies, axis=0) + values
    right = mean_test(np.diff(each, axis=1), mean_null=np.zeros(2))
    found = ilr.equal_agreement_test(OF_PAIRS, paired=True)
    assert found.statistic == close(right.statistic)
    assert found.p_value == close(right.pvalue)
    assert found.df == right.df


@pytest.mark.parametrize("paired", [True, False])
def test_two_are_the_t_test_of_their_difference(paired):
    pair = OF_PAIRS[:2] if paired else KAPPAS[:2]
    gap = ilr.difference(*pair, paired=paired)
    found = ilr.equal_agreement_test(pair, paired=paired)
    assert found.statistic == close((gap.value / gap.standard_error) ** 2)
    test = ilr.threshold_test(gap, 0.0, alternative="two-sided", method="t")
    # Welch's degrees of freedom are those of the difference up to how its parts are pooled
    assert found.p_value == pytest.approx(test.p_value, rel=0.02)


@pytest.mark.parametrize("paired", [True, False])
def test_their_order_is_irrelevant(paired):
    given = OF_PAIRS if paired else KAPPAS
    found = ilr.equal_agreement_test(given, paired=paired)
    back = ilr.equal_agreement_test(given[::-1], paired=paired)
    assert back.p_value == close(found.p_value)


def test_clusters_are_the_independent_pieces():
    clusters = np.repeat(np.arange(20), 2)
    ratings = ilr.ratings_from_codes(CODES, scale=RATINGS.scale, clusters=clusters)
    pair = list(ilr.pairwise_agreement(ratings, coefficient=ilr.cohen_kappa).values())[:2]
    gap = ilr.difference(*pair, paired=True)
    found = ilr.equal_agreement_test(pair, paired=True)
    assert found.statistic == close((gap.value / gap.standard_error) ** 2)
    assert found.df == (1, 19)


def test_equal_estimates_without_any_gap_are_undefined():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="have no spread"):
        found = ilr.equal_agreement_test([OF_PAIRS[0], OF_PAIRS[0]], paired=True)
    assert (found.status, found.reason) == ("undefined", "no_variation")


def test_an_undefined_estimate_is_named():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        lone = ilr.cohen_kappa(ilr.ratings_from_table([[5, 0], [0, 0]], scale=SCALE))
    with pytest.warns(ilr.UndefinedEstimateWarning, match="Cohen's kappa has no value"):
        found = ilr.equal_agreement_test([KAPPAS[0], lone], paired=False)
    assert found.reason == lone.reason


def test_few_units_are_said():
    small = ilr.cohen_kappa(ilr.ratings_from_table([[5, 1], [2, 4]], scale=SCALE))
    found = ilr.equal_agreement_test([KAPPAS[0], small], paired=False)
    assert any("12 units" in note for note in found.notes)


@pytest.mark.parametrize(
    ("estimates", "paired", "error", "match"),
    [
        (KAPPAS[:1], False, ValueError, "two estimates or more, but got 1"),
        (KAPPAS[0], False, TypeError, "`estimates` must be two estimates or more"),
        ([KAPPAS[0], 0.5], False, TypeError, r"`estimates\[1\]` must be an Estimate"),
        (KAPPAS, True, ValueError, "`estimates` must come from the same"),
        (KAPPAS, 1, TypeError, "`paired`"),
    ],
)
def test_what_cannot_be_compared_is_refused(estimates, paired, error, match):
    with pytest.raises(error, match=match):
        ilr.equal_agreement_test(estimates, paired=paired)


# within the strata of a covariate

OTHERS = ([[20, 10], [12, 18]], [[35, 5], [9, 44]], [[30, 10], [18, 32]])
BY_STRATUM = {
    name: {
        pair: ilr.cohen_kappa(ilr.ratings_from_table(table, scale=SCALE))
        for pair, table in zip("xyz", tables, strict=True)
    }
    for name, tables in (("north", TABLES), ("south", OTHERS))
}


def test_over_strata_kappas_are_compared_as_by_metafor():
    # R metafor 3.8-1: rma.mv(yi, V, mods = ~ 0 + difference, method = "FE") of the differences
    # between neighbours, with the kappas and errors by hand; QM, its p-value, and QE
    found = ilr.equal_agreement_test(BY_STRATUM, paired=False)
    assert found.statistic == close(29.1426347718203)
    assert found.p_value == close(4.69631549972309e-07)
    assert found.df == close(2.0)
    assert found.n_units == 543
    assert "chi-square 4.63 on 2 degrees of freedom, p = 0.0986." in found.notes[-1]


def test_names_tell_which_kappa_is_which_in_any_order_of_strata():
    turned = {stratum: {pair: one[pair] for pair in "zxy"} for stratum, one in BY_STRATUM.items()}
    turned["north"] = BY_STRATUM["north"]
    found = ilr.equal_agreement_test(turned, paired=False)
    back = ilr.equal_agreement_test(dict(reversed(turned.items())), paired=False)
    right = ilr.equal_agreement_test(BY_STRATUM, paired=False)
    assert found.statistic == close(right.statistic)
    assert back.statistic == close(right.statistic)


def test_strata_that_are_alike_add_up_and_do_not_differ():
    one = ilr.equal_agreement_test(OF_PAIRS, paired=True)
    found = ilr.equal_agreement_test({"a": OF_PAIRS, "b": OF_PAIRS}, paired=True)
    n, rank = 40, 2
    assert found.statistic == close(2 * one.statistic * rank * (n - 1) / (n - rank))
    assert "chi-square 0.00 on 2 degrees of freedom, p = 1." in found.notes[-1]
    assert found.n_units == 80


def test_strata_of_very_many_units_are_compared_however_small_their_errors():
    times = 10**10
    many = {
        name: [
            ilr.cohen_kappa(ilr.ratings_from_table(np.array(one) * times, scale=SCALE))
            for one in tables
        ]
        for name, tables in (("north", TABLES), ("south", OTHERS))
    }
    found = ilr.equal_agreement_test(many, paired=False)
    few = ilr.equal_agreement_test(BY_STRATUM, paired=False)
    assert found.status == "ok"
    assert found.statistic == pytest.approx(few.statistic * times, rel=0.05)


def test_a_covariate_that_makes_the_difference_is_held_apart():
    # within each stratum all agree alike; who works where makes the difference
    easy, hard = [[45, 5], [5, 45]], [[30, 20], [20, 30]]
    strata = {
        "easy": [[[k * x for x in row] for row in easy] for k in (8, 1)],
        "hard": [[[k * x for x in row] for row in hard] for k in (1, 8)],
    }

    def kappa(table):
        return ilr.cohen_kappa(ilr.ratings_from_table(table, scale=SCALE))

    pooled = [kappa(np.add(*tables)) for tables in zip(*strata.values(), strict=True)]
    assert ilr.equal_agreement_test(pooled, paired=False).p_value < 1e-6
    held = {name: list(map(kappa, tables)) for name, tables in strata.items()}
    assert ilr.equal_agreement_test(held, paired=False).p_value == close(1.0)


def test_a_stratum_without_a_value_is_left_out_and_counted():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        lone = ilr.cohen_kappa(ilr.ratings_from_table([[5, 0], [0, 0]], scale=SCALE))
    given = {**{name: list(one.values()) for name, one in BY_STRATUM.items()}, "west": [lone] * 3}
    found = ilr.equal_agreement_test(given, paired=False)
    assert found.statistic == close(ilr.equal_agreement_test(BY_STRATUM, paired=False).statistic)
    assert "1 stratum in which one has no value does not enter." in found.notes
    with pytest.warns(ilr.UndefinedEstimateWarning, match="Cohen's kappa has no value"):
        none = ilr.equal_agreement_test({"west": [lone] * 3, "east": [lone] * 3}, paired=False)
    assert none.reason == lone.reason
    with pytest.warns(ilr.UndefinedEstimateWarning, match="have no spread"):
        ilr.equal_agreement_test({"a": [OF_PAIRS[0]] * 2, "b": [OF_PAIRS[0]] * 2}, paired=True)


@pytest.mark.parametrize(
    ("estimates", "error", "match"),
    [
        ({"a": KAPPAS}, ValueError, "two strata or more"),
        ({"a": KAPPAS, "b": KAPPAS[:2]}, ValueError, "as many in each stratum, but has 2 and 3"),
        ({"a": KAPPAS, "b": 0.5}, TypeError, "`estimates` must"),
        ({"a": 0.5, "b": None}, TypeError, "`estimates` must"),
        ({"a": {"x": KAPPAS[0]}, "b": {"y": KAPPAS[0]}}, ValueError, "the same names"),
        ({"a": [KAPPAS[0], 1], "b": KAPPAS[:2]}, TypeError, r"`estimates\[1\]` must be"),
        ({"a": KAPPAS[:1], "b": KAPPAS[:1]}, ValueError, "two estimates or more, but got 1"),
    ],
)
def test_strata_that_cannot_be_compared_are_refused(estimates, error, match):
    with pytest.raises(error, match=match):
        ilr.equal_agreement_test(estimates, paired=False)


@pytest.mark.parametrize(
    ("other", "match"),
    [
        (ilr.odds_ratio([[20, 20], [20, 50]]), r"`estimates\[1\]` must be an agreement"),
        (ilr.kappa_max(RATINGS.select_raters(0, 1)), r"`estimates\[1\]` must be an agreement"),
        (ilr.percent_agreement(RATINGS), "must be of one measure, but got cohen_kappa, percent"),
    ],
)
def test_what_measures_another_thing_is_never_equal(other, match):
    with pytest.raises(ValueError, match=match):
        ilr.equal_agreement_test([KAPPAS[0], other], paired=False)


def test_shares_of_agreement_are_compared_with_their_like():
    both = [ilr.percent_agreement(RATINGS.select_raters(0, other)) for other in (1, 2)]
    assert 0 < ilr.equal_agreement_test(both, paired=True).p_value <= 1


def test_a_test_without_a_value_speaks_of_no_statistic():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        lone = ilr.cohen_kappa(ilr.ratings_from_table([[5, 0], [0, 0]], scale=SCALE))
    with pytest.warns(ilr.UndefinedEstimateWarning):
        found = ilr.equal_agreement_test([KAPPAS[0], lone], paired=False)
    assert "rough guide" not in found.describe()
    assert "the Cohen" not in found.describe()
    small = {name: {"x": KAPPAS[0], "y": SMALL} for name in ("north", "south")}
    over = ilr.equal_agreement_test(small, paired=False)
    assert "12 units only: the p-value is a rough guide." in over.describe()
