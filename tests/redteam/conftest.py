"""What lies in attacks/ is handed in, and never collected, imported or linted."""

collect_ignore = ["attacks"]
