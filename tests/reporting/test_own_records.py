"""The report on one's own records says what these records hold, and nothing of the bundled ones."""

import re
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import ilacs_reliability as ilr
import strategies as our
from ilacs_reliability.datasets.inspections import (
    GRADES,
    Inspection,
    parse_inspections,
    with_previous,
)
from ilacs_reliability.datasets.tabulation import SHIFT_DATES

GOOD = GRADES.index("good")
FIRST_YEAR = date(2019, 1, 17)
BUNDLED = ilr.assess_security()


def inspection(authority, framework, kind, start, grade, before=None, line=2):
    return Inspection(
        line=line,
        authority=str(authority),
        region="North",
        framework=framework,
        kind=kind,
        start=start,
        end=start + timedelta(4),
        published=start + timedelta(40),
        overall=grade,
        leadership=grade,
        help_and_protection=grade,
        in_care=grade,
        care_leavers=None,
        previous_overall=before.overall if before else None,
        previous_framework=before.framework if before else None,
        pre_sif_safeguarding=None,
        days_on_site=5,
        lead=1,
        population=1000,
    )


@st.composite
def histories(draw, *, grades=(*GRADES, None), kinds=("short", "standard", None)):
    """Inspections of one to nine authorities: SIF or not, then up to three under ILACS."""
    made = []
    for authority in range(draw(st.integers(1, 9))):
        before = None
        if draw(st.booleans()):
            grade = draw(st.sampled_from(grades))
            before = inspection(authority, "SIF", "sif", date(2015, 1, 5), grade)
            made.append(before)
        for year in sorted(draw(st.sets(st.sampled_from([2018, 2019, 2022])))):
            start = date(year, draw(st.integers(1, 12)), 7)
            grade, kind = draw(st.sampled_from(grades)), draw(st.sampled_from(kinds))
            before = inspection(authority, "ILACS", kind, start, grade, before)
            made.append(before)
    return tuple(made) or (inspection(1, "SIF", "sif", date(2015, 1, 5), "good"),)


def said(records, **options):
    report = ilr.assess_security(records, **options)
    return report, {one.claim.name: one for one in report.assessments}


def moved(pairs):
    """Return each ILACS inspection with a grade before and after as (later, before, after)."""
    return [
        (later, GRADES.index(earlier.overall), GRADES.index(later.overall))
        for earlier, later in pairs
        if later.framework == "ILACS" and earlier.overall and later.overall
    ]


def counted(found):
    ways = [(after > before) - (after < before) for _, before, after in found]
    return ways.count(1), ways.count(0), ways.count(-1)


@our.examples(20)
@given(records=histories())
def test_every_count_in_the_report_is_of_the_records(records):
    report, claims = said(records)
    found = moved(with_previous(records))
    first_year = counted([one for one in found if one[0].published <= FIRST_YEAR])
    year_one = claims["year_one"]
    if sum(first_year):
        up, kept, fell = first_year
        assert year_one.recomputed.startswith(f"{up} improved, {kept} kept, {fell} fell of ")
        if up + fell:
            rose = f"{up or 'None'} rose against {fell or 'none'} that fell"
            assert rose in " ".join(year_one.details)
    else:
        assert year_one.recomputed == "nothing to recompute"
    short = [one for one in found if one[0].kind == "short"]
    if short:
        text = claims["short_kept"].recomputed
        assert text.startswith(f"{counted(short)[2]} of {len(short)} lost a grade")
        had_been_good = sum(before >= GOOD for _, before, _ in short)
        who = f"{had_been_good or 'None'} of the {len(short)}"
        who = f"All {len(short)}" if had_been_good == len(short) else who
        one = ("The one that was surely short went", " not" if not had_been_good else "")
        began = f"{who} that were surely short went to an authority that had been"
        if len(short) == 1:
            began = f"{one[0]} to an authority that had{one[1]} been"
        assert claims["short_kept"].details[0].startswith(began)
    repeats = [
        GRADES.index(a.overall) == GRADES.index(b.overall)
        for a, b in with_previous(records)
        if a.framework == b.framework == "ILACS" and a.overall and b.overall
    ]
    if repeats:
        same = f"the same in {sum(repeats)} of {len(repeats)} ("
        assert same in claims["consistent_and_reliable"].recomputed
    n_sif = sum(one.framework == "SIF" for one in records)
    assert report.about.startswith(f"{len(records)} inspection{'s' * (len(records) > 1)} of ")
    if 0 < n_sif < len(records):
        assert f": {n_sif} under the single" in report.about
        assert f" and {len(records) - n_sif} under ILACS." in report.about


@our.examples(20)
@given(records=histories())
def test_kinds_by_grade_before_are_those_of_the_records(records):
    _, claims = said(records)
    text = " ".join(claims["short_against_standard"].details)
    found = moved(with_previous(records))
    for grade, name in enumerate(GRADES):
        kinds = [one[0].kind for one in found if one[1] == grade]
        a, b = kinds.count("short"), kinds.count("standard")
        assert (f"{name} {a} and {b}" in text) == (a + b > 0)
    kinds = {one[0].kind for one in found if one[1] == GOOD}
    is_compared = {"short", "standard"} <= kinds
    assert ("relative effect" in claims["short_against_standard"].recomputed) == is_compared
    if found and not is_compared:
        reason = claims["short_against_standard"].verdict.reason
        for kind in ("short", "standard"):
            assert (f"no {kind}" in reason) == (kind not in kinds)


@our.examples(20)
@given(records=histories(grades=GRADES))
def test_a_share_goes_up_or_down_as_it_does(records):
    _, claims = said(records)
    by_date, distinct = {}, set()
    for day in SHIFT_DATES[:8]:
        on_day = [one for one in moved(with_previous(records)) if one[0].published <= day]
        if on_day:
            by_date[day] = Fraction(counted(on_day)[0], len(on_day))
            distinct.add((counted(on_day)[0], len(on_day)))
    text = claims["about_60_percent"].recomputed
    if not by_date:
        assert text == "nothing to recompute"
    assume(by_date)
    shares = list(by_date.values())
    if "down to" in text:
        assert shares[-1] < shares[0]
    if "up to" in text:
        assert shares[-1] > shares[0]
    if "still" in text:
        assert shares[-1] == shares[0]
    inside = sum(Fraction(55, 100) <= Fraction(a, b) <= Fraction(65, 100) for a, b in distinct)
    counts = f"in {inside} of {len(distinct)} count{'s' * (len(distinct) > 1)} that it may"
    assert counts in claims["about_60_percent"].details[0]


@our.examples(15)
@given(records=histories())
def test_nothing_is_said_of_the_bundled_records(records):
    report, _ = said(records)
    text = ilr.report_text(report) + ilr.report_html(report)
    for alien in (
        "derived from its days",
        "Open Government Licence",
        "reports.ofsted.gov.uk",
        "22 August 2026",
        "by risk",
        "thought safe",
        "below good all",
    ):
        assert alien not in text
    assert not re.search(r"\b1 (inspections|units|dates)\b", text)
    assert "-0.0%" not in text
    assert not re.search(r"\bnan\b", text)


@our.examples(15)
@given(records=histories(kinds=("short", None)))
def test_the_kind_is_said_to_be_known_as_far_as_it_is(records):
    report, _ = said(records)
    kinds = [one.kind for one in records if one.framework == "ILACS"]
    sentences = [limit for limit in report.limits if "kind" in limit]
    if not kinds:
        assert sentences == []
    elif None not in kinds:
        assert sentences == ["The kind of an ILACS inspection is as the records state it."]
    elif "short" not in kinds:
        assert sentences == ["The records state the kind of no ILACS inspection."]
    else:
        assert f"of {kinds.count(None)} of the {len(kinds)} they state none" in sentences[0]


def one_authority(grade_before, grade, kind="short"):
    before = inspection(1, "SIF", "sif", date(2015, 1, 5), grade_before)
    return before, inspection(1, "ILACS", kind, date(2018, 5, 7), grade, before)


def test_a_single_inspection_is_spoken_of_in_the_singular():
    report, claims = said(one_authority("good", "good")[:1])
    assert report.about.endswith("published in 2015, under the single inspection framework.")
    records = (
        *one_authority("good", "good"),
        inspection(2, "SIF", "sif", date(2015, 1, 5), "good"),
    )
    other = inspection(2, "ILACS", None, date(2018, 5, 7), "inadequate", records[-1])
    # 60% limits of 1 in 1 begin at 0.2, of 1 in 2 at 1 - sqrt(0.8)
    _, claims = said((*records, other), protocol=ilr.Protocol(kept=0.15, confidence_level=0.6))
    assert claims["short_kept"].verdict.reason == (
        "the reading hangs on 1 inspection of unclear kind: without it the claim is supported, "
        "with it not shown."
    )


def test_equal_room_is_not_called_unequal():
    before = inspection(1, "ILACS", "short", date(2018, 5, 7), "good")
    later = inspection(1, "ILACS", "short", date(2021, 5, 7), "good", before)
    _, claims = said((before, later))
    assert "was equal: 1 could rise and as many" in claims["reinspections_2024"].details[0]
    assert "net 0.0% " in claims["reinspections_2024"].recomputed


@pytest.mark.parametrize(
    ("protocol", "sentence"),
    [
        (None, "Default thresholds were chosen after the published figures."),
        (ilr.Protocol(), "Default thresholds were chosen after the published figures."),
        (ilr.Protocol(kept=0.7), "Declared by the protocol: kept; the rest are defaults,"),
        (
            ilr.Protocol(
                confidence_level=0.9,
                power=0.9,
                agreement=0.9,
                coefficient=0.7,
                majority=0.6,
                about=0.02,
                kept=0.7,
                superiority_margin=0.2,
                vast_majority=0.8,
                adjust="holm",
            ),
            "Declared by the protocol: confidence level, power, agreement, coefficient, majority, "
            "about, kept, superiority margin, vast majority, adjust.",
        ),
    ],
)
def test_thresholds_are_said_to_be_whose_they_are(protocol, sentence):
    limits = ilr.assess_security(one_authority("good", "good"), protocol=protocol).limits
    assert sum(sentence in limit for limit in limits) == 1


@pytest.mark.parametrize(
    ("protocol", "name", "settles"),
    [
        (ilr.Protocol(), "about_60_percent", "takes 396 areas to show and England has 153"),
        (ilr.Protocol(about=0.2), "about_60_percent", "for the rate, the reports since"),
    ],
)
def test_what_would_settle_it_follows_the_protocol(protocol, name, settles):
    claims = {claim.name: claim for claim in ilr.published_claims(protocol=protocol)}
    assert settles in claims[name].would_settle


def test_margins_are_said_as_declared():
    one = ilr.assess_security(protocol=ilr.Protocol(about=0.005)).assessments[2]
    assert "59.5% to 60.5%" in one.details[0]


def test_records_may_stand_in_any_order():
    records = one_authority("good", "inadequate")
    assert said(records)[0].to_dict() == said(records[::-1])[0].to_dict()


@pytest.mark.parametrize("records", [[[1]], [1], "own.csv", 3, {"a": 1}, [None], [one_authority]])
def test_records_of_another_kind_are_refused_by_name(records):
    with pytest.raises(TypeError, match=r"`records` must"):
        ilr.assess_security(records)


@pytest.mark.parametrize("protocol", [95, 0, "", [], "kept = 0.7", {}, ilr.Protocol])
def test_a_protocol_of_another_kind_is_refused_by_name(protocol):
    for function in (ilr.published_claims, ilr.assess_security):
        with pytest.raises(TypeError, match="`protocol` must be a Protocol, but got"):
            function(protocol=protocol)


def test_the_bundled_report_credits_its_sources():
    page = ilr.report_html(BUNDLED)
    assert "reports.ofsted.gov.uk" in page
    assert "Open Government Licence" in page


HEADER_OF_TWO = "urn,start_date,overall,second_overall"


def read(*rows, header="urn,start_date,overall"):
    return parse_inspections((header, *rows), file_name="own.csv")


def to_settle(records, **options):
    claims = said(records, **options)[1]
    return {name: one.verdict.would_settle for name, one in claims.items()}


def test_a_claim_that_the_records_hold_nothing_of_is_not_settled_by_nothing():
    settles = to_settle(read("901,2018-05-14,good"))
    unanswered = (
        "year_one",
        "reinspections_2024",
        "short_kept",
        "already_improving",
        "effectiveness_improving",
        "two_thirds_left_inadequate",
        "none_still_inadequate",
        "vast_majority_improving",
    )
    for name in unanswered:
        assert "of which these records hold none" in settles[name]
        assert "nothing more" not in settles[name]
        assert "are in it" not in settles[name].replace("once all such authorities are in it", "")


def test_a_state_of_one_authority_is_not_called_all_of_them():
    settles = to_settle(read("901,2018-05-14,good"))
    for name in ("state_2018", "state_2022", "quarter_outstanding_2025"):
        assert settles[name].startswith("as a count of the 1 authority in these records, nothing")
        assert "as a count of all, those that the records lack" in settles[name]
        assert ": all authorities are in it" not in settles[name]


@our.examples(15)
@given(records=histories())
def test_nothing_is_said_to_settle_a_claim_that_is_at_hand(records):
    _, claims = said(records, chosen="by lot")
    for one in claims.values():
        text = one.verdict.would_settle
        assert not text.startswith("as a count, nothing more")
        assert ("of which these records hold none" in text) <= (one.verdict.evidence is None)
    kinds = {later.kind for later, _, _ in moved(with_previous(records))}
    assert ("state it" in claims["short_kept"].verdict.would_settle) == (None in kinds)
    assert "drawn by lot among" not in claims["short_against_standard"].verdict.would_settle


def test_double_inspections_in_hand_are_not_asked_for_but_more_of_them():
    grades = ("good", "inadequate", "outstanding")
    rows = [f"{900 + i},2018-05-14,{grades[i % 3]},{grades[i % 3]}" for i in range(11)]
    records = read(*rows, "990,2018-05-14,good,inadequate", header=HEADER_OF_TWO)
    _, claims = said(records)
    settles = claims["consistent_and_reliable"].verdict.would_settle
    more = int(re.fullmatch(r"about ([0-9]+) more authorities graded by .*", settles)[1])
    assert more % 12 == 0
    codes = [[(2, 0, 3)[i % 3]] * 2 for i in range(11)] + [[2, 0]]
    claim = claims["consistent_and_reliable"].claim
    for times, is_decided in ((more // 12 + 1, True), (more // 12, False)):
        double = ilr.ratings_from_codes(codes * times, scale=ilr.OFSTED_SCALE)
        assert (ilr.judge(claim, double).outcome == "supported") == is_decided


def test_a_verdict_that_is_reached_asks_for_no_rate():
    # 400 pairs that all agree are beyond any threshold
    grades = ("good", "inadequate")
    rows = [f"{1000 + i},2018-05-14,{grades[i % 2]},{grades[i % 2]}" for i in range(400)]
    settles = to_settle(read(*rows, header=HEADER_OF_TWO))
    assert settles["consistent_and_reliable"] == "for inspections such as these, nothing more."
    protocol = ilr.Protocol(majority=0.9)
    bundled = ilr.assess_security(protocol=protocol).assessments
    state = next(one.verdict for one in bundled if one.claim.name == "state_2022")
    assert state.outcome == "contradicted"
    assert state.would_settle == "as a count and as a rate, nothing more."


def test_a_framework_that_no_record_names_is_taken_from_the_day_and_said_to_be():
    records = read("901,2014-05-14,good", "902,2015-05-14,inadequate")
    assert [one.framework for one in records] == ["SIF", "SIF"]
    about = said(records)[0].about
    assert "begun 2014 to 2015, all under the single inspection framework (taken from" in about
    later = read("901,2017-12-31,good", "902,2018-01-01,good")
    assert [one.framework for one in later] == ["SIF", "ILACS"]
    kinds = read("901,2017-05-14,good,short", header="urn,start_date,overall,kind")
    assert kinds[0].framework == "ILACS"
    named = read("901,2014-05-14,good,SIF", header="urn,start_date,overall,framework")
    assert "taken from" not in said(named)[0].about


@pytest.mark.parametrize(
    ("header", "row", "how"),
    [
        ("urn,start_date,overall", "901,2026-12-31,good", "begun in 2026"),
        ("urn,start_date,overall,end_date", "901,2026-12-31,good,2027-01-04", "ended in 2027"),
        (
            "urn,start_date,overall,published_date",
            "901,2026-12-31,good,2027-02-04",
            "published in 2027",
        ),
    ],
)
def test_a_day_is_called_what_it_is(header, row, how):
    assert f"services, {how}, under ILACS" in said(read(row, header=header))[0].about
