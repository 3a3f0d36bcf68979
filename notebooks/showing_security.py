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
# # What would it take to show that judgements are secure?
#
# Two teams would have to grade the same authorities at the same time, apart. How many? That depends
# on how well they agree, which nobody has published. This is the number of double inspections for
# each agreement that may be true:

# %%
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

import ilacs_reliability as ilr
from ilacs_reliability.reporting import plots

grades = ilr.OFSTED_SCALE
state = pd.DataFrame({k: list(v) for k, v in ilr.load_dataset("state_by_date").columns.items()})
latest = state[(state["date"] == state["date"].max()) & (state["counted_once"] == "ended")]
counts = latest.groupby("overall")["count"].sum()[list(grades.labels)].tolist()
margins = [count / sum(counts) for count in counts]
kappas = (0.7, 0.75, 0.8, 0.85, 0.9)
worlds = {kappa: ilr.agreement_world(kappa, margins=margins, scale=grades) for kappa in kappas}
beyond_chance = ilr.Claim(
    statement="Beyond chance, two teams agree at least moderately.",
    kind="consistency",
    coefficient="cohen_kappa",
    threshold=0.6,
)
units = {
    kappa: ilr.design_study([beyond_chance], world, raters=(2,), rng=1).total
    for kappa, world in worlds.items()
}
figure, axes = plt.subplots(figsize=(7, 3.4))
axes.plot(list(units), list(units.values()), "o-")
axes.axhline(sum(counts), color="0.6", lw=0.8)
axes.annotate(f"all {sum(counts)} authorities", (0.9, sum(counts)), ha="right", va="bottom")
axes.set(xlabel="Cohen's kappa, if it is", ylabel="double inspections", ylim=(0, None))
figure.tight_layout()
needed = ", ".join(f"{count} where kappa is {kappa}" for kappa, count in units.items())
plots.with_text(axes, text=f"Double inspections that it takes: {needed}.")

# %% [markdown]
# Each number shows, in four studies of five, that kappa is at least 0.6: the verdict is then
# "supported". The grades are as common as they were at the last date of the bundled records.

# %%
pd.DataFrame({"authorities": counts, "share": margins}, index=grades.labels).round(3)

# %% [markdown]
# ## What is to be shown
#
# "Secure" needs a threshold, and a coefficient, before the first pair of inspections. Here are two
# claims that an inspectorate could declare: the same grade in at least seven inspections of ten, and
# agreement beyond chance of at least 0.6. A study may show either, refute it, or leave it open.

# %%
claims = [
    ilr.Claim(
        statement="Two teams give the same grade in at least 70 % of inspections.",
        kind="consistency",
        coefficient="percent_agreement",
        threshold=0.7,
    ),
    beyond_chance,
]

# %% [markdown]
# What these would mean where four grades are as common as they are:

# %%
pd.DataFrame(
    {
        "same grade": [one.value_of(ilr.percent_agreement) for one in worlds.values()],
        "Gwet's AC1": [one.value_of(ilr.gwet_ac) for one in worlds.values()],
    },
    index=pd.Index(kappas, name="kappa"),
).round(3)

# %% [markdown]
# ## The cheapest study that settles both
#
# If kappa is 0.85 both claims are true. Costs are counted in visits of a team, one of which takes
# place anyway.

# %%
design = ilr.design_study(claims, worlds[0.85], raters=(2,), rng=1)
Markdown(design.describe())

# %% [markdown]
# What if the hope is wrong? The same study in worlds where teams agree less: the claim must then
# hardly ever come out as supported, whatever is done.

# %%
rows = []
for kappa in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
    world = ilr.agreement_world(kappa, margins=margins, scale=grades)
    found = ilr.verdict_power(beyond_chance, world.shares.reshape(4, 4), design.total, rng=1)
    rows.append(
        {
            "kappa is": kappa,
            "supported": found.supported,
            "contradicted": found.contradicted,
            "not shown": found.not_shown,
        }
    )
pd.DataFrame(rows).set_index("kappa is").round(3)

# %% [markdown]
# ## Or one shadow visit after another
#
# The number need not be fixed. Limits that hold at every look let the study stop as soon as it is
# settled, at the price of somewhat wider limits. Nothing was visited yet, so this is a look ahead for
# the share of equal grades:

# %%
same = worlds[0.85].value_of(ilr.percent_agreement)
start = ilr.agreement_sequence([], threshold=0.7, truth=same)
Markdown(start.describe())

# %% [markdown]
# And this is what a monitor would say after forty visits, were five of them to differ (made up):

# %%
visits = [visit % 8 != 5 for visit in range(40)]
followed = ilr.agreement_sequence(visits, threshold=0.7)
plots.with_text(plots.sequence_plot(followed))

# %%
Markdown(followed.describe())

# %% [markdown]
# ## A protocol to adopt
#
# To be published, with its fingerprint, before the first double inspection.

# %%
protocol = ilr.Protocol(agreement=0.7, coefficient=0.6)
text = design.to_toml()
print(text)
print("# thresholds of the report, fingerprint", protocol.fingerprint[:16])

# %% [markdown]
# Whoever analyses the study reads the claims from that text, as they were declared, and hands them to
# `judge` with the estimates from the first real table.

# %%
adopted = ilr.StudyDesign.from_toml(text)
Markdown(" ".join(f"- {claim!r}\n" for claim in adopted.declared))

# %%
Markdown(
    f"""
**Question.** Would a second team give the same overall grade to the same authority?

**Units.** {design.total} authorities, drawn by lot from all that are due; none is left out because it
is large or far.

**Raters.** Two teams, named before the draw, that inspect in the same fortnight with the same access
and do not speak until both grades are signed.

**Costs.** {design.cost:.0f} visits of a team, of which {design.total} take place anyway: the study adds
{design.cost - design.total:.0f}. What a visit costs is not published.

**Record.** Both grades of every authority, overall and by judgement, as a four-by-four table;
authorities where a visit broke off are listed, not replaced.

**Analysis.** The share with the same grade and Cohen's kappa, with the intervals of this library; no
other coefficient decides.

**Power.** If kappa is 0.85, both claims are settled with a chance of {design.chance:.0%}; if it is no
more than 0.6, the second is called shown in at most one study in forty.

**Stopping.** At {design.total} pairs, or earlier by the sequence above if that was declared.

**Publication.** The table, whatever it shows, within three months of the last visit.
"""
)

# %% [markdown]
# ## What this does not show
#
# - That two teams who agree are right. Agreement is not accuracy.
# - That agreement is as good as supposed here: the numbers are for worlds, and the first table of
#   real pairs will say which of them is ours.
# - Anything about inspections of other kinds or times than those drawn.
