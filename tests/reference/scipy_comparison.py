"""Two-group tests and effects by scipy and statsmodels.

Written with scipy 1.17.1 and statsmodels 0.15.0.
Run: python scipy_comparison.py > scipy_comparison.json
rank_compare_2ordinal's effect is P(first > second) + P(tie) / 2. Permutation tests take every split
of the units. boschloo_exact and barnard_exact take the groups as columns, hence counts.T.
"""

from importlib.metadata import version

import numpy as np
from common import TABLES, case, emit
from scipy import stats
from statsmodels.stats import proportion
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2
from statsmodels.stats.nonparametric import rank_compare_2ordinal

NAMES = {"stats": stats, "np": np, "proportion": proportion, "Table2x2": Table2x2}
NAMES |= {"StratifiedTable": StratifiedTable, "rank_compare_2ordinal": rank_compare_2ordinal}


def test(r):
    return {"statistic": r.statistic, "p_value": r.pvalue}


def effect(r):
    low, high = r.conf_int()
    return {
        "estimate": r.prob1,
        "standard_error": np.sqrt(r.var_prob),
        "statistic": r.statistic,
        "df": r.df,
        "p_value": r.test_prob_superior(0.5).pvalue,
        "low": low,
        "high": high,
        "somers_d": r.somersd1,
        "equivalence_p_value_0.3_0.7": r.tost_prob_superior(0.3, 0.7).pvalue,
        "noninferiority_p_value_0.4": r.test_prob_superior(0.4, alternative="larger").pvalue,
    }


SMALL = ["pain", "separated", "small_ties", "tiny", "identical", "one_grade", "single_unit"]
GROUPS = [*SMALL, "short_standard", "unbalanced", "fontanella", "lydersen"]
for name in GROUPS:
    for normal in ["True", "False"]:
        label = {"True": "t", "False": "normal"}[normal]
        call = f"rank_compare_2ordinal(counts[0], counts[1], use_t={normal})"
        case(f"{name}.rank_compare_2ordinal.{label}", name, call, effect, NAMES)
    case(f"{name}.brunnermunzel", name, "stats.brunnermunzel(x, y)", test, NAMES)
    for label, options in [
        ("corrected", "method='asymptotic'"),
        ("uncorrected", "method='asymptotic', use_continuity=False"),
        ("greater", "method='asymptotic', use_continuity=False, alternative='greater'"),
        ("exact_ignoring_ties", "method='exact'"),
    ]:
        call = f"stats.mannwhitneyu(x, y, {options})"
        case(f"{name}.mannwhitneyu.{label}", name, call, test, NAMES)
    if name in SMALL and name != "pain":
        for alternative in ["two-sided", "greater", "less"]:
            call = (
                "stats.mannwhitneyu(x, y, method=stats.PermutationMethod(n_resamples=10**6), "
                f"alternative={alternative!r})"
            )
            case(f"{name}.mannwhitneyu.permutation.{alternative}", name, call, test, NAMES)
    for direction, table in [("groups_independent", "counts"), ("grades_independent", "counts.T")]:
        call = f"stats.somersd({table})"
        case(f"{name}.somersd.{direction}", name, call, test, NAMES)


def interval(pair):
    return {"low": pair[0], "high": pair[1]}


TWO = ["cut_at_good", "perondi", "lampasona", "ritland", "zero_zero", "all_none"]
ARGUMENTS = "counts[0, 0], counts[0].sum(), counts[1, 0], counts[1].sum()"
for name in TWO:
    for call in ["fisher_exact(counts)", "boschloo_exact(counts.T, n=256)"]:
        case(f"{name}.{call.split('(')[0]}", name, f"stats.{call}", test, NAMES)
    for pooled in ["True", "False"]:
        label = {"True": "pooled", "False": "unpooled"}[pooled]
        call = f"stats.barnard_exact(counts.T, pooled={pooled}, n=256)"
        case(f"{name}.barnard_exact.{label}", name, call, test, NAMES)
    for kind in ["conditional", "sample"]:
        call = f"stats.contingency.odds_ratio(counts, kind={kind!r})"
        case(
            f"{name}.odds_ratio.{kind}",
            name,
            call,
            lambda r: {"estimate": r.statistic} | interval(r.confidence_interval()),
            NAMES,
        )
    call = f"stats.contingency.relative_risk(*[int(v) for v in ({ARGUMENTS})])"
    case(
        f"{name}.relative_risk",
        name,
        call,
        lambda r: {"estimate": r.relative_risk} | interval(r.confidence_interval()),
        NAMES,
    )
    for compare, methods in {
        "diff": ["wald", "agresti-caffo", "newcomb", "score"],
        "ratio": ["log", "log-adjusted", "score"],
        "odds-ratio": ["logit", "logit-adjusted", "logit-smoothed", "score"],
    }.items():
        for method in methods:
            call = (
                f"proportion.confint_proportions_2indep({ARGUMENTS}, compare={compare!r}, "
                f"method={method!r})"
            )
            case(
                f"{name}.confint_proportions_2indep.{compare}.{method}", name, call, interval, NAMES
            )

for name in ["size_by_kind", "hine", "doll_hill"]:
    case(
        f"{name}.StratifiedTable",
        name,
        "StratifiedTable(np.moveaxis(counts, 0, -1).astype(float))",
        lambda t: {
            "estimate": t.oddsratio_pooled,
            "low": t.oddsratio_pooled_confint()[0],
            "high": t.oddsratio_pooled_confint()[1],
            "statistic": t.test_null_odds().statistic,
            "p_value": t.test_null_odds().pvalue,
            "homogeneity_statistic": t.test_equal_odds().statistic,
            "homogeneity_p_value": t.test_equal_odds().pvalue,
        },
        NAMES,
    )

for name in ["three_sizes", "size_declined", "separated_bands"]:
    call = "stats.kruskal(*[np.repeat(np.arange(len(row)), row) for row in counts])"
    case(f"{name}.kruskal", name, call, test, NAMES)
    call = "stats.chi2_contingency(counts, correction=False)"
    case(f"{name}.chi2_contingency", name, call, test, NAMES)

assert all(name in TABLES for name in [*GROUPS, *TWO])
emit(
    "Python scipy, statsmodels",
    f"{version('scipy')}, {version('statsmodels')}",
    "scipy_comparison.py",
)
