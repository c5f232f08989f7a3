"""Functions and classes of plain data: a second subject, see grader/subject.py.

Promise: what code under test returns is decoded from numbers and compared by the grader alone; nothing of it
is executed, and no object of its own is ever asked whether it equals another.
Doors: over, which an author of properties imports; subject.SUBJECT for the grader; worker for the cage.
It knows no library: what is right is said by the course's solutions, or by the oracle that course.toml names.
"""
