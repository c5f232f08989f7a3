"""Reads off what code does, by running it on numbers that remember how they came about.

Promise: nothing is said that its own formulas do not predict at points that were not used for reading, and no
score depends on it. What comes from the cage is numbers, looked up in lists of ours.
Doors: reader.read says what a failed exercise does otherwise than it should.
"""
