"""The store of a class: attempts that are only added, outcomes once each, and the rubric to score by."""
