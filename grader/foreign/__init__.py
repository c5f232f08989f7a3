"""Implementations in shapes of their own: found, understood and graded as they are."""
