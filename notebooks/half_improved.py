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
# # "Half of councils improved"
#
# 19 of 34 councils improved in the first year of a new inspection framework, 12 kept their grade
# and 3 declined (56 %, 35 % and 9 %, CYP Now, January 2019). What do these counts say, what would
# the ceiling of the scale and the choice of councils give by themselves, and what can the counts
# not say?

# %%
import numpy as np
from scipy import stats

import ilacs_reliability as ilr
from ilacs_reliability.reporting import plots

published = ilr.load_dataset("year_one")
dict(zip(published.columns["outcome"], published.columns["count"], strict=True))

# %% [markdown]
# ## What the counts say
#
# 33 of the 34 reports can still be read. Rows are the grade before, columns the grade after.

# %%
found = ilr.load_dataset("year_one_transitions")
first_year = ilr.transitions_from_table(found.counts, scale=ilr.OFSTED_SCALE)
shift = ilr.net_shift(first_year)
print(shift.describe())

# %%
plots.with_text(plots.mosaic_plot(first_year))

# %% [markdown]
# The interval for "improved" is wide: with 33 inspections, between two in five and three in four.
# All three shares are covered at once by these limits:

# %%
for share in (shift.improved, shift.unchanged, shift.declined):
    low, high = share.confidence_interval(method="simultaneous")
    print(f"{share.name:10} {share.value:6.1%}   {low:.1%} to {high:.1%}")

# %% [markdown]
# Improved against declined is not an even toss: 19 against 3.

# %%
print(ilr.sign_test(first_year).describe())

# %%
print(ilr.wilcoxon_signed_rank(first_year).describe())

# %% [markdown]
# ## What the ends of the scale alone would give
#
# An inadequate council cannot decline, an outstanding one cannot improve. Suppose moves were tosses
# of a coin wherever both ways were open. The three that had been inadequate all moved, and could only
# rise; the other 19 that moved had both ways open.

# %%
rows = dict(shift.by_before)
forced = rows["inadequate"][0] + rows["outstanding"][2]
open_moves = shift.n_improved + shift.n_declined - forced
up = shift.n_improved - rows["inadequate"][0]
print(f"improved if the rest were tosses: {rows['inadequate'][0] + open_moves / 2:.1f} of 33")
print(
    f"seen: {shift.n_improved}; chance of {up} or more of {open_moves} heads: "
    f"{stats.binom.sf(up - 1, open_moves, 0.5):.4f}"
)

# %% [markdown]
# The floor accounts for 3 of the 19. It does not account for 16 against 3.
#
# ## What the choice of councils alone would give
#
# First, were those inspected early worse than others before? Nationally at the end of October 2017
# the latest grades were these (outstanding, good, requires improvement, inadequate):

# %%
state = ilr.load_dataset("state_of_the_nation_grades")
national = np.asarray(state.counts)[0][::-1]  # worst grade first
before = shift.counts.sum(axis=1)
for grade, here, there in zip(ilr.OFSTED_SCALE.labels, before, national, strict=True):
    print(f"{grade:22} inspected {here / before.sum():5.1%}   all {there / national.sum():5.1%}")

# %% [markdown]
# They were: three quarters had been below good, against five eighths of all. Such councils have
# more room, and poor grades followed by ordinary ones look like improvement. A strong version of
# that thought: grades carry no memory, and each new grade is a fresh draw from all grades given
# before. Nobody would have changed. How many of these 33 would "improve"?

# %%
fresh = national / national.sum()
above = np.array([fresh[i + 1 :].sum() for i in range(4)])
below = np.array([fresh[:i].sum() for i in range(4)])
improved, declined = before @ above, before @ below
print(
    f"expected to improve {improved:.1f} ({improved / 33:.0%}), "
    f"to decline {declined:.1f} ({declined / 33:.0%})"
)

# %%
rng = np.random.default_rng(20190117)
draws = sum(
    rng.multinomial(n, [above[i], 1 - above[i] - below[i], below[i]], 100_000)
    for i, n in enumerate(before)
)
as_many = np.mean(draws[:, 0] >= shift.n_improved)
as_far = np.mean(draws[:, 0] - draws[:, 2] >= shift.n_improved - shift.n_declined)
print(f"19 or more improving: {as_many:.4f}; a net change of 16 or more: {as_far:.4f}")

# %% [markdown]
# So a third would have "improved" by redrawing alone, and more than a quarter declined. The 19 is
# more than that, and the 3 is fewer. Something other than redrawing moved these grades: the work,
# the new framework's bar, the choice within each grade of who was inspected first, or inspectors.
#
# Second, does the share move as more councils are inspected?

# %%
running = ilr.load_dataset("shift_by_date")
for date, (up, same, down) in zip(running.row_labels, np.asarray(running.counts), strict=True):
    n = up + same + down
    low, high = stats.binomtest(int(up), int(n)).proportion_ci()
    print(f"to {date}: {up:3} of {n:3} improved, {up / n:.1%} ({low:.1%} to {high:.1%})")

# %% [markdown]
# It falls from 60 % to 47 % while declines rise from 7 % to 19 %. "About 60 %" was true of the first
# 15; later ones were other councils, and the early ones were no random sample of all. But each row
# holds those above it, so the fall must be judged between those of the first year and those after,
# who have nobody in common:

# %%
totals = np.asarray(running.counts)
first_33, later = totals[list(running.row_labels).index("2019-01-17")], totals[-1]
apart = ilr.grades_from_table(
    np.array([first_33, later - first_33])[:, ::-1],
    scale=ilr.Scale(["declined", "unchanged", "improved"]),
    groups=["first year", "later"],
)
print(ilr.risk_difference(apart, at_least="improved").describe())
print(ilr.two_proportions(apart, at_least="improved").describe())

# %% [markdown]
# Sixteen points fewer improved later, but the interval reaches from 35 fewer to 4 more: these counts
# show neither that the first year was unlike the later ones nor that it was like them.
#
# ## Half improved, among whom?
#
# At short inspections nobody had been below good. The share that improved is of those with room:

# %%
short = ilr.transitions_from_table(
    ilr.load_dataset("short_transitions").counts, scale=ilr.OFSTED_SCALE
)
at_short = ilr.net_shift(short)
print(at_short.room_up.describe())
print(*at_short.notes, sep="\n")

# %% [markdown]
# ## A default that flips a reading
#
# Leadership grades at consecutive inspections, the second short. Three pairs of grades saw a move.
# A test that counts six, after adding a half to each empty cell, gives p = 0.061; the counts as
# they are give 0.0026, and exactly:

# %%
leadership = ilr.load_dataset("leadership_then_short").counts
print(ilr.bowker(leadership, method="exact").describe())

# %%
from statsmodels.stats.contingency_tables import SquareTable

edited = SquareTable(np.asarray(leadership)).symmetry()
raw = SquareTable(np.asarray(leadership), shift_zeros=False).symmetry()
print(
    f"statsmodels by default {edited.pvalue:.3f}, on raw counts {raw.pvalue:.3f} (both on 6 "
    f"degrees of freedom); here {ilr.bowker(leadership).p_value:.4f} on 3"
)
print(ilr.pairwise_symmetry(leadership).describe())

# %% [markdown]
# Twenty rose from good to outstanding and seven fell back; seven fell from good to requires
# improvement and none rose, for none had been there: only the good and outstanding get a short
# inspection. The table is lopsided by how it was chosen, whatever leaders did.
#
# ## What the counts cannot say
#
# - **Whether services improved.** The two grades come from different years, frameworks, teams and
#   services. A change of grade mixes a change of work, of the bar, of who looked and of chance.
# - **How often inspectors err.** Two inspections years apart are not two opinions of the same work.
#   Nothing here says what a second team would have said on the same days.
# - **What the others would have got.** Who is inspected when is not drawn by lot.
# - **That "half improved" is typical.** The share was 60 %, 56 %, then 47 %, by date.
