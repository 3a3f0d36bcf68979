"""Run tests against changed code in copies of one process, so that each run starts at once.

The tests are collected once. For each change the process is forked, the code of the changed
function is exchanged in the copy, and the tests that reach the line run there until one fails.
"""

import contextlib
import gc
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol

MEMORY = 6 << 30
"""Bytes that a copy may hold: a changed loop could ask for all there are."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One test on the code as it is: whether it passed, how long it took, and what it ran."""

    passed: bool
    seconds: float
    lines: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed, by name, and how: "killed", or "timed out" where it did not end."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """Code of functions that live, and what to put in its place."""

    codes: dict[CodeType, CodeType]
    functions: list[FunctionType]

    def __call__(self) -> None:
        """Put the new code in place of the old."""
        for function in self.functions:
            function.__code__ = self.codes.get(function.__code__, function.__code__)


class Tests:
    """The tests of a checkout, collected once.

    Parameters
    ----------
    items : sequence of pytest.Item
        What pytest collected.
    """

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self.items = {item.nodeid: item for item in items}
        self.functions: dict[str, list[FunctionType]] = defaultdict(list)
        for function in gc.get_objects():
            if type(function) is FunctionType:
                self.functions[function.__code__.co_filename].append(function)

    def exchange(self, file: str, before: str, after: str) -> Exchange | None:
        """Compile a change of a module.

        Parameters
        ----------
        file : str
            Where the module is.
        before, after : str
            Its text.

        Returns
        -------
        Exchange or None
            None where the change is in what runs when the module is imported.
        """
        olds, news = (list(_codes(compile(text, file, "exec"))) for text in (before, after))
        functions = self.functions[file]
        living = {code for function in functions for code in _codes(function.__code__)}
        changed = [old for old, new in zip(olds, news, strict=True) if _alone(old) != _alone(new)]
        if not all(old in living and old.co_flags & CO_OPTIMIZED for old in changed):
            return None
        return Exchange(dict(zip(olds, news, strict=True)), functions)

    def failure(
        self, limits: Mapping[str, float], change: Callable[[], None] | None = None
    ) -> Failure | None:
        """Run tests in a copy of this process until one fails.

        Parameters
        ----------
        limits : mapping of str to float
            How many seconds each test may take, in the order in which to run them.
        change : callable, optional
            What to change in the copy first.

        Returns
        -------
        Failure or None
            None where all passed.
        """

        def until_failure(send: Callable[[Any], None]) -> None:
            if change:
                change()
            for name, seconds in limits.items():
                send(name)
                # its signal ends a copy that hangs, wherever it does
                signal.setitimer(signal.ITIMER_REAL, seconds)
                if not self.passes(name):
                    return send(Failure(name, "killed"))
            return send(None)

        running = ""
        with _copied(until_failure) as received:
            for last in received:
                if last is None or isinstance(last, Failure):
                    return last
                running = last
        return Failure(running, "timed out")

    def reach(self, names: Sequence[str], files: Mapping[str, str]) -> dict[str, Ran]:
        """Run tests on the code as it is and see which lines each runs.

        Parameters
        ----------
        names : sequence of str
            Which.
        files : mapping of str to str
            Each module with its file.

        Returns
        -------
        dict of str to Ran
            What each did.
        """

        def covered(send: Callable[[Any], None]) -> None:
            cover = coverage.Coverage(data_file=None, include=[*files.values()], config_file=False)
            passed, seconds = {}, {}
            cover.start()
            for name in names:
                cover.switch_context(name)
                began = time.process_time()
                passed[name] = self.passes(name)
                seconds[name] = time.process_time() - began
            cover.stop()
            lines: dict[str, dict[str, list[int]]] = {name: {} for name in names}
            for module, file in files.items():
                for line, contexts in cover.get_data().contexts_by_lineno(file).items():
                    for name in contexts:
                        if name:
                            lines[name].setdefault(module, []).append(line)
            send({name: Ran(passed[name], seconds[name], lines[name]) for name in names})

        with _copied(covered) as received:
            return next(received, {})

    def passes(self, name: str) -> bool:
        """Run one test in this process."""
        # without a log nothing is printed
        return not any(report.failed for report in runtestprotocol(self.items[name], log=False))


@contextlib.contextmanager
def _copied(work: Callable[[Callable[[Any], None]], None]) -> Iterator[Iterator[Any]]:
    """Fork and let the copy work; what is yielded iterates over what the copy sends."""
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)

    def target() -> None:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        try:
            work(sender.send)
        finally:
            os._exit(0)  # nothing that the parent registered is run

    def received() -> Iterator[Any]:
        with contextlib.suppress(EOFError):
            while True:
                yield receiver.recv()

    process = fork.Process(target=target)
    process.start()
    sender.close()
    try:
        yield received()
    finally:
        # and what its tests have started
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.kill()
        process.join()
        receiver.close()


def same_code(before: str, after: str) -> bool:
    """Tell whether two texts of a module compile to the same code, as of an annotation."""
    return compile(before, "module", "exec") == compile(after, "module", "exec")


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _alone(code: CodeType) -> CodeType:
    """Return code without that of the functions inside it."""
    return code.replace(
        co_consts=tuple(None if isinstance(x, CodeType) else x for x in code.co_consts)
    )


def collected(
    root: Path, arguments: Sequence[str], work: Callable[[Sequence[pytest.Item]], int]
) -> int:
    """Collect tests and work with them while pytest's session is open.

    Parameters
    ----------
    root : Path
        The checkout.
    arguments : sequence of str
        What to collect.
    work : callable
        Takes the items, and returns an exit status.

    Returns
    -------
    int
        The exit status.
    """

    class Plugin:
        status = 1

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtestloop(self, session: pytest.Session) -> bool:
            # its last line would say that no test ran
            session.config.pluginmanager.unregister(name="terminalreporter")
            self.status = work(session.items)
            return True

    plugin = Plugin()
    options = ["--rootdir", root, "-c", f"{root}/pyproject.toml", "-qq", "-p", "no:cacheprovider"]
    found = pytest.main([*options, *arguments], plugins=[plugin])
    return plugin.status if found == pytest.ExitCode.OK else int(found)


def once(root: Path, names: Sequence[str]) -> int:
    """Run tests in this process until one fails.

    Parameters
    ----------
    root : Path
        The checkout.
    names : sequence of str
        Which.

    Returns
    -------
    int
        0 where all pass.
    """

    def work(items: Sequence[pytest.Item]) -> int:
        tests = Tests(items)
        return int(not all(tests.passes(name) for name in names))

    return collected(root, sorted({name.partition("::")[0] for name in names}), work)


if __name__ == "__main__":
    sys.exit(once(Path(sys.argv[1]), json.load(sys.stdin)))
