"""The pay-off: the student's own network learns the two moons, with PyTorch's run beside it."""
