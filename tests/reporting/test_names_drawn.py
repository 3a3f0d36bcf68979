"""Names of grades, groups and raters are drawn as they are, and none on another."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.cbook import is_math_text
from matplotlib.text import Text

import ilacs_reliability as ilr
from ilacs_reliability.reporting import plots

mpl.use("Agg")
COUNTS = np.array([[6, 2, 0, 1], [0, 1, 1, 0], [3, 0, 5, 2], [1, 2, 4, 3]])
MANY_LINES = [f"{kind} of a grade that nobody could have put in fewer words than so many more" for
              kind in ("the first", "the second", "the third", "the last")]  # fmt: skip
PLOTS = {
    "flows": lambda names: plots.flows_plot(table_of(names)),
    "mosaic": lambda names: plots.mosaic_plot(table_of(names)),
    "transitions": lambda names: plots.transitions_plot(table_of(names)),
    "grades": lambda names: plots.grades_plot(grades_of(names)),
    "overlap": lambda names: plots.overlap_plot(grades_of(names)),
    "agreement": lambda names: plots.agreement_plot(
        ilr.ratings_from_table(COUNTS, scale=ilr.Scale(names), raters=names[:2])
    ),
    "raters": lambda names: plots.raters_plot(
        ilr.pairwise_agreement(
            ilr.ratings_from_codes(COUNTS % 4, scale=ilr.Scale(names), raters=names)
        )
    ),
    "interval": lambda names: plots.interval_plot(
        [
            ilr.relative_effect(pair_of(names)),
            ilr.risk_difference(pair_of(names), at_least=names[2]),
            ilr.cohen_kappa(COUNTS[:, :2]),
        ],
        threshold={names[0]: 0.3, names[1]: 0.31},
    ),
    "repeat": lambda names: plots.repeat_plot(
        ilr.ratings_from_table(COUNTS, scale=ilr.Scale(names)), at_least=names[2]
    ),
    "coverage": lambda names: plots.coverage_plot({name: [0.9, 0.95] for name in names}),
}
every_plot = pytest.mark.parametrize("draw", PLOTS.values(), ids=PLOTS)


@pytest.fixture(autouse=True)
def close():
    from matplotlib import pyplot

    yield
    pyplot.close("all")


def table_of(names):
    return ilr.transitions_from_table(COUNTS, scale=ilr.Scale(names))


def grades_of(names):
    return ilr.grades_from_table(COUNTS, scale=ilr.Scale(names), groups=names)


def pair_of(names):
    return ilr.grades_from_table(COUNTS[2:], scale=ilr.Scale(names), groups=names[:2])


def texts_of(ax):
    ax.figure.canvas.draw()
    return [one for one in ax.figure.findobj(Text) if one.get_visible() and one.get_text()]


@every_plot
def test_dollar_signs_are_no_formula(draw):
    names = ["$5 to $10", "$\\nosuch$", "US$ 1, A$ 2", "$ and $"]
    assert not [one.get_text() for one in texts_of(draw(names)) if is_math_text(one.get_text())]


@every_plot
def test_names_of_many_lines_do_not_touch(draw):
    boxes = {
        one.get_text(): one.get_window_extent()
        for one in texts_of(draw(MANY_LINES))
        if "\n" in one.get_text()
    }
    for (_, one), (_, other) in combinations(boxes.items(), 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        up = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(across, up) < 1


@pytest.mark.parametrize("draw", [PLOTS["grades"], PLOTS["overlap"]])
def test_no_grade_is_left_out_of_the_key(draw):
    names = ["_worst", "bad", "_good", "best"]
    assert [one.get_text() for one in draw(names).get_legend().get_texts()] == names


def test_an_agreement_chart_of_three_raters_names_its_argument():
    ratings = ilr.ratings_from_codes(COUNTS[:, :3] % 4, scale=ilr.Scale(list("abcd")))
    with pytest.raises(ValueError, match=r"^`ratings` must be of one study by two known raters"):
        plots.agreement_plot(ratings)
