"""The grader's version; a report says which one made it."""

VERSION = "0.1.0"
