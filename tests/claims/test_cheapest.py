"""The cheapest study settles what it says, by the verdicts that its claims will meet."""

import tomllib

import numpy as np
import pytest

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.claims.outcomes import OUTCOMES
from ilacs_reliability.claims.trials import verdict_codes

PAIR = ilr.Scale(["convert", "good"])
WORLD = ilr.agreement_world(0.8, margins=[0.3, 0.7], scale=PAIR)


ROSE = ilr.Claim(
    statement="More rose than fell.", kind="shift", coefficient="net_shift", threshold=0.0
)
MOST = ilr.Claim(statement="Most rose.", kind="share", threshold=0.5)
ALIKE = ilr.Claim(
    statement="Short and standard judge alike.",
    kind="comparison",
    coefficient="relative_effect",
    threshold=(0.3, 0.7),
    direction="within",
)
TRUTHS = {
    "consistency": WORLD,
    "shift": [0.4, 0.35, 0.25],
    "Most rose.": 0.35,
    "comparison": [[0.1, 0.2, 0.7]] * 2,
}


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
    power = ilr.verdict_power(
        one, WORLD.shares.reshape(2, 2), design.total, n_resamples=2000, rng=2
    )
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


def test_claims_of_every_kind_are_settled_by_one_study():
    claims = [claim(), ROSE, MOST, ALIKE]
    design = ilr.design_study(claims, {"all": TRUTHS}, raters=[2], costs=(3, 1), rng=1)
    assert list(design.claims.values()) == [*["supported"] * 2, "contradicted", "supported"]
    # the chance is that of the verdicts of each, on the units that it has
    units, rated = design.total, design.n_rated["all"]
    powers = [
        ilr.verdict_power(claims[0], WORLD, rated, n_resamples=2000, rng=2).supported,
        ilr.verdict_power(ROSE, TRUTHS["shift"], units).supported,
        ilr.verdict_power(MOST, TRUTHS["Most rose."], units).contradicted,
        ilr.verdict_power(
            ALIKE, TRUTHS["comparison"], units // 2, n_resamples=100, rng=2
        ).supported,
    ]
    assert design.chance == pytest.approx(np.prod(powers), abs=0.04)
    assert rated < units
    assert design.cost == close(3 * units + 2 * rated + units - rated)
    assert f"{rated} of them by 2 raters" in design.describe()


def test_a_shift_is_planned_by_its_table_or_its_moves():
    table = [[0.1, 0.25, 0.15], [0.15, 0.15, 0.0], [0.1, 0.0, 0.1]]
    by_table, by_moves = (
        ilr.design_study([ROSE], {"all": {"shift": said}}, rng=1)
        for said in (table, TRUTHS["shift"])
    )
    assert by_table.n_units == by_moves.n_units
    assert by_table.n_rated == {"all": 0}
    assert by_table.describe().startswith(f"{by_table.total} units graded once cost")


def test_units_are_split_over_strata_so_that_they_cost_least():
    both = {"large": WORLD, "small": ilr.agreement_world(0.7, margins=[0.5, 0.5], scale=PAIR)}
    costs = {"large": (0, 1), "small": (60, 1)}
    design = ilr.design_study([claim()], both, raters=[2], costs=costs, rng=1)
    alike = ilr.design_study([claim()], both, raters=[2], rng=1)
    assert design.n_units["small"] < alike.n_units["small"]
    # the same chance in either, which costs more
    alone = {
        name: ilr.design_study([claim()], {name: world}, chance=0.8**0.5, raters=[2], rng=1).total
        for name, world in both.items()
    }
    assert design.cost < 1.01 * (2 * alone["large"] + 62 * alone["small"])
    assert design.cost == close(2 * design.n_units["large"] + 62 * design.n_units["small"])
    assert design.chance == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    "work", [{"drop_out": 0.5}, {"cluster_size": 3, "cluster_correlation": 0.5}]
)
def test_what_is_lost_or_hangs_together_asks_for_as_many_more(work):
    truth = {"all": {"shift": TRUTHS["shift"]}}
    few, more = (
        ilr.design_study([ROSE], truth, fieldwork=one, rng=1).total
        for one in (None, ilr.Fieldwork(**work))
    )
    assert more == pytest.approx(2 * few, rel=0.06)


def test_verdicts_of_a_world_come_as_often_as_those_of_its_table():
    one = claim(threshold=0.6)
    exact = ilr.verdict_power(one, WORLD.shares.reshape(2, 2), 40)
    drawn = ilr.verdict_power(one, WORLD, 40, rng=3)
    assert drawn.supported == pytest.approx(exact.supported, abs=4 * drawn.error)
    whole, lost = (
        ilr.verdict_power(one, WORLD, 80, fieldwork=work, rng=3).supported
        for work in (None, ilr.Fieldwork(drop_out=0.5))
    )
    assert lost == pytest.approx(exact.supported, abs=0.04)
    assert whole > lost
    with pytest.raises(ValueError, match="`fieldwork` must stand beside"):
        ilr.verdict_power(one, WORLD.shares.reshape(2, 2), 40, fieldwork=ilr.Fieldwork())
    with pytest.raises(ValueError, match="`world` must be shares for a claim of shift"):
        ilr.verdict_power(ROSE, WORLD, 40)


def test_a_study_is_declared_as_toml():
    design = ilr.design_study([claim()], {"a b": WORLD}, raters=[2], rng=1)
    read = tomllib.loads(design.to_toml())
    assert read["study"]["units"] == {"a b": design.total}
    assert read["claims"][0]["coefficient"] == "cohen_kappa"
    assert read["claims"][0]["threshold"] == 0.5
    assert read["study"]["cost"] == close(design.cost)


def test_a_declared_study_is_read_back_whole():
    bar = claim("percent_agreement", 0.6, floor=0.2, name='a "b" é\x7f', words="same\n")
    truths = {"north": TRUTHS, "south of 5.1": TRUTHS}
    said = [bar, MOST, ALIKE]
    design = ilr.design_study(said, truths, raters=[2, 3], n_resamples=200, rng=1)
    again = ilr.StudyDesign.from_toml(design.to_toml())
    assert again == design
    assert again.declared == design.declared
    assert again.describe() == design.describe()


@pytest.fixture(scope="module")
def declared():
    """Return the text of a small study."""
    return ilr.design_study([MOST], {"all": {"share": 0.7}}, raters=[2], rng=1).to_toml()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[study.units]", "[study.unit]"), "must hold a table `units`"),
        (("raters = ", "rators = "), "must give `raters` as a whole number from 0"),
        (("chance = ", 'chance = "high"  # '), "must give `chance` as a number from 0"),
        (('kind = "share"', 'kind = "hope"'), "`kind` must be"),
        (("threshold = ", "# "), "must say `threshold`"),
        (("settled_by = ", "sure = "), "must say `settled_by`"),
        (("weights = ", "heights = "), "says 'heights' of a claim"),
        (("[study]", "[study"), "is not TOML"),
    ],
)
def test_a_text_that_declares_no_study_is_refused(declared, change, message):
    with pytest.raises(ValueError, match=message):
        ilr.StudyDesign.from_toml(declared.replace(*change))


def test_a_study_is_read_from_text_alone():
    with pytest.raises(TypeError, match="`text` must be a string"):
        ilr.StudyDesign.from_toml(7)


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        ({"claims": []}, ValueError, "`claims` must hold"),
        ({"claims": [ROSE]}, ValueError, "`worlds` must say for 'all'"),
        ({"claims": [ROSE], "worlds": {"all": {"shift": [0.4, 0.2, 0.4]}}}, ValueError, "on its"),
        ({"claims": [ROSE], "worlds": {"all": {"shift": [0.4, 0.2]}}}, ValueError, "the shares"),
        ({"claims": [ROSE], "worlds": {"all": {"shift": "up"}}}, TypeError, "must hold numbers"),
        ({"costs": {"some": (0, 1)}}, ValueError, "`costs` must name the strata 'all'"),
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
