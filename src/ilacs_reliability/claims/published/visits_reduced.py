"""Visits have reduced accordingly (Ofsted's blog, 26 September 2019)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import unanswerable

ENTRY = unanswerable(
    "visits_reduced",
    statement="Visits were reduced where authorities did well.",
    words="visits have reduced accordingly",
    whose="Ofsted's blog of 26 September 2019, as quoted to us",
    estimand="visits a year, by grade",
    source="Ofsted, ILACS implementation review, 26 September 2019",
    why="no count of visits by year was found",
    would_settle="the number of visits of every kind, by year and authority.",
)
