"""Krippendorff's alpha by the Python package krippendorff.

Written with krippendorff 0.9.0. Run: python krippendorff_agreement.py > krippendorff_agreement.json
"""

from importlib.metadata import version

import krippendorff
from common import TABLES, case, emit

for name in [
    "krippendorff",
    "three_coders",
    "diagnoses",
    "carcinoma",
    "anxiety",
    "video",
    "shrout_fleiss",
    "shrout_fleiss_gaps",
    "three_raters_gaps",
    "three_raters_unused",
    "five_raters_gaps",
    "cohen",
    "abstractors",
    "diagnosis",
    "vision_women",
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
    two_raters = "counts" in TABLES[name]
    for metric in ["nominal", "ordinal", "interval", "ratio"]:
        domain = "[float(k + 1) for k in range(len(labels))]" if two_raters else "labels"
        case(
            f"{name}.{metric}",
            name,
            f"alpha(reliability_data=ratings.T, level_of_measurement={metric!r}, "
            f"value_domain={domain})",
            lambda value: {"estimate": value},
            {"alpha": krippendorff.alpha},
        )
for name in ["fleiss", "fourteen_raters"]:
    for metric in ["nominal", "ordinal", "interval", "ratio"]:
        case(
            f"{name}.{metric}",
            name,
            f"alpha(value_counts=distribution, level_of_measurement={metric!r}, "
            "value_domain=[float(k + 1) for k in range(len(labels))])",
            lambda value: {"estimate": value},
            {"alpha": krippendorff.alpha},
        )
case(
    "krippendorff.square_root_distance",
    "krippendorff",
    "alpha(reliability_data=ratings.T, level_of_measurement="
    "lambda v1, v2, i1, i2, n_v, dtype=float: abs(v1 - v2) ** 0.5)",
    lambda value: {"estimate": value},
    {"alpha": krippendorff.alpha},
)

emit("Python krippendorff", version("krippendorff"), "krippendorff_agreement.py")
