"""Paired tests by scipy and statsmodels.

Written with scipy 1.17.1 and statsmodels 0.15.0. Run: python scipy_shift.py > scipy_shift.json
SquareTable is told not to edit empty cells (shift_zeros=False); the same with its default is stored
under `.shifted` to show what the edit does. Signed ranks are of after less before.
"""

from importlib.metadata import version

import numpy as np
from common import case, emit
from scipy import stats
from statsmodels.stats.contingency_tables import SquareTable, cochrans_q, mcnemar

NAMES = {"stats": stats, "SquareTable": SquareTable, "mcnemar": mcnemar, "cochrans_q": cochrans_q}
NAMES |= {"np": np}


def fields(result):
    values = {"statistic": result.statistic, "p_value": result.pvalue}
    if hasattr(result, "df"):
        values["df"] = result.df
    if hasattr(result, "zstatistic"):
        values["z"] = result.zstatistic
    return values


SQUARE = ["vision_women", "vision_men", "ms_winnipeg", "ms_new_orleans", "sexual_fun", "leadership"]
SQUARE += ["year_one", "sif_to_ilacs", "ilacs_to_ilacs", "fischer", "peterson", "fleiss_three"]
SQUARE += ["cyclic_three", "no_change_four"]
for name in SQUARE:
    for suffix, shift in [("", "False"), (".shifted", "True")]:
        table = f"SquareTable(counts, shift_zeros={shift})"
        case(f"{name}.symmetry{suffix}", name, f"{table}.symmetry()", fields, NAMES)
        for method in ["stuart_maxwell", "bhapkar"]:
            call = f"{table}.homogeneity({method!r})"
            case(f"{name}.{method}{suffix}", name, call, fields, NAMES)

TWO = ["bentur", "cavo", "ezra", "year_one_good", "sif_to_ilacs_good", "leadership_good"]
for name in [*TWO, "no_change", "balanced_change", "one_way", "negative"]:
    for label, options in [
        ("exact", "exact=True"),
        ("corrected", "exact=False, correction=True"),
        ("uncorrected", "exact=False, correction=False"),
    ]:
        case(f"{name}.mcnemar.{label}", name, f"mcnemar(counts, {options})", fields, NAMES)
    if name != "no_change":
        call = "stats.binomtest(int(counts[0, 1]), int(counts[0, 1] + counts[1, 0]))"
        case(f"{name}.binomtest", name, call, fields, NAMES)

for name in ["year_one", "leadership", "sif_to_ilacs", "ilacs_to_ilacs", "fischer", "grades_24"]:
    for zero in ["wilcox", "pratt", "zsplit"]:
        for label, options in [
            ("asymptotic", "method='asymptotic'"),
            ("corrected", "method='asymptotic', correction=True"),
            ("greater", "method='asymptotic', alternative='greater'"),
        ]:
            call = f"stats.wilcoxon(ratings[:, 1] - ratings[:, 0], zero_method={zero!r}, {options})"
            case(f"{name}.wilcoxon.{zero}.{label}", name, call, fields, NAMES)
# All sign changes, for the few pairs that moved.
for name in ["grades_24"]:
    for alternative in ["two-sided", "greater", "less"]:
        call = (
            "stats.wilcoxon((lambda d: d[d != 0])(ratings[:, 1] - ratings[:, 0]), "
            f"method=stats.PermutationMethod(n_resamples=2**16), alternative={alternative!r})"
        )
        case(f"{name}.wilcoxon.wilcox.exact.{alternative}", name, call, fields, NAMES)

for name in ["carcinoma", "three_occasions_binary"]:
    base = "(ratings - ratings.min())"
    case(f"{name}.cochrans_q", name, f"cochrans_q({base}, return_object=True)", fields, NAMES)
for name in ["carcinoma", "three_occasions", "anxiety", "diagnoses", "shrout_fleiss"]:
    case(f"{name}.friedman", name, "stats.friedmanchisquare(*ratings.T)", fields, NAMES)

emit("Python scipy, statsmodels", f"{version('scipy')}, {version('statsmodels')}", "scipy_shift.py")
