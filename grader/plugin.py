"""The pytest plugin under the name that pyproject.toml says, here and in every student's project.

PYTEST_DONT_REWRITE: there is nothing to rewrite, and the module may be imported before pytest starts.
"""

pytest_plugins = ("grader.examine.plugin",)
