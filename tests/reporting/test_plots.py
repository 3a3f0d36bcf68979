"""Pictures show the numbers that they are given."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.path import Path
from matplotlib.text import Text
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from ilacs_reliability.reporting import captions, html, palette, pictures, plots

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
    "ten long names": ilr.Scale(
        [f"grade number {number} of a framework that names at length" for number in range(1, 11)]
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


def flows_of(scale):
    return plots.flows_plot(ilr.transitions_from_table(square(scale, 90), scale=scale))


def mosaic_of(scale):
    return plots.mosaic_plot(ilr.transitions_from_table(square(scale, 90), scale=scale))


def strata_of(scale):
    rng = np.random.default_rng(9)
    counts = rng.integers(0, 30, (2, 2, len(scale)))
    counts[0, 1] = 0
    strata = ("previously of a kind that nobody could find out", "previously good")
    names = {"groups": ("short", "standard"), "strata": strata}
    return plots.overlap_plot(ilr.grades_from_table(counts, scale=scale, **names))


def pairs_of(scale):
    names = [str(label) for label in scale.labels]
    codes = np.random.default_rng(5).integers(0, 2, (30, len(scale)))
    codes[:, 0] = codes[:, -1]
    if len(scale) > 2:
        codes[:15, 1] = codes[15:, 2] = -1
    rated = ilr.ratings_from_codes(codes, scale=SCALES["two"], raters=names)
    return plots.raters_plot(ilr.pairwise_agreement(rated, coefficient=ilr.cohen_kappa))


def funnel_of(scale):
    names = [f"{label} of the raters" for label in scale.labels]
    counts = [[30 * (k % 3) + 5, 90 - 40 * (k % 3)] for k in range(len(names))]
    grades = ilr.grades_from_table(counts, groups=names)
    found = ilr.rater_severity(grades, by_rater=True, n_resamples=9, rng=1)
    return plots.severity_plot(found)


def rows_of(scale):
    rng = np.random.default_rng(4)
    shares = {str(label): rng.beta(90, 6, 50) for label in scale.labels}
    return plots.coverage_plot(shares, n_samples=400)


def truths_of(scale):
    world = [ilr.agreement_world(0.8 + 0.01 * k, margins=[0.5, 0.5]) for k in range(len(scale))]
    plans = [
        ilr.power_for_agreement(ilr.percent_agreement, one, n, threshold=0.8)
        for one in world
        for n in (20, 40)
    ]
    return plots.power_plot(plans)


SHARED = [squares_of, bars_of, strata_of, mosaic_of, pairs_of]
"""Pictures whose texts stand on colours."""
LED = [chart_of, flows_of, mosaic_of, funnel_of, truths_of]
"""Pictures with names at their side."""
every_picture = pytest.mark.parametrize("draw", dict.fromkeys([*SHARED, *LED, lines_of, rows_of]))


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
def test_no_text_touches_another_and_each_stands_out(draw, scale):
    ax = draw(scale)
    texts = texts_of(ax)
    no_text_touches_another_or_the_edge(texts)
    every_text_stands_out_from_what_is_behind_it(ax, texts, on_colours=draw in SHARED)
    if draw in LED:
        every_name_is_apart_and_led_to_by_a_line_that_crosses_no_text(ax, texts)


def every_name_is_apart_and_led_to_by_a_line_that_crosses_no_text(ax, texts):
    leaders = [one for one in ax.collections if not one.get_clip_on()]
    lines = [line for one in leaders for line in one.get_segments()]
    names = [name_at_the_end(ax, line) for line in lines]
    assert len(set(names)) == len(lines) > 0
    frame = ax.get_window_extent()
    for text in names:
        box = text.get_window_extent()
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1
        # two points at least, so that one sees where a name ends
        air = [max(box.y0 - there.y1, there.y0 - box.y1) for there in boxes_beside(text, names)]
        assert min(air, default=9) >= 2 * ax.figure.dpi / 72
    for line in lines:
        path = Path(ax.transData.transform(line))
        for text in texts:
            assert not path.intersects_bbox(Text.get_window_extent(text), filled=False), text


def name_at_the_end(ax, line):
    """Return the text to which a line leads, just beyond its end."""
    (before, _), (x, y) = line[-2:]
    [name] = [
        text
        for text in ax.texts
        if abs(text.get_position()[1] - y) < 1e-9
        and (text.get_position()[0] - x) * (x - before) > 0
    ]
    return name


def boxes_beside(text, names):
    return [
        other.get_window_extent()
        for other in names
        if other is not text and other.get_position()[0] == text.get_position()[0]
    ]


def test_names_are_written_smaller_where_given_axes_are_too_low_for_them():
    from matplotlib import pyplot

    scale = SCALES["ten long names"]
    _, ax = pyplot.subplots(figsize=(9, 3), layout="constrained")
    table = square(scale, 3)
    plots.agreement_plot(ilr.ratings_from_table(table, scale=scale), ax=ax)
    frame = ax.get_window_extent()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 10
    for lower, upper in pairwise(boxes):
        assert lower.y1 <= upper.y0 + 1
    assert boxes[0].y0 >= frame.y0 - 1
    assert boxes[-1].y1 <= frame.y1 + 1


FEW = {
    "agreement": lambda: plots.agreement_plot(
        ilr.ratings_from_codes([[0, 0], [1, 1]], scale=SCALES["two"])
    ),
    "overlap": lambda: plots.overlap_plot([[1, 0], [0, 1]]),
    "sequence of one": lambda: plots.sequence_plot(ilr.agreement_sequence([1], threshold=0.8)),
    "sequence of two": lambda: plots.sequence_plot(ilr.agreement_sequence([1, 0], threshold=0.8)),
    "sequence of none": lambda: plots.sequence_plot(ilr.agreement_sequence([], threshold=0.8)),
    "severity": lambda: plots.severity_plot(
        ilr.rater_severity(ilr.grades_from_table([[1, 1], [2, 1]]), n_resamples=9, rng=1)
    ),
}


@pytest.mark.parametrize("name", FEW)
def test_axes_of_counts_are_marked_by_whole_numbers(name):
    ax = FEW[name]()
    ax.figure.canvas.draw()
    for axis in (ax.xaxis, ax.yaxis) if name == "agreement" else (ax.xaxis,):
        low, high = sorted(axis.get_view_interval())
        marks = [mark for mark in axis.get_ticklocs() if low <= mark <= high]
        assert marks
        assert not [mark for mark in marks if mark != round(mark)]


@pytest.mark.parametrize("decision", [True, False])
def test_a_single_inspection_is_seen(decision):
    followed = ilr.agreement_sequence([decision], threshold=0.5)
    ax = plots.sequence_plot(followed)
    low, high, *_ = ax.lines
    ax.figure.canvas.draw()
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[:, :, :3]
    middle = (followed.low[0] + followed.high[0]) / 2 + 0.03
    for place in (float(low.get_ydata()[0]), middle, float(high.get_ydata()[0])):
        x, y = ax.transData.transform((1, place))
        rows = slice(round(len(pixels) - y) - 2, round(len(pixels) - y) + 3)
        assert (pixels[rows, round(x)] < 230).any()


def test_no_inspection_is_said_where_none_is_seen():
    ax = plots.sequence_plot(ilr.agreement_sequence([], threshold=0.8))
    assert [text.get_text() for text in ax.texts] == ["none yet: the share may be anything"]


def test_words_of_pictures_count_one_as_one():
    assert plots.grades_plot([[0, 1], [2, 0]]).get_label() == (
        "group 1, 1 unit: 100.0% 2. group 2, 2 units: 100.0% 1."
    )
    world = ilr.agreement_world(0.8, margins=[0.5, 0.5])
    plan = ilr.power_for_agreement(ilr.percent_agreement, world, 2, threshold=0.8)
    assert "with 1 unit." in plots.power_plot([replace(plan, n_units=1)]).get_label()


def test_truths_that_are_close_have_a_line_each():
    plans = [
        ilr.power_for_agreement(
            ilr.percent_agreement, ilr.agreement_world(k, margins=[0.5, 0.5]), n, threshold=0.8
        )
        for k in (0.8, 0.8006)
        for n in (20, 40)
    ]
    ax = plots.power_plot(plans)
    assert len(ax.lines) == 2
    # by definition: kappa and even margins leave (1 + kappa) / 2 alike
    assert [text.get_text() for text in ax.texts] == ["if it is 0.9000", "if it is 0.9003"]


PAIRS = {
    "one of three": (
        [[1, 1, np.nan], [2, 2, np.nan], [1, 2, np.nan], [np.nan, np.nan, 1]],
        "Percent agreement of 1 of 3 pairs of 3 raters: 0.667 (1 and 2). 2 pairs have no value.",
    ),
    "two of three": (
        [[1, 1, np.nan], [1, np.nan, 1], [2, 1, np.nan], [2, np.nan, 1]],
        "Percent agreement of 2 of 3 pairs of 3 raters: 0.500 each. 1 pair has no value.",
    ),
    "alike": (
        [[1, 1, 1], [2, 2, 2]],
        "Percent agreement of 3 pairs of 3 raters: 1.000 each.",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_words_of_pairs_say_how_many_have_a_value(name):
    ratings, said = PAIRS[name]
    assert plots.raters_plot(ilr.pairwise_agreement(ratings)).get_label() == said


def no_text_touches_another_or_the_edge(texts):
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


def every_text_stands_out_from_what_is_behind_it(ax, texts, *, on_colours):
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[:, :, :3] / 255
    for text in texts:
        box = text.get_window_extent()
        top = len(pixels) - round(box.y1)
        # just above and below the letters
        rows = [max(top - 1, 0), min(len(pixels) - round(box.y0), len(pixels) - 1)]
        behind = pixels[rows, round((box.x0 + box.x1) / 2)]
        if on_colours and text in ax.texts:
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
    texts = [
        (float(t.get("x")), t.text or "", t.get("fill") or t.get("class"))
        for t in tree.iter("text")
    ]
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
    for ground in palette.GROUNDS.values():
        assert all(contrast(ground[ink], ground["paper"]) >= 4.5 for _, _, ink in texts)
    ends = [(middle - 4 * len(text), middle + 4 * len(text)) for middle, text, _ in texts]
    assert all(one[1] < other[0] for one, other in pairwise(ends))


def test_every_ink_of_the_page_stands_out_by_day_and_by_night():
    for ground in palette.GROUNDS.values():
        for ink in ("ink", "soft", "first", "second"):
            for behind in ("paper", "shade"):
                assert contrast(ground[ink], ground[behind]) >= 4.5
    assert palette.GROUNDS["light"]["shade"] == palette.SHADE
    assert palette.GROUNDS["light"].keys() == palette.GROUNDS["dark"].keys()
    style = html.STYLE.replace(" ", "")
    for ground in palette.GROUNDS.values():
        assert all(f"--{name}:{colour};" in style for name, colour in ground.items())


def titled(svg):
    """Return a picture's words, which it has twice, and every colour and class that it has."""
    tree = ElementTree.fromstring(svg)
    [title] = tree.findall("title")
    assert tree.get("aria-label") == title.text
    parts = [part.get(key) for part in tree.iter() for key in ("fill", "class", "stroke")]
    return title.text, {part for part in parts if part}


def test_the_page_says_and_colours_moves_as_the_plots_do():
    words, colours = titled(pictures.moves_picture((3, 6, 1)))
    ax = plots.flows_plot([[2, 3], [1, 4]])
    assert words == "Of 10 units, 3 rose, 6 stayed and 1 fell."
    assert ax.get_label().startswith("Of 10 units graded twice, 3 rose, 6 stayed and 1 fell.")
    assert set(palette.MOVES.values()) <= colours
    keys = [to_hex(patch.get_facecolor()) for patch in ax.get_legend().get_patches()]
    assert sorted(keys) == sorted(palette.MOVES.values())


def test_the_page_says_an_interval_as_the_forest_does():
    kappa = ilr.cohen_kappa(TABLE)
    claim = ilr.Claim(statement="So.", kind="consistency", threshold=0.8)
    words, colours = titled(pictures.interval_picture(kappa, claim, kappa.confidence_interval()))
    ax = plots.interval_plot([kappa], threshold={"claimed": 0.8})
    first, held = ax.get_label().split(" Held to: ")
    assert words.startswith(f"{first} Held to: claimed ")
    assert "0.8" in words.split("Held to: ")[1]
    assert held == "claimed 0.8."
    assert colours <= {"interval", "shade", "ink", "soft"}


def test_the_page_says_what_comes_again_as_the_plot_does():
    [section] = [one for one in ilr.assess_security().sections if one.shown is not None]
    shown = section.shown
    words, colours = titled(pictures.error_picture(shown, {}))
    kept = {"inadequate": 1, "requires improvement": 2, "good": 3, "outstanding": 4}
    said = plots.repeat_plot(kept, at_least=shown.cut, allowed=shown.allowed).get_label()
    pattern = r"[\d.]+% to [\d.]+% of \w+"
    assert re.sub(pattern, "", said) == re.sub(pattern, "", words).partition(". ")[0] + "."
    assert {"first", "second", "shade"} <= colours
    ticks = [text for _, text, _ in boxes_of(pictures.error_picture(shown, {}))[1]]
    assert all(f"{tick:g}" in ticks for tick in captions.FIFTHS)
    assert captions.RELIABILITY in ticks


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


# --- pictures of moves, strata, raters, coverages and chances ------------------------------------


def test_bands_are_as_high_as_they_have_units():
    ax = plots.flows_plot([[2, 3], [1, 4]])
    bands = [patch for patch in ax.patches if hasattr(patch, "get_path") and patch.get_alpha()]
    heights = [np.ptp(band.get_path().vertices[[0, -2], 1]) for band in bands]
    assert_allclose(heights, [2, 3, 1, 4])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "fell (1)",
        "stayed (6)",
        "rose (3)",
    ]


def test_a_mosaic_shows_shares_and_the_room_to_move():
    ax = plots.mosaic_plot([[2, 3, 0], [1, 4, 1], [0, 0, 5]])
    tiles = [(tile.get_width(), tile.get_height()) for tile in ax.patches]
    assert_allclose(tiles, [(0.4, 5), (0.6, 5), (1 / 6, 6), (4 / 6, 6), (1 / 6, 6), (1, 5)])
    up, down = (np.ptp(line.get_ydata()) for line in ax.lines)
    assert (up, down) == (11, 11)
    said = [text.get_text() for text in ax.texts]
    assert "11 could rise,\n4 rose" in said
    assert "11 could fall,\n1 fell" in said
    assert "none could rise" in [t.get_text() for t in plots.mosaic_plot([[0, 0], [2, 5]]).texts]


def test_strata_with_two_groups_are_shaded():
    ax = plots.overlap_plot([[[3, 8], [4, 6]], [[0, 0], [30, 10]], [[0, 0], [0, 0]]])
    said = [text.get_text() for text in ax.texts]
    assert "stratum 1: can be compared" in said
    assert "stratum 2: group 2 only, nothing to compare" in said
    assert "stratum 3: no unit" in said
    bars = {id(bar) for bars in ax.containers for bar in bars}
    shaded = [patch for patch in ax.patches if id(patch) not in bars]
    assert len(shaded) == 1


def test_every_pair_of_raters_has_its_square():
    rated = ilr.ratings_from_matrix(
        [["no", "no", None], ["yes", "yes", None], ["yes", "no", None], ["no", None, "yes"]],
        scale=SCALES["two"],
        raters=("A", "B", "C"),
    )
    pairs = ilr.pairwise_agreement(rated)
    ax = plots.raters_plot(pairs)
    values = np.asarray(ax.images[0].get_array().filled(np.nan))
    assert_allclose(values[0, 1], pairs["A", "B"].value)
    assert_allclose(values, values.T)
    assert np.isnan(values[1, 2])
    assert "1 pair has no value" in ax.get_label()
    with pytest.raises(ValueError, match="`pairs` must hold an estimate a pair"):
        plots.raters_plot(ilr.specific_agreement(rated))


def test_raters_outside_the_limits_are_named():
    ax = funnel_of(SCALES["six"])
    found = ilr.rater_severity(
        ilr.grades_from_table([[30 * (k % 3) + 5, 90 - 40 * (k % 3)] for k in range(6)]),
        by_rater=True,
        n_resamples=9,
        rng=1,
    )
    outside = [not row["low_95"] <= row["deviation"] <= row["high_95"] for row in found.funnel]
    labels = np.array(SCALES["six"].labels)[outside]
    names = {f"{label} of the raters" for label in labels}
    assert {text.get_text() for text in ax.texts} == names
    squares = [line for line in ax.lines if line.get_marker() == "s"]
    assert len(squares) == sum(outside)


def test_coverages_show_the_worst_and_the_mean():
    ax = plots.coverage_plot({"score": [0.9, 1.0, np.nan]}, confidence_level=0.9)
    assert "90.0%  95.0%" in [text.get_text() for text in ax.texts]
    assert "(2 settings)" in ax.get_label()
    for wrong in ({}, {"a": []}, {"a": [np.nan]}, {"a": [1.2]}):
        with pytest.raises(ValueError, match="`coverages`"):
            plots.coverage_plot(wrong)


def test_chances_of_error_alone_are_shaded_up_to_the_tipping_point():
    table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    tip = ilr.tipping_point(table, shares=list(GRADES.values()))
    ax = plots.tipping_plot(tip)
    (shaded,) = ax.patches
    assert_allclose([shaded.get_x(), shaded.get_width()], [0, tip.reliability])
    never = plots.tipping_plot(ilr.tipping_point(table))
    assert not never.patches
    assert "no reliability" in never.get_title(loc="left")


def test_powers_of_one_question_are_drawn_a_line_a_truth():
    worlds = [ilr.agreement_world(kappa, margins=[0.5, 0.5]) for kappa in (0.8, 0.7)]
    plans = [
        ilr.power_for_agreement(ilr.percent_agreement, world, n, threshold=0.8)
        for world in worlds
        for n in (60, 30)
    ]
    ax = plots.power_plot(plans, wanted=0.8)
    low, high, _ = ax.lines
    assert_allclose(low.get_xdata(), [30, 60])
    assert_allclose(high.get_ydata(), [plans[1].power, plans[0].power])
    other = ilr.power_for_agreement(ilr.percent_agreement, worlds[0], 30, threshold=0.7)
    with pytest.raises(ValueError, match="`plans` must all ask the same"):
        plots.power_plot([*plans, other])


def test_several_thresholds_carry_their_names():
    kappa = ilr.cohen_kappa(TABLE)
    ax = plots.interval_plot([kappa], threshold={"good": 0.8, "fair": 0.4})
    assert [line.get_xdata()[0] for line in ax.lines[2:]] == [0.4, 0.8]
    assert [text.get_text() for text in ax.texts][:2] == ["fair 0.40", "good 0.80"]
    assert ax.get_label().endswith("Held to: fair 0.4, good 0.8.")


def test_records_draw_themselves():
    moves = ilr.transitions_from_table([[2, 3], [1, 4]])
    drawn = {
        "Cohen's kappa": ilr.cohen_kappa(TABLE),
        "graded twice": moves,
        "could rise": ilr.net_shift(moves),
        "50.0% 1": ilr.grades_from_table([[1, 1], [2, 2]]),
        "pair of 2 raters": ilr.pairwise_agreement([[1, 2], [2, 2], [1, 1]]),
        "Agreement on 1": ilr.specific_agreement([[1, 2], [2, 2], [1, 1]]),
        "error alone": ilr.tipping_point(moves),
        "double inspection": ilr.agreement_sequence([True], threshold=0.5),
    }
    for said, record in drawn.items():
        assert said in f"{record.plot().get_label()} "
    with pytest.raises(TypeError, match="`record` must have a picture of its own"):
        plots.picture_of(ilr.sign_test(moves))


@every_picture
def test_every_picture_says_in_words_what_it_shows(draw):
    said = draw(ilr.OFSTED_SCALE).get_label()
    assert said.endswith(".")
    assert "nan" not in said
    assert any(letter.isdigit() for letter in said)


def test_moves_are_told_apart_in_grey_and_every_ink_stands_out():
    for one, other in pairwise(sorted(palette.MOVES.values(), key=luminance)):
        assert contrast(one, other) >= 1.9
    assert all(contrast(ink, "white") >= 4.5 for ink, _ in palette.INKS)
    assert len({dashes for _, dashes in palette.INKS}) == len(palette.INKS)


def test_a_picture_shows_its_text_where_it_cannot_be_seen():
    from matplotlib import pyplot

    ax = plots.transitions_plot([[2, 3], [1, 4]])
    shown = plots.with_text(ax)
    assert shown.png.startswith(b"\x89PNG")
    page = shown._repr_html_()
    assert f'alt="{shown.text}"' in page
    assert "3 rose, 6 stayed and 1 fell" in shown.text
    # or the notebook would show it twice
    assert ax.figure.number not in pyplot.get_fignums()
    _, bare = pyplot.subplots()
    with pytest.raises(ValueError, match="`text` must say"):
        plots.with_text(bare)
    assert "&lt;b&gt;" in plots.with_text(bare, text="<b>")._repr_html_()
