"""How long the coefficients, the bootstrap and the import take beside other programs.

    python benchmarks/bench_agreement.py [--quick] [--irrcac-python PATH]

Each row is measured in one run, ours and the peer's in turn, each the least disturbed of its
rounds, on one thread; a ratio is the peer's time over ours. Peers' times include what they need to
read the same input. A loop over krippendorff.alpha is one call with its resampling, times the
number of resamples. --quick measures
smaller studies, which nothing is held to. irrCAC needs an old numpy and so an environment of its
own: name its Python to have its rows.
"""

import argparse
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import tempfile
from dataclasses import replace
from functools import partial

import krippendorff
import numpy as np
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from timing import Remote, import_seconds, interleaved, peak_memory, show

import ilacs_reliability as ilr

GRADES = ilr.Scale([1, 2, 3, 4])
FIVE = (
    ilr.conger_kappa,
    ilr.fleiss_kappa,
    ilr.gwet_ac,
    ilr.brennan_prediger,
    ilr.krippendorff_alpha,
)
FOUR = (ilr.cohen_kappa, ilr.fleiss_kappa, ilr.gwet_ac, ilr.krippendorff_alpha)

IRRCAC = """
import numpy as np, pandas as pd
from irrCAC.raw import CAC
frame = pd.DataFrame(np.load({path!r}))
def work():
    five = CAC(frame, categories=[1.0, 2.0, 3.0, 4.0])
    return [five.conger(), five.fleiss(), five.gwet(), five.bp(), five.krippendorff()]
"""


FROM_CODES = """
import numpy as np
import ilacs_reliability as ilr
codes, scale = np.load({path!r}), ilr.Scale([1, 2, 3, 4])
five = [getattr(ilr, name) for name in {names!r}]
def work():
    ratings = ilr.ratings_from_codes(codes, scale=scale)
    return [each(ratings).standard_error for each in five]
"""

ALPHA_FROM_CODES = """
import numpy as np
import krippendorff
codes = np.load({path!r})
def work():
    return krippendorff.alpha(
        codes.T, level_of_measurement="nominal", value_domain=[0, 1, 2, 3]
    )
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="smaller studies, fewer rounds")
    parser.add_argument("--irrcac-python", default=os.environ.get("IRRCAC_PYTHON"))
    options = parser.parse_args()
    table = Table(quick=options.quick)
    if not options.irrcac_python:
        print("irrCAC is left out: name its Python with --irrcac-python or IRRCAC_PYTHON\n")
    small_study(table, options)
    large_study(table, options)
    codes_and_floats(table, options)
    bootstraps(table, options)
    jackknives(table, options)
    imports(table, options)
    table.end()


class Table:
    """Rows of ratios, printed as they are measured."""

    def __init__(self, *, quick):
        self.quick, self.missed = quick, 0
        print(f"{'work':<66}{'ours':>10}{'peer':>10}{'ratio':>10}  held to")

    def at_least(self, work, ours, peer, ratio):
        """Hold the peer's time to a multiple of ours."""
        self._row(work, ours, peer, peer / ours, f"{ratio:g}", peer / ours >= ratio)

    def at_most(self, work, ours, peer, times):
        """Hold ours to a multiple of the peer's time."""
        ratio = peer / ours
        self._row(
            work, ours, peer, ratio, f"{1 / times:.2g} (ours <= {times:g}x)", ours <= times * peer
        )

    def for_the_record(self, work, ours, peer):
        """Show a ratio that nothing is held to."""
        self._row(work, ours, peer, peer / ours, "-", True)

    def memory(self, work, peak, most):
        """Hold the memory that a call adds to some MiB."""
        self._print(work, ["", "", f"{peak / 2**20:.1f} MiB"], f"{most} MiB", peak <= most * 2**20)

    def end(self):
        """Say how many rows miss."""
        print(f"\n{self.missed} of these rows miss what they are held to" if self.missed else "")

    def _row(self, work, ours, peer, ratio, target, held):
        self._print(work, [show(ours), show(peer), f"{ratio:.3g}"], target, held)

    def _print(self, work, numbers, target, held):
        held = held or self.quick
        self.missed += not held
        cells = "".join(f"{number:>10}" for number in numbers)
        print(f"{work:<66}{cells}  {target}{'' if held else '  MISSED'}", flush=True)


def study(n_units, n_raters, *, missing=0.0, seed=20240331):
    """Ratings that agree in four of five cases, as float64 with nan where one is missing."""
    rng = np.random.default_rng(seed)
    true = rng.choice(4, size=(n_units, 1), p=[0.1, 0.3, 0.45, 0.15])
    slip = rng.random((n_units, n_raters)) < 0.2
    grades = np.where(slip, rng.integers(0, 4, slip.shape), true) + 1.0
    if missing:
        grades[rng.random(grades.shape) < missing] = np.nan
    return grades


def all_five(build):
    ratings = build()
    return [estimate.standard_error for estimate in (each(ratings) for each in FIVE)]


def from_floats(grades):
    return partial(all_five, partial(ilr.ratings_from_matrix, grades, scale=GRADES))


def from_codes(codes):
    return partial(all_five, partial(ilr.ratings_from_codes, codes, scale=GRADES))


def alpha(grades):
    return krippendorff.alpha(grades.T, level_of_measurement="nominal", value_domain=[1, 2, 3, 4])


def irrcac(options, grades):
    """Return irrCAC's five coefficients as a work, where its Python is named."""
    if not options.irrcac_python:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/grades.npy"
        np.save(path, grades)
        remote = Remote(options.irrcac_python, IRRCAC.format(path=path))
        remote.seconds()  # by then it has read the file
    return remote


def small_study(table, options):
    grades = study(153, 2)
    works = {
        "ours": from_floats(grades),
        "alpha": partial(alpha, grades),
        "sklearn": partial(cohen_kappa_score, grades[:, 0], grades[:, 1], labels=[1, 2, 3, 4]),
    }
    remote = irrcac(options, grades)
    if remote:
        works["irrcac"] = remote
    taken = interleaved(works, repeats=30 if options.quick else 150)
    name = "153 x 2, five coefficients with errors:"
    table.at_most(f"{name} one krippendorff.alpha", taken["ours"], taken["alpha"], 3)
    table.at_least(f"{name} sklearn's kappa", taken["ours"], taken["sklearn"], 2)
    if remote:
        table.at_least(f"{name} irrCAC", taken["ours"], taken["irrcac"], 40)
        remote.close()


def large_study(table, options):
    n = 10**5 if options.quick else 10**6
    grades = study(n, 5, missing=0.2)
    ours = from_floats(grades)
    works = {"ours": ours, "alpha": partial(alpha, grades)}
    remote = None if options.quick else irrcac(options, grades)
    if remote:
        works["irrcac"] = remote
    taken = interleaved(works, repeats=3)
    name = f"{n:.0e} x 5, 20 % missing, float64, five:"
    table.at_least(f"{name} one krippendorff.alpha", taken["ours"], taken["alpha"], 15)
    if remote:
        table.at_least(f"{name} irrCAC", taken["ours"], taken["irrcac"], 150)
        remote.close()
    table.memory(f"{name} peak memory", peak_memory(ours), 20)


def codes_and_floats(table, options):
    n = 10**6 if options.quick else 10**7
    grades = study(n, 5)
    codes = (grades - 1).astype(np.int8)
    for layout, array in (("row-major", codes), ("rater-major", np.asfortranarray(codes))):
        ours = from_codes(array)
        taken = interleaved({"ours": ours, "sum": array.sum}, repeats=7)
        name = f"{n:.0e} x 5, int8 {layout}, five:"
        table.at_most(f"{name} np.sum", taken["ours"], taken["sum"], 2)
        first, later = first_and_later(array)
        table.at_least(f"{name} krippendorff.alpha, first call", *first, 500)
        table.at_least(f"{name} krippendorff.alpha, later calls", *later, 500)
        table.memory(f"{name} peak memory", peak_memory(ours), 20)
    del codes
    taken = interleaved({"ours": from_floats(grades), "sum": grades.sum}, repeats=7)
    table.at_most(f"{n:.0e} x 5, float64, five: np.sum", taken["ours"], taken["sum"], 8)


def first_and_later(codes, n_later=3):
    """Time ours and one alpha in a process of its own each: the first call, the least of more.

    alpha takes gigabytes, and the first time that a process asks for so much is slow.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/codes.npy"
        np.save(path, codes)
        names = [each.__name__ for each in FIVE]
        setups = FROM_CODES.format(path=path, names=names), ALPHA_FROM_CODES.format(path=path)
        samples = []
        for setup in setups:
            remote = Remote(sys.executable, setup)
            samples.append([remote.seconds() for _ in range(1 + n_later)])
            remote.close()
    return [taken[0] for taken in samples], [min(taken[1:]) for taken in samples]


def bootstrap_of(coefficients, ratings, n_resamples, method="bca"):
    ilr.bootstrap(coefficients, ratings, n_resamples=n_resamples, method=method, rng=1)


def resampled_alpha(grades, rng):
    return alpha(grades[rng.integers(0, len(grades), len(grades))])


def shares(ratings, axis):
    return np.stack([(ratings == grade).mean(axis=axis) for grade in range(1, 5)])


def corrected(agreement, chance):
    return (agreement - chance) / (1 - chance)


def cohen_by_hand(first, second, axis=-1):
    chance = (shares(first, axis) * shares(second, axis)).sum(axis=0)
    return corrected((first == second).mean(axis=axis), chance)


def fleiss_by_hand(first, second, axis=-1):
    chance = (((shares(first, axis) + shares(second, axis)) / 2) ** 2).sum(axis=0)
    return corrected((first == second).mean(axis=axis), chance)


def ac_by_hand(first, second, axis=-1):
    pooled = (shares(first, axis) + shares(second, axis)) / 2
    chance = (pooled * (1 - pooled)).sum(axis=0) / 3
    return corrected((first == second).mean(axis=axis), chance)


def alpha_by_hand(first, second, axis=-1):
    n = first.shape[axis]
    return 1 - (1 - fleiss_by_hand(first, second, axis)) * (2 * n - 1) / (2 * n)


def four_by_hand(first, second, axis=-1):
    """All four at once, from shares that are counted once."""
    n, agreement = first.shape[axis], (first == second).mean(axis=axis)
    p, q = shares(first, axis), shares(second, axis)
    pooled = (p + q) / 2
    fleiss = corrected(agreement, (pooled**2).sum(axis=0))
    ac = corrected(agreement, (pooled * (1 - pooled)).sum(axis=0) / 3)
    kappa = corrected(agreement, (p * q).sum(axis=0))
    return np.stack([kappa, fleiss, ac, 1 - (1 - fleiss) * (2 * n - 1) / (2 * n)])


def scipys(statistics, grades, n_resamples, method):
    for statistic in statistics:
        stats.bootstrap(
            (grades[:, 0], grades[:, 1]),
            statistic,
            paired=True,
            vectorized=True,
            n_resamples=n_resamples,
            method=method,
            rng=1,
        )


BY_HAND = (cohen_by_hand, fleiss_by_hand, ac_by_hand, alpha_by_hand)


def bootstraps(table, options):
    n_resamples = 1000 if options.quick else 10_000
    grades, rng = study(153, 2), np.random.default_rng(1)
    ratings = ilr.ratings_from_matrix(grades, scale=GRADES)
    works = {
        "four": partial(bootstrap_of, FOUR, ratings, n_resamples),
        "one": partial(bootstrap_of, FOUR[-1:], ratings, n_resamples),
        "scipy": partial(scipys, BY_HAND, grades, n_resamples, "BCa"),
        "stacked": partial(scipys, [four_by_hand], grades, n_resamples, "BCa"),
        "alpha": partial(resampled_alpha, grades, rng),
    }
    taken = interleaved(works, repeats=10)
    name, loop = f"bca bootstrap {n_resamples:.0e}, 153 x 2", taken["alpha"] * n_resamples
    table.at_least(f"{name}, four: loop over alpha for each", taken["four"], 4 * loop, 100)
    table.for_the_record(f"{name}, four: loop over alpha once", taken["four"], loop)
    table.at_least(f"{name}, four: scipy by hand", taken["four"], taken["scipy"], 3)
    table.for_the_record(f"{name}, four: scipy by hand, stacked", taken["four"], taken["stacked"])
    large, small = (ilr.ratings_from_matrix(study(n, 5), scale=GRADES) for n in (10**5, 10**4))
    works = {
        "ours": partial(bootstrap_of, [ilr.krippendorff_alpha], large, n_resamples),
        "small": partial(bootstrap_of, [ilr.krippendorff_alpha], small, n_resamples),
        "conger": partial(bootstrap_of, [ilr.conger_kappa], large, n_resamples),
        "alpha": partial(resampled_alpha, study(10**5, 5), rng),
    }
    taken = interleaved(works, repeats=3)
    name, loop = f"bca bootstrap {n_resamples:.0e}, 1e5 x 5", taken["alpha"] * n_resamples
    table.at_least(f"{name}, alpha: loop over alpha", taken["ours"], loop, 5000)
    table.at_most(f"{name}, alpha: the same at 1e4 x 5", taken["ours"], taken["small"], 2)
    table.for_the_record(f"{name}, Conger: loop over alpha", taken["conger"], loop)


def all_jackknives(build):
    ratings = build()
    return [ilr.jackknife(each, ratings).standard_error for each in FIVE]


def jackknives(table, options):
    for n, m in ((153, 2), (10**4, 5)):
        ratings = ilr.ratings_from_matrix(study(n, m), scale=GRADES)
        # a new object each time, which has derived nothing yet
        fresh = partial(replace, ratings)
        works = {
            "ours": partial(all_jackknives, fresh),
            "estimates": partial(all_five, fresh),
        }
        taken = interleaved(works, repeats=10 if options.quick else 40)
        name = f"jackknife of five, {n} x {m}: the estimates"
        table.at_most(name, taken["ours"], taken["estimates"], 2)


def imports(table, options):
    taken = import_seconds(("ilacs_reliability", "scipy.stats"), repeats=5 if options.quick else 15)
    ours, theirs = taken.values()
    table.at_most("import ilacs_reliability: import scipy.stats", ours, theirs, 0.35)


if __name__ == "__main__":
    main()
