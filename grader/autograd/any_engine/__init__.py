"""Implementations in a shape of their own: found out, then graded as they are.

Promise: names, files and habits that differ cost nothing; only a wrong number does.
Doors: finding.read, examining.grade_foreign and examiner_of, shape for what was found and how it is said,
cases for other ways of being right. worker is sent along into the cage.
Nothing of theirs is ever imported here.
"""
