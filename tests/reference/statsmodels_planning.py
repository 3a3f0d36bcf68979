"""Sizes and power of studies of one share by statsmodels.

Written with statsmodels 0.15.0. Run: python statsmodels_planning.py > statsmodels_planning.json
The power of two one-sided tests is that of normal limits whose spread is taken at the margins, with
critical values left as they are.
"""

from importlib.metadata import version

from common import case, emit
from statsmodels.stats import proportion

NAMES = {"proportion": proportion}
for share, half in [(0.9, 0.05), (0.8, 0.1), (0.95, 0.02)]:
    call = f"proportion.samplesize_confint_proportion({share}, {half})"
    case(f"width.{share}", None, call, lambda n: {"n": n}, NAMES)
for low, high, n, share in [(0.8, 0.97, 100, 0.9), (0.7, 0.95, 80, 0.85)]:
    call = f"proportion.power_ztost_prop({low}, {high}, {n}, {share}, alpha=0.05, discrete=False)"
    case(f"tost.{share}", None, call, lambda found: {"power": found[0]}, NAMES)

emit("Python statsmodels", version("statsmodels"), "statsmodels_planning.py")
