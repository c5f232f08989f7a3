"""A plugin of pytest's: what a process has measured is saved before xdist, which is in a hurry, ends it."""

import pytest
from coverage import Coverage


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    if measuring := Coverage.current():
        measuring.save()
