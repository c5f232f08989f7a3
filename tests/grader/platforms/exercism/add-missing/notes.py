"""There is a file, but not the one that is asked for."""
