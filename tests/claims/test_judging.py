"""A verdict follows from the interval and the threshold, and from nothing else."""

import re

import numpy as np
import pytest

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.claims.family import p_of

TWO = ilr.Scale(["converts", "stays good"])


def share(agreed, total):
    table = [[0, total - agreed], [0, agreed]]
    return ilr.percent_agreement(ilr.ratings_from_table(table, scale=TWO))


def claim(direction, threshold, **options):
    return ilr.Claim(
        statement="So it is.", kind="share", threshold=threshold, direction=direction, **options
    )


LOW, MIDDLE, HIGH = share(10, 100), share(50, 100), share(90, 100)


@pytest.mark.parametrize(
    ("direction", "threshold", "outcomes"),
    [
        ("at least", 0.5, ("contradicted", "not shown", "supported")),
        ("more than", 0.5, ("contradicted", "not shown", "supported")),
        ("at most", 0.5, ("supported", "not shown", "contradicted")),
        ("less than", 0.5, ("supported", "not shown", "contradicted")),
        ("within", (0.35, 0.65), ("contradicted", "supported", "contradicted")),
        ("within", (0.45, 0.65), ("contradicted", "not shown", "contradicted")),
    ],
)
def test_the_outcome_says_where_the_interval_lies(direction, threshold, outcomes):
    judged = [ilr.judge(claim(direction, threshold), one).outcome for one in (LOW, MIDDLE, HIGH)]
    assert tuple(judged) == outcomes


@pytest.mark.parametrize(
    ("direction", "limit", "outcome"),
    [
        ("at least", "low", "supported"),
        ("more than", "low", "not shown"),
        ("at least", "high", "not shown"),
        ("more than", "high", "contradicted"),
        ("at most", "high", "supported"),
        ("less than", "high", "not shown"),
        ("at most", "low", "not shown"),
        ("less than", "low", "contradicted"),
    ],
)
def test_an_interval_that_ends_on_the_threshold(direction, limit, outcome):
    threshold = getattr(MIDDLE.confidence_interval(), limit)
    assert ilr.judge(claim(direction, threshold), MIDDLE).outcome == outcome


def test_an_infinite_limit_does_not_miss_an_open_side():
    odds = ilr.paired_odds_ratio([[10, 12], [0, 10]])
    low, high = odds.confidence_interval()
    assert low > 1
    assert np.isinf(high)
    more_rose = ilr.Claim(
        statement="More rose.", kind="shift", threshold=1.0, direction="more than"
    )
    assert ilr.judge(more_rose, odds).outcome == "supported"


def test_groups_that_share_no_stratum_cannot_be_compared():
    report = ilr.overlap_report(
        ilr.grades_from_table(
            [[[3, 8], [0, 0]], [[0, 0], [30, 10]]],
            groups=("short", "standard"),
            strata=("good", "inadequate"),
        )
    )
    alike = ilr.Claim(
        statement="They judge alike.", kind="comparison", threshold=(0.4, 0.6), direction="within"
    )
    verdict = ilr.judge(alike, report)
    assert verdict.outcome == "not answerable"
    assert verdict.reason == (
        "short and standard cannot be compared: no stratum holds both (good: short only, "
        "inadequate: standard only)."
    )


AGREED = ilr.cohen_kappa(ilr.ratings_from_table([[20, 3], [2, 30]], scale=TWO))
FELL = ilr.relative_effect([[3, 20], [8, 9]])


@pytest.mark.parametrize(
    ("kind", "evidence", "reason"),
    [
        ("shift", AGREED, "Cohen's kappa rests on ratings of one time, between which"),
        ("comparison", AGREED, "Cohen's kappa is not a contrast between groups of units."),
        ("consistency", FELL, "the relative effect .* is not an agreement between ratings"),
    ],
)
def test_evidence_of_another_kind_does_not_bear_on_a_claim(kind, evidence, reason):
    wanted = ilr.Claim(statement="So it is.", kind=kind, threshold=0.5)
    verdict = ilr.judge(wanted, evidence)
    assert verdict.outcome == "not answerable"
    assert re.match(reason, verdict.reason)


def test_a_difference_of_two_agreements_is_a_comparison():
    other = ilr.cohen_kappa(ilr.ratings_from_table([[20, 5], [4, 30]], scale=TWO))
    alike = ilr.Claim(
        statement="They agree alike.", kind="comparison", threshold=(-1.5, 1.5), direction="within"
    )
    verdict = ilr.judge(alike, ilr.difference(AGREED, other, paired=False))
    assert verdict.outcome == "supported"


def test_a_sentence_puts_no_article_before_a_name():
    tested = ilr.threshold_test(AGREED, 0.4).describe()
    assert "the hypothesis that Cohen's kappa is at most 0.4" in tested
    wanted = ilr.Claim(
        statement="So it is.", kind="consistency", coefficient="cohen_kappa", threshold=0.9
    )
    assert "interval of Cohen's kappa, 0." in ilr.judge(wanted, AGREED).reason


def test_a_record_of_several_estimates_is_refused_with_advice():
    with pytest.raises(
        TypeError, match=r"got NetShift; .* give one, such as `net_shift\(...\).net"
    ):
        ilr.judge(claim("at least", 0.5), ilr.net_shift([[1, 2], [0, 3]]))


@pytest.mark.parametrize("kind", ["consistency", "share"])
def test_a_threshold_in_percent_is_refused(kind):
    with pytest.raises(ValueError, match=r"`threshold` must be at most 1 .* write 80 % as 0.8"):
        ilr.Claim(statement="Inspectors agree.", kind=kind, threshold=80)


def test_units_counted_in_fractions_leave_no_ratings_to_compute_others_from():
    codes = ilr.ratings_from_codes(
        [[0, 0], [0, 1], [1, 1], [1, 0]], scale=ilr.Scale(["no", "yes"])
    ).with_frequencies([2.6, 2.3, 2.5, 0.5])
    claim = ilr.Claim(
        statement="So.", kind="consistency", threshold=(-0.2, 0.3), direction="within"
    )
    for estimate in (*ilr.specific_agreement(codes).values(), ilr.percent_agreement(codes)):
        with pytest.raises(ValueError, match="`claim` names no coefficient"):
            ilr.judge(claim, estimate)


def test_the_ways_to_judge_take_one_study_not_a_batch():
    claim = ilr.Claim(statement="They agree.", kind="consistency", threshold=0.5)
    ratings = ilr.ratings_from_codes([[0, 0], [1, 1]], scale=ilr.Scale(["poor", "good"]))
    batch = ratings.with_frequencies([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="`data` must be one study, but 'all' is a batch"):
        ilr.verdict_multiverse(claim, batch)


def test_a_family_counts_by_the_interval_that_decided():
    wanted = ilr.Claim(
        statement="So it is.", kind="consistency", coefficient="cohen_kappa", threshold=0.4
    )
    verdict = ilr.judge(wanted, AGREED)
    assert verdict.outcome == "supported"
    # verdicts take score limits at a fifth of the error
    assert p_of(verdict) == close(5 * ilr.threshold_test(AGREED, 0.4, method="score").p_value)


def test_ways_to_cut_the_scale_ask_for_whole_units():
    claim = ilr.Claim(statement="Two agree.", kind="consistency", threshold=0.5)
    grades = ilr.ratings_from_codes([[0, 0], [1, 1], [2, 2]], scale=ilr.Scale([1, 2, 3]))
    with pytest.raises(ValueError, match="`data` must hold whole units"):
        ilr.verdict_multiverse(claim, data=grades.with_frequencies([0.7, 2.3, 1.0]))


ANN_AND_BOB = ilr.ratings_from_table([[20, 20], [1, 25]], scale=TWO, raters=("Ann", "Bob"))
GROUPS = [[20, 20], [20, 50]]


@pytest.mark.parametrize(
    "evidence",
    [
        ilr.odds_ratio(GROUPS),
        ilr.e_value(GROUPS),
        ilr.risk_difference(GROUPS),
        ilr.polychoric_correlation(ANN_AND_BOB),
        ilr.marginal_score_shift([[20, 20], [1, 25]]),
        ilr.net_shift([[20, 20], [1, 25]]).net,
        ilr.percent_agreement(ilr.ratings_from_codes([[0, 0, 0], [1, 1, 1]] * 20, scale=TWO)),
    ],
)
@pytest.mark.parametrize("direction", ["more than", "less than"])
def test_a_share_is_answered_by_a_count_of_units_alone(evidence, direction):
    most = ilr.Claim(
        statement="Most are confident.", kind="share", threshold=0.5, direction=direction
    )
    verdict = ilr.judge(most, evidence)
    assert (verdict.outcome, verdict.as_count) == ("not answerable", "cannot be checked")
    assert "is not a share of units, which are counted one by one." in verdict.reason


@pytest.mark.parametrize("effect", [ilr.odds_ratio, ilr.relative_effect, ilr.e_value])
@pytest.mark.parametrize("direction", ["more than", "less than"])
def test_two_groups_say_nothing_of_a_shift(effect, direction):
    rose = ilr.Claim(statement="Grades rose.", kind="shift", threshold=0.5, direction=direction)
    verdict = ilr.judge(rose, effect(GROUPS))
    assert verdict.outcome == "not answerable"
    assert "is not a change between two gradings of each unit." in verdict.reason


def test_what_no_claim_of_consistency_asks_for_is_no_agreement():
    agree = ilr.Claim(
        statement="They agree.", kind="consistency", threshold=0.1, coefficient="kappa_max"
    )
    verdict = ilr.judge(agree, ilr.kappa_max(ANN_AND_BOB))
    assert verdict.outcome == "not answerable"
    assert "is not an agreement between ratings of the same units" in verdict.reason


def test_what_never_answers_a_claim_has_no_verdicts_to_reach():
    more = ilr.Claim(statement="More.", kind="share", coefficient="net_shift", threshold=0.1)
    with pytest.raises(ValueError, match="net_shift"):
        ilr.reachable_outcomes(more, 40)
    verdict = ilr.judge(more, ilr.net_shift([[20, 20], [1, 25]]).net)
    assert verdict.reachable == ("not answerable",)
