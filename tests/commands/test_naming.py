"""The files of a command line: none is overwritten unasked, and each is called what it is."""

import io
import os
import shutil
import sys
from pathlib import Path

import pytest

import ilacs_reliability as ilr
from ilacs_reliability.__main__ import main

RECORDS = Path(__file__).parents[1] / "data" / "made_up_inspections.csv"
WIDE = "unit,a,b\n1,good,good\n2,good,RI\n3,RI,RI\n"
SHIFT = "before,after\ngood,good\nRI,good\ngood,good\n"
GROUPS = "group,grade\nx,good\nx,RI\ny,good\ny,RI\n"
DOUBLE = "first,second\ngood,good\nRI,good\n"
FORMS = ("html", "markdown", "docx", "json", "picture")
REPORTED = ("html", "markdown", "docx")
QUESTIONS = {"agree": WIDE, "shift": SHIFT, "compare": GROUPS, "check": WIDE}
READ = {"records": "r.csv", "protocol": "p.toml", "double": "d.csv"}
posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX's")


@pytest.fixture
def ask(tmp_path, capsys, monkeypatch):
    """Return a function that runs the command among files of every kind."""
    monkeypatch.chdir(tmp_path)
    for command, content in QUESTIONS.items():
        Path(f"{command}.csv").write_text(content, encoding="utf-8")
    shutil.copy(RECORDS, "r.csv")
    Path("p.toml").write_text("agreement = 0.7\n", encoding="utf-8")
    Path("d.csv").write_text(DOUBLE, encoding="utf-8")
    Path("scale.txt").write_text("RI\ngood\n", encoding="utf-8")

    def run(*words, given=""):
        stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", stdin)
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def held():
    """Return what every file here holds."""
    return {path.name: path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def refused(ask, *words, given=""):
    """Return what is said where the call is refused, no file having changed."""
    before = held()
    status, text, error = ask(*words, given=given)
    assert (status, text) == (2, "")
    assert held() == before
    return error


# what would be lost

ONTO_INPUTS = {
    **{f"{one} FILE {form}": (one, f"{one}.csv", f"--{form}", f"{one}.csv")
       for one in QUESTIONS for form in FORMS},
    **{f"{one} --scale": (one, f"{one}.csv", "--scale", "scale.txt", "--json", "scale.txt")
       for one in QUESTIONS},
    **{f"report {what} {form}": (f"--{what}", file, f"--{form}", file)
       for what, file in READ.items() for form in REPORTED},
}  # fmt: skip


@pytest.mark.parametrize("call", ONTO_INPUTS.values(), ids=ONTO_INPUTS)
def test_no_output_overwrites_what_is_read(ask, call):
    error = refused(ask, *call)
    assert f"{call[-2]} {call[-1]} would overwrite" in error
    assert "which is the same file" in error


@pytest.mark.parametrize("alias", ["./agree.csv", "sub/../agree.csv", "whole", "link", "hard"])
@posix
def test_a_file_is_known_by_its_other_names(ask, alias):
    Path("sub").mkdir()
    Path("link").symlink_to("agree.csv")
    Path("hard").hardlink_to("agree.csv")
    name = Path("agree.csv").resolve() if alias == "whole" else alias
    assert "would overwrite FILE" in refused(ask, "agree", "agree.csv", "--html", name)
    assert "would overwrite FILE" in refused(ask, "agree", name, "--html", "agree.csv")


def pairs(forms):
    return [(one, other) for one in forms for other in forms if one < other]


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("command", [*QUESTIONS, "report"])
def test_no_two_outputs_are_one_file(ask, command, exists):
    if exists:
        Path("out.png").write_text("before", encoding="utf-8")
    start = ["report"] if command == "report" else [command, f"{command}.csv"]
    for one, other in pairs(REPORTED if command == "report" else FORMS):
        error = refused(ask, *start, f"--{one}", "out.png", f"--{other}", "./out.png")
        assert f"--{one}" in error
        assert f"--{other}" in error
        assert "are one file" in error


@posix
def test_two_outputs_are_one_where_a_link_leads_to_what_is_not_there_yet(ask):
    Path("link").symlink_to("out.md")
    assert "are one file" in refused(
        ask, "agree", "agree.csv", "--html", "link", "--markdown", "out.md"
    )


def test_outputs_of_other_names_are_all_written(ask):
    words = [part for form in FORMS[:4] for part in (f"--{form}", f"out.{form}")]
    assert ask("check", "check.csv", *words)[0] == 0
    assert {f"out.{form}" for form in FORMS[:4]} < set(held())


@posix
def test_what_keeps_nothing_may_be_named_twice(ask):
    assert ask("check", "check.csv", "--html", os.devnull, "--json", os.devnull)[0] == 0


@posix
def test_the_answer_is_not_put_into_its_own_file(ask, monkeypatch):
    with Path("agree.csv").open("a", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        assert main(["agree", "agree.csv"]) == 2
    assert Path("agree.csv").read_text(encoding="utf-8") == WIDE


# standard input and output


@pytest.mark.parametrize("command", ["shift", "compare", "check"])
def test_a_file_may_come_by_standard_input(ask, command):
    status, text, error = ask(command, "-", given=QUESTIONS[command])
    assert (status, error) == (0, "")
    of_file = ask(command, f"{command}.csv")[1].replace(f"{command}.csv", "standard input")
    assert text.splitlines()[2] == f"standard input; ilacs-reliability {ilr.__version__}."
    assert " ".join(text.splitlines()[3:]).split() == " ".join(of_file.splitlines()[3:]).split()


@pytest.mark.parametrize("what", READ)
def test_what_the_report_reads_may_come_by_standard_input(ask, what):
    content = Path(READ[what]).read_text(encoding="utf-8")
    error = refused(ask, f"--{what}", "-", given=content[: len(content) // 2] + "\0")
    assert error.startswith("ilacs_reliability: standard input")


def test_records_may_come_by_standard_input(ask):
    status, text, error = ask("--records", "-", given=Path("r.csv").read_text(encoding="utf-8"))
    assert (status, error) == (0, "")
    assert "From standard input." in " ".join(text.split())


def test_only_one_file_is_standard_input(ask):
    assert "only one file" in refused(ask, "--records", "-", "--double", "-")


@pytest.mark.parametrize("form", ["html", "markdown", "json"])
def test_an_output_to_standard_output_stands_there_alone(ask, form):
    status, text, error = ask("check", "check.csv", f"--{form}", "-")
    assert (status, error) == (0, "")
    assert ask("check", "check.csv", f"--{form}", "out")[0] == 0
    assert text == Path("out").read_text(encoding="utf-8")
    assert not Path("-").exists()


def test_the_report_to_standard_output_stands_there_alone(ask):
    status, text, _ = ask("--markdown", "-")
    assert status == 0
    assert text == ilr.report_markdown(ilr.assess_security())


def test_only_one_output_is_standard_output(ask):
    error = refused(ask, "agree", "agree.csv", "--html", "-", "--json", "-")
    assert "--html and --json" in error or "--json and --html" in error


def test_a_file_called_a_dash_has_a_name_of_its_own(ask):
    assert ask("check", "check.csv", "--json", "./-")[0] == 0
    assert Path("./-").is_file()
    assert ask("check", "check.csv", "--json", "-")[1] == Path("-").read_text(encoding="utf-8")


# where no file can be


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (".", "this is a directory: name a file in it"),
        ("sub", "this is a directory: name a file in it"),
        ("none/out.html", "there is no directory"),
        ("check.csv/out.html", "Not a directory"),
        ("/proc/out.html", "--html /proc/out.html: "),
    ],
)
@posix
def test_a_place_where_no_file_can_be_is_named_by_its_option(ask, place, said):
    Path("sub").mkdir()
    error = refused(ask, "check", "check.csv", "--html", place)
    assert error.startswith(f"ilacs_reliability: --html {place}: ")
    assert said in error
    assert ".ilacs_reliability" not in error


def test_nothing_is_written_where_a_later_output_cannot_be(ask):
    outputs = ("--html", "out.html", "--markdown", "none/out.md")
    assert "--markdown" in refused(ask, "check", "check.csv", *outputs)
    assert "--markdown" in refused(ask, "report", *outputs)


# what would be left unheeded


@pytest.mark.parametrize("command", QUESTIONS)
def test_an_option_given_with_nothing_is_refused(ask, command):
    columns = {"agree": ["raters", "unit"], "shift": ["before"], "compare": ["stratum"]}
    for option in ("scale", "sheet", "encoding", *columns.get(command, ())):
        for empty in ("", " "):
            error = refused(ask, command, f"{command}.csv", f"--{option}", empty)
            assert f"argument --{option}: it must not be empty" in error
    assert "a file must have a name" in refused(ask, command, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("agree", "agree.csv", "--sheet", "X"), "--sheet says nothing of agree.csv"),
        (("agree", "-", "--sheet", "X"), "--sheet says nothing of standard input"),
        (("agree", "a.xlsx", "--encoding", "utf-8"), "--encoding says nothing of a.xlsx"),
        (("agree", "a.xlsx", "--separator", "tab"), "--separator says nothing of a.xlsx"),
        (("agree", "a.parquet", "--header", "2"), "--header says nothing of a.parquet"),
        (("agree", "agree.csv", "--dates", "iso"), "--dates"),
        (("check", "check.csv", "--level", "90"), "--level"),
        (("report", "--sheet", "X"), "--sheet says how --records or --double is read"),
        (("report", "--header", "1"), "--header says how --records or --double is read"),
        (("report", "--missing", "NA"), "--missing says how --records or --double is read"),
        (("report", "--dates", "iso"), "--dates says how --records or --double is read"),
        (("report", "--records", "r.csv", "--sheet", "X"), "--sheet says nothing of r.csv"),
    ],
)  # fmt: skip
def test_an_option_that_no_file_heeds_is_refused(ask, words, said):
    assert said in refused(ask, *words)


def test_an_option_is_heeded_where_one_of_the_files_does(ask):
    error = refused(ask, "--records", "r.csv", "--double", "d.xlsx", "--sheet", "X")
    assert "says nothing" not in error
