"""A cell is graded where it stands.

Promise: a cell that defines an exercise's function is graded as the file would be, and runs as it would
anyway.
Doors: magics.load for IPython, cells for what is graded and shown.
It never runs a stranger's module on the way.
"""
