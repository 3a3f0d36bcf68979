"""Published numbers, each to its printed digits."""

import itertools
import string

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from published import (
    ABSTRACTORS,
    ANXIETY,
    CARCINOMA,
    COHEN,
    DIAGNOSIS,
    FLEISS,
    FLEISS_COHEN_EVERITT,
    FOURTEEN_RATERS,
    KRIPPENDORFF,
    NEW_ORLEANS,
    SAS,
    SEXUAL_FUN,
    THREE_CODERS,
    VISION_MEN,
    VISION_WOMEN,
    WINNIPEG,
    assert_printed,
)


def scale(n_grades):
    return ilr.Scale(range(1, n_grades + 1))


def table(cells):
    return ilr.ratings_from_table(cells, scale=scale(len(cells)))


def counted(counts):
    return ilr.ratings_from_counts(counts, scale=scale(np.shape(counts)[1]))


def large_sample_error(estimate):
    """Return the standard error with n for n - 1, as the older sources print it."""
    n = estimate.n_units
    return estimate.standard_error * np.sqrt((n - 1) / n)


# Two inspectors, 24 schools, 22 alike: what that allows (Ofsted No. 170004, March 2017).
# The agreement is published; the cells are not, so each row is one table that it allows.

DOUBLE_INSPECTIONS = [
    ([[11, 0], [2, 11]], "0.8345", "0.8333"),
    ([[11, 1], [1, 11]], "0.8333", "0.8333"),
    ([[16, 1], [1, 6]], "0.7983", "0.8580"),
    ([[16, 0], [2, 6]], "0.8000", "0.8580"),
    ([[18, 1], [1, 4]], "0.7474", "0.8756"),
    ([[20, 1], [1, 2]], "0.6190", "0.8933"),
    ([[20, 0], [2, 2]], "0.6250", "0.8933"),
    ([[22, 1], [1, 0]], "-0.0435", "0.9094"),
]


@pytest.mark.parametrize(("cells", "kappa", "ac"), DOUBLE_INSPECTIONS)
def test_the_same_22_of_24_gives_many_kappas(cells, kappa, ac):
    ratings = table(cells)
    assert_printed(ilr.percent_agreement(ratings).value, "0.916667")
    assert_printed(ilr.cohen_kappa(ratings).value, kappa)
    assert_printed(ilr.gwet_ac(ratings).value, ac)


def test_over_all_69_tables_kappa_and_ac_range_as_derived():
    tables = [[[a, b], [2 - b, 22 - a]] for a in range(23) for b in range(3)]
    kappas = [ilr.cohen_kappa(table(cells)).value for cells in tables]
    acs = [ilr.gwet_ac(table(cells)).value for cells in tables]
    assert len(tables) == 69
    assert_printed(min(kappas), "-0.043478")
    assert_printed(max(kappas), "0.834483")
    assert_printed(min(acs), "0.833333")
    assert_printed(max(acs), "0.909434")


def test_intervals_of_22_of_24():
    agreement = ilr.percent_agreement(table([[20, 1], [1, 2]]))
    low, high = agreement.confidence_interval(method="clopper_pearson")
    assert_printed(low, "0.730027")
    assert_printed(high, "0.989744")
    low, high = agreement.confidence_interval(method="wilson")
    assert_printed(low, "0.741512")
    assert_printed(high, "0.976841")
    one_sided = agreement.confidence_interval(0.90, method="clopper_pearson")
    assert_printed(one_sided.low, "0.760199")


@pytest.mark.parametrize(("threshold", "p"), [(0.80, "0.114517"), (0.75, "0.039801")])
def test_22_of_24_cannot_rule_out_80_percent(threshold, p):
    agreement = ilr.percent_agreement(table([[20, 1], [1, 2]]))
    assert_printed(ilr.threshold_test(agreement, threshold).p_value, p)


# Two raters

LINEAR, QUADRATIC = "linear", "quadratic"
SIMILARITY = [[1, 0, 4 / 9], [0, 1, 6 / 9], [4 / 9, 6 / 9, 1]]
DISAGREEMENT = 1 - np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]]) / 6

KAPPAS = {
    # Cohen 1968 printed .492 and .348; further digits and the error of Fleiss, Cohen and Everitt
    # computed from their formula in double precision, as are the other six-digit ones below
    "cohen": (COHEN, "identity", "0.491525", "0.051002"),
    "cohen printed": (COHEN, "identity", "0.492", None),
    "cohen weighted": (COHEN, DISAGREEMENT, "0.347826", "0.075504"),
    "cohen weighted printed": (COHEN, DISAGREEMENT, "0.348", None),
    "fleiss cohen everitt": (FLEISS_COHEN_EVERITT, "identity", "0.428571", "0.053711"),
    "fleiss cohen everitt weighted": (FLEISS_COHEN_EVERITT, SIMILARITY, "0.507060", "0.056994"),
    "SAS": (SAS, "identity", "0.4842", "0.1380"),
    "SAS weighted": (SAS, LINEAR, "0.4701", "0.1457"),
    "diagnosis": (DIAGNOSIS, "identity", "0.431501", "0.045969"),
    "vision women": (VISION_WOMEN, "identity", "0.595389", "0.007287"),
    "vision women linear": (VISION_WOMEN, LINEAR, "0.652380", "0.007075"),
    "vision women quadratic": (VISION_WOMEN, QUADRATIC, "0.702334", "0.008382"),
    "vision men": (VISION_MEN, "identity", "0.574419", "0.011034"),
    "winnipeg": (WINNIPEG, "identity", "0.207942", "0.050455"),
    "winnipeg linear": (WINNIPEG, LINEAR, "0.379731", "0.051667"),
    "winnipeg quadratic": (WINNIPEG, QUADRATIC, "0.524576", "0.060055"),
    "new orleans": (NEW_ORLEANS, "identity", "0.296517", "0.078504"),
    "new orleans linear": (NEW_ORLEANS, LINEAR, "0.477273", "0.073031"),
    "new orleans quadratic": (NEW_ORLEANS, QUADRATIC, "0.625581", "0.078732"),
    "sexual fun": (SEXUAL_FUN, "identity", "0.129330", "0.068599"),
    "sexual fun linear": (SEXUAL_FUN, LINEAR, "0.237381", "0.078316"),
    "sexual fun quadratic": (SEXUAL_FUN, QUADRATIC, "0.332046", "0.097298"),
    # A. R. Feinstein and D. V. Cicchetti, J. Clinical Epidemiology 43 (1990), 543-549
    "paradox 1": ([[40, 9], [6, 45]], "identity", "0.699519", "0.071394"),
    "paradox 2": ([[80, 10], [5, 5]], "identity", "0.318182", "0.133457"),
    "paradox 3": ([[45, 15], [25, 15]], "identity", "0.130435", "0.098662"),
    "paradox 4": ([[25, 35], [5, 35]], "identity", "0.259259", "0.077160"),
}


@pytest.mark.parametrize(("cells", "weights", "value", "error"), KAPPAS.values(), ids=KAPPAS)
def test_cohen_kappa_of_classic_tables(cells, weights, value, error):
    kappa = ilr.cohen_kappa(table(cells), weights=weights)
    assert_printed(kappa.value, value)
    if error:
        assert_printed(large_sample_error(kappa), error)


@pytest.mark.parametrize(
    ("cells", "observed", "expected"),
    [
        ([[40, 9], [6, 45]], "0.85", "0.5008"),
        ([[80, 10], [5, 5]], "0.85", "0.7800"),
        ([[45, 15], [25, 15]], "0.60", "0.5400"),
        ([[25, 35], [5, 35]], "0.60", "0.4600"),
    ],
)
def test_kappa_is_low_where_chance_agreement_is_high(cells, observed, expected):
    kappa = ilr.cohen_kappa(table(cells))
    assert_printed(kappa.observed, observed)
    assert_printed(kappa.expected, expected)


def test_the_interval_that_sas_prints():
    kappa = ilr.cohen_kappa(table(SAS))
    half = 1.959963985 * large_sample_error(kappa)
    assert_printed(kappa.value - half, "0.2137")
    assert_printed(kappa.value + half, "0.7547")


@pytest.mark.parametrize(
    ("coefficient", "value", "error"),
    [
        # R package irrCAC, table functions, whose variances are over n
        (ilr.cohen_kappa, "0.7964094", "0.05891072"),
        (ilr.scott_pi, "0.7962397", "0.05905473"),
        (ilr.gwet_ac, "0.8493305", "0.04321747"),
        (ilr.brennan_prediger, "0.835", "0.04693346"),
        (ilr.krippendorff_alpha, "0.7972585", "0.05905473"),
        (ilr.percent_agreement, "0.89", "0.03128898"),
    ],
)
def test_abstractors(coefficient, value, error):
    estimate = coefficient(table(ABSTRACTORS))
    assert_printed(estimate.value, value)
    assert_printed(large_sample_error(estimate), error)


@pytest.mark.parametrize(
    ("pair", "labels", "weights", "value"),
    [
        # irr scales by the grades that the two raters used, so 5 is left out of 2 with 3
        ((1, 2), (1, 2, 3, 4, 6), "identity", "-0.006289308"),
        ((1, 2), "12346", "linear", "0.1459075"),
        ((1, 2), "12346", "quadratic", "0.2520325"),
        ((0, 1), (1, 2, 3, 4, 5, 6), "identity", "0.119497"),
        ((0, 1), (1, 2, 3, 4, 5, 6), "linear", "0.189189"),
        ((0, 1), (1, 2, 3, 4, 5, 6), "quadratic", "0.296765"),
    ],
)
def test_anxiety(pair, labels, weights, value):
    text = isinstance(labels, str)
    columns = ANXIETY[:, pair].astype(int)
    grades = columns.astype(str).astype(object) if text else columns
    ratings = ilr.ratings_from_matrix(grades, scale=ilr.Scale(list(labels)))
    assert_printed(ilr.cohen_kappa(ratings, weights=weights).value, value)


def test_anxiety_with_weights_of_its_own():
    # irr: weights 0, 0, 1, 1, 2 by how many grades apart
    apart = np.abs(np.subtract.outer(range(5), range(5)))
    credit = 1 - np.array([0, 0, 1, 1, 2])[apart] / 2
    ratings = ilr.ratings_from_matrix(ANXIETY[:, 1:], scale=ilr.Scale([1, 2, 3, 4, 6]))
    assert_printed(ilr.cohen_kappa(ratings, weights=credit).value, "0.2391304")


# Many raters


def test_fleiss_thirty_patients():
    ratings = counted(FLEISS)
    assert FLEISS.sum(axis=0).tolist() == [26, 26, 30, 55, 43]
    kappa = ilr.fleiss_kappa(ratings)
    assert_printed(kappa.value, "0.4302445")  # R package irr
    assert_printed(kappa.value, "0.430244520")
    assert_printed(kappa.observed, "0.555556")
    assert_printed(kappa.expected, "0.219938")
    assert_printed(ilr.gwet_ac(ratings).value, "0.447884516")
    assert_printed(ilr.brennan_prediger(ratings).value, "0.444444")
    assert_printed(ilr.krippendorff_alpha(ratings).value, "0.433409828")


@pytest.mark.parametrize(
    ("diagnosis", "value"),
    list(enumerate(["0.244755", "0.244755", "0.520000", "0.471127", "0.566118"])),
)
def test_fleiss_one_diagnosis_against_the_others(diagnosis, value):
    this = FLEISS[:, diagnosis]
    ratings = counted(np.stack([6 - this, this], axis=1))
    assert_printed(ilr.fleiss_kappa(ratings).value, value)


@pytest.mark.parametrize(
    ("coefficient", "value", "error"),
    [
        # R package irrCAC, functions for counts, whose variances are over n - 1
        (ilr.gwet_ac, "0.4448007", "0.08418757"),
        (ilr.fleiss_kappa, "0.4139265", "0.08119291"),
        (ilr.brennan_prediger, "0.4388889", "0.08312142"),
        # alpha's error by its function for counts is another formula than for raw ratings
        (ilr.krippendorff_alpha, "0.4204384", None),
        (ilr.percent_agreement, "0.5511111", None),
    ],
)
def test_fleiss_first_fifteen_patients(coefficient, value, error):
    estimate = coefficient(counted(FLEISS[:15]))
    assert_printed(estimate.value, value)
    if error:
        assert_printed(estimate.standard_error, error)


def test_fourteen_raters():
    kappa = ilr.fleiss_kappa(counted(FOURTEEN_RATERS))
    assert_printed(kappa.value, "0.210")
    assert_printed(kappa.value, "0.209931")
    assert_printed(kappa.observed, "0.378022")
    assert_printed(kappa.expected, "0.212755")


def test_carcinoma():
    ratings = ilr.ratings_from_matrix(CARCINOMA, scale=scale(2))
    assert (CARCINOMA == 2).sum(axis=0).tolist() == [66, 79, 45, 32, 71, 25, 66]
    assert_printed(ilr.percent_agreement(ratings).value, "0.757062")
    assert_printed(ilr.fleiss_kappa(ratings).value, "0.511717")
    assert_printed(ilr.krippendorff_alpha(ratings).value, "0.512308")
    assert_printed(ilr.gwet_ac(ratings).value, "0.516508")
    pairs = [
        ilr.cohen_kappa(ratings.select_raters(*pair)).value
        for pair in itertools.combinations(range(7), 2)
    ]
    assert_printed(np.mean(pairs), "0.529959")
    assert_printed(min(pairs), "0.234")
    assert_printed(max(pairs), "0.809")


# Missing ratings


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("nominal", "0.743421053"),
        ("ordinal", "0.815387504"),
        ("interval", "0.849107143"),
        ("ratio", "0.797402775"),
    ],
)
def test_krippendorff_four_observers(metric, value):
    ratings = ilr.ratings_from_matrix(KRIPPENDORFF, scale=scale(5))
    assert_printed(ilr.krippendorff_alpha(ratings, metric=metric).value, value)


@pytest.mark.parametrize(
    ("coefficient", "value", "expected"),
    [
        # R package irrCAC
        (ilr.percent_agreement, "0.8181818", None),
        (ilr.gwet_ac, "0.77544", "0.1903212"),
        (ilr.fleiss_kappa, "0.76117", "0.2387153"),
        (ilr.krippendorff_alpha, "0.74342", None),
        (ilr.conger_kappa, "0.76282", "0.2334252"),
        (ilr.brennan_prediger, "0.77273", None),
    ],
)
def test_coefficients_of_four_observers(coefficient, value, expected):
    estimate = coefficient(ilr.ratings_from_matrix(KRIPPENDORFF, scale=scale(5)))
    assert_printed(estimate.value, value)
    if expected:
        assert_printed(estimate.expected, expected)


def test_krippendorffs_smaller_examples():
    meg, owen = ([int(x) for x in line] for line in ("0100000010", "1110010000"))
    binary = np.array([meg, owen]).T
    assert_printed(ilr.krippendorff_alpha(binary).value, "0.095238")
    ben, gerry = list("aabbdcccedda"), list("babbbccceddd")
    letters = ilr.ratings_from_matrix(
        np.array([ben, gerry]).T, scale=ilr.Scale(list(string.ascii_lowercase[:5]))
    )
    assert_printed(ilr.krippendorff_alpha(letters).value, "0.691964")
    assert_printed(ilr.krippendorff_alpha(THREE_CODERS).value, "0.691358")
    assert_printed(ilr.krippendorff_alpha(THREE_CODERS, metric="interval").value, "0.810845")


def test_alphas_error_equals_irrcacs_with_ratings_missing():
    ratings = ilr.ratings_from_matrix(KRIPPENDORFF, scale=scale(5))
    assert_printed(ilr.krippendorff_alpha(ratings).standard_error, "0.14548")


@pytest.mark.parametrize(
    ("coefficient", "printed"),
    [
        (ilr.percent_agreement, 0.12561),
        (ilr.gwet_ac, 0.14295),
        (ilr.fleiss_kappa, 0.15302),
        (ilr.conger_kappa, 0.14917),
        (ilr.brennan_prediger, 0.14472),
    ],
)
def test_errors_with_a_unit_rated_once_follow_the_jackknife(coefficient, printed):
    """Ours linearise the ratio that p_a is, unlike irrCAC's: see the notes of gwet_ac."""
    ratings = ilr.ratings_from_matrix(KRIPPENDORFF, scale=scale(5))
    ours = coefficient(ratings).standard_error
    left_out = ilr.jackknife(coefficient, ratings).standard_error
    assert_allclose(ours, left_out, rtol=0.05)
    assert printed > 1.05 * left_out
