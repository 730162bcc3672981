"""Processes of these tests keep decoded pictures in a folder of their own."""

import pytest


@pytest.fixture(autouse=True)
def _own_cache(cache: object) -> None:
    """`cache` sets the variable that the processes read."""
