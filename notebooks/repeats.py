# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What can repeats say about reliability?
#
# Nobody has published a double inspection of children's services, so how often two teams would agree
# is not known. But 146 of 153 authorities were graded three times or more. If an authority changes
# step by step while errors are made afresh each time, three gradings tell error from change: error
# makes neighbouring gradings disagree, and yet the first and the third no more than the middle one
# explains. This notebook says what follows, and what a critic of the argument can take from it.

# %%
import pandas as pd

import ilacs_reliability as ilr
from ilacs_reliability.reporting import plots

table = pd.DataFrame(dict(ilr.load_dataset("grade_sequences").columns))
columns = {"unit": "sequence", "date": "occasion", "grade": "overall", "frequency": "count"}
last_three = ilr.sequences_from_frame(table, **columns, scale=ilr.OFSTED_SCALE, last=3)
last_three

# %% [markdown]
# ## Under named assumptions

# %%
found = ilr.reliability_from_repeats(last_three)
print(found.describe())

# %% [markdown]
# The best value lies near 1 and says little by itself. The interval is what the data say: it is that
# of the likelihood, as a standard error means nothing at a boundary. Twice the drop in log-likelihood
# along the reliability:

# %%
pd.DataFrame(found.profile, columns=["reliability", "drop"]).round(3)

# %% [markdown]
# In the words of the question: with the grades' shares of each authority's latest inspection, a second
# team would give the same grade in about half to all of the inspections.

# %%
latest = [13, 29, 65, 46]
chances = ilr.repeat_grade_probability(latest, reliability=found, at_least=3)
same, side = chances["same grade"], chances["same side of 3"]
for chance in (same, side):
    low, high = chance.confidence_interval()
    print(f"{chance.label}: {low:.0%} to {high:.0%}")

# %% [markdown]
# ## Where a critic will press
#
# **Errors may go together.** A team that reads the last report, or an unchanged file, repeats its
# errors. If errors of any two gradings correlate c, part of what looks like a lasting state is a
# lasting error, and the least reliability that fits falls:

# %%
curve = ilr.reliability_from_repeats(last_three, error_correlation=[0, 0.1, 0.2, 0.3, 0.4, 0.5])
rows = []
for common, point in curve.items():
    low, high = point.confidence_interval()
    repeat = ilr.repeat_grade_probability(latest, reliability=low)["same grade"].value
    rows.append(
        {"errors correlate": common, "from": low, "to": high, "same grade, at least": repeat}
    )
pd.DataFrame(rows).round(2)

# %% [markdown]
# As a curve: the upper end stays at 1 whatever the correlation, the lower one falls and takes the chance
# of the same grade with it.

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(6, 3))
points = pd.DataFrame(rows)
axes.fill_between(points["errors correlate"], points["from"], points["to"], color="#d6dbe4")
axes.plot(points["errors correlate"], points["same grade, at least"], color="#2a6f97")
axes.annotate("same grade, at least", (0.02, points["same grade, at least"][0] - 0.09))
axes.annotate("reliabilities allowed", (0.02, 0.9))
axes.set(xlabel="correlation of errors", xlim=(0, 0.5), ylim=(0, 1.02))
figure.tight_layout()
ends = (points["from"].iloc[0], points["from"].iloc[-1])
plots.with_text(
    axes,
    text=f"As the correlation of errors goes from 0 to 0.5, the least reliability allowed goes from "
    f"{ends[0]:.2f} to {ends[1]:.2f}, while the greatest stays at {points['to'].iloc[-1]:.2f}.",
)

# %% [markdown]
# **The number is that of the middle grading.** Of three gradings the model tells how reliable the one
# between the others was; that the latest is as reliable is one assumption more, and the report names it.
#
# **Thresholds may have moved** between frameworks. The sets of thresholds are free for each occasion
# above; the authorities with one inspection under the old framework and two under the new one, in that
# order, give the same picture:

# %%
ways = table.groupby("sequence")["framework"].agg(lambda f: tuple(f)[-3:])
old_new_new = table[table["sequence"].map(ways) == ("SIF", "ILACS", "ILACS")]
one_way = ilr.sequences_from_frame(old_new_new, **columns, scale=ilr.OFSTED_SCALE, last=3)
print(ilr.reliability_from_repeats(one_way).describe())

# %% [markdown]
# **The state may not move step by step.** An authority that is visited more closely after a bad grade
# does not. Four gradings can test it, and here hardly can:

# %%
last_four = ilr.sequences_from_frame(table, **columns, scale=ilr.OFSTED_SCALE, last=4)
print(ilr.reliability_from_repeats(last_four).fit.describe())

# %% [markdown]
# **The latent scale may not be normal.** A hidden chain of the grades themselves needs no such scale.
# It asks for an error that gives a neighbouring grade, as likely up as down, and moves free to be any:

# %%
hidden = ilr.reliability_from_repeats(last_three, model="latent_markov")
print(hidden.describe())

# %% [markdown]
# It leaves far less room for error, and a critic should not be moved by that: with 28 free shares and
# moves for 153 units it finds hardly any error whatever there is. Drawn from a chain of its own kind
# with a reliability of 0.7 to 0.8, four intervals in ten of 150 units lie above the truth (the page
# on repeats has the table).
#
# **Without a chain at all** two gradings still give a bound: the correlation of repeats is the
# reliability times a stability of at most 1.

# %%
new = table[table["framework"] == "ILACS"]
repeats = ilr.sequences_from_frame(new, **columns, scale=ilr.OFSTED_SCALE)
print(ilr.reliability_from_repeats(repeats, model="bound").describe())

# %% [markdown]
# ## What it means for a shift
#
# Of 65 authorities inspected twice 26 rose and 12 fell. Error alone moves grades too, and lifts those
# whose first grade was low. If these authorities are like all others, error alone gives as much from
# this reliability down:

# %%
first_to_latest = ilr.load_dataset("first_to_latest_ilacs_2024").counts
print(ilr.tipping_point(first_to_latest, shares=latest).describe())

# %%
for reliability in (0.6, 0.8, 0.95):
    noise = ilr.noise_only_transitions(
        first_to_latest, reliability=reliability, shares=latest, given="first"
    )
    print(noise.describe())

# %% [markdown]
# ## What this does not show
#
# - Not that inspections are reliable: reliabilities from about 0.6 to 1 fit, and fewer assumptions
#   let lower ones fit as well.
# - Not how often two teams agree on the same day. Only double inspections show that.
# - Not whether grades are right: a lasting error is part of the state here.
