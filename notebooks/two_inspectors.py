# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What do 22 of 24 say?
#
# Are inspectors consistent? One study has asked two of them about the same school on the same day.
# This is its figure, with the exact interval around it:

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown
from scipy import stats

import ilacs_reliability as ilr
from ilacs_reliability.reporting import plots

study = ilr.load_dataset("two_inspector_study")
agreed, differed = study.columns["count"]
pairs = agreed + differed
decisions = ilr.Scale(["converts", "stays good"])
agreement = ilr.percent_agreement(
    ilr.ratings_from_table([[0, differed], [0, agreed]], scale=decisions)
)
low, high = agreement.confidence_interval()
Markdown(f"## {agreed} of {pairs}: {agreement.value:.0%}, between {low:.0%} and {high:.0%}")

# %% [markdown]
# ## What was done
#
# In a short inspection of a good school one inspector decides whether it stays good or whether the
# inspection converts to a full one. Here a second inspector decided too, apart from the first.

# %%
study

# %%
print(study.info.description)
print("Source:", study.info.source)

# %% [markdown]
# The counts reached us through the press; the design is in the report. Neither gives the
# two-by-two table: how often both would convert, and who was the stricter where they differed.
#
# ## How sure is the share?
#
# Four intervals for a share, the first of which is exact: it holds the truth in at least the share
# of studies that it promises, whatever the truth is.

# %%
intervals = {
    method: agreement.confidence_interval(method=method)
    for method in ("clopper_pearson", "wilson", "jeffreys", "midp")
}
pd.DataFrame.from_dict(
    {name: {"low": one.low, "high": one.high} for name, one in intervals.items()}, orient="index"
).round(4)

# %% [markdown]
# Turned round: if true agreement were lower, how often would a study of this size still do as
# well?

# %%
thresholds = (0.7, 0.75, 0.8, 0.85, 0.9)
as_good = stats.binom.sf(agreed - 1, pairs, thresholds)
pd.DataFrame({"true agreement": thresholds, "chance of this or better": as_good}).round(4)

# %% [markdown]
# At a true agreement of four in five the figure would be no surprise. The study cannot rule that
# out.
#
# ## Every table that the publication allows
#
# Two inspectors who convert hardly any school agree nearly always, by doing nothing. Agreement
# beyond chance therefore hangs on the table. We have not seen it, but there are not many
# that it can be, and all of them go through a coefficient in one call: same patterns, other
# frequencies.

# %%
possible = ilr.tables_consistent_with(pairs, scale=decisions, figures={"same": agreed})
tables, frequencies = possible.studies(), possible.counts.reshape(len(possible), -1)
kappa, gwet = ilr.cohen_kappa(tables), ilr.gwet_ac(tables)
allowed = pd.DataFrame(
    frequencies, columns=["both convert", "first only", "second only", "neither"]
)
allowed["kappa"], allowed["AC1"] = kappa.value, gwet.value
allowed["conversion rate"] = (
    2 * allowed["both convert"] + allowed["first only"] + allowed["second only"]
) / (2 * pairs)
Markdown(
    f"{len(allowed)} tables; kappa from {kappa.value.min():.4f} to {kappa.value.max():.4f}, "
    f"AC1 from {gwet.value.min():.4f} to {gwet.value.max():.4f}."
)

# %% [markdown]
# The lowest and the highest kappa, and the lowest and the highest AC1:

# %%
extremes = [allowed[name].agg(way) for name in ("kappa", "AC1") for way in ("idxmin", "idxmax")]
allowed.loc[list(dict.fromkeys(extremes))].round(4)

# %%
figure, axes = plt.subplots(figsize=(7, 3.6))
axes.plot(allowed["conversion rate"], allowed["AC1"], ".", label="Gwet's AC1")
axes.plot(allowed["conversion rate"], allowed["kappa"], ".", label="Cohen's kappa")
axes.axhspan(low, high, color="#dcebdf", zorder=0, label="same decision, 95% interval")
axes.set(xlabel="share of decisions to convert", ylabel="agreement", ylim=(-0.1, 1.02))
axes.legend(frameon=False, loc="lower center")
figure.tight_layout()
plots.with_text(
    axes,
    text=f"Of {len(allowed)} tables that it may have been, kappa runs from {allowed['kappa'].min():.2f} "
    f"to {allowed['kappa'].max():.2f} and Gwet's AC1 from {allowed['AC1'].min():.2f} to "
    f"{allowed['AC1'].max():.2f}, by the share of decisions to convert.",
)

# %% [markdown]
# AC1 hardly moves and kappa moves all the way. Neither is wrong: they take different views of what
# chance would do, and only the table could show what the difference amounts to here.
#
# ## Which of them is likely?
#
# The inspectorate published how often short inspections converted. If both inspectors of the study
# converted at such a rate, chance agreement and kappa follow from the rate $q$:
# $p_e = q^2 + (1 - q)^2$, $\kappa = (p_a - p_e) / (1 - p_e)$.

# %%
published = ilr.load_dataset("short_school_conversions")
rate = np.array(published.columns["converted_percent"]) / 100
by_chance = rate**2 + (1 - rate) ** 2
conversions = pd.DataFrame(
    {
        "period": published.columns["period"],
        "converted": rate,
        "agreement by chance": by_chance,
        "kappa": (agreement.value - by_chance) / (1 - by_chance),
    }
)
conversions.round(4)

# %% [markdown]
# Before January 2018 that makes a kappa in the upper part of the range. But it is a guess: the study's
# schools were a particular few, not a sample of those rates. And the last row
# shows what the decision is made of. The rule changed, the rate fell almost to nothing, and at
# that rate the observed agreement is less than chance alone would give, with no change in schools
# or in inspectors. A decision that depends on policy says little about how well grades are judged.
#
# ## Against a threshold
#
# Suppose that agreement beyond chance must pass the protocol's `coefficient`. In how many of the
# tables would the interval of kappa, or of AC1, lie above it?

# %%
protocol = ilr.Protocol()
shown = {
    name: int((coefficient.confidence_interval(protocol.confidence_level).low >= needed).sum())
    for name, coefficient in (("kappa", kappa), ("AC1", gwet))
    for needed in [protocol.coefficient]
}
Markdown(
    f"Above {protocol.coefficient:g}: kappa in {shown['kappa']} of the {len(allowed)} tables, AC1 in "
    f"{shown['AC1']}."
)

# %% [markdown]
# And the share of like decisions itself:

# %%
print(ilr.threshold_test(agreement, protocol.agreement).describe())

# %% [markdown]
# ## What study would settle it?
#
# The two-by-two table costs nothing and would settle which kappa it was. For the share, how often a
# study of so many double inspections would show it depends on what one wants to be shown; here if
# two inspectors really agree in 22 of 24 schools:

# %%
powers = {
    asked: {
        n: ilr.verdict_power(
            ilr.Claim(statement="They agree.", kind="share", threshold=asked), 22 / 24, n
        ).supported
        for n in (24, 48, 96, 192)
    }
    for asked in (0.7, 0.75, protocol.agreement, 0.85)
}
pd.DataFrame(powers).rename_axis("double inspections").round(2)

# %% [markdown]
# For agreement beyond chance, this is how wide the interval of kappa would be if the shares stayed as
# they are and the decisions were as in the table with two disagreements, one each way, and a
# conversion rate near that of 2016/17:

# %%
balanced = allowed[allowed["first only"] == allowed["second only"]]
rate_2016 = conversions.set_index("period").loc["1 Sep 2016-31 Mar 2017", "converted"]
likely = (balanced["conversion rate"] - rate_2016).abs().idxmin()
sizes = pairs * np.array([1, 2, 4, 8, 16])
larger = ilr.cohen_kappa(
    tables.with_frequencies(np.outer(sizes // pairs, tables.frequencies[likely]))
).confidence_interval()
pd.DataFrame({"double inspections": sizes, "low": larger.low, "high": larger.high}).round(3)

# %% [markdown]
# More schools are not enough: the pairs must be independent. The report is quoted as having
# "reasonable security" that these were.
#
# ## The verdict
#
# The claim is held to the protocol's share of like decisions:

# %%
claims = {one.name: one for one in ilr.published_claims(protocol=protocol)}
by_itself = ilr.Claim(
    statement=claims["two_inspectors"].statement, kind="share", threshold=protocol.agreement
)
verdict = ilr.judge(by_itself, agreement)
print(verdict.describe())

# %% [markdown]
# Of these bars the lowest would have been passed and not even the highest failed. Hence the threshold
# comes first:

# %%
outcomes = {
    bar: ilr.judge(
        ilr.Claim(statement=verdict.claim.statement, kind="share", threshold=bar), agreement
    ).outcome
    for bar in thresholds
}
pd.Series(outcomes, name="verdict").rename_axis("at least").to_frame()

# %% [markdown]
# ## What this does not show
#
# - **That the decisions were right.** The study tests reliability, expressly not validity: two
#   inspectors can agree and both be wrong.
# - **That other inspections are as consistent.** These were short inspections of previously good
#   primary schools; the report itself says that the small and particular sample should not be
#   generalised. Children's services have four grades, teams, and weeks on site.
# - **That full judgements agree.** The decision compared was whether to look further, not a grade.
# - **That the pairs were independent.** In some inspections the two spoke or shared activities beyond
#   the design. That can only raise the agreement.
# - **That inspectors are inconsistent.** *Not shown* means that the evidence is too thin to tell.
