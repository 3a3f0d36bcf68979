"""Cohen's kappa and Fleiss' kappa by statsmodels.

Written with statsmodels 0.15.0. Run: python statsmodels_agreement.py > statsmodels_agreement.json
Intervals are estimate -+ 1.96 SE and are not cut at 1.
"""

from importlib.metadata import version

import numpy as np
from common import TABLES, case, emit
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

NAMES = {"cohens_kappa": cohens_kappa, "fleiss_kappa": fleiss_kappa, "np": np}


def fields(r):
    return {
        "estimate": r.kappa,
        "standard_error": np.sqrt(r.var_kappa),
        "null_standard_error": np.sqrt(r.var_kappa0),
        "low": r.kappa_low,
        "high": r.kappa_upp,
        "statistic": r.z_value,
        "p_value": r.pvalue_two_sided,
        "p_value_one_sided": r.pvalue_one_sided,
        "kappa_max": r.kappa_max,
    }


for name in [
    "cohen",
    "fleiss_cohen_everitt",
    "sas_three",
    "abstractors",
    "diagnosis",
    "vision_women",
    "vision_men",
    "ms_winnipeg",
    "ms_new_orleans",
    "sexual_fun",
    "paradox_1",
    "paradox_2",
    "paradox_3",
    "paradox_4",
    "negative",
    "grades_24",
    "grades_153",
    "grade_unused_24",
    "grade_half_used_24",
]:
    kinds = ["None", "'linear'", "'quadratic'"]
    for kind in kinds[:1] if len(TABLES[name]["labels"]) == 2 else kinds:
        label = {"None": "unweighted"}.get(kind, kind.strip("'"))
        case(
            f"{name}.cohens_kappa.{label}", name, f"cohens_kappa(counts, wt={kind})", fields, NAMES
        )
case(
    "cohen.cohens_kappa.disagreement",
    "cohen",
    "cohens_kappa(counts, weights=np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]]))",
    fields,
    NAMES,
)
case(
    "cohen.cohens_kappa.asymmetric",
    "cohen",
    "cohens_kappa(counts, weights=np.array([[0, 1, 4], [1, 0, 6], [2, 2, 0]]))",
    fields,
    NAMES,
)
for name in ["fleiss", "fourteen_raters"]:
    for method in ["fleiss", "randolph"]:
        case(
            f"{name}.fleiss_kappa.{method}",
            name,
            f"fleiss_kappa(distribution, method={method!r})",
            lambda value: {"estimate": value},
            NAMES,
        )

emit("Python statsmodels", version("statsmodels"), "statsmodels_agreement.py")
