"""A file that takes long shows a sign of life; one that does not, nothing."""

import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest

from ilacs_reliability.commands.waiting import Waiting, waiting


class Screen:
    """What rich would do, written down."""

    def __init__(self):
        self.done = []
        self.began = threading.Event()

    def status(self, text):
        self.done.append(("status", text))
        return self

    def start(self):
        self.done.append(("start",))
        self.began.set()

    def update(self, text):
        self.done.append(("update", text))

    def stop(self):
        self.done.append(("stop",))


@pytest.fixture
def screen(monkeypatch):
    shown = Screen()
    rich, console = ModuleType("rich"), ModuleType("rich.console")
    console.Console = lambda stderr: shown
    monkeypatch.setitem(sys.modules, "rich", rich)
    monkeypatch.setitem(sys.modules, "rich.console", console)
    return shown


def on_a_screen(monkeypatch, there):
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: there))


def test_what_lasts_is_shown_and_taken_away(screen, monkeypatch):
    on_a_screen(monkeypatch, True)
    with waiting("reading a.csv", seconds=0.01) as shown:
        assert screen.began.wait(10)
        shown.now("working it out")
    assert screen.done == [
        ("status", "reading a.csv"),
        ("start",),
        ("update", "working it out"),
        ("stop",),
    ]


def test_what_is_quick_or_not_on_a_screen_shows_nothing(screen, monkeypatch):
    on_a_screen(monkeypatch, True)
    with waiting("reading a.csv", seconds=60):
        pass
    on_a_screen(monkeypatch, False)
    with waiting("reading a.csv", seconds=0.0):
        assert not screen.began.wait(0.1)
    monkeypatch.setattr(sys, "stderr", None)
    with waiting("reading a.csv", seconds=0.0):
        assert not screen.began.wait(0.1)
    assert screen.done == []


def test_nothing_begins_once_all_is_done(screen):
    shown = Waiting("reading a.csv")
    shown.end()
    shown.begin()
    assert screen.done == []


def test_without_rich_nothing_is_shown_and_nothing_fails(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    shown = Waiting("reading a.csv")
    shown.begin()
    shown.end()
    assert shown.shown is None
