"""The pytest plugin: one fixture. pytest loads it by the entry point ``burgee``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from burgee.testing import override


@pytest.fixture
def burgee_override() -> Iterator[Callable[[Mapping[Any, Any]], None]]:
    """Override flags until the test ends: ``burgee_override({"Flags.isHoliday": True})``."""
    with ExitStack() as stack:

        def add(values: Mapping[Any, Any]) -> None:
            stack.enter_context(override(values))

        yield add
