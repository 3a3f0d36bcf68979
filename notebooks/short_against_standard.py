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
# # Do short inspections judge like standard ones?
#
# Most authorities that had been good or outstanding get a short inspection, of one week; all others
# a standard one, of two. Before any comparison of the two kinds comes the question where there is
# anything to compare:

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown

import ilacs_reliability as ilr

GRADES = ilr.OFSTED_SCALE.labels
KINDS = ("short", "standard")
inspections = ilr.load_dataset("inspections").where(framework="ILACS")


def counts(**conditions):
    """Count the inspections by previous and by new grade."""
    return inspections.where(**conditions).table(previous_overall=GRADES, overall=GRADES)


short, standard, unclear = (counts(kind=kind) for kind in ("short", "standard", None))
grouped = ilr.grades_from_table(
    np.stack([short, standard], axis=1), scale=ilr.OFSTED_SCALE, groups=KINDS, strata=GRADES
)
overlap = ilr.overlap_report(grouped)
Markdown(f"**{overlap.describe()}**")

# %%
fig, ax = plt.subplots(figsize=(7, 2.8))
left = np.zeros(len(GRADES))
for kind, colour in zip(range(2), ("#3b6ea8", "#c9883a"), strict=True):
    ax.barh(GRADES, overlap.sizes[:, kind], left=left, color=colour, label=KINDS[kind])
    left += overlap.sizes[:, kind]
ax.set_xlabel("inspections")
ax.set_ylabel("previous grade")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
fig.tight_layout()

# %% [markdown]
# Below good the previous grade decides the kind without exception: no short inspection of an
# authority that required improvement or was inadequate exists, so no calculation can say how one
# would have judged. Of the outstanding ones a single inspection was a standard one. That leaves the
# authorities that had been good.
#
# ## Authorities that had been good
#
# Three inspections are neither one week nor two; two of them look like short inspections that were
# extended, and all three ended below good. So everything is done twice, without them and with them
# among the short ones.

# %%
good = list(GRADES).index("good")


def previously_good(extra):
    table = [[short[good] + extra, standard[good]]]
    return ilr.grades_from_table(table, scale=ilr.OFSTED_SCALE, groups=KINDS, strata=("good",))


readings = {"without the three": 0 * unclear[good], "with the three": unclear[good]}
tables = {name: previously_good(extra) for name, extra in readings.items()}
pd.DataFrame(
    {
        (name, kind): table.counts[0, i]
        for name, table in tables.items()
        for i, kind in enumerate(KINDS)
    },
    index=GRADES,
)

# %%
rows = []
for name, table in tables.items():
    for estimate in (
        ilr.relative_effect(table),
        ilr.risk_difference(table, at_least="good"),
        ilr.generalised_odds(table),
        ilr.proportional_odds(table),
    ):
        low, high = interval = estimate.confidence_interval()
        rows.append((name, estimate.label, estimate.value, low, high, interval.method))
pd.DataFrame(rows, columns=["reading", "effect", "value", "low", "high", "interval"]).round(3)

# %% [markdown]
# Good authorities were graded lower at a standard inspection, beyond chance, either way:

# %%
for table in tables.values():
    print(ilr.brunner_munzel(table).describe())
    print(ilr.mann_whitney(table).describe())

# %% [markdown]
# One odds ratio does for every cut as far as so few inspections can tell, which is not far:

# %%
print(ilr.parallel_lines_test(tables["without the three"]).describe())

# %% [markdown]
# ## Alike within a margin?
#
# The claim under test is sameness, and a test of difference cannot show it. With a margin of 0.1 on
# the chance that the standard grade is the higher, or of ten points in the share that declined, the
# two kinds are not shown to be alike, and short inspections are not shown to be no more lenient:

# %%
rows = []
for name, table in tables.items():
    for on, margins in (("probability", (0.1, 0.2)), ("decline", (0.1, 0.2))):
        for margin in margins:
            alike = ilr.ordinal_equivalence(table, margin=margin, on=on)
            lower = ilr.ordinal_noninferiority(table, margin=margin, on=on)
            rows.append((name, on, margin, alike.p_value, lower.p_value))
pd.DataFrame(rows, columns=["reading", "on", "margin", "p alike", "p standard not lower"]).round(4)

# %% [markdown]
# ## Was it the inspection or the choice of it?
#
# Nobody drew lots. A standard inspection of a good authority is ordered where there is reason for
# concern, so those authorities would have been graded lower by any inspection. How strongly would
# that concern have to bear on the choice to produce the whole difference?

# %%
for table in tables.values():
    print(ilr.rosenbaum_bounds(table).describe())
    print(ilr.e_value(table, at_most="requires improvement").describe())

# %% [markdown]
# Such factors are large, but choosing by risk can be strong, and the grades do not tell how strong
# it was. A difference like this is what such a choice would look like if both kinds judged alike,
# and what leniency of short inspections would look like too.
#
# And over all authorities, where most have no counterpart, the data leave nearly everything open:

# %%
rows = []
for assume in ("none", "comparable", "monotone"):
    bounds = ilr.selection_bounds(grouped, assume=assume)
    low, high = bounds.confidence_interval()
    rows.append((assume, bounds.low, bounds.high, low, high, bounds.tells_direction))
pd.DataFrame(
    rows, columns=["assume", "low", "high", "95% low", "95% high", "tells direction"]
).round(3)

# %% [markdown]
# (The chance that a standard grade is the higher; "comparable" takes the kinds' authorities as alike
# within a previous grade, which the choice by risk contradicts.)
#
# ## "Even in the bigger authorities"
#
# Thirds by the population under 26. Authorities that had been good or outstanding, and declined:

# %%
SIZES = ("small", "middle", "large")


def declined(size, kind):
    table = counts(size_band=size, kind=kind)
    lower = sum(int(table[grade, :grade].sum()) for grade in (2, 3))
    return lower, int(table[2:].sum()) - lower


by_size = {kind: np.array([declined(size, kind) for size in SIZES]) for kind in KINDS}
pd.DataFrame(
    {kind: [f"{down} of {down + kept}" for down, kept in table] for kind, table in by_size.items()},
    index=SIZES,
)

# %%
OUTCOME = ilr.Scale(["declined", "kept or rose"])


def sizes_of(kind):
    return ilr.grades_from_table(by_size[kind], scale=OUTCOME, groups=SIZES)


for kind in KINDS:
    print(kind, "-", ilr.jonckheere(sizes_of(kind)).describe())

# %% [markdown]
# At short inspections, larger authorities declined more often; at standard ones it was the other way
# round, in 19 inspections. Does the difference between the kinds change with size, then? Zelen's
# exact test, and what chance alone would give:

# %%
within = ilr.grades_from_table(
    np.stack([by_size[kind] for kind in KINDS], axis=1), scale=OUTCOME, groups=KINDS, strata=SIZES
)
print(ilr.heterogeneity(within).describe())
print(ilr.cochran_mantel_haenszel(within).describe())

# %% [markdown]
# It does, beyond chance, but in the standard inspections that rests on eight large authorities.
# How the reading moves with the cuts, and with the three inspections of unclear kind (two small, one
# large; all declined) among the short ones:

# %%
extra = np.zeros((3, 2), dtype=int)
odd = inspections.where(kind=None).columns
for size, before, after, count in zip(
    odd["size_band"], odd["previous_overall"], odd["overall"], odd["count"], strict=True
):
    kept = GRADES.index(after) >= GRADES.index(before)
    extra[SIZES.index(size), int(kept)] += count
rows = []
for name, table in (("without", by_size["short"]), ("with", by_size["short"] + extra)):
    cuts = {
        "three bands": (table, SIZES),
        "small | middle and large": (np.array([table[0], table[1] + table[2]]), ("small", "rest")),
        "small and middle | large": (np.array([table[0] + table[1], table[2]]), ("rest", "large")),
    }
    for cut, (cells, names) in cuts.items():
        test = ilr.jonckheere(ilr.grades_from_table(cells, scale=OUTCOME, groups=names))
        low, high = test.effect.confidence_interval()
        rows.append((name, cut, test.effect.value, low, high, test.p_value))
pd.DataFrame(rows, columns=["the three", "cut", "Somers' D", "low", "high", "p"]).round(4)

# %% [markdown]
# If size made no difference at all, how often would fifteen declines among 122 short inspections
# fall as unevenly as two, four and nine, in either direction?

# %%
rng = np.random.default_rng(1)
sizes = by_size["short"].sum(axis=1)
draws = rng.multivariate_hypergeometric(sizes, by_size["short"][:, 0].sum(), size=20_000)
most, least = by_size["short"][2, 0], by_size["short"][0, 0]
large = ((draws[:, 2] >= most) & (draws[:, 0] <= least)).mean()
small = ((draws[:, 0] >= most) & (draws[:, 2] <= least)).mean()
print(f"so many in the large third and so few in the small one, by chance alone: {large:.1%}")
print(f"that or the same with the thirds exchanged: {large + small:.1%}")

# %% [markdown]
# A trend in outcomes is not a lack of thoroughness. Large authorities may decline more often because
# they are harder to run, because a week is too little for them (then a decline would be *missed*
# more often, not found), or because the cuts suit. Two inspections of the same large authority at
# the same time, one of each kind, would tell these apart.
#
# ## Across frameworks
#
# Before 2018 everybody had the long, four-week inspection. To set only the short ones against it
# would leave out the authorities that were sent to a standard inspection because of concern, while
# the four weeks hold theirs. So the comparison is of all inspections of authorities that had been
# good, of either kind and the three of neither; short ones alone stand beside it:

# %%
OLD = ("inadequate", "requires improvement", "good", "outstanding")
sif = ilr.load_dataset("inspections").where(framework="SIF", pre_sif_safeguarding="good")
four_weeks = sif.table(overall=OLD)
since = {
    "every kind since 2018": short[good] + standard[good] + unclear[good],
    "short only": short[good],
}
for name, grades in since.items():
    contrast = ilr.grades_from_table(
        [four_weeks, grades], scale=ilr.OFSTED_SCALE, groups=("four weeks", name)
    )
    print(name, "-", four_weeks[:2].sum(), "of", four_weeks.sum(), "against", end=" ")
    print(grades[:2].sum(), "of", grades.sum())
    print(ilr.risk_difference(contrast, at_most="requires improvement").describe())

# %% [markdown]
# Declines were rarer under the present framework, and by more among the short inspections, from
# which the authorities of concern are gone. Neither says why. The contrast is one of:
#
# - **regimes**: length, questions and grading all changed at once;
# - **years**: the services inspected are not those of 2013 to 2017;
# - **scales**: the earlier grade of the one group was for safeguarding alone, on a scale with
#   "adequate" in it; that of the other an overall grade;
# - **selection**: those who had been good by the later rules had come through a stricter inspection
#   first, and the "short only" line has the choice by risk on top.
#
# ## What can be said
#
# - Short and standard inspections can be compared among authorities that had been good, and nowhere
#   else: less than half of the inspections.
# - There, standard inspections gave lower grades, beyond chance, with or without the three of
#   unclear kind.
# - The kinds are not shown to be alike, even within 0.2 or twenty points.
# - Declines at short inspections were more frequent in larger authorities. Every cut shows the same
#   direction, not every one beyond chance.
#
# ## What cannot
#
# - Whether short inspections are more lenient: standard ones were chosen by risk, and a choice that
#   makes their odds about three times as large, or a little more, would be enough for a difference like this.
# - How a short inspection would have judged any authority below good: there is none.
# - Whether inspectors of either kind agree with one another: no authority was inspected twice at a
#   time.
# - That a short inspection is thorough, or not, in large authorities: the grade is not a measure of
#   that.
