"""The cheapest study settles what it says, by the verdicts that its claims will meet."""

import tomllib

import numpy as np
import pytest

import ilacs_reliability as ilr
from ilacs_reliability.claims.cheapest import verdict_codes
from ilacs_reliability.claims.outcomes import OUTCOMES

PAIR = ilr.Scale(["convert", "good"])
WORLD = ilr.agreement_world(0.8, margins=[0.3, 0.7], scale=PAIR)


def claim(coefficient="cohen_kappa", threshold=0.5, **said):
    name = f"By {coefficient or 'any'}, at least {threshold}."
    return ilr.Claim(
        statement=name, kind="consistency", coefficient=coefficient, threshold=threshold, **said
    )


@pytest.mark.parametrize("coefficient", ["cohen_kappa", "percent_agreement", "gwet_ac", ""])
@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
def test_drawn_studies_meet_the_verdicts_of_judge(coefficient):
    rng = np.random.default_rng(3)
    patterns = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 0], [1, 1]], scale=PAIR)
    drawn = rng.multinomial(30, [0.3, 0.05, 0.05, 0.6], size=12)
    one = claim(coefficient, 0.6)
    codes = verdict_codes(one, patterns.with_frequencies(drawn))
    for code, table in zip(codes, drawn, strict=True):
        study = ilr.ratings_from_table(table.reshape(2, 2), scale=PAIR)
        assert OUTCOMES[code] == ilr.judge(one, study).outcome


def test_a_study_has_the_chance_that_verdict_power_gives():
    one = claim()
    design = ilr.design_study([one], WORLD, raters=[2], rng=1)
    power = ilr.verdict_power(one, WORLD.shares.reshape(2, 2), design.total, rng=2)
    assert power.supported == pytest.approx(0.8, abs=0.03)
    assert design.chance == pytest.approx(power.supported, abs=0.03)


def test_a_false_claim_is_settled_by_its_contradiction():
    design = ilr.design_study([claim(threshold=0.9)], WORLD, chance=0.7, raters=[2], rng=1)
    assert list(design.claims.values()) == ["contradicted"]
    assert design.chance == pytest.approx(0.7, abs=0.05)


def test_more_claims_take_no_fewer_units():
    few, more = (
        ilr.design_study(claims, WORLD, raters=[2], rng=1).total
        for claims in ([claim()], [claim(), claim("gwet_ac", 0.6)])
    )
    assert more >= few - 3


def test_costs_decide_how_many_raters():
    cheap_units = ilr.design_study([claim("fleiss_kappa")], WORLD, costs=(0, 1), rng=1)
    dear_units = ilr.design_study([claim("fleiss_kappa")], WORLD, costs=(50, 1), rng=1)
    assert dear_units.n_raters == 3
    assert cheap_units.n_raters <= dear_units.n_raters
    for row in dear_units.options:
        assert row["cost"] == row["n_units"] * (50 + row["n_raters"])
    assert dear_units.cost == min(row["cost"] for row in dear_units.options)


def test_each_stratum_is_settled():
    both = {"large": WORLD, "small": ilr.agreement_world(0.7, margins=[0.5, 0.5], scale=PAIR)}
    design = ilr.design_study([claim()], both, raters=[2], rng=1)
    assert set(design.n_units) == {"large", "small"}
    # less agreement takes more
    assert design.n_units["small"] > design.n_units["large"]
    assert design.chance == pytest.approx(0.8, abs=0.04)


def test_a_study_is_declared_as_toml():
    design = ilr.design_study([claim()], {"a b": WORLD}, raters=[2], rng=1)
    read = tomllib.loads(design.to_toml())
    assert read["study"]["units"] == {"a b": design.total}
    assert read["claims"][0]["coefficient"] == "cohen_kappa"
    assert read["claims"][0]["threshold"] == 0.5


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        ({"claims": []}, ValueError, "`claims` must hold"),
        ({"claims": [claim(threshold=0.8)]}, ValueError, "no study settles"),
        (
            {"claims": [claim("percent_agreement", 0.7, floor=0.9)]},
            ValueError,
            "no study settles",
        ),
        ({"worlds": {"a": 0.8}}, TypeError, "`worlds` must be a World"),
        ({"raters": [1]}, ValueError, "`raters` must hold whole numbers"),
        ({"costs": (0, 0)}, ValueError, "`costs` must be two numbers"),
    ],
)
def test_what_cannot_be_settled_is_refused(said, error, message):
    with pytest.raises(error, match=message):
        ilr.design_study(**{"claims": [claim()], "worlds": WORLD} | said)
