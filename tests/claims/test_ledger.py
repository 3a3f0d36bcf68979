"""Each claim of the ledger says whose words it holds, and its figures come from the records."""

import importlib
import pkgutil
from dataclasses import replace

import pytest

import ilacs_reliability as ilr
from ilacs_reliability.claims import ledger, published
from ilacs_reliability.claims.family import p_of
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.datasets.inspections import parse_inspections

REPORT = ilr.assess_security()
BY_NAME = {one.claim.name: one for one in REPORT.assessments}
every_claim = pytest.mark.parametrize("name", BY_NAME)


def test_one_claim_is_one_file():
    files = {module.name for module in pkgutil.iter_modules(published.__path__)}
    assert files == set(BY_NAME)
    for name in files:
        module = importlib.import_module(f"ilacs_reliability.claims.published.{name}")
        assert module.ENTRY in ledger.ENTRIES
        assert module.ENTRY.declare(Protocol()).name == name


@every_claim
def test_a_claim_names_whose_words_it_holds_or_is_our_question(name):
    claim = BY_NAME[name].claim
    assert bool(claim.words) == (claim.whose != "our question")
    assert claim.estimand
    assert claim.would_settle
    assert claim.words == "" or claim.source


@every_claim
def test_a_claim_that_is_judged_names_what_it_is_judged_by(name):
    one = BY_NAME[name]
    if one.verdict.outcome != "not answerable":
        assert one.claim.coefficient == one.verdict.evidence.name
        assert one.verdict.outcome in one.verdict.reachable


@every_claim
def test_a_claim_can_come_out_both_ways_or_says_why_it_cannot(name):
    one = BY_NAME[name]
    reachable = set(one.verdict.reachable)
    # what no number of units could show says so: "nothing can", "no number", "more than there are"
    cannot = ("nothing can", "no number", "more than there are")
    both = {"supported", "contradicted"} <= reachable
    assert (
        both
        or one.verdict.outcome == "not answerable"
        or any(words in one.claim.would_settle for words in cannot)
    )


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        # the figures of the director's speech and of the records, as tabulated by hand
        ("none_still_inadequate", "0 of 32 still inadequate"),
        ("vast_majority_improving", "69 improved, 45 kept, 25 fell of 139"),
        ("already_improving", "36 improved, 20 kept, 12 fell of 68"),
        ("two_thirds_left_inadequate", "13 of 20 were no longer inadequate"),
        ("effectiveness_improving", "54 (36.7%) of 147 at the first SIF inspection, 73 (49.7%)"),
        ("bigger_authorities", "2 of 47 in the smallest, 4 of 38 in the middle and 9 of 37 in"),
        ("inadequate_left_similarly", "18 of 25 by 2019-05-31 (72%)"),
        # claims.md, sections 3.4 and 6
        ("state_2018", "65 of 147, 44.2%"),
        ("state_2022", "81 of 149, 54.4%"),
        ("quarter_outstanding_2025", "39 of 153, 25.5%"),
        # claims.md, section 4.2: whole-number solutions
        ("lesson_observations_1996", "114 or 115 of 173 the same; 115 are 66.5%"),
    ],
)
def test_the_counts_of_later_claims_are_those_of_the_records(name, counts):
    assert counts in BY_NAME[name].recomputed


def test_the_counts_of_the_speech_are_found_but_for_one_authority():
    # claims.md, section 6: 23, 58, 51, 17 of the 149 in the source; 52 and 150 in the speech
    figures = {one.name: one for one in BY_NAME["state_2022"].reproduction.figures}
    found = [int(figures[grade].recomputed) for grade in ilr.OFSTED_SCALE.labels]
    assert found == [17, 51, 58, 23]
    assert sum(int(one.published) for one in figures.values()) == 150
    assert (
        "23 outstanding, 58 good, 51 requiring improvement and 17"
        in BY_NAME["state_2022"].details[0]
    )


def test_lessons_of_1996_are_held_to_the_kinder_count_and_hide_their_kappa():
    one = BY_NAME["lesson_observations_1996"]
    assert (one.verdict.as_count, one.verdict.outcome) == ("false", "contradicted")
    assert "5 or 6 were more than one grade apart" in one.details[0]
    # as in test_allowed, from fractions
    assert "from -0.06 to 0.77" in one.details[0]
    assert "was not read" in one.claim.source


def test_own_records_are_counted_on_the_same_days():
    report = own("urn,start_date,overall", "1,2022-05-14,good", "2,2022-05-14,RI")
    assert "1 of 2, 50.0%" in verdict_of(report, "state_2022").recomputed
    assert verdict_of(report, "state_2018").verdict.outcome == "not answerable"


def test_what_hangs_on_the_ends_of_the_scale_says_so():
    details = " ".join(BY_NAME["reinspections_2024"].details)
    assert "14 rose and 11 fell: by these alone it is not shown" in details


def test_one_error_for_the_family_leaves_no_more_decided_than_each_by_itself():
    family = ilr.assess_security(protocol=ilr.Protocol(adjust="holm"))
    decided = ("supported", "contradicted")
    alone = {name: p_of(one.verdict) for name, one in BY_NAME.items()}
    n_answerable = sum(one.verdict.outcome != "not answerable" for one in BY_NAME.values())
    # Holm's steps, written out: the j-th smallest passes where all before it have
    ordered = sorted(
        (p, name) for name, p in alone.items() if BY_NAME[name].verdict.outcome in decided
    )
    passed, going = set(), True
    for step, (p, name) in enumerate(ordered):
        going = going and p * (n_answerable - step) <= 0.025
        passed |= {name} if going else set()
    assert {name for name, outcome in family.outcomes.items() if outcome in decided} == passed
    assert "reinspections_2024" not in passed
    (limit,) = [one for one in family.limits if "any verdict of the report" in one]
    assert "2.5%" in limit


# --- someone's own records ---------------------------------------------------------------------


def own(*lines, **options):
    return ilr.assess_security(parse_inspections(lines, file_name="own.csv"), **options)


def verdict_of(report, name):
    return next(one for one in report.assessments if one.claim.name == name)


def test_records_need_only_what_a_claim_needs():
    report = own(
        "urn,start_date,overall",
        "1,2018-05-14,good",
        "1,2021-05-14,outstanding",
        "2,2018-06-14,RI",
        "2,2022-06-14,inadequate",
    )
    assert "1 improved, 0 kept, 1 fell of 2" in verdict_of(report, "reinspections_2024").recomputed
    assert report.about.startswith("4 inspections")


def double(*pairs):
    rows = [f"{i},2024-01-0{1 + i % 9},{a},{b}" for i, (a, b) in enumerate(pairs)]
    return ["urn,start_date,overall,second_overall", *rows]


def test_double_gradings_answer_the_main_question():
    alike = [("good", "good")] * 80 + [("RI", "RI")] * 80
    shown = own(*double(*alike))
    assert shown.outcomes["consistent_and_reliable"] == "supported"
    assert shown.answer[0].startswith("A second team would give the same grade")
    few = own(*double(("good", "good"), ("RI", "good")))
    assert few.outcomes["consistent_and_reliable"] == "not shown"
    apart = own(*double(*[("good", "RI"), ("RI", "good")] * 40))
    assert apart.outcomes["consistent_and_reliable"] == "contradicted"


def kinds(chosen):
    rows = ["urn,start_date,overall,kind,chosen"]
    for i in range(400):
        kind = ("short", "standard")[i % 2]
        rows.append(f"{i},2018-05-14,good,,")
        rows.append(f"{i},2021-05-14,{('good', 'outstanding')[i % 4 // 2]},{kind},{chosen}")
    return rows


def test_kinds_drawn_by_lot_are_compared():
    report = own(*kinds("by lot"))
    assert verdict_of(report, "short_against_standard").verdict.outcome == "supported"
    for chosen, why in (("by rule", "a rule decided"), ("", "nothing shows that chance decided")):
        other = verdict_of(own(*kinds(chosen)), "short_against_standard").verdict
        assert other.outcome == "not answerable"
        assert why in other.reason
    told = own(*kinds(""), chosen="by lot")
    assert told.outcomes["short_against_standard"] == "supported"


def test_the_file_and_its_date_are_named():
    report = own("urn,start_date,overall", "1,2018-05-14,good", source="own.csv, saved 2026-11-28")
    assert report.about.endswith("From own.csv, saved 2026-11-28.")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"chosen": "by risk"}, "`chosen` must be one of"),
        ({"double": [[1, 1]]}, "`double` must be"),
    ],
)
def test_what_is_told_of_the_records_is_checked(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ilr.assess_security(**options)


def test_a_section_stands_in_every_form_of_the_report():
    from ilacs_reliability.claims.sections import Section

    section = Section(title="On error", lines=("It is <large>.",))
    report = replace(REPORT, sections=(section,))
    assert "ON ERROR\n- It is <large>." in ilr.report_text(report)
    assert "<h2>On error</h2><ul><li>It is &lt;large&gt;.</li></ul>" in ilr.report_html(report)
    assert "## On error\n\n- It is \\<large\\>." in ilr.report_markdown(report)
    assert report.to_dict()["sections"][0]["title"] == "On error"
