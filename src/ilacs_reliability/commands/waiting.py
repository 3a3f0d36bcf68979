"""A sign of life on the screen where a file takes more than two seconds, by rich."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SECONDS = 2.0


class Waiting:
    """What is being done, shown on standard error once it has lasted."""

    def __init__(self, doing: str) -> None:
        self.doing = doing
        self.shown: Any = None
        self.lock = threading.Lock()
        self.over = False

    def now(self, doing: str) -> None:
        """Say that something else is being done now."""
        with self.lock:
            self.doing = doing
            if self.shown is not None:
                self.shown.update(doing)

    def begin(self) -> None:
        """Show it, unless all is done or there is nothing to show it with."""
        with self.lock:
            if self.over:
                return
            try:
                from rich.console import Console
            except ImportError:
                return
            self.shown = Console(stderr=True).status(self.doing)
            self.shown.start()

    def end(self) -> None:
        """Take it away."""
        with self.lock:
            self.over = True
            if self.shown is not None:
                self.shown.stop()


@contextmanager
def waiting(doing: str, seconds: float = SECONDS) -> Iterator[Waiting]:
    """Show what is being done where it takes longer than this, on a screen alone."""
    shown = Waiting(doing)
    timer = threading.Timer(seconds, shown.begin)
    timer.daemon = True
    if sys.stderr is not None and sys.stderr.isatty():
        timer.start()
    try:
        yield shown
    finally:
        timer.cancel()
        shown.end()
