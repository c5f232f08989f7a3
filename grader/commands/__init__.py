"""The commands, by who uses them; parsing and wiring only."""
