"""However the command is called or interrupted, it ends as a command should."""

import os
import re
import signal
import stat
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import pytest

import ilacs_reliability as ilr
from ilacs_reliability.__main__ import main

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "tests" / "data" / "made_up_inspections.csv"
HEADER, FIRST, *_ = RECORDS.read_text(encoding="utf-8").splitlines()
PAGE = ilr.report_html(ilr.assess_security())
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"}
COMMAND = (sys.executable, "-m", "ilacs_reliability")
posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and signals are POSIX's")

PROTOCOLS = {
    "digits": "agreement = " + "1" * 400,
    "more digits than Python reads": "agreement = " + "1" * 5000,
    "digits that Python cannot show": "agreement = 0x" + "f" * 5000,
    "negative digits": "agreement = -" + "1" * 400,
    "infinite": "agreement = 1e400",
    "deep lists": "agreement = " + "[" * 5000 + "]" * 5000,
    "deep tables": "agreement" + ".a" * 3000 + " = 1",
    "long name": "a" * 10_000 + " = 1",
    "name over lines": '"one\\ntwo" = 1',
    "table": "[agreement]\nlow = 0.1",
    "day": "agreement = 2026-11-28",
    "no TOML": "agreement",
    "long": "# " + "-" * 1_100_000,
}
FILES = {
    "long field": f"{HEADER}\n{FIRST.replace('two words', 'w' * 140_000)}\n",
    "long line": f"{HEADER}\n{FIRST.replace('two words', 'w' * 1_100_000)}\n",
    "digits": f"{HEADER}\n{FIRST.replace(',1000,', ',' + '9' * 5000 + ',')}\n",
    "long grade": f"{HEADER}\n{FIRST.replace('good,good', 'good,' + 'g' * 100_000)}\n",
    "header twice": f"{HEADER},overall\n{FIRST},good\n",
    "open quote": f'{HEADER}\n"{FIRST}',
    "no line": "",
    "zeros": "\0" * 100,
    "grade over lines": f"{HEADER}\n" + FIRST.replace("good,good", 'good,"go\nod"'),
}


def told(capsys, most=1):
    """Return the one line, or few lines, that were said, and nothing else."""
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert 1 <= len(lines) <= most
    for line in lines:
        assert line.startswith("ilacs_reliability: ")
        assert line.isprintable()
        assert len(line) < 500
    return captured.err


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_a_protocol_that_cannot_be_meant_is_refused_in_a_line(kind, tmp_path, capsys):
    path = tmp_path / "own.toml"
    path.write_text(PROTOCOLS[kind], encoding="utf-8")
    assert main(["--protocol", str(path)]) == 2
    assert "own.toml: " in told(capsys)


@pytest.mark.parametrize("kind", FILES)
def test_records_that_cannot_be_read_are_refused_in_a_line(kind, tmp_path, capsys):
    path = tmp_path / "own.csv"
    path.write_text(FILES[kind], encoding="utf-8")
    assert main(["--records", str(path)]) == 2
    # an open quote leaves three dates out
    assert "own.csv" in told(capsys, most=3)


@pytest.mark.parametrize(
    "arguments",
    [
        ["report.html"],
        ["--html"],
        ["--html", ""],
        ["--html", "."],
        ["--html", "n" * 300],
        ["--html", f"{RECORDS}/report.html"],
        ["--htm", "report.html"],
        ["--records", "."],
        ["--records", "absent\nfile.csv"],
        ["--protocol", "."],
        ["--protocol", str(Path(sys.executable))],
        ["--records", str(Path(sys.executable))],
    ],
)
def test_a_wrong_call_is_refused_in_a_line(arguments, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--help",)])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is played by /dev/full")
def test_a_full_disk_is_said_in_a_line(options, tmp_path):
    with Path("/dev/full").open("wb") as full:
        done = run(*options, cwd=tmp_path, stdout=full)
    assert done.returncode == 2
    assert done.stderr == "ilacs_reliability: standard output: No space left on device.\n"


@posix
@pytest.mark.parametrize("options", ["--help", "--html report.html"])
def test_a_closed_standard_output_is_said_in_a_line(options, tmp_path):
    line = f"{' '.join(COMMAND)} {options} >&-"
    done = run(cwd=tmp_path, call=["sh", "-c", line])
    assert done.returncode == 2
    assert done.stderr == "ilacs_reliability: standard output is closed.\n"
    assert list(tmp_path.iterdir()) == []


# SciPy with NumPy 2.0 cannot be imported without a standard error
CLOSED = """
import os, runpy, sys
import scipy.linalg
os.close(2)
sys.stderr = None
sys.argv = ["ilacs_reliability", "--records", "absent"]
runpy.run_module("ilacs_reliability", run_name="__main__", alter_sys=True)
"""


@posix
def test_nothing_is_said_where_standard_error_is_closed(tmp_path):
    done = run(cwd=tmp_path, call=[sys.executable, "-c", CLOSED])
    assert done.returncode == 2
    assert done.stdout == ""


@posix
def test_a_reader_that_has_gone_ends_the_command_by_its_signal(tmp_path):
    read, write = os.pipe()
    os.close(read)
    done = run(cwd=tmp_path, stdout=write)
    os.close(write)
    assert done.returncode == -signal.SIGPIPE
    assert done.stderr == ""


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupted_command_ends_by_its_signal_and_leaves_nothing(name, tmp_path):
    number = getattr(signal, name)
    os.mkfifo(tmp_path / "own.csv")
    call = [*COMMAND, "--records", "own.csv", "--html", "report.html"]
    # a shell lets what it starts in the background ignore an interrupt
    heeded = partial(signal.signal, number, signal.SIG_DFL)
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": heeded}
    # opening waits until the command reads
    with (
        subprocess.Popen(call, cwd=tmp_path, env=ENVIRONMENT, **both) as running,
        (tmp_path / "own.csv").open("w", encoding="utf-8") as records,
    ):
        records.write(HEADER)
        records.flush()
        running.send_signal(number)
        said = running.communicate(timeout=300)
    assert running.returncode == -number
    assert said == (b"", b"")
    assert [one.name for one in tmp_path.iterdir()] == ["own.csv"]


INTERRUPTED = """
import os, pathlib, signal, sys
put = pathlib.Path.replace
def interrupted(self, to):
    os.kill(os.getpid(), signal.SIGTERM)
    return put(self, to)
pathlib.Path.replace = interrupted
from ilacs_reliability.__main__ import main
main(["--html", "report.html"])
"""


@posix
def test_a_signal_waits_until_the_page_is_whole(tmp_path):
    done = run(cwd=tmp_path, call=[sys.executable, "-c", INTERRUPTED])
    assert done.returncode == -signal.SIGTERM
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == PAGE


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o700])
def test_permissions_stay(mode, tmp_path, capsys):
    path = tmp_path / "report.html"
    path.write_text("before", encoding="utf-8")
    path.chmod(mode)
    assert main(["--html", str(path)]) == 0
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_text(encoding="utf-8") == PAGE


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_page_has_the_permissions_of_any_new_file(mask, tmp_path, capsys):
    before = os.umask(mask)
    try:
        assert main(["--html", str(tmp_path / "report.html")]) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o666 & ~mask


@posix
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link(exists, tmp_path, capsys):
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "page.html", tmp_path / "report.html"
    link.symlink_to(Path("elsewhere") / "page.html")
    if exists:
        target.write_text("before", encoding="utf-8")
    assert main(["--html", str(link)]) == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == PAGE
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1


@posix
@pytest.mark.parametrize("before", ["", "before", "x" * 100_000])
def test_other_names_of_a_file_name_the_new_page(before, tmp_path, capsys):
    path, other = tmp_path / "report.html", tmp_path / "other.html"
    path.write_text(before, encoding="utf-8")
    other.hardlink_to(path)
    assert main(["--html", str(path)]) == 0
    assert other.samefile(path)
    assert other.read_text(encoding="utf-8") == PAGE


@posix
def test_a_loop_of_links_is_refused_in_a_line(tmp_path, capsys):
    (tmp_path / "report.html").symlink_to(tmp_path / "report.html")
    assert main(["--html", str(tmp_path / "report.html")]) == 2
    assert "report.html" in told(capsys)


@posix
def test_a_page_goes_through_a_pipe_that_stays_a_pipe(tmp_path):
    pipe = tmp_path / "report.html"
    os.mkfifo(pipe)
    call = [*COMMAND, "--html", str(pipe)]
    with subprocess.Popen(call, env=ENVIRONMENT, stdout=subprocess.DEVNULL) as running:
        assert pipe.read_text(encoding="utf-8") == PAGE
    assert running.returncode == 0
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@posix
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_a_page_for_standard_output_comes_before_the_text(into, tmp_path):
    # a link of our own: where the law is broken, the machine's /dev/stdout becomes a file
    link = tmp_path / "stdout"
    link.symlink_to("/proc/self/fd/1" if Path("/proc/self/fd/1").exists() else "/dev/fd/1")
    if into == "pipe":
        shown = run("--html", str(link), cwd=tmp_path).stdout
    else:
        with (tmp_path / "shown").open("wb") as file:
            run("--html", str(link), cwd=tmp_path, stdout=file)
        shown = (tmp_path / "shown").read_text(encoding="utf-8")
    assert link.is_symlink()
    assert shown == PAGE + ilr.report_text(ilr.assess_security())


@posix
def test_a_page_that_does_not_fit_leaves_what_was_there(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("before", encoding="utf-8")
    limited = f"ulimit -f 4; trap '' XFSZ; exec {' '.join(COMMAND)} --html report.html"
    for other in (None, tmp_path / "other.html"):
        if other is not None:
            other.hardlink_to(path)
        done = run(cwd=tmp_path, call=["sh", "-c", limited])
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert path.read_text(encoding="utf-8") == "before"
    assert {one.name for one in tmp_path.iterdir()} == {"report.html", "other.html"}


def run(*options, call=None, stdout=subprocess.PIPE, **named):
    return subprocess.run(
        call or [*COMMAND, *options],
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=ENVIRONMENT,
        timeout=300,
        check=False,
        **named,
    )


@pytest.mark.parametrize("words", [[], ["report"], ["agree"], ["check"]], ids=" ".join)
def test_every_command_says_its_version(words, capsys):
    with pytest.raises(SystemExit) as end:
        main([*words, "--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"ilacs-reliability {ilr.__version__}\n"


def test_the_report_is_written_for_word(tmp_path, capsys):
    path = tmp_path / "report.docx"
    assert main(["--docx", str(path)]) == 0
    text = capsys.readouterr().out
    with zipfile.ZipFile(path) as word:
        written = word.read("word/document.xml").decode()
    assert (
        written.count("<w:tr>") == text.count(" as a rate (") + text.count("NOT ANSWERABLE\n") + 1
    )
    for said in ("Are the judgements", "1. Two inspectors at one school", "SHA-256", "Limits"):
        assert said in written
    numbers = set(re.findall(r"\b\d+\.\d%", text))
    assert len(numbers) > 30
    assert not [number for number in numbers if number not in written]
