"""Tests and errors of units that come in clusters, or of which ratings are missing."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from closeness import close

GRADES = ilr.Scale([1, 2, 3])
CODES = np.array([[0, 0, 1], [1, 1, 1], [0, 1, 0], [1, 1, 0], [2, 2, 2], [2, 1, 2], [0, 0, 0]])
TIMES = np.array([3, 4, 2, 1, 5, 2, 3])


def of_units(clusters=None):
    codes = np.repeat(CODES, TIMES, axis=0)
    return ilr.ratings_from_codes(codes, scale=GRADES, clusters=clusters)


TEAMS = np.arange(TIMES.sum()) % 6
GAP = [[1, 1, 2], [2, 2, 3], [3, 3, np.nan], [3, 3, 2], [2, 1, 2], [1, 1, 1]]
CASES = {
    "Kendall's W in clusters": (
        lambda: ilr.kendall_w_test(of_units(TEAMS)),
        lambda: ilr.threshold_test(ilr.kendall_w(of_units(TEAMS)), 1 / 3),
        "units come in clusters",
    ),
    "ICC in clusters": (
        lambda: ilr.icc_test(of_units(TEAMS), form="C,k", threshold=0.2),
        lambda: ilr.threshold_test(ilr.icc(of_units(TEAMS), form="C,k"), 0.2),
        "units come in clusters",
    ),
    "ICC of incomplete ratings": (
        lambda: ilr.icc_test(GAP),
        lambda: ilr.threshold_test(ilr.icc(GAP), 0.0),
        "ratings are missing",
    ),
}


@pytest.mark.parametrize(("test", "wanted", "why"), CASES.values(), ids=CASES)
def test_where_a_test_does_not_apply_it_inverts_the_interval_and_says_so(test, wanted, why):
    found, other = test(), wanted()
    assert found.p_value == close(other.p_value)
    assert found.effect.value == close(other.effect.value)
    assert found.method == "inverted score interval"
    assert why in found.notes[-1]
    assert found.name in {"kendall_w_test", "icc_test"}


def test_an_undefined_concordance_in_clusters_warns_once():
    flat = ilr.ratings_from_codes([[0, 0], [0, 0], [0, 0]], scale=GRADES, clusters=[0, 1, 1])
    with pytest.warns(ilr.UndefinedEstimateWarning) as caught:
        result = ilr.kendall_w_test(flat)
    assert len(caught) == 1
    assert result.status == "undefined"
    assert np.isnan(result.p_value)


def test_the_cluster_test_of_concordance_keeps_its_level():
    rng = np.random.default_rng(20261203)
    rejected = []
    for _ in range(300):
        teams = np.repeat(np.arange(12), 3)
        # raters who agree on nothing, but each of whom treats a team's units alike
        codes = rng.integers(0, 3, (12, 3))[teams]
        fresh = rng.random(codes.shape) < 0.3
        codes = np.where(fresh, rng.integers(0, 3, codes.shape), codes)
        ratings = ilr.ratings_from_codes(codes, scale=GRADES, clusters=teams)
        rejected.append(ilr.kendall_w_test(ratings).p_value <= 0.05)
    assert np.mean(rejected) <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize("coefficient", [ilr.fleiss_kappa, ilr.gwet_ac, ilr.krippendorff_alpha])
def test_generalising_by_jackknife_leaves_out_clusters(coefficient):
    left_out = ilr.jackknife(coefficient, of_units(TEAMS)).standard_error
    found = ilr.generalise(coefficient, of_units(TEAMS), to="units", method="jackknife")
    assert_allclose(found.standard_error, left_out, rtol=1e-9)
    both = ilr.generalise(coefficient, of_units(TEAMS), to="both", method="jackknife")
    assert_allclose(both.error_parts["units"], left_out, rtol=1e-9)


def test_clusters_of_one_unit_change_no_jackknife():
    alone, single = (
        ilr.generalise(ilr.fleiss_kappa, ratings, to="units", method="jackknife").standard_error
        for ratings in (of_units(), of_units(np.arange(TIMES.sum())))
    )
    assert_allclose(single, alone, rtol=1e-12)
