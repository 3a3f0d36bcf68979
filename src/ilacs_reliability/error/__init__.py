"""Judgement error: how often a repeat gives the same grade, and how much of a shift is noise."""
