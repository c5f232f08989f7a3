"""A tanh network, linear at the end (regression on sin x)."""
