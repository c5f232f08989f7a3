"""A saved exercise is graded at once, on one screen.

Promise: the verdicts of grader grade, of the last save only; the terminal is left as it was found.
Doors: loop.Saves, loop.Watch, and loop.Grading, the process that grades; board for what is known,
screen for how it looks, and its keys.
It never writes to an exercise but on a key that says so.
"""
