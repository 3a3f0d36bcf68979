"""Cases run one after another in a process of their own, which may hang or end."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from fuzzing import running
from fuzzing.running import Finding, Tally

GIBIBYTE = 2**30
# a worker that says nothing for so long, while it runs for half of that or not at all, hangs
# where no signal reaches it
SILENCE, IDLE = 60.0, 0.5
# how often a worker says what it found
PAUSE = 0.2


@dataclass
class Session:
    """Cases of one seed, and what they came to."""

    seed: int
    names: frozenset[str] = frozenset()
    cases: int = 0
    tally: Tally = field(default_factory=Tally)
    shortest: dict[str, Finding] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    def note(self, finding: Finding) -> None:
        """Keep the shortest case of each kind."""
        kind = finding.kind
        self.times[kind] = self.times.get(kind, 0) + 1
        if kind not in self.shortest or len(finding.text) < len(self.shortest[kind].text):
            self.shortest[kind] = finding

    def broken(self, kind: str, case: int) -> Finding:
        """Return the finding that a case ended or stopped its process."""
        _, call = running.drawn(self.seed, case, self.names)
        return Finding(f"{call.name}: {kind}", f"{self.seed}/{case}", str(call))


def run(session: Session, seconds: float, calls: int) -> None:
    """Run cases until the time or the calls are spent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and session.tally.calls < calls:
        for finding in _in_a_worker(session, end, calls):
            session.note(finding)


def _in_a_worker(session: Session, end: float, calls: int) -> Iterator[Finding]:
    """Yield findings until a worker breaks, then go on after the case that broke it."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    now = context.Value("q", session.cases)
    worker = context.Process(target=_work, args=(theirs, session, now), daemon=True)
    worker.start()
    theirs.close()
    try:
        while time.monotonic() < end and session.tally.calls < calls:
            if not _heard(ours, worker.pid):
                yield session.broken("hangs", now.value)
                break
            found, tally = ours.recv()
            session.tally.add(tally)
            yield from found
    except EOFError:
        yield session.broken("ends the process", now.value)
    finally:
        session.cases = now.value + 1
        worker.kill()
        worker.join()


def _heard(pipe: Connection, pid: int) -> bool:
    """Wait for a worker, longer where others leave it little of the processor."""
    before = _processor_seconds(pid)
    while not pipe.poll(SILENCE):
        spent, before = _processor_seconds(pid) - before, _processor_seconds(pid)
        if not IDLE < spent < SILENCE / 2:
            return False
    return True


def _processor_seconds(pid: int) -> float:
    """Return how long a process has run, by fields 14 and 15 of /proc/PID/stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _work(pipe: Connection, session: Session, now) -> None:
    while True:
        # more than is held already, of which a process that called much has some in pieces
        running.limit_memory(2 * GIBIBYTE)
        found, tally, told = [], Tally(), time.monotonic()
        while time.monotonic() - told < PAUSE:
            draw, call = running.drawn(session.seed, now.value, session.names)
            found += running.findings(draw, call, tally, f"{session.seed}/{now.value}")
            now.value += 1
        pipe.send((found, tally))
