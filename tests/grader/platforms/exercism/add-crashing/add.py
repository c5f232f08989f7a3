"""Crashes, and says something that no log should take for a command."""

raise ValueError("::error::<b>\x1b[2J")
