"""Pages that are one file each: of one report, and of a class.

Promise: a page loads nothing, runs no script but its own, and is the same for the same reports.
Doors: class_page.render_class, single_page.render_single; sheet holds what both share.
Beside them lie their templates, styles and scripts.
No text of a stranger's is ever markup in them.
"""
