import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from qbert_demo.jobs.queue import Jobs


@pytest.fixture
def start() -> Iterator[Callable[..., Jobs]]:
    with contextlib.ExitStack() as stack:

        def make(*args: Any, **options: Any) -> Jobs:
            return stack.enter_context(contextlib.closing(Jobs(*args, **options)))

        yield make
