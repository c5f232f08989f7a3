"""Observations become outcomes.

Promise: the same submission, seed and versions give the same outcomes, with or without pytest.
Doors: grading.grade for a folder, examining.examine for one exercise, setting.Setting for what a verdict
depends on, and all that as digests.
Behind them: cases are drawn once and replayed, judging decides and looks for the smallest case; examining
has the code of what failed read, too.
It never prints, and knows no points.
"""
