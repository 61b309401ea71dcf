"""Who may see and change what, and the refusals that the Hub's client turns into exceptions.

The real Hub's refusals of missing and private repositories carry no error code to visitors
without a token; its client guesses their meaning from an ``https`` address. The loopback Hub
has none, so it sends the code always.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.hub.repositories import Commit, Hub, Repository


class Refusal(Exception):
    """A request that the Hub will not fulfil."""

    def __init__(self, status: int, message: str, code: str | None = None, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = {"X-Error-Message": message, **headers}
        if code is not None:
            self.headers["X-Error-Code"] = code


async def refuse(request: Request, refusal: Exception) -> Response:
    """Answer with a refusal."""
    assert isinstance(refusal, Refusal)
    return JSONResponse({"error": refusal.message}, refusal.status, refusal.headers)


def hub_of(request: Request) -> Hub:
    """The Hub that serves a request."""
    hub = request.app.state.hub
    assert isinstance(hub, Hub)
    return hub


def visitor(request: Request) -> str | None:
    """Name of the user whose token a request carries.

    Raises:
        Refusal: If nobody has this token.
    """
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token:
        return None
    if token not in hub_of(request).tokens:
        raise Refusal(401, "Invalid credentials in Authorization header")
    return hub_of(request).tokens[token]


def user(request: Request) -> str:
    """Name of the user who must be known for this request.

    Raises:
        Refusal: If there is no token, or nobody has it.
    """
    name = visitor(request)
    if name is None:
        raise Refusal(401, "Invalid username or password.")
    return name


def repository(request: Request) -> Repository:
    """The repository that a request names.

    Raises:
        Refusal: If there is none, or it is private and not the visitor's.
    """
    hub, name = hub_of(request), visitor(request)
    kind = request.path_params.get("kinds", "models").removesuffix("s")
    found = hub.repositories.get((kind, request.path_params["repo"]))
    if found is None or (found.private and not _may_read(hub, found, name)):
        if name is None:
            raise Refusal(401, "Invalid username or password.", "RepoNotFound")
        raise Refusal(404, "Repository not found", "RepoNotFound")
    return found


def commit(request: Request) -> Commit:
    """The commit that a request names, of main if it names none.

    Raises:
        Refusal: If the visitor may not see it, or there is none.
    """
    revision = request.path_params.get("revision", "main")
    found = repository(request).find(revision)
    if found is None:
        raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    return found


def require_the_gate(request: Request) -> None:
    """Refuse the content of a gated repository to those who were not let in.

    Raises:
        Refusal: If the visitor was not.
    """
    hub, found, name = hub_of(request), repository(request), visitor(request)
    if found.gated and not _may_read(hub, found, name):
        message = f"Access to {found.kind} {found.repo_id} is restricted"
        raise Refusal(401 if name is None else 403, message, "GatedRepo")


def require_membership(request: Request, namespace: str) -> str:
    """Name of the user, who may write in a namespace.

    Raises:
        Refusal: If the user may not.
    """
    name = user(request)
    if not hub_of(request).is_member(name, namespace):
        raise Refusal(403, f"You don't have the rights to write in the namespace {namespace}")
    return name


def own_repository(request: Request) -> Repository:
    """The repository that a request wants to change.

    Raises:
        Refusal: If there is none that the user may change.
    """
    found = repository(request)
    require_membership(request, found.namespace)
    return found


def _may_read(hub: Hub, found: Repository, name: str | None) -> bool:
    return name in found.granted or hub.is_member(name, found.namespace)
