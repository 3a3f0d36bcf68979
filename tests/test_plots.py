"""Pictures show the numbers that they are given."""

import matplotlib as mpl
import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from ilacs_reliability.reporting import plots

mpl.use("Agg")
TABLE = ilr.ratings_from_table([[20, 3], [1, 6]], scale=ilr.Scale(["poor", "good"]))


@pytest.fixture(autouse=True)
def close():
    from matplotlib import pyplot

    yield
    pyplot.close("all")


def test_an_interval_is_drawn_from_limit_to_limit():
    kappa = ilr.cohen_kappa(TABLE)
    ax = plots.interval_plot([kappa], threshold=0.6, confidence_level=0.9)
    assert_allclose(ax.lines[0].get_xdata(), list(kappa.confidence_interval(0.9)))
    assert_allclose(ax.lines[1].get_xdata(), [kappa.value])
    assert_allclose(ax.lines[2].get_xdata(), [0.6, 0.6])


def test_an_undefined_estimate_says_why():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        kappa = ilr.cohen_kappa([[1, 1], [1, 1]])
    ax = plots.interval_plot([kappa])
    assert ax.texts[0].get_text() == "undefined: no variation"


def test_transitions_are_written_in_their_cells():
    ax = plots.transitions_plot([[2, 3], [1, 4]])
    shown = {text.get_position(): text.get_text() for text in ax.texts}
    assert shown == {(0, 0): "2", (1, 0): "3", (0, 1): "1", (1, 1): "4"}


def test_shares_of_a_group_fill_its_bar():
    counts = np.array([[[3, 8, 45, 39], [4, 6, 5, 3]], [[0, 0, 0, 0], [2, 2, 15, 1]]])
    ax = plots.grades_plot(ilr.grades_from_table(counts, scale=ilr.OFSTED_SCALE))
    ends = np.zeros(4)
    for bars in ax.containers:
        ends += [bar.get_width() for bar in bars]
    assert_allclose(ends, [1, 1, 0, 1])
    assert ax.get_yticklabels()[0].get_text() == "stratum 1: group 1 (n = 95)"


def test_the_agreement_chart_has_its_areas():
    ax = plots.agreement_plot(TABLE)
    sizes = [patch.get_width() * patch.get_height() for patch in ax.patches]
    assert sizes == [23 * 21, 20 * 20, 7 * 9, 6 * 6]
    b = ilr.bangdiwala_b(TABLE).value
    assert_allclose((sizes[1] + sizes[3]) / (sizes[0] + sizes[2]), b)


def test_a_picture_can_be_drawn_into_given_axes():
    from matplotlib import pyplot

    _, ax = pyplot.subplots()
    assert plots.transitions_plot([[1, 1], [1, 1]], ax=ax) is ax


def test_pictures_refuse_what_they_cannot_show():
    with pytest.raises(ValueError, match="`estimates` must hold at least one"):
        plots.interval_plot([])
    batch = TABLE.with_frequencies(np.stack([TABLE.frequencies] * 2))
    with pytest.raises(ValueError, match="batch at 0"):
        plots.interval_plot([ilr.cohen_kappa(batch)])
    with pytest.raises(ValueError, match="square"):
        plots.transitions_plot([[1, 2, 3], [4, 5, 6]])
