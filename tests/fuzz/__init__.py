"""What comes from strangers, made up at random: nothing but the errors we promise may come out.

By hand: python -m tests.fuzz TARGET --seconds N, guided by coverage where atheris is installed.
"""
