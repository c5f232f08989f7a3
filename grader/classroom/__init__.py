"""A whole class: what was handed in, who examines it, the gradebook, other machines.

Promise: everybody is graded once, nothing is lost, and a later rubric scores what is stored without running
it.
Doors: batch for who is examined and where, gradebook for reading and writing, store for the file itself.
Attempts are only ever added.
"""
