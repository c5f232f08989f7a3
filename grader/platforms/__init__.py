"""Where a course lives: GitHub, Gradescope, GitLab, Exercism.

Promise: what a platform reads is valid for it, and names no more than it must.
Doors: github, pull_request, and runners for Gradescope, GitLab, a hook and Exercism.
A report that comes from a submission's own run is read as a stranger's.
"""
