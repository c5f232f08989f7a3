"""What an author runs: new, check, release, update.

Promise: what is released grades as the course does, and holds no solution in plain text.
Doors: exercises.lay_down, exercises.findings, release.release, release.update.
It never touches what a student has written; what would be replaced is kept beside it.
"""
