from collections.abc import Iterator

import pytest

from tests.ui.scripted import ScriptedExplorer
from tests.ui.serving import served


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Address of an app that answers from a script."""
    with served(ScriptedExplorer()) as address:
        yield address
