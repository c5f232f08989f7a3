"""The students' project: what is in it, released anew, or brought over a student's work."""
