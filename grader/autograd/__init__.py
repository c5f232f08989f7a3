"""The subject of this course: programs over Value, and what PyTorch says of them.

The only package that knows Value, gradients and torch; the rest of the grader would serve another subject.
Promise: a program is plain data, and its answer is what every right submission must agree with.
Doors: subject.SUBJECT for the rest of the grader; program, oracle, strategies and over for properties;
as_python for what students paste; alone.engine; worker for what is sent into a cage; reading for what code
does; any_engine for implementations in a shape of their own; moons and demo.
"""
