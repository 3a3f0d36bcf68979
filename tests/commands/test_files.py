"""A file of one's own, asked without Python: read as a person would, or refused whole."""

import datetime
import json
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.__main__ import main

GRADES = ["inadequate", "requires improvement", "good", "outstanding"]
ANN = ["Good", "Inadequate", "outstanding", "Requires Improvement", "Good"]
BEN = ["good", "inadequate", "Good", "Good", "GOOD"]
CAT = ["RI", "Inadequate", "Good", "", "Good"]
RATINGS = ilr.ratings_from_matrix(
    np.array([ANN, BEN, CAT], dtype=object).T, scale=ilr.OFSTED_SCALE, raters=["Ann", "Ben", "Cat"]
)
WIDE = "Unit,Ann,Ben,Cat\n" + "".join(
    f"A{i},{','.join(row)}\n" for i, row in enumerate(zip(ANN, BEN, CAT, strict=True))
)
LONG = "Authority,Inspector,Judgement\n" + "".join(
    f"A{i},{rater},{row[place]}\n"
    for i, row in enumerate(zip(ANN, BEN, CAT, strict=True))
    for place, rater in enumerate(["Ann", "Ben", "Cat"])
)
MOVES = [[2, 3, 1, 0], [1, 5, 9, 0], [0, 4, 30, 3], [0, 0, 2, 6]]
CROSS = f",{','.join(GRADES)}\n" + "".join(
    f"{grade},{','.join(map(str, row))}\n" for grade, row in zip(GRADES, MOVES, strict=True)
)


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Return a function that asks of a file and gives the status, and what was said and how."""
    monkeypatch.chdir(tmp_path)

    def ask(command, content, *options, name="file.csv"):
        if content is not None:
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        status = main([command, name, *options])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return ask


def results(run, command, content, *options, name="file.csv"):
    """Return the plain results that the command writes as JSON."""
    status, _, error = run(command, content, *options, "--json", "out.json", name=name)
    assert (status, error) == (0, "")
    with open("out.json", encoding="utf-8") as file:  # noqa: PTH123
        return json.load(file)["results"]


def book(rows, path, sheets=1):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for _ in range(sheets - 1):
        made.create_sheet()
    made.save(path)


# what it reads

OFFICE = {
    "as it is": WIDE,
    "semicolons": WIDE.replace(",", ";"),
    "tabs": WIDE.replace(",", "\t"),
    "a mark of byte order": "\ufeff" + WIDE,
    "trailing commas": WIDE.replace("\n", ",,\n"),
    "blank lines": WIDE.replace("A2", ",,,\n\nA2"),
    "padded and upper-case headers": WIDE.replace("Unit,Ann", " UNIT , Ann"),
    "padded cells": WIDE.replace("Good", "  Good "),
    "lines of Windows": WIDE.replace("\n", "\r\n"),
    "quotes": re.sub(r"([^,\n]+)", r'"\1"', WIDE),
    "UTF-16": WIDE.encode("utf-16"),
    "NA": WIDE.replace("Good,\n", "Good,NA\n"),
    "long": LONG,
    "long, other order": "\n".join([LONG.splitlines()[0], *LONG.splitlines()[:0:-1]]),
}


@pytest.mark.parametrize("content", OFFICE.values(), ids=OFFICE)
def test_office_files_are_read_as_a_person_would(run, content):
    found = results(run, "agree", content)
    assert found["fleiss_kappa"]["value"] == close(ilr.fleiss_kappa(RATINGS).value)
    assert found["krippendorff_alpha"]["value"] == close(ilr.krippendorff_alpha(RATINGS).value)


def open_document(rows, path):
    """Write a spreadsheet of OpenDocument: a zip of XML."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    names = {"office": f"{office}:office:1.0", "table": f"{office}:table:1.0"}
    names["text"] = f"{office}:text:1.0"
    spaces = " ".join(f'xmlns:{short}="{name}"' for short, name in names.items())
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(
        f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entry = f'<m:file-entry m:full-path="{{}}" m:media-type="{kind}"/>'
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", kind)
        made.writestr(
            "content.xml",
            f'<office:document-content {spaces} office:version="1.3"><office:body>'
            f'<office:spreadsheet><table:table table:name="Grades">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        made.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{office}:manifest:1.0" m:version="1.3">{entry.format("/")}'
            f"{entry.format('content.xml')}</m:manifest>",
        )


@pytest.mark.parametrize("suffix", ["xlsx", "ods", "parquet", "tsv"])
def test_workbooks_and_tables_of_other_kinds_say_the_same(run, tmp_path, suffix):
    frame = pd.DataFrame({"Unit": range(5), "Ann": ANN, "Ben": BEN, "Cat": CAT})
    path = tmp_path / f"file.{suffix}"
    if suffix == "xlsx":
        book([list(frame.columns), *frame.to_numpy().tolist()], path)
    elif suffix == "ods":
        open_document([list(frame.columns), *frame.to_numpy().tolist()], path)
    elif suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, sep="\t", index=False)
    found = results(run, "agree", None, name=path.name)
    assert found["fleiss_kappa"]["value"] == close(ilr.fleiss_kappa(RATINGS).value)


def test_what_was_assumed_is_printed(run):
    content = LONG.replace(",", ";").replace("A1", "Bézier").encode("cp1252")
    status, text, _ = run("agree", content)
    assert status == 0
    said = " ".join(text.split())
    assert "Windows-1252" in said
    assert "separated by semicolons" in said
    assert "1 empty cell read as missing" in said
    assert "on Ofsted's scale" in said
    assert "5 units by Authority, graded by 3 raters (Ann, Ben and Cat)" in said


def test_numbers_in_a_workbook_stay_whole_and_the_sheet_is_named(run, tmp_path):
    book(
        [["id", "first", "second"], [1, 1, 1], [2, 2, 3], [3, 3, 3]], tmp_path / "n.xlsx", sheets=2
    )
    status, text, _ = run("agree", None, name="n.xlsx")
    assert status == 0
    assert "1 < 2 < 3" in text
    assert "The first of 2 sheets, 'Sheet'." in text
    assert "n.xlsx, sheet Sheet" in text


def test_the_scale_is_told_by_name_list_or_file(run, tmp_path):
    content = "a,b\nlow,low\nhigh,mid\nmid,mid\nhigh,high\n"
    (tmp_path / "scale.txt").write_text("low\nmid\nhigh\n", encoding="utf-8")
    listed = results(run, "agree", content, "--scale", "low,mid,high", "--weights", "linear")
    by_file = results(run, "agree", content, "--scale", "scale.txt", "--weights", "linear")
    codes = [[0, 0], [2, 1], [1, 1], [2, 2]]
    ours = ilr.ratings_from_codes(codes, scale=ilr.Scale(["low", "mid", "high"]))
    right = close(ilr.cohen_kappa(ours, weights="linear").value)
    assert listed["cohen_kappa"]["value"] == right
    assert by_file["cohen_kappa"]["value"] == right
    assert results(run, "agree", WIDE, "--scale", "ofsted")["fleiss_kappa"]["n_units"] == 5


def test_a_cross_table_is_told_from_columns_of_grades(run):
    ours = ilr.ratings_from_table(MOVES, scale=ilr.OFSTED_SCALE)
    found = results(run, "agree", CROSS)
    assert found["cohen_kappa"]["value"] == close(ilr.cohen_kappa(ours).value)
    lines = CROSS.splitlines()
    turned = "\n".join([lines[0], *lines[:0:-1]])
    assert results(run, "shift", turned)["net_shift"] == results(run, "shift", CROSS)["net_shift"]


def test_shift_takes_columns_a_table_or_dated_grades(run):
    pairs = [(a, b) for a in range(4) for b in range(4) for _ in range(MOVES[a][b])]
    columns = "before,after\n" + "".join(f"{GRADES[a]},{GRADES[b]}\n" for a, b in pairs)
    dated = "unit,date,grade\n" + "".join(
        f"u{i},{day},{GRADES[grade]}\n"
        for i, pair in enumerate(pairs)
        for day, grade in zip(("31/03/2022", "1/4/2019"), pair[::-1], strict=True)
    )
    table = ilr.transitions_from_table(MOVES, scale=ilr.OFSTED_SCALE)
    risen = ilr.mcnemar(table, at_least="good").p_value
    for content in (CROSS, columns, dated):
        found = results(run, "shift", content, "--at-least", "good")
        assert found["sign_test"]["p_value"] == close(ilr.sign_test(table).p_value)
        assert found["mcnemar"]["p_value"] == close(risen)


def test_dates_of_a_workbook_are_dates(run, tmp_path):
    rows = [["unit", "date", "grade"]]
    for unit in "abc":
        rows += [[unit, datetime.date(2023, 2, 1), "good"], [unit, datetime.date(2019, 5, 4), "RI"]]
    book(rows, tmp_path / "d.xlsx")
    status, text, _ = run("shift", None, name="d.xlsx")
    assert status == 0
    assert "3 improved" in text


def test_compare_takes_lines_a_table_or_strata(run):
    counts = [[3, 8, 45, 39], [4, 6, 5, 3]]
    table = f"kind,{','.join(GRADES)}\n" + "".join(
        f"{kind},{','.join(map(str, row))}\n"
        for kind, row in zip(("short", "standard"), counts, strict=True)
    )
    lines = "kind,overall,size\n" + "".join(
        f"{kind},{GRADES[grade]},{grade % 2}\n"
        for kind, row in zip(("short", "standard"), counts, strict=True)
        for grade, times in enumerate(row)
        for _ in range(times)
    )
    right = close(ilr.relative_effect(counts).value)
    assert results(run, "compare", table)["effect"]["value"] == right
    assert results(run, "compare", lines)["effect"]["value"] == right
    status, text, _ = run("compare", lines, "--stratum", "size", "--at-least", "good")
    assert status == 0
    assert "in 2 of 2 strata" in " ".join(text.split())


def test_check_says_how_each_command_would_read_a_file(run):
    status, text, _ = run("check", LONG)
    assert status == 0
    assert "As `agree` reads it" in text
    assert "5 units by Authority" in text
    assert "Name it by --group COLUMN" in " ".join(text.split())


# what it refuses

WRONG = {
    "every problem": (
        "agree",
        "unit,rater,grade\nA,X,good\nA,X,good\nB,X,gud\nB,Y,exellent\n,Y,good\n",
        ("--scale", "ofsted"),
        ["line 4, column 'grade': 'gud'", "line 5, column 'grade'", "line 3:", "line 6, column"],
    ),
    "an unknown order": ("agree", "a,b\nlow,mid\nmid,low\n", (), ["low and mid", "--scale"]),
    "no such column": ("agree", LONG, ("--grade", "mark"), ["no column 'mark'", "'Judgement'"]),
    "columns named twice": ("agree", "a,A\n1,2\n", (), ["more than one column"]),
    "cells without a column": ("agree", "a,b\n1,2\n1,2,3\n", (), ["line 3: 3 cells"]),
    "one column": ("agree", "unit,a\n1,2\n2,1\n", (), ["two columns of grades"]),
    "nothing": ("agree", "", (), ["at least"]),
    "zeros": ("agree", b"\0" * 50, (), ["zero bytes"]),
    "no workbook": ("agree", b"no", (), ["no workbook"]),
    "no Parquet": ("agree", b"no", (), ["no Parquet"]),
    "an unknown encoding": ("agree", WIDE, ("--encoding", "klingon"), ["klingon"]),
    "no date": ("shift", "unit,date,grade\na,1/2/2020,1\na,soon,2\n", (), ["line 3", "'soon'"]),
    "three columns": ("shift", WIDE, (), ["--before", "--after"]),
    "an unknown cut": ("shift", CROSS, ("--at-least", "fine"), ["--at-least", "'fine'"]),
    "no group": ("compare", WIDE, (), ["--group"]),
    "a requirement": ("agree", WIDE, ("--require", "kappa"), ["--require"]),
    "another requirement": ("agree", WIDE, ("--require", "ac9 >= 1"), ["--require", "'ac9'"]),
    "a level": ("agree", WIDE, ("--level", "950"), ["--level", "950"]),
}
NAMES = {"no workbook": "file.xlsx", "no Parquet": "file.parquet"}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_answered_with_all_that_is_wrong(run, name):
    command, content, options, wanted = WRONG[name]
    status, text, error = run(command, content, *options, name=NAMES.get(name, "file.csv"))
    assert (status, text) == (2, "")
    assert not [one for one in wanted if one not in error]
    assert all(line.startswith("ilacs_reliability: ") for line in error.splitlines())


def test_many_problems_are_counted(run):
    content = "a,b\n" + "good,gud\n" * 100
    status, _, error = run("agree", content, "--scale", "ofsted")
    assert status == 2
    assert len(error.splitlines()) == 31
    assert "and 70 more problems" in error


# what it writes


def test_a_requirement_decides_the_status(run):
    low = ilr.percent_agreement(RATINGS).confidence_interval().low
    for threshold, status in ((low - 0.001, 0), (low + 0.001, 1)):
        found, text, _ = run("agree", WIDE, "--require", f"percent_agreement >= {threshold}")
        assert found == status
        assert ("is met" in text, "not met" in text) == (status == 0, status == 1)


def test_every_kind_of_file_holds_the_same_numbers(run, tmp_path):
    kinds = {"html": "o.html", "markdown": "o.md", "docx": "o.docx", "json": "o.json"}
    options = [part for kind, file in kinds.items() for part in (f"--{kind}", file)]
    status, text, _ = run("agree", WIDE, *options)
    assert status == 0
    with zipfile.ZipFile(tmp_path / "o.docx") as word:
        written = {"docx": word.read("word/document.xml").decode()}
    for kind in ("html", "markdown", "json"):
        written[kind] = (tmp_path / kinds[kind]).read_text(encoding="utf-8")
    numbers = set(re.findall(r"\b\d\.\d{3}\b", text))
    assert len(numbers) > 10
    assert not [(kind, n) for kind, page in written.items() for n in numbers if n not in page]
    assert "Fleiss&#x27; kappa" in written["html"]


def test_nothing_is_written_where_something_cannot_be(run, tmp_path):
    status, text, error = run("agree", WIDE, "--json", "o.json", "--html", "none/o.html")
    assert (status, text) == (2, "")
    assert "--html" in error
    assert not (tmp_path / "none").exists()


def test_a_cell_cannot_write_markup(run, tmp_path):
    content = WIDE.replace("Ann", "<b>Ann|*x*")
    assert run("agree", content, "--html", "o.html", "--markdown", "o.md")[0] == 0
    assert "<b>Ann" not in (tmp_path / "o.html").read_text(encoding="utf-8")
    assert "\\<b\\>Ann" in (tmp_path / "o.md").read_text(encoding="utf-8")
