"""An hour of someone who has a spreadsheet and no Python: from messy files to a table and a page.

Each file holds what offices do to files; the numbers are those of the grades typed in clean.
"""

import datetime
import re
import zipfile

import docx
import openpyxl
import pytest

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.__main__ import main

GRADES = ["inadequate", "requires improvement", "good", "outstanding"]
# grades by two moderators of twelve units, worst is 0
FIRST = [2, 2, 1, 0, 2, 3, 1, 2, 2, 1, 2, 3]
SECOND = [2, 1, 1, 0, 2, 3, 2, 2, None, 1, 2, 2]
SPELT = {0: "Inadequate ", 1: " RI", 2: "GOOD", 3: "outstanding", None: "n/a"}
# grades before and after, and of two kinds of inspection
MOVES = [[1, 2, 0, 0], [0, 3, 4, 0], [0, 1, 6, 1], [0, 0, 0, 2]]
KINDS = {"Short": [1, 2, 9, 4], "Standard": [3, 6, 5, 1]}


@pytest.fixture
def said(tmp_path, capsys, monkeypatch):
    """Return a function that runs the command and gives its status and what it said, in a line."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return status, " ".join(captured.out.split()), captured.err

    return run


def workbook(rows, path):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.active.title = "Moderation 2024"
    made.save(path)


def moderation():
    """Yield the lines of a sheet as someone made it to be looked at."""
    yield ["Moderation exercise, spring 2024"]
    yield []
    yield [None, " UNIT", "FIRST MODERATOR ", "Second_Moderator", None]
    for number, (a, b) in enumerate(zip(FIRST, SECOND, strict=True)):
        yield [None, f"School {number}", SPELT[a], SPELT[b]]
        if number == 5:
            yield [None, None, "  "]
    yield []
    yield [None, "Source: the moderators' own notes"]


def test_a_spreadsheet_of_two_moderators_becomes_a_word_table_and_a_picture(said, tmp_path):
    workbook(moderation(), tmp_path / "moderation.xlsx")
    files = ("--docx", "answer.docx", "--picture", "answer.png")
    status, text, error = said("agree", "moderation.xlsx", *files)
    assert (status, error) == (0, "")
    for assumed in (
        "moderation.xlsx, sheet Moderation 2024; file of",
        "1 line above the column names left out: 'Moderation exercise, spring 2024'",
        '1 line below the table left out: "Source: the moderators\' own notes"',
        "1 blank line left out",
        "12 units, a line each, graded by FIRST MODERATOR and Second_Moderator",
        "1 cell 'n/a' read as missing",
        "on Ofsted's scale, inadequate < requires improvement < good < outstanding",
    ):
        assert assumed in text
    clean = ilr.ratings_from_codes(
        [(a, -1 if b is None else b) for a, b in zip(FIRST, SECOND, strict=True)],
        scale=ilr.OFSTED_SCALE,
    )
    kappa = ilr.cohen_kappa(clean)
    # by hand: 8 of 11 alike; by chance, over the 12 and 11 that each graded
    chance = (1 * 1 + 3 * 3 + 6 * 6 + 2 * 1) / (12 * 11)
    assert kappa.value == close((8 / 11 - chance) / (1 - chance))
    low, high = kappa.confidence_interval()
    written = docx.Document(tmp_path / "answer.docx")
    rows = [[cell.text for cell in row.cells] for row in written.tables[0].rows]
    [row] = [row for row in rows if row[0] == "Cohen's kappa"]
    assert row[1:3] == [f"{kappa.value:.3f}", f"{low:.3f} to {high:.3f}"]
    picture = (tmp_path / "answer.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert b"8 of 11 units" in picture
    # the picture stands in the document, too, with what it shows in words
    [shape] = written.inline_shapes
    assert "8 of 11 units" in shape._inline.docPr.get("descr")


def test_a_picture_of_every_question_and_kind_says_in_words_what_it_shows(said, tmp_path):
    three = [
        ["unit", "a", "b", "c"],
        *([i, *row] for i, row in enumerate(zip(FIRST, FIRST, FIRST[::-1], strict=True))),
    ]
    workbook(three, tmp_path / "agree.xlsx")
    workbook([line.split(",") for line in dated()], tmp_path / "shift.xlsx")
    workbook(
        [["kind", *GRADES], *([kind, *row] for kind, row in KINDS.items())],
        tmp_path / "compare.xlsx",
    )
    for command in ("agree", "shift", "compare"):
        for kind in ("png", "svg", "pdf"):
            path = tmp_path / f"{command}.{kind}"
            status, _, error = said(command, f"{command}.xlsx", "--picture", path.name)
            assert (status, error) == (0, "")
            assert len(path.read_bytes()) > 3000
    assert "good" in (tmp_path / "compare.svg").read_text(encoding="utf-8")
    status, text, error = said("agree", "agree.xlsx", "--picture", "answer.gif")
    assert (status, text) == (2, "")
    assert "--picture writes png, svg and pdf" in error
    status, text, error = said("check", "agree.xlsx", "--picture", "answer.png")
    assert (status, text) == (2, "")
    assert not list(tmp_path.glob("answer*"))


# what Windows saves: its own encoding, a mark of byte order that is UTF-8's, empty cells at the end
def windows(text):
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode("cp1252")


def dated():
    """Yield lines of units graded twice, the later first, dates as in Britain."""
    yield "Inspections of the café,,,,,"
    yield " UNIT,DATE ,Overall_Effectiveness,Note,,"
    number = 0
    for before, row in enumerate(MOVES):
        for after, times in enumerate(row):
            for _ in range(times):
                number += 1
                yield f"N{number},13/02/2023,{GRADES[after].upper()},é,,"
                yield f"N{number},04/11/2019, {GRADES[before]} ,,,"
    yield ",,,,,"


def test_dated_grades_as_windows_saves_them_are_a_shift(said, tmp_path):
    (tmp_path / "dated.csv").write_bytes(windows("\n".join(dated())))
    status, text, error = said("shift", "dated.csv", "--at-least", "good", "--html", "answer.html")
    assert (status, error) == (0, "")
    for assumed in (
        "20 units graded twice",
        "The text is Windows-1252",
        "Dates are day/month/year",
        "1 line above the column names left out: 'Inspections of the café'",
    ):
        assert assumed in text
    assert "7 improved (35.0%" in text
    assert "1 declined (5.0%" in text
    # two-sided: 1 or fewer of 8, doubled
    assert "Sign test (exact) gives p = 0.0703" in text
    assert close(0.0703125) == 2 * (1 + 8) / 2**8
    assert "Windows-1252" in (tmp_path / "answer.html").read_text(encoding="utf-8")


def test_the_level_that_is_asked_for_is_the_level_of_every_table(said, tmp_path):
    (tmp_path / "dated.csv").write_bytes(windows("\n".join(dated())))
    table = ilr.transitions_from_table(MOVES, scale=ilr.OFSTED_SCALE)
    low, high = ilr.paired_difference(table, at_least="good").confidence_interval(0.9)
    status, text, _ = said("shift", "dated.csv", "--at-least", "good", "--level", "90")
    assert status == 0
    assert f"At least good, after minus before 0.150 {low:.3f} to {high:.3f} tango" in text
    counts = "".join(f"{kind},{','.join(map(str, row))}\n" for kind, row in KINDS.items())
    (tmp_path / "kinds.csv").write_text(f",{','.join(GRADES)}\n{counts}", encoding="utf-8")
    low, high = ilr.relative_effect(list(KINDS.values())).confidence_interval(0.9)
    status, text, _ = said("compare", "kinds.csv", "--level", "90")
    assert status == 0
    assert f"{low:.3f} to {high:.3f} shrunk" in text


def test_a_table_with_totals_is_read_without_them(said, tmp_path):
    counts = [[*row, sum(row)] for row in KINDS.values()]
    totals = [sum(column) for column in zip(*counts, strict=True)]
    rows = [["Grades by kind"], ["kind", *GRADES, "Total"]]
    rows += [[kind, *row] for kind, row in zip(KINDS, counts, strict=True)]
    workbook([*rows, ["TOTAL", *totals]], tmp_path / "kinds.xlsx")
    status, text, _ = said("compare", "kinds.xlsx", "--json", "answer.json")
    assert status == 0
    assert "Totals left out" in text
    effect = ilr.relative_effect(list(KINDS.values()))
    # P(short < standard) + half P(same), pair by pair
    pairs = [
        (a * b * (x < y) + a * b * (x == y) / 2)
        for x, a in enumerate(KINDS["Short"])
        for y, b in enumerate(KINDS["Standard"])
    ]
    assert effect.value == close(sum(pairs) / (16 * 15))
    assert f" {effect.value:.3f} (95% interval" in text
    workbook([*rows, ["TOTAL", *totals[:-1], 32]], tmp_path / "kinds.xlsx")
    status, text, error = said("compare", "kinds.xlsx")
    assert (status, text) == (2, "")
    assert "line 5, column 'Total': 32 is not the total, 31" in error


def test_a_cross_table_may_have_totals_and_nothing_for_none(said, tmp_path):
    rows = [["before", *GRADES, "All"]]
    rows += [
        [grade, *(count or None for count in row), sum(row)]
        for grade, row in zip(GRADES, MOVES, strict=True)
    ]
    workbook(rows, tmp_path / "moves.xlsx")
    status, text, _ = said("shift", "moves.xlsx")
    assert status == 0
    assert "Totals left out" in text
    assert "8 empty cells of the table read as 0" in text
    assert "7 improved (35.0%" in text


def test_columns_of_numbers_under_names_are_raters_not_counts(said, tmp_path):
    (tmp_path / "codes.csv").write_text("school,Ann,Ben\nA,1,2\nB,2,2\nC,3,3\n", encoding="utf-8")
    status, text, _ = said("agree", "codes.csv")
    assert status == 0
    assert "graded by Ann and Ben" in text


DATES = {
    "31.03.2022": "2022-03-31",
    "31/03/22": "2022-03-31",
    "31-Mar-22": "2022-03-31",
    "31 March 2022": "2022-03-31",
    "3/31/2022": "2022-03-31",
    "2022-03-31T00:00:00": "2022-03-31",
    "31/03/2022 00:00": "2022-03-31",
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_is_read_however_it_is_written(said, tmp_path, written):
    lines = [f"unit,date,grade\na,{written},good\na,", "2022-04-01", ",inadequate\n"]
    later = {"3/31/2022": "4/1/2022", "2022-03-31T00:00:00": "2022-04-01"}
    lines[1] = later.get(written, re.sub("31(.*)0?3", r"01\g<1>04", written).replace("Mar", "Apr"))
    if "Mar" in written:
        lines[1] = written.replace("31", "1", 1).replace("March", "April").replace("Mar", "Apr")
    (tmp_path / "dates.csv").write_text("".join(lines), encoding="utf-8")
    status, text, error = said("shift", "dates.csv")
    assert (status, error) == (0, "")
    assert "0 improved" in text
    assert "1 declined" in text


def test_a_date_that_could_be_either_is_said_and_may_be_told(said, tmp_path):
    lines = "unit,date,grade\na,03/04/2022,good\na,02/05/2022,inadequate\n"
    (tmp_path / "dates.csv").write_text(lines, encoding="utf-8")
    status, text, _ = said("shift", "dates.csv")
    assert status == 0
    assert "Dates are day/month/year" in text
    assert "1 declined" in text
    status, text, _ = said("shift", "dates.csv", "--dates", "month-first")
    assert status == 0
    assert "Dates are month/day/year" in text
    assert "1 improved" in text


@pytest.mark.parametrize("mark", [";", "\t", "~"])
def test_a_line_that_tells_excel_the_separator_is_heeded(said, tmp_path, mark):
    rows = [["unit", "a", "b"], ["1", "good", "good, says the head"], ["2", "RI", "RI"]]
    text = "\n".join(mark.join(row) for row in rows).replace(", says the head", "")
    (tmp_path / "told.csv").write_text(f"sep={mark}\n{text}\n", encoding="utf-8")
    status, text, _ = said("agree", "told.csv")
    assert status == 0
    assert "2 units, a line each, graded by a and b" in text


def test_the_line_of_column_names_may_be_told(said, tmp_path):
    lines = "made by,the office\nunit,a,b\n1,good,good\n2,RI,good\n"
    (tmp_path / "told.csv").write_text(lines, encoding="utf-8")
    status, _, error = said("agree", "told.csv")
    assert status == 2
    assert "line 2: 3 cells under 2 column names" in error
    status, text, _ = said("agree", "told.csv", "--header", "2")
    assert status == 0
    assert "2 units" in text
    assert said("agree", "told.csv", "--header", "9")[0] == 2


NO_TABLE = {
    "one column for a table": ("agree", "kind\ngood\nRI\n", ("--layout", "table")),
    "digits for a date": ("shift", f"unit,date,grade\na,{'9' * 30},1\na,1/2/2020,2\n", ()),
    "a title alone": ("agree", "Our inspections\n\n", ()),
    "a column name that is a total": ("shift", "before,total\n1,2\n2,1\n", ()),
}


@pytest.mark.parametrize("kind", NO_TABLE)
def test_what_is_no_table_ends_in_an_answer_or_a_line(said, tmp_path, kind):
    command, content, options = NO_TABLE[kind]
    (tmp_path / "own.csv").write_text(content, encoding="utf-8")
    status, text, error = said(command, "own.csv", *options)
    assert (status == 0) == bool(text) == (not error)
    assert status == (0 if "total" in kind else 2)


# one's own records in the report

RECORDS = [
    # authority, framework, kind, start, published, overall
    ("Nørd", "SIF", "", datetime.date(2015, 1, 12), datetime.date(2015, 3, 30), "RI"),
    ("Nørd", "ILACS", "Short", datetime.date(2018, 6, 4), datetime.date(2018, 7, 9), "Good"),
    ("Nørd", "ILACS", "short", datetime.date(2022, 2, 1), datetime.date(2022, 3, 14), "GOOD "),
    ("South", "sif", "", datetime.date(2016, 2, 1), datetime.date(2016, 4, 1), "good"),
    ("South", "ilacs", "STANDARD", datetime.date(2019, 3, 4), datetime.date(2019, 4, 9), "n/a"),
    ("West", "SIF", "", datetime.date(2014, 3, 3), datetime.date(2014, 5, 6), "Inadequate"),
    ("West", "ILACS", "standard", datetime.date(2018, 5, 7), datetime.date(2018, 6, 1), "Good"),
]
HEADER = [
    "AUTHORITY",
    " Framework",
    "KIND",
    "Start Date",
    "PUBLISHED_DATE",
    "Overall_Effectiveness",
]


def clean():
    """Return the same records as the library's own reader takes them."""
    lines = ["urn,framework,kind,start_date,published_date,overall"]
    for authority, framework, kind, start, published, overall in RECORDS:
        grade = "" if overall == "n/a" else overall.strip()
        kind = kind.lower() or "sif"
        lines.append(f"{authority},{framework.upper()},{kind},{start},{published},{grade}")
    return "\n".join(lines)


def without_source(text):
    return re.sub(r"From own\S*, saved .*?\. Held to", "Held to", text)


@pytest.mark.parametrize("form", ["windows.csv", "xlsx"])
def test_own_records_with_every_quirk_of_an_office_are_the_records(said, tmp_path, form):
    rows = [
        [a, f, kind or "SIF", start, published, overall]
        for a, f, kind, start, published, overall in RECORDS
    ]
    path = tmp_path / f"own.{form}"
    if form == "xlsx":
        workbook([["Our inspections"], [], HEADER, *rows[:3], [], *rows[3:]], path)
    else:
        texts = [
            [cell.strftime("%d/%m/%Y") if hasattr(cell, "year") else cell for cell in row]
            for row in rows
        ]
        lines = [";".join([*row, "", ""]) for row in [HEADER, *texts]]
        path.write_bytes(windows("\n".join(["Our inspections;;;;;;;", *lines, ";;;;;;;"])))
    (tmp_path / "own.csv").write_text(clean(), encoding="utf-8")
    right = said("report", "--records", "own.csv")
    status, text, error = said("report", "--records", path.name, "--docx", "answer.docx")
    assert (status, error) == (0, "")
    assert right[0] == 0
    assert without_source(text) == without_source(right[1])
    for assumed in (
        "1 line above the column names left out: 'Our inspections'",
        "`urn` is column 'AUTHORITY'",
        "`overall` is column 'Overall_Effectiveness'",
        "1 cell 'n/a' read as missing",
        "dates are day/month/year" if form != "xlsx" else "1 blank line left out",
        "the text is Windows-1252" if form != "xlsx" else "saved",
    ):
        assert assumed in text
    assert "7 inspections of English" in text
    with zipfile.ZipFile(tmp_path / "answer.docx") as word:
        assert "AUTHORITY" in word.read("word/document.xml").decode()


def test_records_are_answered_with_all_that_is_wrong(said, tmp_path):
    lines = [
        "urn,start date,overall,kind",
        "1,31/02/2019,good,short",
        "2,2019-03-01,splendid,short",
        "3,1/3/2019,good,brief",
    ]
    (tmp_path / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    status, text, error = said("report", "--records", "own.csv")
    assert (status, text) == (2, "")
    assert error.count("is no date") == 2
    lines = [line.replace("31/02", "28/02").replace("2019-03-01", "1/3/2019") for line in lines]
    (tmp_path / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    status, text, error = said("report", "--records", "own.csv")
    assert (status, text) == (2, "")
    assert "line 3, column `overall`: 'splendid'" in error
    assert "line 4, column `kind`: 'brief'" in error
    (tmp_path / "own.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    status, _, error = said("report", "--records", "own.csv")
    assert status == 2
    assert [
        f"column `{name}` is missing" in error for name in ("urn", "start_date", "overall")
    ] == [True] * 3


def test_double_gradings_are_named_with_their_file(said, tmp_path):
    rows = [["Second inspections"], ["Unit", "FIRST", "Second "], [1, "Good", "good"]]
    workbook([*rows, [2, "RI", "-"], [3, "RI", "GOOD"]], tmp_path / "double.xlsx")
    status, text, _ = said("report", "--double", "double.xlsx")
    assert status == 0
    assert "Double gradings: double.xlsx, saved " in text
    assert "1 cell '-' read as missing" in text
