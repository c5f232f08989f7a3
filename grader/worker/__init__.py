"""What is sent into a cage.

The parent reads these modules, compiles them and hands them to a bare interpreter; see sandbox/launch.py.
So they import the standard library and each other only, and no more of it than they must.
Promise: programs are answered with packed numbers or capped words, whatever the code under test does.
Doors: zygote.main in the cage, wire for both ends. The subject's own modules are sent after wire.
Where the grader imports these modules itself it runs no submission: a course's solutions, which answer, and
what somebody runs by hand.
"""
