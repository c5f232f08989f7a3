"""Signed reports: keys, signatures, and what became of a report since it was signed."""
