"""The machine below: files, temporary folders, processes of ours.

Promise: a file is written whole or not at all, and nothing that was there is touched on the way; what is
there for a while only goes however its process ends; no folder and no variable of a caller's steers a process
of ours.
Doors: files.whole_file, files.whole_folder, files.Scratch, cache.recall, processes.started.
It knows nothing of courses and submissions, and never follows a stranger's link.
"""
