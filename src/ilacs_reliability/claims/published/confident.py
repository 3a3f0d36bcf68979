"""Inspectors are confident in the framework (Ofsted's blog, 26 September 2019)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import unanswerable

ENTRY = unanswerable(
    "confident",
    statement="Inspectors are confident in their judgements.",
    words="confident",
    whose="Ofsted's blog of 26 September 2019, as quoted to us",
    estimand="share of inspectors who say so",
    source="Ofsted, ILACS implementation review, 26 September 2019",
    why="the survey's numbers were not found, and confidence is not accuracy",
    would_settle="the survey with its numbers, and double inspections to set beside it.",
)
