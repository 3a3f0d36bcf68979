"""Chance-corrected agreement by the Python port of irrCAC.

Written with irrCAC 0.4.4. Run: python irrcac_python_agreement.py > irrcac_python_agreement.json
p-values are one-sided for raw ratings and two-sided (above 1 for negative values) for tables, so
they are left out. Weights are on ranks of the sorted labels.
"""

from importlib.metadata import version

import numpy as np
import pandas as pd
from common import case, emit
from irrCAC import table
from irrCAC.raw import CAC

NAMES = {"CAC": CAC, "TableCAC": table.CAC, "DataFrame": pd.DataFrame}
KINDS = ["identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"]


def fields(result):
    est = result["est"]
    low, high = est["confidence_interval"]
    values = {
        "estimate": est["coefficient_value"],
        "standard_error": est["se"],
        "low": low,
        "high": high,
        "observed": est["pa"],
        "expected": est["pe"],
    }
    return {key: float(np.squeeze(value)) for key, value in values.items()}


for name in ["krippendorff", "three_raters_gaps", "three_raters_unused", "five_raters_gaps"]:
    for kind in KINDS:
        for method in ["gwet", "fleiss", "krippendorff", "conger", "bp"]:
            case(
                f"{name}.raw.{method}.{kind}",
                name,
                f"CAC(DataFrame(ratings), weights={kind!r}, "
                f"categories=[float(g) for g in labels], digits=15).{method}()",
                fields,
                NAMES,
            )
for name in ["cohen", "diagnosis", "abstractors", "negative", "grades_24", "grade_unused_24"]:
    for kind in KINDS if name in ("diagnosis", "grades_24") else KINDS[:3]:
        for method in ["bp", "cohen", "gwet", "krippendorff", "pa2", "scott"]:
            case(
                f"{name}.table.{method}.{kind}",
                name,
                f"TableCAC(DataFrame(counts), weights={kind!r}, digits=15).{method}()",
                fields,
                NAMES,
            )

emit("Python irrCAC", version("irrCAC"), "irrcac_python_agreement.py")
