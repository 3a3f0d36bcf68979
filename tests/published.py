"""Classic tables with known answers, and a comparison to the digits that were printed."""

from decimal import Decimal

import numpy as np

COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
"""J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968), 213-220, table 1, times 200."""

FLEISS_COHEN_EVERITT = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
"""J. L. Fleiss, J. Cohen and B. S. Everitt, Psychological Bulletin 72 (1969), 323-327."""

SAS = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]
"""The worked example of weighted kappa in SAS/STAT's PROC FREQ documentation."""

ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
"""K. L. Gwet, Handbook of Inter-Rater Reliability (2014): ectopic, AIU and NIU pregnancies."""

DIAGNOSIS = [[40, 6, 4, 15], [4, 25, 1, 5], [4, 2, 21, 9], [17, 13, 12, 45]]
"""Four diagnoses of 223 patients, from irrCAC's data sets (cont4x4diagnosis)."""

VISION_WOMEN = [
    [1520, 266, 124, 66],
    [234, 1512, 432, 78],
    [117, 362, 1772, 205],
    [36, 82, 179, 492],
]
VISION_MEN = [[821, 112, 85, 35], [116, 494, 145, 27], [72, 151, 583, 87], [43, 34, 106, 331]]
"""A. Stuart, Biometrika 40 (1953), 105-110, and 42 (1955), 412-416: right eye and left eye."""

WINNIPEG = [[38, 5, 0, 1], [33, 11, 3, 0], [10, 14, 5, 6], [3, 7, 3, 10]]
NEW_ORLEANS = [[5, 3, 0, 0], [3, 11, 4, 0], [2, 13, 3, 4], [1, 2, 4, 14]]
"""J. R. Landis and G. G. Koch, Biometrics 33 (1977), 159-174: two neurologists, two cities."""

SEXUAL_FUN = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
"""A. Agresti, Categorical Data Analysis: 91 couples (vcd SexualFun)."""

_PATIENTS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 00501
30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
FLEISS = np.array([[int(count) for count in patient] for patient in _PATIENTS.split()])
"""J. L. Fleiss, Psychological Bulletin 76 (1971), 378-382, table 1: 30 patients, 6 raters."""

FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
"""The worked example of Fleiss' kappa in encyclopaedias: 10 subjects, 14 raters."""


def observers(*lines):
    """Return units x raters from one line a rater, "." where a rating is missing."""
    columns = [[np.nan if x == "." else float(x) for x in line.split()] for line in lines]
    return np.array(columns).T


KRIPPENDORFF = observers(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . .",
    ". 3 3 3 2 3 4 2 2 5 1 3",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""K. Krippendorff, Content Analysis (2013), and irrCAC's cac.raw4raters: 12 units, 4 observers."""

THREE_CODERS = observers(
    ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "1 . 2 1 3 3 4 3 . . . . . . .",
    ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
)
"""K. Krippendorff, Content Analysis: three coders, 15 units."""

_SLIDES = """
1111111:34 1111211:2 1211111:6 1211112:1 1211211:4 1211212:5 2111111:2 2121212:1 2211111:2
2211112:1 2211211:2 2211212:7 2211222:1 2212112:1 2212212:2 2212222:3 2221212:13 2221222:5
2222212:10 2222222:16
"""
CARCINOMA = np.array(
    [
        [int(grade) for grade in pattern]
        for pattern, times in (slide.split(":") for slide in _SLIDES.split())
        for _ in range(int(times))
    ]
)
"""A. Agresti, Categorical Data Analysis (2002), table 13.1: 118 slides, 7 pathologists."""

ANXIETY = observers(
    "3 3 3 4 5 5 2 3 5 2 2 6 1 5 2 2 1 2 4 3",
    "3 6 4 6 2 4 2 4 3 3 2 3 3 3 2 2 1 3 3 4",
    "2 1 4 4 3 2 1 6 1 1 1 2 3 3 1 1 3 3 2 2",
)
"""R package irr, data set anxiety: 20 subjects, 3 raters."""


def assert_printed(value, printed):
    """Compare to a printed number: half a unit of its last digit either way."""
    number = Decimal(printed)
    half = Decimal(5).scaleb(number.as_tuple().exponent - 1)
    gap = abs(Decimal(float(value)) - number)
    assert gap <= half, f"{value} is not {printed} to its printed digits"
