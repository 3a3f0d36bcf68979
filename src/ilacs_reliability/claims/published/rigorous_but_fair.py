"""The sector sees the framework as rigorous but fair (Ofsted's blog, 26 September 2019)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import unanswerable

ENTRY = unanswerable(
    "rigorous_but_fair",
    statement="The sector finds the framework rigorous but fair.",
    words="rigorous but fair",
    whose="Ofsted's blog of 26 September 2019, as quoted to us",
    estimand="share of those asked who say so",
    source="Ofsted, ILACS implementation review, 26 September 2019",
    why="neither the questions nor the number of answers were found",
    would_settle="the questionnaire, who was asked, how many answered, and the answers.",
)
