"""A picture of each kind, and how it looks from afar; run as a script it writes this down."""

import json
from pathlib import Path

import matplotlib as mpl
import numpy as np

import ilacs_reliability as ilr
from ilacs_reliability.reporting import plots

mpl.use("Agg")
WIDE, HIGH, FRAME = 48, 20, 3
MOVES = ilr.transitions_from_table(
    [[1, 7, 5, 0], [6, 11, 7, 0], [4, 1, 10, 7], [0, 0, 1, 5]], scale=ilr.OFSTED_SCALE
)
KINDS = ilr.grades_from_table(
    [[[3, 8, 45, 39], [4, 6, 5, 3]], [[0, 0, 0, 0], [9, 20, 12, 2]]],
    scale=ilr.OFSTED_SCALE,
    groups=("short", "standard"),
    strata=("good", "inadequate"),
)
CODES = [[0, 0, 1], [1, 1, 1], [2, 2, 1], [3, 3, 3], [2, 3, 2], [1, 1, 0], [0, 0, 0], [3, 2, 3]]
RATED = ilr.ratings_from_codes(CODES, scale=ilr.OFSTED_SCALE, raters=("A", "B", "C"))
GRADES = {"inadequate": 13, "requires improvement": 29, "good": 65, "outstanding": 46}


def _powers():
    worlds = [ilr.agreement_world(kappa, margins=[0.5, 0.5]) for kappa in (0.7, 0.8)]
    return [
        ilr.power_for_agreement(ilr.percent_agreement, world, n, threshold=0.8)
        for world in worlds
        for n in (50, 100, 150)
    ]


def _funnel():
    counts = [[4, 8], [16, 4], [10, 12], [9, 30], [22, 20], [30, 35]]
    return ilr.rater_severity(ilr.grades_from_table(counts), n_resamples=9, rng=1)


DRAWN = {
    "agreement": lambda: plots.agreement_plot(
        ilr.ratings_from_table(MOVES.counts, scale=MOVES.scale)
    ),
    "coverage": lambda: plots.coverage_plot(
        {"score": np.linspace(0.93, 0.99, 40), "wald": np.linspace(0.7, 0.96, 40)}, n_samples=400
    ),
    "flows": lambda: plots.flows_plot(MOVES),
    "grades": lambda: plots.grades_plot(KINDS),
    "interval": lambda: plots.interval_plot(
        [ilr.percent_agreement(RATED), ilr.fleiss_kappa(RATED), ilr.gwet_ac(RATED)], threshold=0.8
    ),
    "mosaic": lambda: plots.mosaic_plot(MOVES),
    "overlap": lambda: plots.overlap_plot(KINDS),
    "power": lambda: plots.power_plot(_powers()),
    "raters": lambda: plots.raters_plot(ilr.pairwise_agreement(RATED)),
    "repeat": lambda: plots.repeat_plot(GRADES, at_least="good", allowed=(0.5, 0.8)),
    "sequence": lambda: plots.sequence_plot(
        ilr.agreement_sequence([True, True, False] * 8 + [True] * 30, threshold=0.8)
    ),
    "severity": lambda: plots.severity_plot(_funnel()),
    "tipping": lambda: plots.tipping_plot(ilr.tipping_point(MOVES, shares=list(GRADES.values()))),
    "transitions": lambda: plots.transitions_plot(MOVES),
}


def seen(ax):
    """Return the frame of a picture in 16 shades of grey, without its texts, as rows of digits."""
    from matplotlib import pyplot

    figure = ax.figure
    figure.draw_without_rendering()
    # letters are drawn otherwise by every version; where they stand is asked elsewhere
    for text in figure.findobj(mpl.text.Text):
        text.set_alpha(0)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[:, :, :3] @ [0.2126, 0.7152, 0.0722]
    # within the lines of the frame, which round to one pixel or the next
    box = ax.get_window_extent().padded(-FRAME)
    top, bottom = len(pixels) - round(box.y1), len(pixels) - round(box.y0)
    frame = pixels[top:bottom, round(box.x0) : round(box.x1)]
    pyplot.close(figure)
    rows = np.array_split(frame, HIGH)
    means = [[part.mean() for part in np.array_split(row, WIDE, axis=1)] for row in rows]
    return ["".join(f"{round(mean / 17):x}" for mean in row) for row in means]


if __name__ == "__main__":
    found = {name: seen(draw()) for name, draw in DRAWN.items()}
    path = Path(__file__).parents[1] / "reference" / "pictures.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
