"""Outcomes become a score, a Report, its JSON, and that JSON read back.

Promise: pure, in exact fractions; the same outcomes and rubric give the same report.
Doors: scoring.score, report.report, report.to_plain, reading for a report of somebody else's, rubric for
points and policies, standings for a whole class, words for outcomes and findings in plain English.
It never runs code, and never asks which format its words end up in.
"""
