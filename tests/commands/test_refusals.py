"""What a command refuses, it refuses with the file, the option or the place, and what to do."""

import re
from pathlib import Path

import pytest

from ilacs_reliability.__main__ import main

GRADES = ["inadequate", "requires improvement", "good", "outstanding"]
LONG = "unit,rater,grade\n1,x,good\n1,y,good\n2,x,RI\n2,y,RI\n"
WIDE = "unit,a,b\n1,good,good\n2,good,RI\n3,RI,RI\n"
LINES = "group,kind,grade\nx,p,good\ny,q,RI\nx,q,RI\ny,p,good\n"


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Return a function that asks of a file of this content."""
    monkeypatch.chdir(tmp_path)

    def ask(command, content, *options):
        Path("own.csv").write_text(content, encoding="utf-8")
        status = main([command, "own.csv", *options])
        captured = capsys.readouterr()
        return status, " ".join(captured.out.split()), captured.err

    return ask


def refused(run, command, content, *options):
    status, text, error = run(command, content, *options)
    assert (status, text) == (2, "")
    for line in error.splitlines():
        assert re.match("ilacs_reliability: (own.csv|--)", line)
    # no argument of a function is spoken of to who called none
    assert "`" not in error
    return error


# a line of column names


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (99, "--header 99: own.csv has 5 lines."),
        (6, "--header 6: own.csv has 5 lines."),
        (0, "--header must be the number of a line, 1 or more, but got 0."),
        (-1, "--header must be the number of a line, 1 or more, but got -1."),
        (2, "--header 2: own.csv has no column names there, as the line is blank."),
        (4, "--header 4: own.csv has no column names there, as the line is within a cell."),
    ],
)
def test_a_line_without_column_names_is_said_as_it_is(run, line, said):
    content = 'unit,a,b\n\n"1\n2",good,good\n3,RI,RI\n'
    assert said in refused(run, "agree", content, "--header", str(line))


# what no answer can be made of

EMPTY = {
    "no unit before and after": ("shift", "before,after\ngood,\n,RI\n", (), "no line has both"),
    "no unit of two dates": (
        "shift", "unit,date,grade\na,2020-01-01,good\nb,2020-01-01,RI\n", (), "of two dates"),
    "a table of no moves": ("shift", ",good,RI\ngood,0,0\nRI,0,0\n", (), "every count"),
    "a table of no ratings": ("agree", ",good,RI\ngood,0,0\nRI,0,0\n", (), "every count"),
    "a table of no grades": ("compare", "kind,good,RI\nx,0,0\ny,0,0\n", (), "every count"),
    "a count beyond counting": (
        "compare", f"kind,good,RI\nx,{10**30},0\ny,0,0\n", (), "line 2, column 'good'"),
    "a count of many digits": (
        "agree", f",good,RI\ngood,1,0\nRI,0,{'9' * 5000}\n", (), "line 3, column 'RI'"),
    "one group": ("compare", "group,grade\na,good\na,RI\n", (), "one group only, 'a'"),
    "one group in a table": ("compare", "kind,good,RI\nx,1,2\n", (), "one group only, 'x'"),
    "three groups": (
        "compare", "group,grade\na,good\nb,RI\nc,RI\n", (), "3 groups (a, b and c), and two"),
    "three groups and a cut": (
        "compare", "group,grade\na,good\nb,RI\nc,RI\n", ("--at-least", "good"), "leave the others"),
    "a grade twice": ("agree", WIDE, ("--scale", "RI,good,good"), "--scale names 'good' twice"),
    "a grade in two spellings": ("agree", WIDE, ("--scale", "RI,Good, good"), "'good' twice"),
    "a number twice": ("agree", WIDE, ("--scale", "0,1,1.0"), "--scale names 1 twice"),
    "no grade": ("agree", "unit,a,b\n1,NA,\n2,,-\n", (), "own.csv holds no grade"),
    "no grade of the scale": ("agree", WIDE, ("--scale", "low,high"), "line 2, column 'a'"),
}  # fmt: skip


@pytest.mark.parametrize("name", EMPTY)
def test_a_file_without_an_answer_is_named_with_what_to_do(run, name):
    command, content, options, said = EMPTY[name]
    assert said in refused(run, command, content, *options)


def test_a_scale_of_numbers_may_begin_at_nought(run):
    content = "unit,a,b\n1,0,0\n2,1,2\n"
    status, text, _ = run("agree", content, "--scale", "0,1,2")
    assert status == 0
    assert "Percent agreement 0.500" in text
    assert "'0' is none" in refused(run, "agree", content, "--scale", "1,2")


def test_check_names_the_file_in_what_each_command_would_refuse(run):
    status, text, _ = run("check", "group,grade\na,good\na,RI\n")
    assert status == 0
    assert "own.csv, column 'group' holds one group only" in text
    assert "`" not in re.sub("`(agree|shift|compare)`", "", text)


# a column is one thing

TWICE = {
    "before and after": ("shift", "before,after\n1,2\n", "--before before --after before"),
    "group and grade": ("compare", LINES, "--group grade --grade grade"),
    "group and stratum": ("compare", LINES, "--group kind --stratum kind"),
    "stratum and grade": ("compare", LINES, "--grade grade --stratum GRADE"),
    "unit and rater": ("agree", LONG, "--unit unit --rater unit"),
    "rater and grade": ("agree", LONG, "--rater grade --grade grade"),
    "unit and date": ("shift", "unit,date,grade\n1,2020-01-01,1\n", "--unit date --date date"),
    "a rater twice": ("agree", WIDE, "--raters a,a"),
    "a rater and unit": ("agree", WIDE, "--raters a,b --unit a"),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_column_is_not_two_things(run, name):
    command, content, options = TWICE[name]
    error = refused(run, command, content, *options.split())
    assert "it can be one only" in error
    assert error.count("--") == (1 if "twice" in name else 2)


@pytest.mark.parametrize(
    ("command", "content", "options", "asked"),
    [
        ("compare", LINES, "--stratum group", "--group"),
        ("compare", LINES, "--group grade", "--grade"),
        ("compare", "group,grade\na,1\nb,2\n", "--stratum group", "--group"),
        ("agree", "inspector,team,grade\n1,x,1\n1,y,1\n", "--unit inspector", "--rater"),
    ],
)  # fmt: skip
def test_a_column_known_by_its_name_is_not_two_things(run, command, content, options, asked):
    assert asked in refused(run, command, content, *options.split())


@pytest.mark.parametrize("layout", ["table", "long"])
def test_an_option_of_columns_is_heeded_or_refused(run, layout):
    cross = ",good,RI\ngood,3,1\nRI,0,2\n"
    content, options = (
        (cross, "--unit good") if layout == "table" else (LONG, "--raters unit,grade")
    )
    error = refused(run, "agree", content, "--layout", layout, *options.split())
    assert options.split()[0] in error


DATED = "unit,date,previous,mark\na,2020-01-01,RI,RI\na,2021-01-01,RI,good\n"
MIXED = {
    "a grade of a column a rater": ("agree", WIDE, "--grade a", "which column is the rater"),
    "a rater of a column a rater": ("agree", WIDE, "--rater a", "which column is the grade"),
    "raters and a grade": ("agree", WIDE, "--raters a,b --grade unit", "--grade names"),
    "before and a grade": ("shift", DATED, "--before previous --grade mark", "--grade names"),
    "after and a date": ("shift", DATED, "--after mark --date date", "--date names"),
    "a grade laid out wide": ("agree", WIDE, "--layout wide --grade a", "--layout wide"),
}


@pytest.mark.parametrize("name", MIXED)
def test_an_option_of_another_layout_is_refused(run, name):
    command, content, options, said = MIXED[name]
    assert said in refused(run, command, content, *options.split())


def test_a_grade_that_is_named_is_read_although_another_column_is_known(run):
    status, text, _ = run("shift", DATED, "--grade", "mark")
    assert status == 0
    assert "1 unit graded twice" in text
    assert "1 improved" in text


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("a,b\nRI,good\nRI,good\n", "--before a"),
        ("a,b\nRI,good\nRI,good\n", "--after b"),
        ("b,a\ngood,RI\ngood,RI\n", "--before a"),
        ("b,a\ngood,RI\ngood,RI\n", "--after b"),
        ("grade,previous\ngood,RI\ngood,RI\n", ""),
        ("latest,score\ngood,RI\ngood,RI\n", ""),
    ],
)
def test_one_of_two_columns_that_is_known_tells_the_other(run, content, options):
    status, text, _ = run("shift", content, *options.split())
    assert status == 0
    assert "2 improved" in text


# where something is misspelt

MISSPELT = {
    "long": ("agree", LONG.replace("1,y,good", "1,y,goood"), 3, "grade", "goood", "Ofsted's"),
    "wide": ("agree", WIDE.replace("1,good,good", "1,good,goood"), 2, "b", "goood", "Ofsted's"),
    "half": ("agree", "unit,a,b\n1,good,goood\n", 2, "b", "goood", "Ofsted's"),
    "groups": ("compare", LINES.replace("p,good", "p,god", 1), 2, "grade", "god", "Ofsted's"),
    "moves": ("shift", "before,after\ngood,good\nRI,god\n", 3, "after", "god", "Ofsted's"),
    "dated": (
        "shift", "unit,date,grade\na,1/2/2020,good\na,1/2/2021,R\n", 3, "grade", "R", "Ofsted's"),
    "numbers": ("agree", "unit,a,b\n1,1,2\n2,3x,2\n3,2,3\n", 3, "a", "3x", "numbers"),
    "column of a table": (
        "compare", "kind,good,goood\nx,1,2\ny,3,4\n", None, "goood", "goood", "Ofsted's"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_grade_is_named_with_its_line_and_column(run, name):
    command, content, line, column, cell, kind = MISSPELT[name]
    error = refused(run, command, content)
    place = f"line {line}, column {column!r}" if line else f"column {column!r}"
    assert f"own.csv, {place}: {cell!r} is none of" in error
    assert kind in error
    assert "--scale" in error


def test_many_misspelt_grades_leave_room_for_what_to_do(run):
    content = "unit,a,b\n" + "".join(f"{i},good,odd{i}\n" for i in range(100))
    error = refused(run, "agree", content)
    assert len(error.splitlines()) == 30
    assert "--scale" in error.splitlines()[-1]


OPEN = {
    "first": ('a,b\n"good,good\n2,good,inadequate\nRI,RI\n', 2, "a"),
    "later": ('unit,a,b\n1,good,good\n2,good,"RI\n3,RI,RI\n', 3, "b"),
    "last of all": ('unit,a,b\n1,good,good\n2,good,"RI', 3, "b"),
    "alone": ('unit,a,b\n1,good,good\n2,good,"', 3, "b"),
    "below a title": ('Our file\n\nunit,a,b\n1,good,good\n2,"RI,RI\n', 5, "a"),
    "after a closed one": ('unit,a,b\n"1","good","good"\n"2","RI,RI\n', 3, "a"),
    "of many characters": ('unit,a,b\n1,good,"RI\n' + "2,RI,RI\n" * 20_000, 2, None),
}


@pytest.mark.parametrize("name", OPEN)
def test_an_open_quote_is_named_with_its_line_and_column(run, name):
    content, line, column = OPEN[name]
    error = refused(run, "agree", content)
    assert f"own.csv, line {line}" in error
    assert "quote" in error
    assert "not closed" in error
    assert (f"column {column!r}" in error) == (column is not None)


def test_quotes_within_a_cell_are_no_open_quotes(run):
    content = 'unit,note,a,b\n1,5" tall,good,good\n"2 ""x""","a\nb",RI,"RI"\n"end",end,RI,RI'
    status, text, error = run("agree", content, "--raters", "a,b")
    assert (status, error) == (0, "")
    assert text.count("3 units, a line each, graded by a and b") == 1


# what it says of what is undefined, and of one


def test_a_requirement_of_what_is_undefined_says_why(run):
    content = "unit,a,b\n1,good,good\n2,good,good\n"
    status, text, _ = run("agree", content, "--require", "cohen_kappa >= 0.6")
    assert status == 1
    kappa = (
        "it is undefined (every rating is the same grade, 'good'), and the requirement is not met"
    )
    assert kappa in text
    assert not re.search(r"\bnan\b", text)


@pytest.mark.parametrize("form", ["html", "markdown", "json"])
def test_a_test_that_is_undefined_says_why_in_its_table(run, form):
    content = "group,grade,region\na,good,n\nb,RI,s\n"
    status, text, _ = run("compare", content, "--stratum", "region", f"--{form}", "-")
    assert status == 0
    assert "undefined: the groups share no stratum" in text
    assert not re.search(r"\bnan\b|>none<|\| none|\"method\": \"none\",\s*\"p\"", text)
    said = run("compare", content, "--stratum", "region")[1]
    assert "Van Elteren's test undefined: the groups share no stratum" in said


def test_one_unit_and_empty_cells_are_said_as_they_are(run):
    text = run("check", "unit,a,b\n1,good,good\n")[1]
    assert "1 unit, graded by a and b" in text
    text = run("check", "unit,a,b\n1,good,\n2,,good\n3,RI,n/a\n")[1]
    assert "3 units, a line each" in text
    assert "2 empty cells read as missing" in text
    assert "1 cell 'n/a' read as missing" in text
