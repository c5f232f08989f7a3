"""What an author writes, read from disk.

Promise: a course that is broken ends in a CourseError that names the file and the next step.
Doors: course.Course, course.here, course.cut for stubs; properties.graded, bonus and noted for an author;
misconceptions.misconceptions; sealed.sources, which reads open folders and sealed files alike.
It never runs a solution and never looks at a submission.
"""
