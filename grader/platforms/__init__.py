"""Where a course already lives: learning platforms that have their own folders, files and exit codes."""
