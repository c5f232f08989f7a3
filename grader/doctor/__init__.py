"""The doctor: which cages this machine has, and whether they hold."""
