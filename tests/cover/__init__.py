"""What of the grader's code the tests reach, by line and branch; by hand: make coverage.

Processes of the grader's own are measured by coverage.py, wherever they begin; workers, which have nothing
but the standard library and walls around them, by a tracer that is sent to them ahead of their code.
"""
