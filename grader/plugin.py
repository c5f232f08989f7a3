"""The pytest plugin under the name that pyproject.toml says, here and in every student's project."""

pytest_plugins = ("grader.examine.plugin",)
