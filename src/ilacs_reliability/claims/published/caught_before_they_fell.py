"""Authorities were caught before they fell (Ofsted's blog, 26 September 2019)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import unanswerable

ENTRY = unanswerable(
    "caught_before_they_fell",
    statement="Focused visits catch authorities before they fall.",
    words="caught before they fell",
    whose="Ofsted's blog of 26 September 2019, as quoted to us",
    estimand="share of falls that an earlier visit foretold",
    source="Ofsted, ILACS implementation review, 26 September 2019",
    why="the records hold no list of visits and what they found",
    would_settle="the dates and findings of all focused visits, beside the grades that followed.",
)
