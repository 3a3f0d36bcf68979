"""Shifts and groups are planned by the test that will be used."""

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pytest
from scipy import stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability._checks.work import SECONDS
from ilacs_reliability.planning.call_costs import CALLS, call_cost
from stored import case

MOVES = np.array([[0.1, 0.2, 0.2], [0.1, 0.2, 0.0], [0.1, 0.0, 0.1]])


def test_the_power_of_a_sign_test_is_summed_over_all_moves():
    # by definition: trinomial rises and falls, exact two-sided binomial among those that moved
    n, up, down = 20, 0.4, 0.2
    power = 0.0
    for moved in range(n + 1):
        for rose in range(moved + 1):
            chance = stats.multinomial.pmf([rose, moved - rose, n - moved], n, [up, down, 0.4])
            p_value = stats.binomtest(rose, moved).pvalue if moved else 1.0
            power += chance * (p_value <= 0.05)
    plan = ilr.units_for_shift(MOVES, n_units=n)
    assert plan.chances.method == "exact"
    assert plan.power == pytest.approx(power, abs=1e-9)


def test_mcnemar_of_a_cut_looks_at_the_cut_alone():
    cut = [[0.1, 0.4], [0.2, 0.3]]
    one = ilr.units_for_shift(MOVES, test=ilr.mcnemar, at_least=1, n_units=20)
    other = ilr.units_for_shift(cut, test=ilr.mcnemar, n_units=20)
    assert one.power == close(other.power)


def test_the_formula_of_a_chi_square_test_is_the_noncentral_one():
    plan = ilr.units_for_shift(MOVES, test=ilr.stuart_maxwell, n_units=100, method="formula")
    # the statistic of the expected table, by definition
    difference = (MOVES.sum(axis=1) - MOVES.sum(axis=0))[:2]
    spread = -(MOVES + MOVES.T)[:2, :2]
    np.fill_diagonal(spread, MOVES.sum(axis=1)[:2] + MOVES.sum(axis=0)[:2] - 2 * np.diag(MOVES)[:2])
    away = 100 * difference @ np.linalg.solve(spread, difference)
    wanted = stats.ncx2.sf(stats.chi2.ppf(0.95, 2), 2, away)
    assert plan.power == pytest.approx(wanted, abs=1e-6)


def test_the_formula_is_that_of_as_many_units_as_the_function_takes():
    def for_few(table):
        if table.n_units > 2000:
            raise ValueError("too many")
        return ilr.stuart_maxwell(table)

    few = ilr.units_for_shift(MOVES, test=for_few, n_units=100, method="formula")
    many = ilr.units_for_shift(MOVES, test=ilr.stuart_maxwell, n_units=100, method="formula")
    assert few.power == pytest.approx(many.power, rel=1e-6)


def test_a_small_study_is_drawn_where_that_is_asked_for():
    exact = ilr.units_for_shift(MOVES, n_units=20)
    drawn = ilr.units_for_shift(MOVES, n_units=20, method="simulated", n_resamples=400, rng=1)
    assert (exact.chances.method, drawn.chances.method) == ("exact", "simulated")
    assert drawn.power == pytest.approx(exact.power, abs=4 * drawn.chances.simulation_error)
    assert drawn.chances.simulation_error > 0


def test_drawn_tests_agree_with_the_formula():
    said = {"test": ilr.stuart_maxwell, "n_units": 140}
    formula = ilr.units_for_shift(MOVES, method="formula", **said)
    drawn = ilr.units_for_shift(MOVES, method="simulated", n_resamples=500, rng=1, **said)
    assert drawn.power == pytest.approx(formula.power, abs=0.06)


@pytest.mark.parametrize(
    ("name", "share", "margin", "level"),
    [
        ("power_twoprop.equivalence", 0.5, 0.1, 0.9),
        ("power_twoprop.julious", 0.8, 0.1, 0.95),
        ("power_twoprop.machin", 0.5, 0.2, 0.98),
    ],
)
def test_equivalence_of_two_shares_needs_the_units_that_toster_says(name, share, margin, level):
    # TOSTER 0.9.0, power_twoprop: units of each group, unpooled normal limits; its numbers are
    # those of Julious and Campbell (2012) and of Machin (2008)
    said = case("planning", name)["values"]
    plan = ilr.units_for_comparison(
        [[1 - share, share]] * 2,
        test=lambda groups: ilr.risk_difference(groups, at_least=2),
        threshold=(-margin, margin),
        direction="within",
        power=said["power"],
        confidence_level=level,
        method="formula",
    )
    assert plan.n_units == pytest.approx(2 * said["n"], abs=2)


def test_a_test_of_two_shares_is_planned_over_all_tables():
    # Fisher's test of 8 against 8, by going through all of them
    plan = ilr.units_for_comparison([[0.1, 0.9], [0.6, 0.4]], test=ilr.two_proportions, n_units=16)
    power = sum(
        stats.binom.pmf(x, 8, 0.9) * stats.binom.pmf(y, 8, 0.4)
        for x in range(9)
        for y in range(9)
        if stats.fisher_exact([[8 - x, x], [8 - y, y]]).pvalue <= 0.05
    )
    assert plan.chances.method == "exact"
    assert plan.power == pytest.approx(power, abs=1e-9)


def test_groups_are_split_as_they_are_allocated():
    even, uneven = (
        ilr.units_for_comparison(
            [[0.1, 0.9], [0.4, 0.6]],
            test=lambda groups: ilr.risk_difference(groups, at_least=2),
            threshold=0.0,
            direction="at most",
            allocation=allocation,
            method="formula",
        ).n_units
        for allocation in ((1, 1), (1, 4))
    )
    # by definition: the spread of a difference of shares
    spread = [0.1 * 0.9 / a + 0.4 * 0.6 / b for a, b in ((0.5, 0.5), (0.2, 0.8))]
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert [even, uneven] == pytest.approx([z**2 * one / 0.3**2 for one in spread], abs=1)


def test_the_number_found_has_the_power_that_was_asked_for():
    plan = ilr.units_for_shift(MOVES, rng=1)
    again = ilr.units_for_shift(MOVES, n_units=plan.n_units, rng=2)
    assert again.power == pytest.approx(0.8, abs=0.03)


def test_drop_out_asks_for_as_many_more():
    whole = ilr.units_for_shift(MOVES, method="formula", test=ilr.bowker).n_units
    some = ilr.units_for_shift(MOVES, method="formula", test=ilr.bowker, drop_out=0.2).n_units
    assert some == pytest.approx(whole / 0.8, abs=1)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"shares": [[1, 2, 3], [1, 2, 3]]}, "square"),
        ({"shares": [[-1, 2], [1, 2]]}, "0 or more"),
        ({"at_least": 3}, "below 3"),
        ({"drop_out": 1.5}, "drop_out"),
        ({"method": "formula"}, "chi-square test"),
        ({"test": ilr.net_shift}, "must return a SignificanceResult"),
    ],
)
def test_studies_that_cannot_be_are_refused(said, message):
    with pytest.raises((TypeError, ValueError), match=message):
        ilr.units_for_shift(**{"shares": MOVES} | said)


def net(table):
    return ilr.net_shift(table).net


CLUSTERS = ilr.Fieldwork(cluster_size=5, cluster_correlation=0.3)


def test_clusters_of_a_shift_are_drawn_and_judged_as_clusters():
    # by definition: the variance of a share over clusters is the independent one times the effect
    said = {"test": net, "threshold": 0.0, "n_units": 300}
    formula = ilr.units_for_shift(MOVES, fieldwork=CLUSTERS, method="formula", **said)
    alone = ilr.units_for_shift(MOVES, test=net, threshold=0.0, n_units=136, method="formula")
    assert CLUSTERS.design_effect == close(2.2)
    assert formula.power == pytest.approx(alone.power, abs=0.01)
    drawn = ilr.units_for_shift(MOVES, fieldwork=CLUSTERS, n_resamples=400, rng=1, **said)
    assert drawn.power == pytest.approx(formula.power, abs=0.08)
    assert "5 together with a correlation of 0.3" in drawn.describe()


def test_a_shift_of_clusters_that_is_none_is_shown_no_more_often_than_declared():
    still = (MOVES + MOVES.T) / 2
    plan = ilr.units_for_shift(still, fieldwork=CLUSTERS, n_units=100, n_resamples=400, rng=2)
    assert plan.power < 0.05 + 3 * plan.chances.simulation_error


def test_lone_units_are_clusters_of_one():
    alone = ilr.units_for_shift(MOVES, n_units=65)
    work = ilr.Fieldwork(cluster_size=2)
    drawn = ilr.units_for_shift(MOVES, fieldwork=work, n_units=65, n_resamples=600, rng=4)
    assert drawn.chances.method == "simulated"
    # whole clusters that swap are fewer than units that do
    assert drawn.power < alone.power + 3 * drawn.chances.simulation_error


def test_groups_in_clusters_count_for_what_their_design_effect_leaves():
    said = {"test": ilr.relative_effect, "threshold": 0.5, "direction": "at most"}
    groups = [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]]
    plans = [
        ilr.units_for_comparison(groups, fieldwork=work, method="formula", **said).n_units
        for work in (None, CLUSTERS, ilr.Fieldwork(drop_out=0.5))
    ]
    assert plans[1] == pytest.approx(2.2 * plans[0], abs=2)
    assert plans[2] == pytest.approx(2 * plans[0], abs=2)
    few = ilr.units_for_comparison(groups, fieldwork=CLUSTERS, n_units=22, test=ilr.mann_whitney)
    same = ilr.units_for_comparison(groups, n_units=10, test=ilr.mann_whitney)
    assert few.power == close(same.power)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"fieldwork": CLUSTERS, "method": "exact"}, "`method` cannot be 'exact'"),
        ({"fieldwork": CLUSTERS, "drop_out": 0.1}, "`drop_out` must be left out"),
        ({"fieldwork": ilr.Fieldwork(ratings_per_unit=2)}, "`fieldwork` must leave out"),
        ({"fieldwork": 0.1}, "`fieldwork` must be a Fieldwork"),
    ],
)
def test_fieldwork_that_does_not_fit_a_shift_is_refused(said, message):
    with pytest.raises((TypeError, ValueError), match=message):
        ilr.units_for_shift(MOVES, n_units=20, **said)


KINDS = np.array([[0.05, 0.15, 0.5, 0.3], [0.25, 0.3, 0.3, 0.15]])
NEARLY = 0.9 * KINDS[:1] + 0.1 * KINDS


def given_out_for(named, calls):
    """Return a quick test that gives itself out for another and notes what its calls would take."""
    some = ilr.mann_whitney(40 * KINDS.round(1), method="asymptotic")

    def test(groups):
        (counts,) = groups.counts
        means = counts @ np.arange(4) / counts.sum(axis=1)
        far = (means[0] - means[1]) * counts.sum() ** 0.5 / 2
        found = replace(some, name=named[0], method=named[1], p_value=2 * stats.norm.sf(abs(far)))
        calls.append(call_cost(found, counts.sum()) / 1e9)
        return found

    return test


def plan_or_refusal(shares, test):
    """Return the plan, or why there is none."""
    try:
        return ilr.units_for_comparison(shares, test=test, rng=1)
    except ValueError as error:
        return str(error)


DEAR = [(named, KINDS) for named in CALLS] + [(("brunner_munzel", "permutation"), NEARLY)]


@pytest.mark.parametrize(("named", "shares"), DEAR, ids=["-".join(one) for one, _ in DEAR])
def test_a_search_gives_way_or_refuses_where_calls_are_dear(named, shares):
    calls = []
    found = plan_or_refusal(shares, given_out_for(named, calls))
    if isinstance(found, ilr.StudyPlan):
        assert abs(found.power - 0.8) < 0.1
    else:
        assert "`test` takes too long" in found
    assert sum(calls) < 1.5 * SECONDS


def test_a_test_that_refuses_large_groups_is_planned_for():
    shares = np.array([[0.95, 0.05], [0.2, 0.8]])
    test = partial(ilr.two_proportions, method="boschloo", at_least=2)
    plan = ilr.units_for_comparison(shares, test=test, n_units=10)
    # by definition: over both groups' binomials
    power = sum(
        stats.binom.pmf([one, other], 5, shares[:, 1]).prod()
        for one, other in product(range(6), repeat=2)
        if test(np.array([[5 - one, one], [5 - other, other]])).p_value <= 0.05
    )
    assert plan.chances.method == "exact"
    assert plan.power == pytest.approx(power, abs=1e-9)


def test_an_exact_test_too_dear_for_its_size_gives_way_to_the_formula():
    n = 3000
    plan = ilr.units_for_shift(MOVES, test=partial(ilr.stuart_maxwell, method="exact"), n_units=n)
    formula = ilr.units_for_shift(MOVES, test=ilr.stuart_maxwell, method="formula", n_units=n)
    assert plan.power == close(formula.power)
    assert "take too long to draw" in plan.describe()


def test_all_studies_are_not_gone_through_where_they_are_too_many():
    with pytest.raises(ValueError, match="`method` cannot be 'exact'"):
        ilr.units_for_shift(MOVES, test=ilr.bowker, n_units=100, method="exact")
