"""Power is what the analysis will do; sizes are those that others print."""

import ast
import re
from functools import partial
from itertools import product
from math import ceil

import numpy as np
import pytest
from scipy import stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.planning.drawing import drawn_studies
from stored import case, cases

EVEN = [0.5, 0.5]
DIRECTIONS = {"at least": 0.6, "more than": 0.6, "at most": 0.8, "less than": 0.8}


def arguments(call):
    """Return the numbers of an R call by position and by name."""
    inside = re.sub(r"c\(([^)]*)\)", r"[\1]", call[call.index("(") :])
    parsed = ast.parse("f" + inside.replace("TRUE", "True"), mode="eval").body
    return (
        [ast.literal_eval(one) for one in parsed.args],
        {one.arg: ast.literal_eval(one.value) for one in parsed.keywords},
    )


KAPPAS = [entry for entry in cases("planning") if entry["id"].startswith("N.cohen.kappa")]


@pytest.mark.parametrize("entry", KAPPAS, ids=lambda entry: entry["id"])
def test_the_formula_gives_the_number_that_irr_gives(entry):
    # irr 0.84.1, N.cohen.kappa(rate1, rate2, k1, k0): k1 is the truth, k0 the null
    (one, other, truth, null), more = arguments(entry["call"])
    margins = [[one, 1 - one], [other, 1 - other]]
    world = ilr.agreement_world(truth, margins=margins, coefficient=ilr.cohen_kappa)
    plan = ilr.units_for_agreement(
        ilr.cohen_kappa,
        world,
        threshold=null,
        direction="at least" if truth > null else "at most",
        power=more.get("power", 0.8),
        confidence_level=0.95 if more.get("twosided") else 0.9,
        method="formula",
    )
    assert plan.n_units == entry["values"]["n"]


def test_the_example_that_irr_documents_has_truth_and_null_swapped():
    assert case("planning", "N.cohen.kappa.documented")["values"]["n"] == 96
    assert case("planning", "N.cohen.kappa.as_described")["values"]["n"] == 117


@pytest.mark.parametrize("power", [0.8, 0.9])
def test_no_world_needs_more_than_the_largest_spread_that_margins_allow(power):
    # irr 0.84.1, N2.cohen.kappa: the worst of all tables with these margins
    name = "N2.cohen.kappa.three" + ("_90" if power == 0.9 else "")
    world = ilr.agreement_world(0.6, margins=[0.2, 0.25, 0.55])
    plan = ilr.units_for_agreement(
        ilr.cohen_kappa,
        world,
        threshold=0.4,
        power=power,
        confidence_level=0.9,
        method="formula",
    )
    assert 0.8 * case("planning", name)["values"]["n"] < plan.n_units
    assert plan.n_units <= case("planning", name)["values"]["n"]


SIZES = [entry for entry in cases("planning") if entry["id"].startswith("Power")]


@pytest.mark.parametrize("entry", SIZES, ids=lambda entry: entry["id"])
def test_worlds_ask_for_the_units_that_kappasize_asks_for(entry):
    # kappaSize 1.2: goodness of fit over how many raters give which grades, two-sided 5 %, 80 %
    _, said = arguments(entry["call"])
    shares = said["props"]
    margins = shares if isinstance(shares, list) else [shares, 1 - shares]
    # of two grades all agree or none does; of more, units have shares of their own
    model = "all or none" if len(margins) == 2 else "own shares"
    null, truth = (
        grouped(
            ilr.agreement_world(said[name], margins=margins, n_raters=said["raters"], model=model),
            finely=len(margins) == 2,
        )
        for name in ("kappa0", "kappa1")
    )
    apart = sum((truth[key] - null[key]) ** 2 / null[key] for key in null)
    wanted = (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) ** 2
    assert wanted / apart == pytest.approx(entry["values"]["n"], rel=1e-3)


def grouped(world, *, finely):
    """Return the share of each set of grades, or of those who all agree and of the rest."""
    found = {}
    for pattern, share in zip(world.patterns.tolist(), world.shares.tolist(), strict=True):
        key = tuple(sorted(pattern)) if finely or len(set(pattern)) == 1 else ()
        found[key] = found.get(key, 0.0) + share
    return found


TOSTS = [one for one in cases("statsmodels_planning") if one["id"].startswith("tost")]


@pytest.mark.parametrize("entry", TOSTS, ids=lambda entry: entry["id"])
def test_the_formula_of_equivalence_is_that_of_statsmodels(entry):
    # statsmodels 0.15.0, power_ztost_prop: two one-sided tests of 5 %, normal, of one share
    low, high, n, share = (
        float(one) for one in entry["call"].split("(")[1].split(", alpha")[0].split(",")
    )
    world = ilr.agreement_world(share, margins=EVEN, coefficient=ilr.percent_agreement)
    plan = ilr.power_for_agreement(
        ilr.percent_agreement,
        world,
        int(n),
        threshold=(low, high),
        direction="within",
        confidence_level=0.9,
        method="formula",
    )
    assert plan.power == pytest.approx(entry["values"]["power"], abs=1e-7)


def test_per_cent_agreement_is_planned_exactly():
    # by definition: the least number of agreements whose Clopper-Pearson limit reaches 0.8
    world = ilr.agreement_world(0.9, margins=EVEN, coefficient=ilr.percent_agreement)

    def power(n):
        agreed = np.arange(n + 1)
        low = stats.beta.ppf(0.025, np.maximum(agreed, 1), n - agreed + 1)
        return stats.binom.pmf(agreed, n, 0.9)[np.where(agreed > 0, low, 0) >= 0.8].sum()

    for n in (24, 60, 107):
        plan = ilr.power_for_agreement(ilr.percent_agreement, world, n, threshold=0.8)
        assert plan.power == close(power(n))
        assert plan.chances.method == "exact"
    least = ilr.units_for_agreement(ilr.percent_agreement, world, threshold=0.8).n_units
    assert power(least - 1) < 0.8
    assert min(power(n) for n in range(least, least + 60)) >= 0.8


RULES = {
    "at least": lambda low, high: (low >= 0.6, high < 0.6),
    "more than": lambda low, high: (low > 0.6, high <= 0.6),
    "at most": lambda low, high: (high <= 0.8, low > 0.8),
    "less than": lambda low, high: (high < 0.8, low >= 0.8),
    "within": lambda low, high: (low >= 0.5 and high <= 0.9, high < 0.5 or low > 0.9),
}


@pytest.mark.parametrize("direction", RULES)
@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
def test_chances_are_those_of_the_intervals_that_decide(direction):
    world = ilr.agreement_world(0.7, margins=[0.4, 0.6])
    threshold = DIRECTIONS.get(direction, (0.5, 0.9))
    plan = ilr.power_for_agreement(
        ilr.cohen_kappa, world, 6, threshold=threshold, direction=direction
    )
    supported = contradicted = undefined = 0.0
    for cells in product(range(7), repeat=3):
        table = [*cells, 6 - sum(cells)]
        if table[3] < 0:
            continue
        weight = stats.multinomial.pmf(table, 6, world.shares)
        kappa = ilr.cohen_kappa(
            ilr.ratings_from_table(np.reshape(table, (2, 2)), scale=ilr.Scale([1, 2]))
        )
        low, high = kappa.confidence_interval()
        shown, refuted = RULES[direction](low, high)
        supported += weight * shown
        contradicted += weight * refuted
        undefined += weight * (kappa.status == "undefined")
    found = plan.chances
    assert [found.supported, found.contradicted, found.undefined] == [
        pytest.approx(one, abs=1e-9) for one in (supported, contradicted, undefined)
    ]


CASES = {
    "kappa": (ilr.cohen_kappa, {}, 60),
    "ac": (ilr.gwet_ac, {}, 60),
    "linear": (partial(ilr.cohen_kappa, weights="linear"), {}, 60),
    "alpha of two of three": (ilr.krippendorff_alpha, {"ratings_per_unit": 2}, 60),
    "drop-out": (ilr.cohen_kappa, {"drop_out": 0.25}, 80),
}


@pytest.mark.parametrize(("coefficient", "work", "n"), CASES.values(), ids=CASES)
def test_formula_and_drawn_studies_agree_by_normal_limits(coefficient, work, n):
    margins = [0.2, 0.45, 0.35]
    world = ilr.agreement_world(
        0.75, margins=margins, n_raters=3 if "ratings_per_unit" in work else 2
    )
    fieldwork = ilr.Fieldwork(**work)
    said = {"threshold": 0.55, "fieldwork": fieldwork, "interval": "wald", "confidence_level": 0.9}
    drawn = ilr.power_for_agreement(
        coefficient, world, n, method="simulated", n_resamples=4_000, rng=4, **said
    )
    formula = ilr.power_for_agreement(coefficient, world, n, method="formula", **said)
    # normal limits of a skewed coefficient: near, not the same
    assert drawn.power == pytest.approx(formula.power, abs=0.08)


def test_exact_and_drawn_studies_agree_within_their_error():
    world = ilr.agreement_world(0.8, margins=[0.3, 0.7])
    exact, drawn = (
        ilr.power_for_agreement(
            ilr.cohen_kappa, world, 30, threshold=0.5, method=method, n_resamples=20_000, rng=7
        )
        for method in ("exact", "simulated")
    )
    assert drawn.power == pytest.approx(exact.power, abs=4 * drawn.chances.simulation_error)


def test_the_number_found_has_the_power_and_fewer_have_not():
    world = ilr.agreement_world(0.8, margins=[0.1, 0.5, 0.4])
    plan = ilr.units_for_agreement(ilr.cohen_kappa, world, threshold=0.6, rng=3)
    powers = [
        ilr.power_for_agreement(ilr.cohen_kappa, world, n, threshold=0.6, rng=5).power
        for n in (plan.n_units, ceil(0.9 * plan.n_units))
    ]
    assert powers[0] == pytest.approx(0.8, abs=0.03)
    assert powers[1] < 0.8


def test_clusters_ask_for_as_many_more_units_as_their_design_effect():
    world = ilr.agreement_world(0.8, margins=EVEN)
    said = {"threshold": 0.6, "method": "formula"}
    alone = ilr.units_for_agreement(ilr.cohen_kappa, world, **said).n_units
    clustered = ilr.units_for_agreement(
        ilr.cohen_kappa,
        world,
        fieldwork=ilr.Fieldwork(cluster_size=5, cluster_correlation=0.2),
        **said,
    ).n_units
    assert clustered == pytest.approx(1.8 * alone, abs=2)


def test_drawn_clusters_spread_by_the_design_effect():
    world = ilr.agreement_world(0.8, margins=EVEN)
    work = ilr.Fieldwork(cluster_size=5, cluster_correlation=0.2)
    (batch,) = drawn_studies(world, work, 50, 4_000, np.random.default_rng(2))
    agreed = ilr.percent_agreement(batch).value
    assert agreed.var() * 50 / (0.9 * 0.1) == pytest.approx(work.design_effect, rel=0.1)


def test_the_least_detectable_agreement_needs_just_this_number():
    world = ilr.agreement_world(0.5, margins=EVEN)
    found = ilr.minimum_detectable_agreement(ilr.percent_agreement, world, 60, threshold=0.8)
    assert found.power == pytest.approx(0.8, abs=0.01)
    above = ilr.agreement_world(
        found.truth + 0.005, margins=EVEN, coefficient=ilr.percent_agreement
    )
    plan = ilr.power_for_agreement(ilr.percent_agreement, above, 60, threshold=0.8)
    assert plan.power > found.power


def test_what_cannot_be_shown_is_said_to_be_so():
    world = ilr.agreement_world(0.6, margins=EVEN)
    plan = ilr.units_for_agreement(ilr.cohen_kappa, world, threshold=0.6)
    assert plan.n_units is None
    assert "Nothing that was looked at" in plan.describe()
    small = ilr.minimum_detectable_agreement(ilr.cohen_kappa, world, 4, threshold=0.8)
    assert np.isnan(small.truth)


def test_the_same_seed_draws_the_same_studies():
    world = ilr.agreement_world(0.8, margins=[0.2, 0.3, 0.5])
    one, other = (
        ilr.power_for_agreement(
            ilr.cohen_kappa, world, 50, threshold=0.6, method="simulated", n_resamples=500, rng=9
        )
        for _ in range(2)
    )
    assert one == other


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"threshold": (0.4, 0.6)}, "`threshold` must be a number"),
        ({"threshold": 0.6, "direction": "within"}, "two margins"),
        ({"threshold": 0.6, "direction": "above"}, "`direction` must be one of"),
        ({"threshold": 0.6, "power": 80}, "`power` must be between 0 and 1"),
        ({"threshold": 0.6, "method": "guess"}, "`method` must be one of"),
        ({"threshold": 0.6, "fieldwork": ilr.Fieldwork(ratings_per_unit=3)}, "at most 2"),
    ],
)
def test_plans_that_make_no_sense_are_refused(said, message):
    world = ilr.agreement_world(0.8, margins=EVEN)
    with pytest.raises((TypeError, ValueError), match=message):
        ilr.units_for_agreement(ilr.cohen_kappa, world, **said)


MANY = {
    "clusters": (2, {"cluster_size": 2, "cluster_correlation": 0.1}, 0.6),
    "raters": (6, {}, 0.6),
}


@pytest.mark.parametrize("name", MANY)
def test_a_search_looks_at_what_the_time_allows(name, monkeypatch):
    # 110 nanoseconds a frequency, as measured; an odd look more is allowed
    monkeypatch.setattr("ilacs_reliability._checks.work.SECONDS", 1.0)
    n_raters, carried_out, threshold = MANY[name]
    looked_at = []

    def coefficient(ratings):
        looked_at.append(ratings.frequencies.size)
        return ilr.percent_agreement(ratings)

    world = ilr.agreement_world(
        0.7, margins=[0.1, 0.3, 0.4, 0.2], n_raters=n_raters, coefficient=ilr.percent_agreement
    )
    plan = ilr.units_for_agreement(
        coefficient,
        world,
        threshold=threshold,
        fieldwork=ilr.Fieldwork(**carried_out),
        rng=1,
    )
    assert sum(looked_at) * 110e-9 < 1.5
    assert "as more would take too long" in plan.describe()
    assert plan.power == pytest.approx(0.8, abs=0.08)


def test_studies_too_large_to_draw_are_planned_by_the_formula_and_say_so():
    world = ilr.agreement_world(0.7, margins=[0.1, 0.3, 0.4, 0.2])
    work = ilr.Fieldwork(cluster_size=2, cluster_correlation=0.1)
    said = {"threshold": 0.69, "fieldwork": work}
    plan = ilr.units_for_agreement(ilr.cohen_kappa, world, **said, rng=1)
    by_formula = ilr.units_for_agreement(ilr.cohen_kappa, world, **said, method="formula")
    assert (plan.n_units, plan.chances.method) == (by_formula.n_units, "formula")
    assert "take too long to draw" in plan.describe()
    assert "too long" not in by_formula.describe()
    with pytest.raises(ValueError, match="`method` cannot be 'simulated' here"):
        ilr.units_for_agreement(ilr.cohen_kappa, world, **said, method="simulated")


@pytest.mark.parametrize("strength", [0.2, 0.5, 0.8])
def test_by_formula_a_study_supports_contradicts_or_shows_nothing(strength):
    world = ilr.agreement_world(strength, margins=[0.3, 0.7])
    found = ilr.power_for_agreement(
        ilr.cohen_kappa, world, 60, threshold=0.5, method="formula"
    ).chances
    assert found.contradicted > 0.01 or strength > 0.5
    assert found.supported + found.contradicted + found.not_shown == pytest.approx(1)


def test_searches_through_too_many_studies_are_refused():
    world = ilr.agreement_world(0.7, margins=[0.1, 0.3, 0.4, 0.2])
    with pytest.raises(ValueError, match="`method` cannot be 'exact' here: more than 10,000"):
        ilr.units_for_agreement(ilr.cohen_kappa, world, threshold=0.2, method="exact")
    with pytest.raises(ValueError, match="`method` cannot be 'exact' here"):
        ilr.minimum_detectable_agreement(ilr.cohen_kappa, world, 50, threshold=0.2, method="exact")


def test_a_detectable_agreement_has_the_power_of_a_plan_in_its_world():
    world = ilr.agreement_world(0.5, margins=[0.3, 0.7])
    found = ilr.minimum_detectable_agreement(ilr.gwet_ac, world=world, n_units=20, threshold=0.5)
    there = world.with_value(ilr.gwet_ac, found.truth)
    plan = ilr.power_for_agreement(ilr.gwet_ac, world=there, n_units=20, threshold=0.5)
    assert found.power == pytest.approx(plan.power, rel=1e-6)
    # where all agree that can, some patterns are gone, and their studies with them
    best = world.at(1.0)
    assert len(best.shares[best.shares > 0]) < len(world.shares)
    surest = ilr.power_for_agreement(ilr.gwet_ac, world=best, n_units=20, threshold=0.5)
    assert surest.power > plan.power
