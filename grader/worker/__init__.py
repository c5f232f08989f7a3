"""What runs in the untrusted child: the standard library only, sent over as code, never imported there.

The parent reads these modules, compiles them and hands them to a bare interpreter; see boot.py.
"""
