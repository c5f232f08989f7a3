"""What is for the person who learns: hints, fresh stubs, the model after a pass, and how it went so far."""
