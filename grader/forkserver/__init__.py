"""A grading process that collects once and forks for each submission.

Promise: each submission is examined alone, as if it were the only one; a death costs one submission.
Doors: client.Room in the process that asks, server as the process that answers, messages between them.
It never writes to a store, and the process that asks never imports torch for it.
"""
