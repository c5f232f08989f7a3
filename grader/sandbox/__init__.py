"""Untrusted code in, observations out.

Promise: nothing that a submission does reaches further than its own process.
Doors: cages.choose for a cage by name, runner.Runner for a pool of processes, runner.Limits and runner.Parts
for what they are given, launch.Launched for the worker itself.
Below them: cages has those that are walls, cage says what all promise and what is seen in them; launch also
reads what comes back, and trusts none of it.
It never says whether what it observed is right.
"""
