"""What helps one person along: history, hints, progress, reset, the model beside theirs.

Promise: what is remembered stays on this machine, and a damaged file costs a sentence, not a grade.
Doors: history.remember, help for hints, reset and solution, progress for the list and the figures.
It never changes a score.
"""
