"""What is sent into a cage to run code on symbols: standard library only, never imported to grade with.

What is seen goes back as plain numbers, as many as were asked for: see record.py.
"""
