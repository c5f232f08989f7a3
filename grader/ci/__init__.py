"""An old door: workflows that students have say grader.ci.comment.

What it leads to lives in grader/platforms. Nothing else belongs here.
"""
