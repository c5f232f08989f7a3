"""A Report, or a class's standings, as text for people and programs.

Promise: no stranger's byte steers a terminal, a page, a sheet or a log.
Doors: terminal.render, export.SINGLE and export.CLASS by the names that users type, html for the two pages,
picture for computation graphs.
It computes nothing that a report does not say.
"""
