"""Keys, signatures, and what became of a report since it was signed.

Promise: a genuine report is told as such, and every way to cheat with one is told by its name.
Doors: signing.sign and signing.keygen, verifying.verified.
Nothing else in the grader needs a key, and no key ever leaves its file.
"""
