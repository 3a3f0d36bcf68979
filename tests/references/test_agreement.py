"""Agreement as other programs and publications print it."""

import json
import re
import warnings
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.stats import inter_rater

import ilacs_reliability as ilr
from stored import case, cases


def ratings_of(entry):
    data = entry["data"]
    scale = ilr.Scale(data["labels"])
    if "counts" in data:
        return ilr.ratings_from_table(data["counts"], scale=scale)
    if "ratings" in data:
        return ilr.ratings_from_matrix(data["ratings"], scale=scale)
    return ilr.ratings_from_counts(data["distribution"], scale=scale)


def is_complete(entry):
    return not any(grade is None for row in entry["data"].get("ratings", []) for grade in row)


def choose(source, pattern):
    found = [entry for entry in cases(source) if re.search(pattern, entry["call"])]
    assert found
    return [
        pytest.param(entry, id=entry["id"]) for entry in found if "error" not in entry["values"]
    ]


def columns(ratings, call):
    """Return the two raters that a call picks by their columns."""
    picked = [int(column) - 1 for column in re.findall(r"ratings\[, (\d)\]", call)]
    return ratings.select_raters(*picked) if picked else ratings


# ranks, scores, pairs


@pytest.mark.parametrize("entry", choose("irr_agreement", r"kappam\.light"))
def test_light_kappa_is_irrs_on_complete_data(entry):
    if is_complete(entry):  # irr leaves out a unit with any rating missing
        found = ilr.light_kappa(ratings_of(entry)).value
        assert_allclose(found, entry["values"]["estimate"], rtol=1e-12)


@pytest.mark.parametrize("entry", choose("vcd_agreement", "agreementplot"))
def test_bangdiwala_b_is_vcds_plain_and_with_partial_credit(entry):
    ratings, values = ratings_of(entry), entry["values"]
    assert_allclose(ilr.bangdiwala_b(ratings).value, values["estimate"], rtol=1e-12)
    credit = np.atleast_1d(values["partial_weights"])[1:]
    weighted = ilr.bangdiwala_b(ratings, partial_credit=credit.tolist()).value
    assert_allclose(weighted, values["weighted_estimate"], rtol=1e-12)


THREE_GRADES = [
    param
    for param in choose("vcd_agreement", "agreementplot")
    if param.values[0]["values"]["partial_weights"] == [1, 0.75]
]


@pytest.mark.parametrize("entry", THREE_GRADES)
def test_bangdiwala_b_with_quadratic_weights_is_vcds_weighted_of_three_grades(entry):
    # vcd's own credit for one step of three grades, 3/4, is that of quadratic weights
    weighted = ilr.bangdiwala_b(ratings_of(entry), weights="quadratic").value
    assert_allclose(weighted, entry["values"]["weighted_estimate"], rtol=1e-12)


@pytest.mark.parametrize("entry", choose("irrcac_agreement", "bangdiwala"))
def test_bangdiwala_b_has_irrcacs_standard_error(entry):
    found, n = ilr.bangdiwala_b(ratings_of(entry)), ratings_of(entry).n_units
    assert_allclose(found.value, entry["values"]["estimate"], rtol=1e-12)
    # irrCAC's table functions divide by n where the raw ones divide by n - 1
    error = found.standard_error * np.sqrt((n - 1) / n)
    assert_allclose(error, entry["values"]["standard_error"], rtol=1e-12)


@pytest.mark.parametrize(
    "entry",
    [
        *choose("irr_agreement", r"kendall\(ratings, correct = TRUE"),
        *choose("desctools_agreement", "KendallW"),
    ],
)
def test_kendalls_w_and_its_chi_square_are_irrs(entry):
    ratings, values = ratings_of(entry), entry["values"]
    result = ilr.kendall_w_test(ratings, method="asymptotic")
    assert_allclose(result.effect.value, values["estimate"], rtol=1e-12)
    assert_allclose(result.statistic, values["statistic"], rtol=1e-12)
    assert_allclose(result.p_value, values["p_value"], rtol=1e-8)


@pytest.mark.parametrize("entry", choose("desctools_agreement", r"CCC\(.*z-transform"))
def test_lins_concordance_and_its_normal_limits_are_desctools(entry):
    ratings = columns(ratings_of(entry), entry["call"])
    found, values = ilr.lin_ccc(ratings), entry["values"]
    assert_allclose(found.value, values["estimate"], atol=1e-12)
    wanted = [values["low"], values["high"]]
    assert_allclose([*found.confidence_interval(method="lin")], wanted, atol=1e-12)


@pytest.mark.parametrize("entry", choose("statsmodels_agreement", r"cohens_kappa\(counts, wt=None"))
def test_the_largest_kappa_is_statsmodels(entry):
    found = ilr.kappa_max(ratings_of(entry)).value
    assert_allclose(found, entry["values"]["kappa_max"], rtol=1e-12)


def test_pabak_and_the_indices_of_the_first_paradox():
    # Feinstein and Cicchetti (1990); definitions of Byrt, Bishop and Carlin (1993)
    ratings = ilr.ratings_from_table([[80, 10], [5, 5]], scale=ilr.Scale(["yes", "no"]))
    indices = ilr.marginal_indices(ratings)
    assert_allclose(indices["pabak"].value, 2 * 0.85 - 1, atol=1e-12)
    assert_allclose(indices["prevalence"].value, -0.75, atol=1e-12)
    assert_allclose(indices["bias"].value, 0.05, atol=1e-12)
    shares = ilr.specific_agreement(ratings)
    assert_allclose([shares["yes"].value, shares["no"].value], [160 / 175, 10 / 25], atol=1e-12)


# intraclass correlations

FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
SIX_FORMS = [
    (entry, form)
    for source, pattern in (
        ("psych_agreement", r"ICC\(ratings, lmer = FALSE"),
        ("pingouin_agreement", "intraclass_corr"),
    )
    for entry in cases(source)
    if re.search(pattern, entry["call"]) and "error" not in entry["values"] and is_complete(entry)
    for form in FORMS
]


@pytest.mark.parametrize(
    ("entry", "form"), SIX_FORMS, ids=[f"{entry['id']}-{form}" for entry, form in SIX_FORMS]
)
def test_every_form_of_the_icc_is_psychs_and_pingouins(entry, form):
    ratings, values = ratings_of(entry), entry["values"][form]
    found = ilr.icc(ratings, form=form)
    assert_allclose(found.value, values["estimate"], atol=1e-12)
    limits = [*found.confidence_interval(method="mcgraw_wong")]
    assert_allclose(limits, [values["low"], values["high"]], atol=1e-10)
    result = ilr.icc_test(ratings, form=form)
    assert_allclose(result.statistic, values["statistic"], rtol=1e-10)
    assert_allclose(result.df, [values["df1"], values["df2"]], rtol=1e-10)
    assert_allclose(result.p_value, values["p_value"], rtol=1e-8, atol=1e-300)


def test_shrout_and_fleiss_table_4():
    # Psychological Bulletin 86 (1979), p. 424
    judges = [
        [9, 2, 5, 8],
        [6, 1, 3, 2],
        [8, 4, 6, 8],
        [7, 1, 2, 6],
        [10, 5, 6, 9],
        [6, 2, 4, 7],
    ]
    printed = {"1,1": 0.17, "A,1": 0.29, "C,1": 0.71, "1,k": 0.44, "A,k": 0.62, "C,k": 0.91}
    for form, value in printed.items():
        assert round(ilr.icc(judges, form=form).value, 2) == value
    parts = ilr.variance_components(judges)
    squares = [round(square, 2) for square in parts.mean_squares.values()]
    assert squares == [11.24, 32.49, 1.02]


# treatments by replicates have more columns than rows, as raters by units would
@pytest.mark.filterwarnings("ignore::ilacs_reliability.SuspectInputWarning")
@pytest.mark.parametrize("n", [21, 201, 2001])
@pytest.mark.parametrize(("size", "digits"), [(1.0, 14), (1e6, 9.5), (1e12, 3.5)])
def test_nists_stiff_analyses_of_variance(n, size, digits):
    # NIST StRD SmLs01 to SmLs09: nine treatments, certified F is the number of replicates.
    # A double holds 1e6 + 0.4 to 1e-10, so that no more digits are in the data.
    rows = []
    for mean in (4, 3, 5, 3, 5, 3, 5, 3, 5):
        steps = [mean, *(mean + (-1 if place % 2 == 0 else 1) for place in range(n - 1))]
        rows.append([size + step / 10 for step in steps])
    result = ilr.icc_test(rows, form="1,1")
    assert result.df == (8, 9 * (n - 1))
    assert -np.log10(abs(result.statistic / n - 1) + 1e-16) >= digits


def test_nists_silicon_resistivity():
    # NIST StRD SiRstv; certified F 1.18046237440255
    wafers = [
        [196.3052, 196.1240, 196.1890, 196.2569, 196.3403],
        [196.3042, 196.3825, 196.1669, 196.3257, 196.0422],
        [196.1303, 196.2005, 196.2889, 196.0343, 196.1811],
        [196.2795, 196.1748, 196.1494, 196.1485, 195.9885],
        [196.2119, 196.1051, 196.1850, 196.0052, 196.2090],
    ]
    assert_allclose(ilr.icc_test(wafers, form="1,1").statistic, 1.18046237440255, rtol=1e-12)


@pytest.mark.parametrize("entry", choose("lme4_components", "REML = TRUE"))
def test_reml_components_are_lme4s(entry):
    ratings, values = ratings_of(entry), entry["values"]
    # lme4 stops at about 1e-7 relative
    if "twoway" in entry["id"]:
        parts = ilr.variance_components(ratings, estimator="reml")
        found = [parts.units, parts.raters, parts.residual]
        wanted = [values["unit"], values["rater"], values["residual"]]
        assert_allclose(found, wanted, atol=5e-7)
        assert_allclose(parts.log_likelihood, values["log_likelihood"], atol=1e-10)
        total = sum(wanted)
        value = ilr.icc(ratings, form="A,1", estimator="reml").value
        assert_allclose(value, values["unit"] / total, atol=1e-7)
    else:
        value = ilr.icc(ratings, form="1,1", estimator="reml").value
        total = values["unit"] + values["residual"]
        assert_allclose(value, values["unit"] / total, atol=1e-7)


@pytest.mark.parametrize("entry", choose("lme4_components", "iccNA"))
def test_one_way_icc_with_missing_ratings_is_irrnas(entry):
    ratings, values = ratings_of(entry), entry["values"]
    for ours, theirs in (("1,1", "ICC(1)"), ("1,k", "ICC(k)")):
        found = ilr.icc(ratings, form=ours).value
        assert_allclose(found, values[theirs]["estimate"], atol=1e-12)


# standard errors by irrCAC's linearisation

LINEAR = {
    "percent": ilr.percent_agreement,
    "conger": ilr.conger_kappa,
    "fleiss": ilr.fleiss_kappa,
    "gwet": ilr.gwet_ac,
    "brennan_prediger": ilr.brennan_prediger,
}
RAW = [
    entry
    for entry in cases("irrcac_agreement")
    if (parts := entry["id"].split("."))[1] == "raw"
    and parts[2] in LINEAR
    and parts[3] in ("unweighted", "linear", "quadratic", "ordinal")
    and np.isfinite(entry["values"].get("standard_error", np.nan))
]


@pytest.mark.parametrize("entry", RAW, ids=[entry["id"] for entry in RAW])
def test_linearised_errors_are_irrcacs_with_and_without_gaps(entry):
    _, _, name, kind = entry["id"].split(".")[:4]
    weights = "identity" if kind == "unweighted" else kind
    coefficient = partial(LINEAR[name], weights=weights)
    found = ilr.generalise(coefficient, ratings_of(entry), to="units", method="linearised")
    assert_allclose(found.standard_error, entry["values"]["standard_error"], atol=1e-12)


def test_cross_check_finds_no_difference_on_the_stored_tables():
    names = ("cohen", "grade_unused_24", "krippendorff", "anxiety", "three_raters_gaps", "negative")
    by_name = {entry["table"]: entry for entry in cases("krippendorff_agreement")}
    for name in names:
        listing = ilr.cross_check(ratings_of(by_name[name]))
        assert {"krippendorff", "statsmodels", "scikit-learn"} <= set(listing.column("program"))
        assert "differs" not in listing.column("outcome")
        assert "refused" not in listing.column("outcome")
        differences = [gap for gap in listing.column("difference") if gap is not None]
        assert max(differences) < 1e-9
        json.dumps(listing.rows())


def test_a_program_that_guesses_is_shown_to_differ_from_undefined():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        listing = ilr.cross_check([[1, 1], [1, 1], [1, 1]])
    assert set(listing.column("outcome")) <= {"agrees", "differs", "refused", "not installed"}


def test_what_has_no_number_here_is_not_among_the_values_compared(monkeypatch):
    # of the two only Brennan and Prediger's coefficient is defined
    monkeypatch.setattr(inter_rater, "fleiss_kappa", lambda *_, **__: 1.0)
    ratings = ilr.ratings_from_matrix([[1, 1], [1, 1], [1, 1]], scale=ilr.Scale([1, 2]))
    listing = ilr.cross_check(ratings)
    compared = [gap for gap in listing.column("difference") if gap is not None]
    assert listing.sentence.startswith(f"{len(compared)} value")
    assert "none differs" in listing.sentence
    assert "have a number in one program and none in the other." in listing.sentence


def test_the_stored_case_of_irrs_interval_of_the_average_differs_as_documented():
    entry = case("irr_agreement", "shrout_fleiss.icc.twoway.agreement.average")
    low, _ = ilr.icc(ratings_of(entry), form="A,k").confidence_interval(method="mcgraw_wong")
    assert abs(low - entry["values"]["low"]) > 0.03  # irr's degrees of freedom, see the README


def test_f_limits_are_offered_but_not_the_default():
    # F takes scores as normal: on grades it covers far less than it says
    found = ilr.icc([[1, 2, 1], [2, 2, 2], [3, 3, 2], [1, 1, 1]], form="C,1")
    assert found.interval_methods[0] == "score"
    assert found.interval_methods[-1] == "mcgraw_wong"
    full = ilr.icc([[1, 1], [2, 2], [3, 3]])
    assert full.confidence_interval(method="mcgraw_wong").width > 0.1
