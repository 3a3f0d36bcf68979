"""How long a Parquet file takes to become a pattern table, beside reading it and no more.

    python benchmarks/bench_frames.py
    python benchmarks/bench_frames.py --units 1000000 --rounds 9
    python benchmarks/bench_frames.py --units 20000000 --rounds 1 --kinds long

Draws units by five raters, a fifth of the ratings missing, and writes them as whole numbers, as
grade names, and long (a row for each rating, in no order). Each line is a ratio of times in one
interleaved run, the median over rounds: `ratings_from_wide` or `ratings_from_frame` on
`polars.scan_parquet` over two bare reads of the same file, `polars.read_parquet` and the streaming
engine's largest value of every column, and over polars' own `group_by`: of the raters' columns
where a row is a unit, of the units where a row is a rating, which only counts each unit's rows.
Memory is what the process grew by at its height, each work in a process of its own (Linux only).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

import ilacs_reliability as ilr

RATERS = [f"rater {number}" for number in range(1, 6)]
NAMES = ilr.OFSTED_SCALE.labels
MISSING = 0.2
KINDS = ("codes", "names", "long")
PEERS = {"read": "read_parquet", "scan": "streaming pass", "count": "polars' own group-by"}


def draw(n_units: int) -> np.ndarray:
    """Draw grade indices, -1 for missing: a latent grade that each rater reports or misses."""
    rng = np.random.default_rng(20261127)
    latent = rng.integers(0, 4, n_units, dtype=np.int8)
    codes = np.empty((len(RATERS), n_units), dtype=np.int8)
    for column in codes:
        guess = rng.integers(0, 4, n_units, dtype=np.int8)
        column[:] = np.where(rng.random(n_units) < 0.25, guess, latent)
        column[rng.random(n_units) < MISSING] = -1
    return codes


def write(folder: Path, n_units: int) -> None:
    codes = draw(n_units)
    wide = pl.DataFrame(dict(zip(RATERS, codes, strict=True)))
    missing = pl.all().replace(-1, None)
    wide.with_columns(missing).write_parquet(folder / "codes.parquet")
    labels = dict(enumerate(NAMES))
    names = pl.all().replace_strict(labels, default=None, return_dtype=pl.String)
    wide.with_columns(names).write_parquet(folder / "names.parquet")
    units = wide.with_columns(names).with_row_index("unit")
    long = units.unpivot(RATERS, index="unit", variable_name="rater", value_name="grade")
    long.drop_nulls().sample(fraction=1.0, shuffle=True, seed=1).write_parquet(
        folder / "long.parquet"
    )


def read(path: Path) -> object:
    return pl.read_parquet(path)


def scan(path: Path) -> object:
    return pl.scan_parquet(path).select(pl.all().max()).collect(engine="streaming")


def count(path: Path) -> object:
    if path.stem == "long":
        each = pl.scan_parquet(path).group_by("unit").len()
        return each.group_by("len").len("units").collect(engine="streaming")
    return pl.scan_parquet(path).group_by(RATERS).len().collect(engine="streaming")


def ours(path: Path) -> object:
    lazy = pl.scan_parquet(path)
    if path.stem == "long":
        return ilr.ratings_from_frame(
            lazy, unit="unit", rater="rater", grade="grade", scale=ilr.OFSTED_SCALE
        )
    scale = ilr.Scale(range(4)) if path.stem == "codes" else ilr.OFSTED_SCALE
    return ilr.ratings_from_wide(lazy, raters=RATERS, scale=scale)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak() -> float:
    """Return the height of this process's memory so far, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def growth(name: str, path: Path, small: Path) -> float:
    """Return the MiB that a work adds to a process that has done a small one already."""
    call = [sys.executable, __file__, "--measure", name, str(path), str(small)]
    return float(subprocess.run(call, capture_output=True, text=True, check=True).stdout)


def measure(name: str, path: Path, small: Path) -> None:
    work = globals()[name]
    work(small)
    before = peak()
    work(path)
    print(peak() - before)


def compare(path: Path, small: Path, rounds: int) -> None:
    works = {name: partial(globals()[name], path) for name in ("ours", *PEERS)}
    times = [{name: seconds(work) for name, work in works.items()} for _ in range(rounds)]
    taken = statistics.median(round_["ours"] for round_ in times)
    print(f"{path.stem}, {path.stat().st_size / 2**20:.0f} MiB: {taken:.2f} s, ", end="")
    print(f"{growth('ours', path, small):.0f} MiB more", flush=True)
    for name, said in PEERS.items():
        ratio = statistics.median(round_["ours"] / round_[name] for round_ in times)
        more = growth(name, path, small)
        print(f"    {ratio:6.1f}x the time of {said}, which takes {more:.0f} MiB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--measure", nargs=3, metavar=("WORK", "FILE", "SMALL"))
    options = parser.parse_args()
    if options.measure:
        name, path, small = options.measure
        measure(name, Path(path), Path(small))
        return
    with tempfile.TemporaryDirectory() as place:
        large, small = Path(place) / "large", Path(place) / "small"
        for folder, n_units in ((large, options.units), (small, 1000)):
            folder.mkdir()
            write(folder, n_units)
        for kind in options.kinds:
            compare(large / f"{kind}.parquet", small / f"{kind}.parquet", options.rounds)


if __name__ == "__main__":
    main()
