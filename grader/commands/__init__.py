"""Arguments in, exit codes out.

Promise: every trouble is one clear line; what a command needs is imported when it is called.
Doors: a tuple of commands in each module, from which cli builds the help.
The work is done elsewhere.
"""
