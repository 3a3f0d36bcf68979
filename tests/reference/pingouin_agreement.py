"""Intraclass correlations by pingouin, unrounded.
Written with pingouin 0.7.0. Run: python pingouin_agreement.py > pingouin_agreement.json
The interval of the average forms A,k is Spearman-Brown of the limits of A,1. F and p of A,1 and A,k
are those of C,1 and C,k. Units with missing ratings are dropped (nan_policy="omit").
"""

from importlib.metadata import version

import numpy as np
import pandas as pd
import pingouin
from common import case, emit

pingouin.options["round.column.CI95"] = None


def long(ratings):
    n, r = ratings.shape
    unit, rater = np.indices((n, r))
    return pd.DataFrame({"u": unit.ravel(), "r": rater.ravel(), "y": ratings.ravel()})


def fields(frame):
    return {
        row["Type"][4:-1]: {
            "estimate": row["ICC"],
            "statistic": row["F"],
            "df1": row["df1"],
            "df2": row["df2"],
            "p_value": row["pval"],
            "low": row["CI95"][0],
            "high": row["CI95"][1],
        }
        for _, row in frame.iterrows()
    }


for name in [
    "shrout_fleiss",
    "shrout_fleiss_gaps",
    "anxiety",
    "video",
    "three_raters_unused",
    "three_raters_gaps",
    "five_raters_gaps",
]:
    case(
        f"{name}.intraclass_corr",
        name,
        "intraclass_corr(long(ratings), targets='u', raters='r', ratings='y', nan_policy='omit')",
        fields,
        {"intraclass_corr": pingouin.intraclass_corr, "long": long},
    )

emit("Python pingouin", version("pingouin"), "pingouin_agreement.py")
