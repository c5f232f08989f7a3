"""What is handed in: a folder, an archive, a commit, a class's download.

Promise: nothing is extracted, followed or run; plain texts come out, and a reason for each file that does
not.
Doors: submission.load for one folder, tree for a hand-in in any form, download for a whole class,
commit for what lies in git, roster and gradescope for whose it is.
It never judges what it reads, and never writes.
"""
