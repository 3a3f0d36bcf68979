"""The report as text and page, and the command line that prints it."""

import html.parser
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import ilacs_reliability as ilr
from ilacs_reliability.__main__ import main

REPORT = ilr.assess_security()
TEXT = ilr.report_text(REPORT)
PAGE = ilr.report_html(REPORT)
HEADER = (
    "urn,region,framework,kind,start_date,end_date,published_date,overall,leadership,"
    "help_and_protection,in_care,care_leavers,previous_overall,previous_framework,"
    "pre_sif_safeguarding,days_on_site,lead_inspector_id,population_0_25"
)
ROW = "1,North,SIF,sif,2015-01-05,2015-01-30,2015-03-01,good,good,good,good,good,,,,,1,1000"
ROOT = Path(__file__).parents[2]


# --- text -----------------------------------------------------------------------------------


def test_every_claim_has_a_block_with_its_parts():
    blocks = TEXT.split("\n\n")[2 : -2 - len(REPORT.sections)]
    measured = [one for one in REPORT.assessments if one.recomputed]
    assert len(blocks) == len(measured) == 19
    for number, (block, one) in enumerate(zip(blocks, measured, strict=True), 1):
        title, verdict, *_ = block.splitlines()
        assert title == f"{number}. {one.claim.statement}"
        assert one.verdict.outcome.upper() in verdict
        if one.verdict.outcome != "not answerable":
            assert f"{one.verdict.as_count.upper()} as a count" in verdict
        for part in ("Said:", "Published:", "Recomputed:", "Why:", "To settle:"):
            assert part in block


def test_what_nothing_bears_on_is_said_in_a_line_with_its_words():
    last = TEXT.split("\n\n")[-2 - len(REPORT.sections)]
    briefs = [one for one in REPORT.assessments if not one.recomputed]
    assert len(briefs) == 4
    assert "4 OF THE 23 CLAIMS AND QUESTIONS" in last
    for one in briefs:
        assert f'- "{one.claim.words}": not answerable' in last


def test_the_answer_comes_first_in_three_lines():
    first = TEXT.split("\n\n")[0]
    assert first.count("\n- ") == len(REPORT.answer) == 3
    assert "second team" in REPORT.answer[0]
    for outcome in ("supported", "contradicted", "not shown", "not answerable"):
        assert f"{list(REPORT.outcomes.values()).count(outcome)} {outcome}" in REPORT.answer[2]


def test_the_report_names_file_date_version_and_what_the_outcomes_mean():
    for text in (TEXT.replace("\n", " "), PAGE, ilr.report_markdown(REPORT)):
        assert "as listed on 29 June 2026" in text
        assert f"ilacs-reliability {ilr.__version__}" in text
        assert "which does not mean false" in text


def test_the_lines_fit_a_screen():
    assert max(map(len, TEXT.splitlines())) <= 100


@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_no_line_is_longer_than_asked(width):
    assert max(map(len, ilr.report_text(REPORT, width=width).splitlines())) <= width


def test_a_narrow_text_is_refused():
    with pytest.raises(ValueError, match="`width` must be at least 40, but got 39"):
        ilr.report_text(REPORT, width=39)


def test_the_text_says_what_it_does_not_show():
    assert "LIMITS" in TEXT
    assert "agreement is not accuracy" in TEXT


# --- page -----------------------------------------------------------------------------------


class Balance(html.parser.HTMLParser):
    """Check that every element that is opened is closed in order."""

    void = frozenset({"meta", "br", "rect", "line", "circle", "polyline"})

    def __init__(self):
        super().__init__()
        self.open = []
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in self.void

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_balanced_and_loads_nothing():
    page = Balance()
    page.feed(PAGE)
    assert page.open == []
    assert "src=" not in PAGE
    assert "<script" not in PAGE
    assert "url(" not in PAGE
    assert all(re.match(r"https://|#claim-\d+$", address) for address in page.addresses)


def test_the_page_shows_every_verdict_twice_and_a_picture_where_there_is_a_number():
    for one in REPORT.assessments:
        assert PAGE.count(f">{one.verdict.outcome}</span>") >= 2
    assert PAGE.count('<svg class="interval"') == 17
    assert PAGE.count('<svg class="moves"') == 6


def test_everything_is_escaped():
    nasty = "<script>alert('x')</script> & \"more\""
    one = REPORT.assessments[0]
    claim = replace(one.claim, statement=nasty, published=nasty, source=nasty, url="javascript:x")
    verdict = replace(one.verdict, claim=claim, reason=nasty, would_settle=nasty)
    changed = replace(one, claim=claim, verdict=verdict, recomputed=nasty, details=(nasty,))
    page = ilr.report_html(replace(REPORT, about=nasty, assessments=(changed,)))
    assert "<script" not in page
    assert "javascript:" not in page
    assert page.count("&lt;script&gt;") >= 6


# --- Markdown ------------------------------------------------------------------------------


def test_markdown_has_the_rows_of_the_text():
    markdown = ilr.report_markdown(REPORT)
    assert markdown.count("\n## ") == 19 + 3 + len(REPORT.sections)
    for one in REPORT.assessments:
        if one.recomputed:
            assert f"{one.verdict.as_count} | {one.verdict.outcome} |" in markdown
    assert REPORT.protocol.to_toml() in markdown
    assert REPORT.protocol.fingerprint in markdown


def test_marks_of_markdown_are_escaped():
    nasty = "a_b *c* [d](e) |f| <g> # h `i`"
    markdown = ilr.report_markdown(replace(REPORT, about=nasty))
    assert r"a\_b \*c\* \[d\](e) \|f\| \<g\> \# h \`i\`" in markdown


# --- command line ---------------------------------------------------------------------------


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "ilacs_reliability", *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"},
        check=False,
        **options,
    )


def test_the_command_prints_the_report():
    done = run()
    assert done.returncode == 0
    assert done.stdout == TEXT
    assert done.stderr == ""


def test_the_command_writes_the_page_whole(tmp_path, capsys):
    path = tmp_path / "report.html"
    assert main(["--html", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == PAGE
    assert capsys.readouterr().out == TEXT
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path, capsys):
    assert main(["--html", str(tmp_path / "absent" / "report.html")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "absent" in captured.err
    assert list(tmp_path.iterdir()) == []


def test_a_page_needs_a_place_for_a_file(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["--html", "."]) == 2
    assert "--html .: this is a directory: name a file in it" in capsys.readouterr().err


def test_a_protocol_file_changes_the_verdicts(tmp_path, capsys):
    path = tmp_path / "easy.toml"
    path.write_text("schema = 2\nkept = 0.7\n", encoding="utf-8-sig")
    assert main(["--protocol", str(path)]) == 0
    text = capsys.readouterr().out
    assert ilr.Protocol(kept=0.7).fingerprint[:16] in text
    assert re.search(r"5\. .*\n +TRUE as a count, SUPPORTED", text)


def test_own_records_are_reported(tmp_path, capsys):
    path = tmp_path / "own.csv"
    path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8-sig")
    assert main(["--records", str(path)]) == 0
    text = capsys.readouterr().out
    assert "1 inspections" not in text
    assert "1 inspection of English local authority children's services" in text


def test_own_records_in_which_nothing_moved_are_reported(capsys):
    path = ROOT / "tests" / "data" / "made_up_inspections.csv"
    assert main(["--records", str(path)]) == 0
    text = capsys.readouterr().out
    assert "0 improved, 1 kept, 0 fell of 1" in text
    assert "rose against" not in text


def test_the_command_writes_markdown_too(tmp_path, capsys):
    path = tmp_path / "report.md"
    assert main(["--markdown", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == ilr.report_markdown(REPORT)
    assert capsys.readouterr().out == TEXT


def test_own_records_are_named_with_their_date(tmp_path, capsys):
    path = tmp_path / "own.csv"
    path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    os.utime(path, (86_400 * 20_000, 86_400 * 20_000))
    assert main(["--records", str(path)]) == 0
    assert re.search(r"own\.csv,\s+saved\s+2024-10-0[34]", capsys.readouterr().out)


def test_double_gradings_come_from_a_file_of_their_own(tmp_path, capsys):
    path = tmp_path / "double.csv"
    rows = "\n".join(
        ["unit,first,second", *["a,good,Good"] * 90, *["b,RI,requires improvement"] * 90]
    )
    path.write_text(rows, encoding="utf-8")
    assert main(["--double", str(path)]) == 0
    assert "A second team would give the same grade as often as declared" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("first\ngood", "there must be one column `second`"),
        ("first,second\ngood,splendid", "line 2, column `second`: 'splendid' is no grade"),
        ("first,second\ngood,", "holds no unit with two grades"),
    ],
)
def test_double_gradings_that_cannot_be_read_are_refused(lines, message, tmp_path, capsys):
    path = tmp_path / "double.csv"
    path.write_text(lines, encoding="utf-8")
    assert main(["--double", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "double.csv" in captured.err
    assert message in captured.err


def test_how_kinds_were_chosen_is_one_of_three(capsys):
    assert main(["--chosen", "by risk"]) == 2
    assert "--chosen" in capsys.readouterr().err


GOOD_ROW = ROW.split(",")


def changed(column, value):
    names = HEADER.split(",")
    return ",".join(
        value if name == column else cell for name, cell in zip(names, GOOD_ROW, strict=True)
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEADER.replace(",overall,", ",total,"), ROW], "column `overall` is missing"),
        (
            [HEADER, changed("start_date", "5 Brum 2015")],
            "line 2, column 'start_date': '5 Brum 2015'",
        ),
        ([HEADER, changed("overall", "splendid")], "line 2, column `overall`: 'splendid'"),
        ([HEADER, ROW + ",more"], "line 2: 19 cells under 18 column names"),
        ([HEADER], "needs a line of column names and one of data"),
        ([], "needs a line of column names"),
    ],
)
def test_bad_records_are_refused_with_file_line_and_column(lines, message, tmp_path, capsys):
    path, page = tmp_path / "own.csv", tmp_path / "report.html"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert main(["--records", str(path), "--html", str(page)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "own.csv" in captured.err
    assert message in captured.err
    assert not page.exists()


def test_records_that_are_not_text_are_refused(tmp_path, capsys):
    path = tmp_path / "own.csv"
    for content in (b"\xff\xfe\x00ur", b"\xef\xbb\xbf\0"):
        path.write_bytes(content)
        assert main(["--records", str(path)]) == 2
        assert "own.csv is not text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agreement = 80", "easy.toml: `agreement` must be between 0 and 1, but got 80"),
        ("confidence_level = 95", "`confidence_level` must be between 0.5 and 1, but got 95"),
        ("agree = 0.8", "easy.toml: `text` declares 'agree'"),
        ("agreement = '0.8'", "easy.toml: `agreement` must be a number"),
    ],
)
def test_a_bad_protocol_is_refused_with_its_file(text, message, tmp_path, capsys):
    path = tmp_path / "easy.toml"
    path.write_text(text, encoding="utf-8")
    assert main(["--protocol", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


def test_a_file_that_is_not_there_is_named(capsys):
    assert main(["--records", "nowhere.csv"]) == 2
    assert "nowhere.csv: No such file" in capsys.readouterr().err


def test_an_unknown_option_is_refused():
    done = run("--htlm", "x")
    assert done.returncode == 2
    assert "unrecognized arguments" in done.stderr
