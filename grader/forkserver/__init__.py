"""A grading process that collects once and forks for each submission, of a class and of a watch alike.

Promise: each submission is examined alone, as if it were the only one; a death costs one submission.
Doors: client.Server and client.Room in the process that asks; server is the other one.
It never writes to a store, and the process that asks never imports torch for it.
"""
