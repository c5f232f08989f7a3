"""What runs programs over Value in a cage.

As in grader/worker: standard library only, compiled and sent, never imported to grade with.
Doors: engine.assemble makes an engine of parts, programs.run runs a program on it.
"""
