"""The Hub's answers to those who write: repositories, branches and tags, uploads, commits.

An upload takes four steps: ask how each file is to be sent (preupload), ask where large files
go (batch), put them there, and commit everything in one list of operations.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.hub import access
from tests.hub.access import Refusal, hub_of
from tests.hub.addresses import API, NAME, REPO, REPO_OF_KIND, REVISION
from tests.hub.repositories import Blob, Commit, Repository, belongs_in_lfs

LFS_BATCH = ".git/info/lfs/objects/batch"


def _address(request: Request, found: Repository) -> str:
    prefix = "" if found.kind == "model" else f"{found.kind}s/"
    return f"{request.base_url}{prefix}{found.repo_id}"


async def _named_in_body(request: Request) -> tuple[Repository, Mapping[str, Any]]:
    """The repository that a request's body describes, whether or not the Hub has it."""
    body = await request.json()
    namespace = body.get("organization") or access.user(request)
    access.require_membership(request, namespace)
    return Repository(body.get("type", "model"), f"{namespace}/{body['name']}"), body


async def _create(request: Request) -> Response:
    new, body = await _named_in_body(request)
    repositories = hub_of(request).repositories
    answer = {"url": _address(request, new), "name": new.repo_id}
    if (new.kind, new.repo_id) in repositories:
        error = f"You already created this {new.kind} repo"
        return JSONResponse({"error": error, **answer}, 409, {"X-Error-Message": error})
    new.private = body.get("visibility") == "private"
    attributes = Blob(b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n", lfs=False)
    new.commit({".gitattributes": attributes}, "main", "initial commit")
    repositories[new.kind, new.repo_id] = new
    return JSONResponse(answer)


async def _delete(request: Request) -> Response:
    named, _ = await _named_in_body(request)
    if hub_of(request).repositories.pop((named.kind, named.repo_id), None) is None:
        raise Refusal(404, "Repository not found", "RepoNotFound")
    return Response()


async def _settings(request: Request) -> Response:
    found, body = access.own_repository(request), await request.json()
    if "visibility" in body:
        found.private = body["visibility"] == "private"
    if "gated" in body:
        found.gated = bool(body["gated"])
    return JSONResponse({"private": found.private, "gated": found.gated})


async def _branch(request: Request) -> Response:
    found, body = access.own_repository(request), await request.json()
    start = body.get("startingPoint", "main")
    return _named(found.branches, request.path_params["name"], found.find(start))


async def _tag(request: Request) -> Response:
    found, body = access.own_repository(request), await request.json()
    return _named(found.tags, body["tag"], found.find(request.path_params["name"]))


def _named(names: dict[str, str], name: str, commit: Commit | None) -> Response:
    if commit is None:
        raise Refusal(404, "Invalid rev id", "RevisionNotFound")
    if name in names:
        raise Refusal(409, f"Reference already exists: {name}")
    names[name] = commit.sha
    return Response(status_code=201)


async def _delete_branch(request: Request) -> Response:
    return _removed(access.own_repository(request).branches, request)


async def _delete_tag(request: Request) -> Response:
    return _removed(access.own_repository(request).tags, request)


def _removed(names: dict[str, str], request: Request) -> Response:
    if names.pop(request.path_params["name"], None) is None:
        raise Refusal(404, "Invalid rev id", "RevisionNotFound")
    return Response()


async def _validate_yaml(request: Request) -> Response:
    return JSONResponse({"errors": [], "warnings": []})


async def _preupload(request: Request) -> Response:
    access.own_repository(request)
    commit = access.commit(request)
    answers = []
    for file in (await request.json())["files"]:
        present = commit.files.get(file["path"])
        mode = "lfs" if belongs_in_lfs(file["path"], file["size"]) else "regular"
        answer = {"path": file["path"], "uploadMode": mode, "shouldIgnore": False}
        answers.append(answer if present is None else {**answer, "oid": present.etag})
    return JSONResponse({"files": answers, "commitOid": commit.sha})


async def _lfs_batch(request: Request) -> Response:
    access.own_repository(request)
    answers = []
    for wanted in (await request.json())["objects"]:
        answer = {"oid": wanted["oid"], "size": wanted["size"], "authenticated": True}
        if _stored(request, wanted["oid"]) is None:
            answer["actions"] = {
                "upload": {"href": f"{request.base_url}lfs/{wanted['oid']}"},
                "verify": {"href": f"{request.base_url}lfs/verify"},
            }
        answers.append(answer)
    return JSONResponse({"transfer": "basic", "objects": answers})


async def _lfs_upload(request: Request) -> Response:
    data = await request.body()
    if hashlib.sha256(data).hexdigest() != request.path_params["oid"]:
        raise Refusal(400, "The content does not have this hash")
    hub_of(request).uploaded[request.path_params["oid"]] = data
    return Response()


async def _lfs_verify(request: Request) -> Response:
    wanted = await request.json()
    data = _stored(request, wanted["oid"])
    if data is None or len(data) != wanted["size"]:
        raise Refusal(404, "No such object")
    return Response()


def _stored(request: Request, sha256: str) -> bytes | None:
    return hub_of(request).uploaded.get(sha256)


async def _commit(request: Request) -> Response:
    found, branch = access.own_repository(request), request.path_params["revision"]
    head = access.commit(request)
    if branch not in found.branches:
        raise Refusal(400, f"{branch} is no branch")
    operations = [json.loads(line) for line in (await request.body()).splitlines()]
    header = operations[0]["value"]
    if header.get("parentCommit", head.sha) != head.sha:
        raise Refusal(412, "A commit has happened since. Please refresh and try again.")
    changes: dict[str, Blob | None] = {}
    for operation in operations[1:]:
        changes |= _changes(request, head, operation["key"], operation["value"])
    new = found.commit(changes, branch, header["summary"])
    address = f"{_address(request, found)}/commit/{new.sha}"
    return JSONResponse({"success": True, "commitOid": new.sha, "commitUrl": address})


def _changes(
    request: Request, head: Commit, key: str, value: Mapping[str, str]
) -> dict[str, Blob | None]:
    path = value["path"]
    if key == "file":
        return {path: Blob(base64.b64decode(value["content"]), lfs=False)}
    if key == "lfsFile":
        data = _stored(request, value["oid"])
        if data is None:
            raise Refusal(400, f"{path} was not uploaded")
        return {path: Blob(data, lfs=True)}
    if key == "deletedFolder":
        return {known: None for known in head.files if known.startswith(path.rstrip("/") + "/")}
    if path not in head.files:
        raise Refusal(404, "A file with this name doesn't exist", "EntryNotFound")
    return {path: None}


ROUTES = [
    Route("/api/repos/create", _create, methods=["POST"]),
    Route("/api/repos/delete", _delete, methods=["DELETE"]),
    Route("/api/validate-yaml", _validate_yaml, methods=["POST"]),
    Route(f"{API}/settings", _settings, methods=["PUT"]),
    Route(f"{API}/branch/{NAME}", _branch, methods=["POST"]),
    Route(f"{API}/branch/{NAME}", _delete_branch, methods=["DELETE"]),
    Route(f"{API}/tag/{NAME}", _tag, methods=["POST"]),
    Route(f"{API}/tag/{NAME}", _delete_tag, methods=["DELETE"]),
    Route(f"{API}/preupload/{REVISION}", _preupload, methods=["POST"]),
    Route(f"{API}/commit/{REVISION}", _commit, methods=["POST"]),
    Route(f"/{REPO_OF_KIND}{LFS_BATCH}", _lfs_batch, methods=["POST"]),
    Route(f"/{REPO}{LFS_BATCH}", _lfs_batch, methods=["POST"]),
    Route("/lfs/verify", _lfs_verify, methods=["POST"]),
    Route("/lfs/{oid}", _lfs_upload, methods=["PUT"]),
]
