"""Times of functions measured in turn, the least disturbed of many rounds for each.

Something else that runs on the machine can only make a call slower, and taking turns spreads it
over all of them.
"""

import os
import subprocess
import sys
import tempfile
import time
import tracemalloc

LEAST = 2e-3  # seconds that one measurement should take


class Remote:
    """A function of another Python, which times itself when it is asked to.

    Parameters
    ----------
    python : str
        The interpreter.
    setup : str
        Code that defines ``work``.
    """

    _LOOP = (
        "import sys, time\n"
        "for _ in sys.stdin:\n"
        "    start = time.perf_counter(); work()\n"
        "    print(time.perf_counter() - start, flush=True)\n"
    )

    def __init__(self, python, setup):
        self._process = subprocess.Popen(
            [python, "-W", "ignore", "-c", f"{setup}\n{self._LOOP}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self):
        """Run the work once and return its own seconds."""
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self):
        """End the other Python."""
        self._process.stdin.close()
        self._process.wait()


def interleaved(works, *, repeats):
    """Return the least seconds of each work, measured in turn.

    Parameters
    ----------
    works : dict of str to callable or Remote
        What to time.
    repeats : int
        Rounds; in each, every work is measured once.

    Returns
    -------
    dict of str to float
        Seconds of one call.
    """
    numbers = {name: _calls(work) for name, work in works.items()}
    samples = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            samples[name].append(_seconds(work, numbers[name]))
    return {name: min(taken) for name, taken in samples.items()}


def once(work):
    """Return the seconds of a single call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_memory(work):
    """Return the bytes that a call adds at its height."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - before


def import_seconds(modules, *, repeats):
    """Return the least seconds that a fresh Python takes to import each module, once compiled."""
    code = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
    samples = {module: [] for module in modules}
    with tempfile.TemporaryDirectory() as compiled:
        # where Python may not write what it compiled, a package in use is compiled each time, while
        # installed ones were compiled when they were installed
        env = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        for turn in range(repeats + 1):
            for module in modules:
                done = subprocess.run(
                    [sys.executable, "-c", code.format(module)],
                    capture_output=True,
                    text=True,
                    check=True,
                    env=env,
                )
                if turn:  # the first reads the files from disk and compiles them
                    samples[module].append(float(done.stdout))
    return {module: min(taken) for module, taken in samples.items()}


def show(seconds):
    """Write a time with a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def _calls(work):
    """Find how many calls make a measurement long enough; the first call warms up."""
    if isinstance(work, Remote):
        work.seconds()
        return 1
    work()
    start = time.perf_counter()
    work()
    return max(1, int(LEAST / max(time.perf_counter() - start, 1e-9)))


def _seconds(work, calls):
    if isinstance(work, Remote):
        return work.seconds()
    work()  # whatever ran before left the caches cold
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls
