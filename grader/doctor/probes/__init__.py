"""Attempts to escape: small programs that would do harm, or learn something, if a cage let them.

Each public function in the files of this folder is one; KIND says what kind those below it are. A file is
sent to a worker as a student's code would be, and never imported here. A function gets what there is to reach
as a dict and has reached it, unless it returns False; an OSError or a MemoryError says that it was refused,
and any other exception that it could not be tried.
"""
