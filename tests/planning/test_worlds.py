"""A world has the margins and the agreement that it was asked for."""

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.planning import drawing
from ilacs_reliability.planning.deciding import Chances
from ilacs_reliability.planning.drawing import drawn_studies
from ilacs_reliability.planning.fieldwork import seen
from ilacs_reliability.planning.searching import power_curve
from ilacs_reliability.planning.worlds import as_world

COEFFICIENTS = {
    "cohen_kappa": ilr.cohen_kappa,
    "gwet_ac": ilr.gwet_ac,
    "percent_agreement": ilr.percent_agreement,
    "krippendorff_alpha": ilr.krippendorff_alpha,
    "quadratic": partial(ilr.cohen_kappa, weights="quadratic"),
    "icc": ilr.icc,
}
every_coefficient = pytest.mark.parametrize("coefficient", COEFFICIENTS.values(), ids=COEFFICIENTS)


@st.composite
def margins(draw, *, most=4):
    parts = draw(st.lists(st.integers(1, 9), min_size=2, max_size=most))
    return np.array(parts) / sum(parts)


@every_coefficient
def test_a_coefficient_has_the_value_that_was_asked_for(coefficient):
    world = ilr.agreement_world(0.7, margins=[0.2, 0.5, 0.3], coefficient=coefficient)
    assert world.value_of(coefficient) == pytest.approx(0.7, abs=1e-6)


@given(margins(), st.floats(0, 1), st.sampled_from(["known grade", "all or none", "own shares"]))
def test_every_pair_of_raters_has_the_same_kappa_and_the_margins(shares, kappa, model):
    world = ilr.agreement_world(kappa, margins=shares, n_raters=3, model=model)
    q = len(shares)
    table = world.shares.reshape(q, q, q)
    assert world.shares.sum() == close(1.0)
    for axis in range(3):
        pair = table.sum(axis=axis)
        assert pair.sum(axis=1) == close(shares)
        agreed, by_chance = np.trace(pair), (shares**2).sum()
        assert (agreed - by_chance) / (1 - by_chance) == pytest.approx(kappa, abs=1e-6)


@given(margins(most=3), margins(most=3), st.floats(0, 1))
def test_two_raters_keep_margins_of_their_own(first, second, strength):
    q = min(len(first), len(second))
    pair = np.stack([first[:q] / first[:q].sum(), second[:q] / second[:q].sum()])
    start = ilr.agreement_world(0.0, margins=pair)
    table = start.at(strength).shares.reshape(q, q)
    assert table.sum(axis=1) == close(pair[0])
    assert table.sum(axis=0) == close(pair[1])
    # independence at one end, as much agreement as margins allow at the other
    most = np.minimum(*pair).sum()
    least = (pair[0] * pair[1]).sum()
    assert np.trace(table) == close((1 - strength) * least + strength * most)


def test_known_grades_are_recognised_on_ones_own():
    # by definition: each of three raters knows the grade with chance 0.5, else draws
    shares, known = [0.3, 0.7], 0.5
    world = ilr.agreement_world(known**2, margins=shares, n_raters=3)
    for pattern, share in zip(product(range(2), repeat=3), world.shares, strict=True):
        wanted = sum(
            shares[true]
            * np.prod([known * (one == true) + (1 - known) * shares[one] for one in pattern])
            for true in range(2)
        )
        assert share == close(wanted)


def test_ratings_stand_for_a_world_of_their_own():
    table = [[40, 3], [2, 55]]
    ratings = ilr.ratings_from_table(table, scale=ilr.Scale(["convert", "good"]))
    plan = ilr.power_for_agreement(ilr.cohen_kappa, ratings, 40, threshold=0.6)
    assert plan.truth == pytest.approx(ilr.cohen_kappa(ratings).value)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"margins": [0.5, 0.6]}, "add up to 1"),
        ({"margins": [1.0]}, "two grades or more"),
        ({"margins": [0.5, 0.5], "scale": ilr.OFSTED_SCALE}, "must hold 4 shares"),
        ({"margins": [[0.2, 0.8], [0.6, 0.4]], "value": 0.9}, "between 0 and"),
        ({"margins": [[0.2, 0.8], [0.6, 0.4], [0.5, 0.5]], "model": "known grade"}, "all or none"),
        ({"margins": [0.5, 0.5], "n_raters": 40}, "too many patterns"),
        ({"margins": [0.2] * 5, "n_raters": 15}, "too many patterns"),
        ({"margins": [0.5, 0.5], "model": "latent"}, "`model` must be one of"),
    ],
)
def test_worlds_that_cannot_be_are_refused(said, message):
    with pytest.raises(ValueError, match=message):
        ilr.agreement_world(**{"value": 0.7} | said)


@pytest.mark.parametrize(
    "said",
    [{"cluster_correlation": 0.1}, {"drop_out": 1.0}, {"cluster_size": 0}, {"drop_out": -0.1}],
)
def test_fieldwork_that_cannot_be_is_refused(said):
    with pytest.raises(ValueError, match=next(iter(said))):
        ilr.Fieldwork(**said)


def test_units_of_a_drawn_cluster_hang_together_as_was_asked():
    # by definition: n p (1 - p) (1 + (n - 1) correlation) is the variance of a cluster's count
    shares, sizes, correlation = np.array([0.2, 0.5, 0.3]), np.array([4, 4, 2]), 0.3
    world = ilr.agreement_world(0.7, margins=[0.3, 0.7])
    world = replace(world, shares=np.array([0.2, 0.5, 0.3, 0.0]))
    work = ilr.Fieldwork(cluster_size=4, cluster_correlation=correlation)
    batches = list(drawn_studies(world, work, 10, 20_000, np.random.default_rng(1)))
    drawn = np.concatenate([one.frequencies for one in batches]).reshape(20_000, 3, 3)
    assert (drawn.sum(axis=2) == sizes).all()
    expected = (sizes * (1 + (sizes - 1) * correlation))[:, None] * shares * (1 - shares)
    assert drawn.mean(axis=0) == pytest.approx(sizes[:, None] * shares, rel=0.03)
    assert drawn.var(axis=0) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(("n_raters", "n_each"), [(2, None), (4, 2), (5, 3), (40, None)])
def test_patterns_that_look_alike_are_put_together(n_raters, n_each):
    rng = np.random.default_rng(3)
    codes = rng.integers(-1, 4, size=(30, n_raters))
    codes[:, :2] = rng.integers(0, 4, size=(30, 2))
    world = as_world(ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE))
    patterns, shares = seen(world, ilr.Fieldwork(ratings_per_unit=n_each, drop_out=0.1))
    assert np.array_equal(patterns, np.unique(patterns, axis=0))
    assert shares.sum() == close(1.0)
    blank = (patterns < 0).all(axis=1)
    assert shares[blank].sum() >= 0.1 - 1e-12
    # who rates does not change what the first rater gives where seen by lot
    given = patterns[:, 0] >= 0
    lot = 1.0 if n_each is None else n_each / n_raters
    every = world.patterns[:, 0] >= 0
    assert shares[given].sum() == close(0.9 * lot * world.shares[every].sum())


def test_a_world_of_ratings_in_clusters_is_one_of_their_patterns():
    codes, clusters = [[0, 0], [1, 1], [0, 0], [0, 1], [1, 1]], [0, 0, 1, 1, 2]
    plans = [
        ilr.power_for_agreement(
            ilr.cohen_kappa,
            world=ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2]), clusters=groups),
            n_units=20,
            threshold=0.2,
        )
        for groups in (clusters, None)
    ]
    assert plans[0].power == close(plans[1].power)


@pytest.mark.parametrize("fieldwork", [ilr.Fieldwork(), ilr.Fieldwork(cluster_size=3)])
def test_as_many_studies_are_drawn_as_were_asked_for(fieldwork, monkeypatch):
    monkeypatch.setattr(drawing, "BLOCK", 300)
    world = ilr.agreement_world(0.5, margins=[0.4, 0.6])
    batches = list(drawn_studies(world, fieldwork, 12, 100, np.random.default_rng(1)))
    assert len(batches) > 1
    assert sum(len(batch.frequencies) for batch in batches) == 100
    assert {int(n) for batch in batches for n in batch.n_units} == {12}


@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
def test_a_curve_leads_to_the_number_of_units_that_has_the_power(power):
    """Where the probit of power is 1 at 25 units and rises by a half with each root."""

    def look(n_units, draws):
        shown = float(stats.norm.cdf(1 + 0.5 * (n_units**0.5 - 5)))
        return Chances(
            supported=shown,
            contradicted=0.0,
            not_shown=1 - shown,
            undefined=0.0,
            simulation_error=0.0,
            method="simulated",
        )

    curve = power_curve(look, power=0.8, start=9, n_draws=10**6)
    root = 5 + 2 * (stats.norm.ppf(power) - 1)
    assert curve.units(power) == pytest.approx(root**2, rel=1e-3)
