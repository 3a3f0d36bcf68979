"""Pictures show the numbers that they are given."""

from itertools import pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from ilacs_reliability.reporting import pictures, plots

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


def test_a_limit_without_end_is_an_arrow_at_the_edge():
    none_below = ilr.odds_ratio([[5, 3], [0, 5]], at_least=2)
    kappa = ilr.cohen_kappa(TABLE)
    assert np.isinf(none_below.confidence_interval().high) or np.isinf(none_below.value)
    ax = plots.interval_plot([none_below, kappa])
    drawn = np.concatenate([np.asarray(line.get_xdata(), dtype=float) for line in ax.lines])
    assert np.isfinite(drawn).all()
    arrows = [line for line in ax.lines if line.get_marker() == ">"]
    assert len(arrows) == 1
    assert arrows[0].get_xdata()[0] == drawn.max()
    ax = plots.interval_plot([kappa])
    assert not [line for line in ax.lines if line.get_marker() in ("<", ">")]


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


# --- every mark is readable ---------------------------------------------------------------------

SCALES = {
    "the inspectorate's": ilr.OFSTED_SCALE,
    "two": ilr.Scale(["no", "yes"]),
    "six": ilr.Scale(
        [
            "exceptionally poor",
            "urgent improvement",
            "needs attention",
            "expected standard",
            "strong standard",
            "exceptional",
        ]
    ),
    "ten": ilr.Scale([f"grade {number}" for number in range(1, 11)]),
    "long names": ilr.Scale(
        [
            "a very long name of the worst grade that there is",
            "requires a great deal of improvement",
            "good in most of its parts",
            "outstanding",
        ]
    ),
}
every_scale = pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)


def square(scale, largest=12_345):
    rng = np.random.default_rng(7)
    table = rng.integers(0, 30, (len(scale), len(scale)))
    table[0, 0] = largest
    return table


def bars_of(scale):
    rng = np.random.default_rng(8)
    counts = rng.integers(0, 30, (3, len(scale)))
    counts[0] = 0
    counts[0, [0, -1]] = 100, 2
    groups = ("short", "standard", "of a kind that nobody could find out")
    return plots.grades_plot(ilr.grades_from_table(counts, scale=scale, groups=groups))


def squares_of(scale):
    return plots.transitions_plot(ilr.transitions_from_table(square(scale), scale=scale))


def chart_of(scale):
    # the first grades are so rare that their rectangles lie on each other
    table = square(scale) + np.diag(np.arange(len(scale)) ** 3)
    table[: len(scale) // 2] = table[:, : len(scale) // 2] = 0
    table[0, 0] = 1
    names = ("the first inspector of the two who went there", "the second")
    return plots.agreement_plot(ilr.ratings_from_table(table, scale=scale, raters=names))


def lines_of(scale):
    with pytest.warns(ilr.UndefinedEstimateWarning):
        undefined = ilr.cohen_kappa([[1, 1], [1, 1]])
    grouped = ilr.grades_from_table(
        [[3, 4], [2, 7]], scale=TABLE.scale, groups=("short", "made standard on the spot")
    )
    several = [ilr.cohen_kappa(TABLE), undefined, ilr.relative_effect(grouped)]
    return plots.interval_plot(several * (len(scale) // 2), threshold=0.8)


every_picture = pytest.mark.parametrize("draw", [bars_of, squares_of, chart_of, lines_of])


def texts_of(ax):
    """Return every text that is drawn, as in the saved picture."""
    ax.figure.canvas.draw()
    legend = ax.get_legend()
    ticks = [
        label
        for axis, place, limits in ((ax.xaxis, 0, ax.get_xlim()), (ax.yaxis, 1, ax.get_ylim()))
        for label in axis.get_ticklabels()
        if min(limits) <= label.get_position()[place] <= max(limits)
    ]
    return [
        *ax.texts,
        *ticks,
        *(legend.get_texts() if legend else []),
        *(label for label in (ax.xaxis.label, ax.yaxis.label) if label.get_text()),
    ]


def luminance(colour):
    """Return WCAG 2.2's relative luminance."""
    from matplotlib.colors import to_rgb

    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@every_scale
@every_picture
def test_no_text_touches_another_or_the_edge(draw, scale):
    texts = texts_of(draw(scale))
    edge = texts[0].figure.bbox
    # of an annotation the letters alone, without the line that leads to them
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in texts]
    for place, (name, box) in enumerate(boxes):
        assert edge.x0 <= box.x0 < box.x1 <= edge.x1, name
        assert edge.y0 <= box.y0 < box.y1 <= edge.y1, name
        for other, there in boxes[:place]:
            apart = (
                box.x1 <= there.x0 or there.x1 <= box.x0 or box.y1 <= there.y0 or there.y1 <= box.y0
            )
            assert apart, (name, other)


@every_scale
@every_picture
def test_every_text_stands_out_from_what_is_behind_it(draw, scale):
    ax = draw(scale)
    texts = texts_of(ax)
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[:, :, :3] / 255
    for text in texts:
        box = text.get_window_extent()
        top = len(pixels) - round(box.y1)
        # just above and below the letters
        rows = [max(top - 1, 0), min(len(pixels) - round(box.y0), len(pixels) - 1)]
        behind = pixels[rows, round((box.x0 + box.x1) / 2)]
        if draw in (bars_of, squares_of) and text in ax.texts:
            assert min(contrast(text.get_color(), tuple(one)) for one in behind) >= 4.5
        else:
            assert contrast(text.get_color(), "white") >= 4.5


@pytest.mark.parametrize("n_grades", range(2, 11))
def test_shades_are_an_even_ladder_for_every_eye(n_grades):
    # lightness alone tells them apart, so they serve every kind of colour-blindness and grey print
    lights = np.array([luminance(shade) for shade in plots.shades(n_grades)])
    lightness = np.where(lights > 216 / 24389, 116 * np.cbrt(lights) - 16, lights * 24389 / 27)
    steps = np.diff(lightness)
    assert steps.min() > 0.6 * steps.max()
    assert steps.min() > 6
    for shade in plots.shades(n_grades):
        assert contrast(shade, plots.ink_on(shade)) >= 4.5


@every_scale
def test_every_grade_has_its_colour_and_its_name(scale):
    ax = bars_of(scale)
    colours = [bars[0].get_facecolor() for bars in ax.containers]
    assert len(set(colours)) == len(scale)
    names = [text.get_text().replace("\n", " ") for text in ax.get_legend().get_texts()]
    assert names == list(scale.labels)


@every_scale
def test_counts_that_fit_are_written_on_their_bars(scale):
    ax = bars_of(scale)
    assert "100" in [text.get_text() for text in ax.texts]
    for text in ax.texts:
        box = text.get_window_extent()
        assert any(
            bar.get_window_extent().x0 < box.x0 and box.x1 < bar.get_window_extent().x1
            for bars in ax.containers
            for bar in bars
        )


# --- the page's own pictures --------------------------------------------------------------------


def boxes_of(svg):
    """Return the rectangles and the texts of a picture, a letter taken for 8 units wide."""
    tree = ElementTree.fromstring(svg)
    rows = [(float(r.get("x")), float(r.get("width")), r.get("fill")) for r in tree.iter("rect")]
    texts = [(float(t.get("x")), t.text or "", t.get("fill")) for t in tree.iter("text")]
    return rows, texts


@pytest.mark.parametrize(
    "moves", [(26, 27, 12), (1, 500, 3), (0, 0, 7), (1500, 2500, 100), (1, 1, 1)], ids=str
)
def test_counts_of_moves_stand_out_within_their_bars(moves):
    bars, texts = boxes_of(pictures.moves_picture(moves))
    for (left, width, fill), (middle, text, ink) in zip(bars, texts, strict=True):
        assert contrast(ink, fill) >= 4.5
        assert not text or left <= middle - 4 * len(text) < middle + 4 * len(text) <= left + width
    assert np.diff([left for left, _, _ in bars]).min() >= 0


@pytest.mark.parametrize("threshold", [0.8, -0.5])
def test_numbers_below_an_interval_stand_out_and_apart(threshold):
    claim = ilr.Claim(statement="So.", kind="consistency", threshold=threshold)
    kappa = ilr.cohen_kappa(TABLE)
    _, texts = boxes_of(pictures.interval_picture(kappa, claim, kappa.confidence_interval()))
    assert all(contrast(ink, "white") >= 4.5 for _, _, ink in texts)
    ends = [(middle - 4 * len(text), middle + 4 * len(text)) for middle, text, _ in texts]
    assert all(one[1] < other[0] for one, other in pairwise(ends))


GRADES = {"inadequate": 13, "requires improvement": 29, "good": 65, "outstanding": 46}


def test_repeats_are_drawn_from_chance_to_certainty():
    ax = plots.repeat_plot(GRADES, at_least="good", allowed=(0.5, 0.8), required=0.9)
    same, side, required = (line.get_ydata() for line in ax.lines)
    margins = np.array(list(GRADES.values())) / 153
    assert_allclose([same[0], same[-1]], [(margins**2).sum(), 1.0])
    above = margins[2:].sum()
    assert_allclose([side[0], side[-1]], [above**2 + (1 - above) ** 2, 1.0])
    assert (np.diff(same) > 0).all()
    assert_allclose(required, 0.9)
    again = ilr.repeat_grade_probability(GRADES, reliability=0.8)["same grade"].value
    assert f"to {again:.1%} of units" in ax.get_label()
    assert [text.get_text() for text in ax.texts] == ["same grade", "same side of good"]


@pytest.mark.parametrize("allowed", [0.5, (0.2, 1.5), (0.8, 0.5), "ab", (0.1, None)])
def test_a_range_of_reliabilities_is_a_pair_within_0_to_1(allowed):
    with pytest.raises((TypeError, ValueError), match="`allowed`"):
        plots.repeat_plot(GRADES, allowed=allowed)


def test_a_sequence_is_drawn_after_each_inspection():
    followed = ilr.agreement_sequence([True] * 40, threshold=0.8)
    ax = plots.sequence_plot(followed)
    low, high, threshold, settled = ax.lines
    assert_allclose(low.get_ydata(), followed.low)
    assert_allclose(high.get_ydata(), followed.high)
    assert_allclose(threshold.get_ydata(), 0.8)
    assert_allclose(settled.get_xdata(), followed.settled_at)
    assert ax.get_label() == followed.describe()
    with pytest.raises(TypeError, match="`followed`"):
        plots.sequence_plot([True])
