"""What a study could show is known beforehand; "supported" comes no more often than declared."""

import csv
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import ilacs_reliability as ilr
from closeness import close

TWO = ilr.Scale(["converts", "stays good"])


def claim(kind="share", threshold=0.5, **options):
    return ilr.Claim(statement="So it is.", kind=kind, threshold=threshold, **options)


def share_of(count, n):
    table = ilr.ratings_from_table([[0, n - count], [0, count]], scale=TWO)
    return ilr.percent_agreement(table)


CLAIMS = st.one_of(
    st.builds(
        claim,
        threshold=st.sampled_from([0.2, 0.5, 0.8]),
        direction=st.sampled_from(["at least", "more than", "at most", "less than"]),
    ),
    st.builds(
        claim,
        threshold=st.sampled_from([(0.3, 0.7), (0.45, 0.9)]),
        direction=st.just("within"),
    ),
)


# --- reachable outcomes ----------------------------------------------------------------------


@given(one=CLAIMS, n=st.integers(1, 40))
def test_what_is_reachable_is_what_some_count_is_judged_to_be(one, n):
    found = {ilr.judge(one, share_of(count, n)).outcome for count in range(n + 1)}
    assert set(ilr.reachable_outcomes(one, n).outcomes) == found


@given(one=CLAIMS, n=st.integers(1, 40), data=st.data())
def test_every_verdict_says_what_its_number_of_units_could_have_shown(one, n, data):
    verdict = ilr.judge(one, share_of(data.draw(st.integers(0, n)), n))
    assert verdict.outcome in verdict.reachable
    assert verdict.reachable == ilr.reachable_outcomes(one, n).outcomes


def test_the_results_that_lead_to_an_outcome_are_named():
    found = ilr.reachable_outcomes(claim(), 12)
    # 10 of 12: exact lower limit 0.5159; 9 of 12: 0.4281 (binomial tails)
    assert stats.binom.sf(9, 12, 0.5) < 0.025 < stats.binom.sf(8, 12, 0.5)
    assert dict(zip(found.outcomes, found.results, strict=True))["supported"] == "10 to 12 of 12"


@pytest.mark.parametrize("threshold", [0.5, 0.8, (0.4, 0.6), (0.55, 0.65)])
def test_it_settles_from_the_least_number_on_that_can_come_out_both_ways(threshold):
    one = claim(threshold=threshold, direction="within" if np.ndim(threshold) else "at least")
    needed = ilr.reachable_outcomes(one, 5).settles_from
    both = {"supported", "contradicted"}
    assert both <= set(ilr.reachable_outcomes(one, needed).outcomes)
    assert not both <= set(ilr.reachable_outcomes(one, needed - 1).outcomes)


def test_no_number_of_cases_shows_that_there_will_be_none():
    found = ilr.reachable_outcomes(claim(threshold=0.0, direction="at most"), 10_000)
    assert "supported" not in found.outcomes
    assert found.settles_from is None
    assert "No number of units" in found.describe()


@pytest.mark.parametrize("name", ["percent_agreement", "cohen_kappa", "gwet_ac"])
def test_few_pairs_cannot_support_agreement_and_many_can(name):
    one = claim("consistency", 0.8, coefficient=name)
    assert "supported" not in ilr.reachable_outcomes(one, 5).outcomes
    assert {"supported", "contradicted"} <= set(ilr.reachable_outcomes(one, 150).outcomes)


def test_a_single_pair_defines_no_kappa():
    one = claim("consistency", 0.8, coefficient="cohen_kappa")
    assert ilr.reachable_outcomes(one, 1).outcomes == ("not answerable",)


def test_more_units_than_can_be_counted_are_refused():
    with pytest.raises(ValueError, match="`n` must be at most 1,000,000,000,000,000"):
        ilr.reachable_outcomes(claim(), 10**20)


def test_a_coefficient_whose_results_are_not_gone_through_is_refused():
    with pytest.raises(ValueError, match="`claim` names icc, whose results cannot"):
        ilr.reachable_outcomes(claim("consistency", 0.8, coefficient="icc"), 24)


# --- power -----------------------------------------------------------------------------------


@given(one=CLAIMS, n=st.integers(1, 25), tenths=st.integers(0, 10))
def test_power_over_a_share_is_the_sum_over_its_counts(one, n, tenths):
    share = Fraction(tenths, 10)
    chance = dict.fromkeys(["supported", "contradicted", "not shown"], Fraction(0))
    for count in range(n + 1):
        outcome = ilr.judge(one, share_of(count, n)).outcome
        chance[outcome] += comb(n, count) * share**count * (1 - share) ** (n - count)
    power = ilr.verdict_power(one, float(share), n)
    assert power.supported == close(float(chance["supported"]))
    assert power.contradicted == close(float(chance["contradicted"]))
    assert power.not_shown == close(float(chance["not shown"]))


@given(one=CLAIMS, n=st.integers(1, 200))
def test_on_the_edge_of_a_claim_it_is_supported_no_more_often_than_declared(one, n):
    for edge in one.margins:
        if np.isfinite(edge):
            power = ilr.verdict_power(one, edge, n)
            assert power.supported <= one.error + 1e-9
            if one.direction != "within":
                assert power.contradicted <= one.error + 1e-9


# worlds in which the coefficient is 0.6 and 0.4, by their definitions
EDGES = {
    "cohen_kappa": (0.6, [[0.4, 0.1], [0.1, 0.4]]),
    "scott_pi": (0.6, [[0.4, 0.1], [0.1, 0.4]]),
    "brennan_prediger": (0.6, [[0.7, 0.1], [0.1, 0.1]]),
    "gwet_ac": (0.6, [[0.4, 0.1], [0.1, 0.4]]),
    "krippendorff_alpha": (0.6, [[0.4, 0.1], [0.1, 0.4]]),
}


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("n", [12, 30])
def test_approximate_limits_keep_the_declared_error_as_well(name, n):
    threshold, world = EDGES[name]
    one = claim("consistency", threshold, coefficient=name)
    power = ilr.verdict_power(one, world, n)
    assert "exact" in power.method
    assert power.supported <= one.error
    assert power.contradicted <= one.error


def test_drawn_studies_come_as_often_as_they_should():
    one = claim("consistency", 0.8, coefficient="percent_agreement", floor=-1)
    power = ilr.verdict_power(one, [[0.5, 0.05], [0.05, 0.4]], 200, rng=1)
    assert power.method == "9,999 studies drawn"
    # the least count whose exact lower limit reaches 0.8, and how often 0.9 gives as many
    least = next(k for k in range(201) if stats.binom.sf(k - 1, 200, 0.8) <= 0.025)
    assert abs(power.supported - stats.binom.sf(least - 1, 200, 0.9)) < 4 * power.error


def test_draws_are_reproducible():
    one = claim("consistency", 0.6, coefficient="cohen_kappa")
    world = [[0.4, 0.1], [0.1, 0.4]]
    assert ilr.verdict_power(one, world, 300, rng=5) == ilr.verdict_power(one, world, 300, rng=5)


def test_groups_that_are_alike_can_be_shown_to_be():
    one = claim("comparison", (0.4, 0.6), direction="within", coefficient="relative_effect")
    grades = [[0.1, 0.3, 0.6], [0.1, 0.3, 0.6]]
    few, many = (ilr.verdict_power(one, grades, n, n_resamples=49, rng=1) for n in (20, 400))
    assert few.supported < 0.1 < 0.9 < many.supported


@pytest.mark.parametrize(
    ("one", "world", "message"),
    [
        (claim(), [0.5, 0.5], "`world` must be a share"),
        (claim(), 1.5, "`world` must hold shares between 0 and 1"),
        (claim("consistency", 0.8), 0.9, "`world` must be a square table"),
        (claim("consistency", 0.8), [[0.5, 0.5], [0.5, 0.5]], "add up to 1, not 2"),
        (claim("shift", 0.0, coefficient="net_shift"), 0.5, "that rise, stay and fall"),
        (claim("comparison", 0.5), [[0.5, 0.5]], "a row for each of two groups"),
    ],
)
def test_a_world_of_another_shape_is_refused(one, world, message):
    with pytest.raises(ValueError, match=message):
        ilr.verdict_power(one, world, 24)


PAGE = Path(__file__).parents[2] / "docs" / "verdict_errors.md"
ROWS = list(
    csv.DictReader((PAGE.parent / "_static" / "verdict_errors.csv").read_text("utf-8").splitlines())
)


def test_in_no_world_that_was_gone_through_is_it_supported_more_often_than_declared():
    assert {one["units"] for one in ROWS} == {"12", "24", "48", "100", "150"}
    assert max(float(one["supported"]) for one in ROWS) <= 2.5
    # of two margins the far one adds a little
    inside = [one for one in ROWS if "within" not in one["claim"]]
    assert max(float(one["contradicted"]) for one in inside) <= 2.5


def test_the_page_shows_the_rows_of_the_file():
    page = PAGE.read_text(encoding="utf-8").partition("| coefficient |")[0]
    for one in ROWS:
        cell = f"{float(one['supported']):.1f} / {float(one['contradicted']):.1f}"
        (line,) = [x for x in page.splitlines() if x.startswith(f"| {one['claim']} |")]
        assert cell in line


def test_each_published_claim_that_evidence_bears_on_has_its_errors():
    text = (PAGE.parent / "_static" / "published_errors.csv").read_text("utf-8")
    rows = {one["claim"]: one for one in csv.DictReader(text.splitlines())}
    found = [one for one in ilr.assess_security().assessments if one.verdict.reachable]
    answered = [one for one in found if one.verdict.outcome != "not answerable"]
    assert list(rows) == [one.claim.statement for one in answered]
    for one in answered:
        row = rows[one.claim.statement]
        assert int(row["units"]) == one.verdict.evidence.n_units
        assert float(row["supported"]) <= 2.5
        assert f"| {row['units']} | {float(row['supported']):.1f} |" in PAGE.read_text("utf-8")
        # by definition: the exact upper tail of a share, where a limit of 95 % passes the half
        if row["asks"] == "more than 0.5":
            n = int(row["units"])
            wrong = sum(
                stats.binom.pmf(x, n, 0.5)
                for x in range(n + 1)
                if stats.binomtest(x, n).proportion_ci().low > 0.5
            )
            assert float(row["supported"]) == pytest.approx(100 * wrong, abs=0.006)


# --- naming the coefficient ------------------------------------------------------------------

LOPSIDED = ilr.ratings_from_table([[2, 2], [2, 144]], scale=TWO)


def test_another_coefficient_than_the_claim_names_is_refused():
    kappa = claim("consistency", 0.6, coefficient="cohen_kappa")
    with pytest.raises(ValueError, match="`result` is gwet_ac, but the claim names cohen_kappa"):
        ilr.judge(kappa, ilr.gwet_ac(LOPSIDED))


def test_other_weights_than_the_claim_names_are_refused():
    scale = ilr.Scale(["poor", "fair", "good"])
    table = ilr.ratings_from_table([[5, 1, 0], [1, 5, 1], [0, 1, 5]], scale=scale)
    plain = claim("consistency", 0.6, coefficient="cohen_kappa")
    linear = claim("consistency", 0.6, coefficient="cohen_kappa", weights="linear")
    weighted = ilr.cohen_kappa(table, weights="linear")
    with pytest.raises(ValueError, match="`result` has the weights 'linear'"):
        ilr.judge(plain, weighted)
    assert ilr.judge(linear, weighted).evidence is weighted


@pytest.mark.parametrize("name", ["percent_agreement", "gwet_ac", "cohen_kappa"])
def test_nobody_picks_the_verdict_where_none_is_named(name):
    verdict = ilr.judge(claim("consistency", 0.8), getattr(ilr, name)(LOPSIDED))
    assert verdict.outcome == "not shown"
    assert "depends on the coefficient, and the claim names none" in verdict.reason


def test_plain_agreement_does_not_support_consistency_that_chance_explains():
    named = claim("consistency", 0.8, coefficient="percent_agreement")
    verdict = ilr.judge(named, ilr.percent_agreement(LOPSIDED))
    assert verdict.outcome == "not shown"
    assert verdict.as_count == "true"
    assert "Cohen's kappa is" in verdict.reason
    even = ilr.ratings_from_table([[73, 2], [2, 73]], scale=TWO)
    assert ilr.judge(named, ilr.percent_agreement(even)).outcome == "supported"


def test_ratings_are_judged_by_the_coefficient_that_the_claim_names():
    even = ilr.ratings_from_table([[73, 2], [2, 73]], scale=TWO)
    kappa = claim("consistency", 0.8, coefficient="cohen_kappa")
    assert ilr.judge(kappa, even).evidence == ilr.cohen_kappa(even)
    every = ilr.judge(claim("consistency", 0.8), even)
    assert every.outcome == "supported"
    assert "so does that of every other coefficient" in every.reason


def test_a_coefficient_that_others_cannot_be_computed_from_needs_a_name():
    scale = ilr.Scale(["poor", "fair", "good"])
    table = ilr.ratings_from_table([[5, 1, 0], [1, 5, 1], [0, 1, 5]], scale=scale)
    with pytest.raises(ValueError, match="`claim` names no coefficient"):
        ilr.judge(claim("consistency", 0.6), ilr.cohen_kappa(table, weights="linear"))


@given(one=CLAIMS, n=st.integers(1, 60), data=st.data())
def test_as_a_count_a_claim_is_true_of_exactly_its_side_of_the_threshold(one, n, data):
    count = data.draw(st.integers(0, n))
    low, high = (Fraction(str(x)) if np.isfinite(x) else x for x in one.margins)
    share = Fraction(count, n)
    inside = low < share < high if one.is_strict else low <= share <= high
    assert ilr.judge(one, share_of(count, n)).as_count == ("true" if inside else "false")


# --- multiverse ------------------------------------------------------------------------------


def test_the_multiverse_holds_the_judged_verdict_of_each_way():
    one = claim("consistency", 0.8)
    found = ilr.verdict_multiverse(one, LOPSIDED)
    for row in found:
        bare = claim(
            "consistency",
            float(row["threshold"].split()[-1]),
            coefficient=row["coefficient"],
            floor=-1,
        )
        assert row["outcome"] == ilr.judge(bare, getattr(ilr, row["coefficient"])(LOPSIDED)).outcome
    assert "depends on the coefficient" in found.sentence


def test_groups_on_a_scale_without_order_are_refused_by_their_name():
    groups = ilr.grades_from_table([[3, 1], [1, 3]], scale=ilr.Scale(["a", "b"], ordered=False))
    one = ilr.Claim(statement="So.", kind="comparison", threshold=0.5)
    with pytest.raises(ValueError, match="`data` must have an ordered scale"):
        ilr.verdict_multiverse(one, groups)


def test_unclear_units_are_a_way_of_their_own():
    clear, unclear = (
        ilr.load_dataset(f"{name}_transitions").counts for name in ("short", "unclear_kind")
    )
    tables = {
        name: ilr.transitions_from_table(table, scale=ilr.OFSTED_SCALE)
        for name, table in (("without", clear), ("with", clear + unclear))
    }
    one = claim("shift", 0.25, direction="more than")
    found = ilr.verdict_multiverse(one, tables, thresholds=[0.25], cuts=[None])
    assert [row["units"] for row in found] == ["without", "with"]
    assert found[0]["value"] == close(39 / 122)
    assert found[1]["value"] == close(39 / 125)


def test_a_comparison_has_each_cut_as_a_way():
    grades = ilr.grades_from_table([[3, 8, 45, 39], [4, 6, 5, 3]], scale=ilr.OFSTED_SCALE)
    one = claim("comparison", (0.4, 0.6), direction="within")
    found = ilr.verdict_multiverse(one, grades, thresholds=[(0.4, 0.6)])
    cuts = ["all grades", "at least requires improvement", "at least good", "at least outstanding"]
    assert [row["cut"] for row in found] == cuts
    whole = ilr.relative_effect(grades)
    assert found[0]["value"] == close(whole.value)
    # at the cut good: 84 of 95 against 8 of 18 at or above it
    first, second = Fraction(84, 95), Fraction(8, 18)
    assert found[2]["value"] == close(float((second - first + 1) / 2))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"thresholds": []}, "`thresholds` must hold at least one"),
        ({"thresholds": [80]}, "`thresholds` must be at most 1"),
        ({"coefficients": ["kappa"]}, "`coefficients` must be one of"),
        ({"cuts": ["splendid"]}, "`cuts` must hold grades among"),
        ({"coefficients": "ac"}, "`coefficients` must be"),
        ({"thresholds": [0.8] * 10**5}, "600,000 ways to judge, which take too long"),
    ],
)
def test_choices_that_do_not_fit_are_refused(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        ilr.verdict_multiverse(claim("consistency", 0.8), LOPSIDED, **options)
