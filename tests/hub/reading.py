"""The Hub's answers to those who read: repositories, file lists, files, people."""

import re
from typing import Any

from huggingface_hub import RepoCard
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.hub import access
from tests.hub.access import Refusal, hub_of
from tests.hub.addresses import API, PATH, REPO, REPO_OF_KIND, REVISION
from tests.hub.repositories import Blob, Commit, Repository


async def _info(request: Request) -> Response:
    found, commit = access.repository(request), access.commit(request)
    info = {**_properties(found, commit), "siblings": _siblings(request, commit)}
    if wanted := request.query_params.getlist("expand"):
        info = {key: info[key] for key in ("_id", "id", *wanted) if key in info}
    return JSONResponse(info)


def _properties(found: Repository, commit: Commit) -> dict[str, Any]:
    return {
        "_id": next(iter(found.history))[:24],
        "id": found.repo_id,
        "author": found.namespace,
        "sha": commit.sha,
        "private": found.private,
        "gated": "auto" if found.gated else False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "createdAt": next(iter(found.history.values())).date,
        "lastModified": commit.date,
        "cardData": _card_data(commit),
    }


def _card_data(commit: Commit) -> dict[str, Any]:
    readme = commit.files.get("README.md", Blob(b"", lfs=False)).data
    if not readme.startswith(b"---"):
        return {}
    return dict(RepoCard(readme.decode(), ignore_metadata_errors=True).data.to_dict())


def _siblings(request: Request, commit: Commit) -> list[dict[str, Any]]:
    siblings: list[dict[str, Any]] = [{"rfilename": path} for path in commit.files]
    if "blobs" in request.query_params:
        for sibling, blob in zip(siblings, commit.files.values(), strict=True):
            sibling |= {"size": len(blob.data), "blobId": blob.oid}
            if blob.lfs:
                sibling["lfs"] = {"sha256": blob.sha256, **_lfs_sizes(blob)}
    return siblings


def _lfs_sizes(blob: Blob) -> dict[str, int]:
    return {"size": len(blob.data), "pointerSize": len(blob.pointer)}


def _entry(path: str, commit: Commit, *, expand: bool) -> dict[str, Any]:
    """Describe a file or, where no file has this path, a folder."""
    blob = commit.files.get(path)
    entry = {"type": "directory", "path": path, "oid": commit.sha, "size": 0}
    if blob is not None:
        entry |= {"type": "file", "oid": blob.oid, "size": len(blob.data)}
        if blob.lfs:
            entry["lfs"] = {"oid": blob.sha256, **_lfs_sizes(blob)}
    if expand:
        entry["lastCommit"] = {"id": commit.sha, "title": commit.title, "date": commit.date}
    return entry


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _is_true(text: str | None) -> bool:
    return (text or "").lower() in {"true", "1"}


async def _tree(request: Request) -> Response:
    commit = access.commit(request)
    under = request.path_params.get("path", "").strip("/")
    known = dict.fromkeys(
        name for path in commit.files for name in (*_folders(path), path) if name != under
    )
    paths = [path for path in known if not under or path.startswith(f"{under}/")]
    if under and not paths:
        raise Refusal(404, f"{under} does not exist on this revision", "EntryNotFound")
    if not _is_true(request.query_params.get("recursive")):
        paths = [path for path in paths if path.rpartition("/")[0] == under]
    expand = _is_true(request.query_params.get("expand"))
    return JSONResponse([_entry(path, commit, expand=expand) for path in paths])


async def _paths_info(request: Request) -> Response:
    commit = access.commit(request)
    form = await request.form()
    known = {name for path in commit.files for name in (*_folders(path), path)}
    wanted = [str(path).strip("/") for path in form.getlist("paths")]
    expand = _is_true(str(form.get("expand")))
    return JSONResponse([_entry(path, commit, expand=expand) for path in wanted if path in known])


async def _refs(request: Request) -> Response:
    found = access.repository(request)
    refs: dict[str, list[dict[str, str]]] = {
        kind: [] for kind in ("branches", "converts", "tags", "pullRequests")
    }
    heads = {name if name.startswith("refs/") else f"refs/heads/{name}" for name in found.branches}
    for ref in (*sorted(heads), *(f"refs/tags/{name}" for name in found.tags)):
        kind = {"heads": "branches", "convert": "converts", "tags": "tags"}[ref.split("/")[1]]
        name = ref.split("/", 2)[2]
        commit = found.find(name if kind != "converts" else ref)
        assert commit is not None
        refs[kind].append({"name": name, "ref": ref, "targetCommit": commit.sha})
    return JSONResponse(refs)


async def _commits(request: Request) -> Response:
    line = access.repository(request).line(access.commit(request).sha)
    return JSONResponse(
        [
            {
                "id": commit.sha,
                "title": commit.title,
                "message": "",
                "date": commit.date,
                "authors": [{"user": access.repository(request).namespace}],
            }
            for commit in line
        ]
    )


async def _auth_check(request: Request) -> Response:
    access.require_the_gate(request)
    return Response()


async def _resolve(request: Request) -> Response:
    access.require_the_gate(request)
    commit = access.commit(request)
    headers = {"X-Repo-Commit": commit.sha, "Accept-Ranges": "bytes"}
    blob = commit.files.get(request.path_params["path"])
    if blob is None:
        raise Refusal(404, "Entry not found", "EntryNotFound", **headers)
    headers["ETag"] = f'"{blob.etag}"'
    if blob.lfs:
        headers |= {"X-Linked-ETag": headers["ETag"], "X-Linked-Size": str(len(blob.data))}
    size = len(blob.data)
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    if asked is None or asked[0] == "bytes=-":
        return Response(blob.data, 200, headers, "application/octet-stream")
    first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
    last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
    if first >= size:
        raise Refusal(416, "Range not satisfiable", **{"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(blob.data[first : last + 1], 206, headers, "application/octet-stream")


async def _whoami(request: Request) -> Response:
    name = access.user(request)
    organizations = [
        {"type": "org", "name": organization, "fullname": organization}
        for organization, members in hub_of(request).organizations.items()
        if name in members
    ]
    token = {"type": "access_token", "accessToken": {"displayName": "token", "role": "write"}}
    person = {"type": "user", "name": name, "fullname": name, "orgs": organizations}
    return JSONResponse({**person, "auth": token})


ROUTES = [
    Route("/api/whoami-v2", _whoami),
    Route(f"{API}/tree/{REVISION}", _tree),
    Route(f"{API}/tree/{REVISION}/{PATH}", _tree),
    Route(f"{API}/paths-info/{REVISION}", _paths_info, methods=["POST"]),
    Route(f"{API}/refs", _refs),
    Route(f"{API}/commits/{REVISION}", _commits),
    Route(f"{API}/auth-check", _auth_check),
    Route(f"{API}/revision/{REVISION}", _info),
    Route(API, _info),
    Route(f"/{REPO_OF_KIND}/resolve/{REVISION}/{PATH}", _resolve),
    Route(f"/{REPO}/resolve/{REVISION}/{PATH}", _resolve),
]
