"""The width that is planned for is the width that comes out."""

from math import ceil

import numpy as np
import pytest
from scipy import stats

import ilacs_reliability as ilr
from closeness import close
from stored import case, cases


def test_the_mean_width_of_an_exact_interval_is_summed_exactly():
    world = ilr.agreement_world(0.9, margins=[0.5, 0.5], coefficient=ilr.percent_agreement)
    found = ilr.precision_for_agreement(ilr.percent_agreement, world, n_units=50)
    agreed = np.arange(51)
    low = stats.beta.ppf(0.025, np.maximum(agreed, 1), 51 - agreed) * (agreed > 0)
    high = np.where(agreed < 50, stats.beta.ppf(0.975, agreed + 1, np.maximum(50 - agreed, 1)), 1)
    assert found.width == close((stats.binom.pmf(agreed, 50, 0.9) * (high - low)).sum())


def test_an_exact_interval_is_about_as_wide_as_presize_says():
    # presize 0.3.7, prec_prop: the width at the expected count, not the mean one
    world = ilr.agreement_world(0.9, margins=[0.5, 0.5], coefficient=ilr.percent_agreement)
    found = ilr.precision_for_agreement(ilr.percent_agreement, world, n_units=100)
    printed = case("planning", "prec_prop.cp")["values"]["width"]
    assert found.width == pytest.approx(printed, rel=0.02)


WIDTHS = [one for one in cases("statsmodels_planning") if one["id"].startswith("width")]


@pytest.mark.parametrize("entry", WIDTHS, ids=lambda entry: entry["id"])
def test_the_formula_for_a_width_is_that_of_statsmodels(entry):
    # statsmodels 0.15.0, samplesize_confint_proportion(share, half the width)
    share, half = (float(one) for one in entry["call"].split("(")[1].rstrip(")").split(","))
    world = ilr.agreement_world(share, margins=[0.5, 0.5], coefficient=ilr.percent_agreement)
    found = ilr.precision_for_agreement(
        ilr.percent_agreement, world, width=2 * half, method="formula"
    )
    assert found.n_units == ceil(entry["values"]["n"])


@pytest.mark.parametrize(
    ("name", "kappa", "shares", "n_raters"),
    [("prec_kappa.n", 0.5, [0.3, 0.7], 4), ("prec_kappa.two", 0.7, [0.4, 0.6], 2)],
)
def test_kappa_is_about_as_precise_as_presize_says(name, kappa, shares, n_raters):
    # presize 0.3.7 hands 5 % to a one-sided limit, so its width is that of a 90 % interval
    world = ilr.agreement_world(kappa, margins=shares, n_raters=n_raters, model="all or none")
    said = case("planning", name)["values"]
    found = ilr.precision_for_agreement(
        ilr.fleiss_kappa, world, n_units=int(said["n"]), confidence_level=0.9, method="formula"
    )
    assert found.width == pytest.approx(said["width"], rel=0.12)


def test_the_number_for_a_width_gives_it():
    world = ilr.agreement_world(0.7, margins=[0.2, 0.3, 0.5])
    found = ilr.precision_for_agreement(ilr.cohen_kappa, world, width=0.25, rng=1)
    again = ilr.precision_for_agreement(ilr.cohen_kappa, world, n_units=found.n_units, rng=2)
    assert again.width == pytest.approx(0.25, rel=0.02)


def test_one_of_number_and_width_is_asked_for():
    world = ilr.agreement_world(0.7, margins=[0.5, 0.5])
    with pytest.raises(ValueError, match="one of `n_units` and `width`"):
        ilr.precision_for_agreement(ilr.cohen_kappa, world)
    with pytest.raises(ValueError, match="one of `n_units` and `width`"):
        ilr.precision_for_agreement(ilr.cohen_kappa, world, n_units=40, width=0.2)


@pytest.mark.parametrize("size", [{"n_units": 20}, {"width": 0.4}])
def test_studies_that_are_too_many_to_go_through_are_refused(size):
    world = ilr.agreement_world(0.3, margins=[0.2, 0.3, 0.5])
    with pytest.raises(ValueError, match=r"`method` cannot be 'exact' here: more than 30,000"):
        ilr.precision_for_agreement(ilr.light_kappa, world, method="exact", **size)
