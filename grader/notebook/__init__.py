"""Exercises in a notebook: a cell is graded where it stands, and its process runs nothing of it."""
