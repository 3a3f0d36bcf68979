"""The stored results of other programs on the tables of `reference/tables.json`.

What the programs get wrong, and which of two that disagree is right, is told in
`reference/README.md`; the exceptions below name the same.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from closeness import close
from stored import cases

# both in double precision: only the order of sums differs
TOLERANCE = 1e-10

COEFFICIENTS = {
    "percent": ilr.percent_agreement,
    "pa2": ilr.percent_agreement,
    "cohen": ilr.cohen_kappa,
    "conger": ilr.conger_kappa,
    "scott": ilr.scott_pi,
    "fleiss": ilr.fleiss_kappa,
    "gwet": ilr.gwet_ac,
    "brennan_prediger": ilr.brennan_prediger,
    "bp": ilr.brennan_prediger,
    "krippendorff": ilr.krippendorff_alpha,
}
KINDS = {"unweighted": "identity", "equal": "linear", "squared": "quadratic"}


def ratings_of(data):
    scale = ilr.Scale(data["labels"])  # numbers are their own scores, names are ranks
    if "counts" in data:
        return ilr.ratings_from_table(data["counts"], scale=scale)
    if "distribution" in data:
        return ilr.ratings_from_counts(data["distribution"], scale=scale)
    table = np.array(data["ratings"], dtype=object)
    return ilr.ratings_from_matrix(table, scale=scale)


def complete(data):
    return not any(grade is None for row in data.get("ratings", []) for grade in row)


def evaluated(case, name, kind):
    ratings = ratings_of(case["data"])
    kind = KINDS.get(kind, kind)
    if name == "krippendorff":
        return ilr.krippendorff_alpha(ratings, metric=ilr.agreement_weights(ratings.scale, kind))
    return COEFFICIENTS[name](ratings, weights=kind)


def chosen(source, accept, keep=lambda case: True):
    """Return the cases of a source whose identifier `accept` takes apart, as test parameters."""
    found = []
    for case in cases(source):
        parts = accept(case, *case["id"].split("."))
        if parts is not None and "error" not in case["values"] and keep(case):
            found.append(pytest.param(case, *parts, id=case["id"]))
    assert found, f"{source} has no such case"
    return found


def irrcac_raw(case, table, form="", name="", kind="", *rest):
    if form != "raw" or name not in COEFFICIENTS or rest:
        return None
    # that program takes ranks for scores where the grades are declared, and 2 to 5 are no ranks
    return None if (table, kind) == ("video", "ratio") else (name, kind)


def irrcac_table(case, table, form="", name="", kind="", *rest):
    return (name, kind) if form == "table" and name in COEFFICIENTS and not rest else None


@pytest.mark.parametrize(("case", "name", "kind"), chosen("irrcac_agreement", irrcac_raw))
def test_irrcac_of_ratings(case, name, kind):
    estimate, theirs = evaluated(case, name, kind), case["values"]
    assert_allclose(estimate.value, theirs["estimate"], rtol=0, atol=TOLERANCE)


def same_error(case):
    """Say whether theirs is our error: there a unit rated once enters as if it disagreed."""
    return complete(case["data"]) or case["id"].split(".")[2] == "krippendorff"


@pytest.mark.parametrize(
    ("case", "name", "kind"), chosen("irrcac_agreement", irrcac_raw, same_error)
)
def test_the_errors_of_irrcac(case, name, kind):
    error = evaluated(case, name, kind).standard_error
    assert_allclose(error, case["values"]["standard_error"], rtol=0, atol=TOLERANCE)


def same_limits(case):
    """Say whether theirs are our t limits: there units rated once count into the df."""
    return complete(case["data"])


@pytest.mark.parametrize(
    ("case", "name", "kind"), chosen("irrcac_agreement", irrcac_raw, same_limits)
)
def test_the_limits_of_irrcac(case, name, kind):
    estimate = evaluated(case, name, kind)
    interval = estimate.confidence_interval(method="t")
    low, high = interval
    if interval.method == "t":
        # ours stop at the least that the coefficient can be
        assert_allclose(low, max(case["values"]["low"], estimate.range[0]), rtol=0, atol=1e-8)
        # irrCAC cuts its limits at 1
        assert_allclose(min(high, 1.0), case["values"]["high"], rtol=0, atol=1e-8)
    else:
        assert case["values"]["standard_error"] == close(0)
        assert low < high


@pytest.mark.parametrize(("case", "name", "kind"), chosen("irrcac_agreement", irrcac_table))
def test_irrcac_of_tables(case, name, kind):
    estimate, theirs = evaluated(case, name, kind), case["values"]
    n = estimate.n_units
    assert_allclose(estimate.value, theirs["estimate"], rtol=0, atol=TOLERANCE)
    # its functions for tables divide the variance by n
    error = estimate.standard_error * np.sqrt((n - 1) / n)
    assert_allclose(error, theirs["standard_error"], rtol=0, atol=TOLERANCE)


def irrcac_counts(case, table, name="", kind="", *rest):
    return (name, kind) if name in COEFFICIENTS else None


@pytest.mark.parametrize(("case", "name", "kind"), chosen("irrcac_distributions", irrcac_counts))
def test_irrcac_of_counts(case, name, kind):
    estimate, theirs = evaluated(case, name, kind), case["values"]
    assert_allclose(estimate.value, theirs["estimate"], rtol=0, atol=TOLERANCE)
    # its error of alpha from counts is another formula than from ratings
    if name != "krippendorff":
        assert_allclose(estimate.standard_error, theirs["standard_error"], rtol=0, atol=TOLERANCE)


def irrcac_python(case, table, form="", name="", kind="", *rest):
    return (name, kind) if name in COEFFICIENTS else None


@pytest.mark.parametrize(("case", "name", "kind"), chosen("irrcac_python_agreement", irrcac_python))
def test_irrcac_for_python(case, name, kind):
    estimate, theirs = evaluated(case, name, kind), case["values"]
    assert_allclose(estimate.value, theirs["estimate"], rtol=0, atol=TOLERANCE)


def irr_kappa(case, table, name="", kind="", *rest):
    if name != "kappa2" or kind not in KINDS or rest:
        return None
    # it forgets the grade that nobody used
    return None if table.startswith("grade_unused") and kind != "unweighted" else (kind,)


@pytest.mark.parametrize(("case", "kind"), chosen("irr_agreement", irr_kappa))
def test_irr_kappa(case, kind):
    kappa = ilr.cohen_kappa(ratings_of(case["data"]), weights=KINDS[kind])
    assert_allclose(kappa.value, case["values"]["estimate"], rtol=0, atol=TOLERANCE)


def irr_fleiss(case, table, kappam="", fleiss="", *exact):
    # it drops units with a missing rating
    right = (kappam, fleiss) == ("kappam", "fleiss") and exact in ((), ("exact",))
    return exact or ("pooled",) if right and complete(case["data"]) else None


@pytest.mark.parametrize(("case", "chance"), chosen("irr_agreement", irr_fleiss))
def test_irr_fleiss_whose_exact_kappa_is_congers(case, chance):
    coefficient = ilr.conger_kappa if chance == "exact" else ilr.fleiss_kappa
    value = coefficient(ratings_of(case["data"])).value
    assert_allclose(value, case["values"]["estimate"], rtol=0, atol=TOLERANCE)


def irr_alpha(case, table, kripp="", alpha="", metric="", *rest):
    if (kripp, alpha) != ("kripp", "alpha"):
        return None
    three = "ratings" in case["data"] and len(case["data"]["ratings"][0]) > 2
    # it divides by 1, not by raters less one, where nothing is missing
    return None if three and complete(case["data"]) else (metric,)


@pytest.mark.parametrize(("case", "metric"), chosen("irr_agreement", irr_alpha))
def test_irr_alpha(case, metric):
    alpha = ilr.krippendorff_alpha(ratings_of(case["data"]), metric=metric)
    assert_allclose(alpha.value, case["values"]["estimate"], rtol=0, atol=TOLERANCE)


def alpha_metric(case, table, metric="", *rest):
    return (metric,) if metric in ("nominal", "ordinal", "interval", "ratio") else None


@pytest.mark.parametrize(("case", "metric"), chosen("krippendorff_agreement", alpha_metric))
def test_krippendorff(case, metric):
    alpha = ilr.krippendorff_alpha(ratings_of(case["data"]), metric=metric)
    assert_allclose(alpha.value, case["values"]["estimate"], rtol=0, atol=1e-12)


def statsmodels_kappa(case, table, name="", kind="", *rest):
    return (kind,) if name == "cohens_kappa" and kind not in ("asymmetric",) else None


@pytest.mark.parametrize(("case", "kind"), chosen("statsmodels_agreement", statsmodels_kappa))
def test_statsmodels_kappa(case, kind):
    weights = KINDS.get(kind, kind)
    if kind == "disagreement":
        weights = 1 - np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]]) / 6
    kappa = ilr.cohen_kappa(ratings_of(case["data"]), weights=weights)
    assert_allclose(kappa.value, case["values"]["estimate"], rtol=0, atol=TOLERANCE)
    error = kappa.standard_error * np.sqrt(1 - 1 / kappa.n_units)
    assert_allclose(error, case["values"]["standard_error"], rtol=0, atol=1e-8)


def vcd_kappa(case, table, name="", kind="", *rest):
    kinds = {"Equal-Spacing": "linear", "Fleiss-Cohen": "quadratic"}
    return (kinds[kind],) if name == "Kappa" and kind in kinds else None


@pytest.mark.parametrize(("case", "kind"), chosen("vcd_agreement", vcd_kappa))
def test_vcd_kappa(case, kind):
    ratings, theirs = ratings_of(case["data"]), case["values"]
    for weights, prefix in (("identity", ""), (kind, "weighted_")):
        kappa = ilr.cohen_kappa(ratings, weights=weights)
        error = kappa.standard_error * np.sqrt(1 - 1 / kappa.n_units)
        assert_allclose(kappa.value, theirs[f"{prefix}estimate"], rtol=0, atol=TOLERANCE)
        assert_allclose(error, theirs[f"{prefix}standard_error"], rtol=0, atol=1e-8)


WEIGHT_MATRICES = [case for case in cases("irrcac_agreement") if case["id"].startswith("weights.")]


@pytest.mark.parametrize("case", WEIGHT_MATRICES, ids=lambda case: case["id"])
def test_irrcac_weights(case):
    _, kind, n_grades = case["id"].split(".")
    weights = ilr.agreement_weights(ilr.Scale(range(1, int(n_grades) + 1)), KINDS.get(kind, kind))
    assert_allclose(weights, case["values"]["weights"], rtol=0, atol=1e-14)
