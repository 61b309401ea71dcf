"""A Hugging Face Hub on loopback, for tests with the genuine client.

`Hub` holds the repositories and the log of requests, `serving` answers for it over HTTP, and
`tests.hub.faults` has what may go wrong. Most tests take the fixture ``hub``.
"""

from tests.hub.repositories import Hub, Request
from tests.hub.server import serving

__all__ = ["Hub", "Request", "serving"]
