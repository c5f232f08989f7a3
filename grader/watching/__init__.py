"""The watch: a saved exercise is graded at once, and the screen shows what became of it."""
