"""Which cages this machine has, proved by attempts to escape.

Promise: a cage is called good only where every probe was tried in it, and none came out.
Doors: doctor.examine, screen.advice, screen.render; probes are the attempts, by their kinds.
It changes nothing on the machine.
"""
