"""What the loopback Hub keeps, all in memory: repositories with commits, branches and tags.

A blob is stored as the Hub stores it: small files in git, known by the SHA-1 that git gives
them, weights and tables in large file storage (LFS), known by their SHA-256.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from tests.hub.faults import Fault

Kind = Literal["model", "dataset", "space"]

LFS_SUFFIXES = (".bin", ".onnx", ".parquet", ".pt", ".safetensors")
LFS_BYTES = 10 * 1024 * 1024


def belongs_in_lfs(path: str, size: int) -> bool:
    """Whether a file of ``size`` bytes is kept in large file storage rather than in git."""
    return size > 0 and (path.endswith(LFS_SUFFIXES) or size >= LFS_BYTES)


@dataclass(frozen=True)
class Blob:
    """Content of one file."""

    data: bytes
    lfs: bool

    @cached_property
    def sha256(self) -> str:
        """Name of the content in large file storage."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def pointer(self) -> bytes:
        """What git keeps of a file in large file storage."""
        return f"oid sha256:{self.sha256}\nsize {len(self.data)}\n".encode()

    @cached_property
    def oid(self) -> str:
        """Git's name of the content, or of its pointer."""
        kept = self.pointer if self.lfs else self.data
        return hashlib.sha1(b"blob %d\0" % len(kept) + kept).hexdigest()

    @property
    def etag(self) -> str:
        """The name by which a download knows the content."""
        return self.sha256 if self.lfs else self.oid


@dataclass(frozen=True)
class Commit:
    """One state of a repository."""

    sha: str
    parent: str | None
    title: str
    date: str
    files: Mapping[str, Blob]


@dataclass
class Repository:
    """A model or dataset with its history."""

    kind: Kind
    repo_id: str
    private: bool = False
    gated: bool = False
    granted: set[str] = field(default_factory=set)
    history: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """The user or organization that owns it."""
        return self.repo_id.split("/")[0]

    def find(self, revision: str) -> Commit | None:
        """Find the commit of a branch, a tag or a sha, whole or its first seven digits or more."""
        sha = self.branches.get(revision) or self.tags.get(revision) or revision
        if re.fullmatch("[0-9a-f]{7,40}", sha) is None:
            return None
        found = [commit for known, commit in self.history.items() if known.startswith(sha)]
        return found[0] if len(found) == 1 else None

    def commit(self, changes: Mapping[str, Blob | None], branch: str, title: str) -> Commit:
        """Add a commit to a branch; ``None`` deletes a file.

        A new branch starts at main; one of the Hub's own, such as ``refs/convert/parquet``, empty.
        """
        start = None if branch.startswith("refs/") else self.branches.get("main")
        parent = self.branches.get(branch) or start
        changed = {**(self.history[parent].files if parent else {}), **changes}
        files = {path: blob for path, blob in sorted(changed.items()) if blob is not None}
        state = [self.kind, self.repo_id, len(self.history), parent, title]
        state += [f"{path} {blob.oid}" for path, blob in files.items()]
        sha = hashlib.sha1(json.dumps(state).encode()).hexdigest()
        date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.history[sha] = Commit(sha, parent, title, date, files)
        self.branches[branch] = sha
        return self.history[sha]

    def line(self, revision: str) -> list[Commit]:
        """The commits that led to a revision, newest first."""
        commits = []
        commit = self.find(revision)
        while commit is not None:
            commits.append(commit)
            commit = self.history.get(commit.parent or "")
        return commits


@dataclass
class Request:
    """One request as it arrived.

    Attributes:
        authorization: Name of the user whose token it carried, ``""`` for a token that nobody
            has, ``None`` without a token.
        headers: Names in lower case. The token is among them.
        status: Status of the answer; ``None`` until there is one.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    authorization: str | None
    status: int | None = None

    @property
    def range(self) -> str | None:
        """The part of a file that was asked for, as in ``bytes=0-99``."""
        return self.headers.get("range")


@dataclass
class _Planned:
    pattern: re.Pattern[str]
    fault: Fault
    times: int | None


class Hub:
    """Repositories, the people who may see them, and what was asked of the Hub so far."""

    def __init__(
        self,
        tokens: Mapping[str, str] | None = None,
        organizations: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Start without repositories.

        Args:
            tokens: The user that each access token stands for. Every token may write.
            organizations: The users who belong to each organization.
        """
        self.tokens = dict(tokens or {})
        self.organizations = {name: set(users) for name, users in (organizations or {}).items()}
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.uploaded: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self._planned: list[_Planned] = []

    def add(
        self,
        kind: Kind,
        repo_id: str,
        files: Mapping[str, bytes] | Path,
        *,
        private: bool = False,
        gated: bool = False,
        branch: str = "main",
    ) -> str:
        """Commit files, or a folder's files, to a repository that is created if need be.

        Returns:
            The commit's sha.
        """
        if isinstance(files, Path):
            found = sorted(path for path in files.rglob("*") if path.is_file())
            files = {path.relative_to(files).as_posix(): path.read_bytes() for path in found}
        repository = self.repositories.setdefault((kind, repo_id), Repository(kind, repo_id))
        repository.private, repository.gated = private, gated
        blobs = {path: Blob(data, belongs_in_lfs(path, len(data))) for path, data in files.items()}
        return repository.commit(blobs, branch, f"Add {len(blobs)} files").sha

    def tag(self, kind: Kind, repo_id: str, name: str, revision: str = "main") -> None:
        """Give a commit a name that stays.

        Raises:
            KeyError: If there is no such commit.
        """
        self.repositories[kind, repo_id].tags[name] = self._commit(kind, repo_id, revision).sha

    def grant(self, repo_id: str, user: str) -> None:
        """Let a user read a private or gated repository."""
        for repository in self.repositories.values():
            if repository.repo_id == repo_id:
                repository.granted.add(user)

    def files(self, kind: Kind, repo_id: str, revision: str = "main") -> dict[str, bytes]:
        """Every file of a revision.

        Raises:
            KeyError: If there is no such commit.
        """
        found = self._commit(kind, repo_id, revision).files
        return {path: blob.data for path, blob in found.items()}

    def commits(self, kind: Kind, repo_id: str) -> list[str]:
        """The shas of the main branch, oldest first."""
        line = self.repositories[kind, repo_id].line("main")
        return [commit.sha for commit in reversed(line)]

    def is_member(self, user: str | None, namespace: str) -> bool:
        """Whether a namespace is the user's own or an organization of theirs."""
        return user is not None and (
            user == namespace or user in self.organizations.get(namespace, ())
        )

    def fault(self, pattern: str, fault: Fault, times: int | None = None) -> None:
        """Let requests fail whose ``METHOD /path`` holds a match of a regular expression.

        Args:
            pattern: The earliest that matches decides.
            fault: What happens to them.
            times: How many of them; all if ``None``.
        """
        self._planned.append(_Planned(re.compile(pattern), fault, times))

    def clear_faults(self) -> None:
        """Answer all further requests."""
        self._planned.clear()

    def fault_for(self, request: Request) -> Fault | None:
        """Take the fault that is planned for a request, if any."""
        for planned in self._planned:
            if planned.times != 0 and planned.pattern.search(f"{request.method} {request.path}"):
                if planned.times is not None:
                    planned.times -= 1
                return planned.fault
        return None

    def _commit(self, kind: Kind, repo_id: str, revision: str) -> Commit:
        found = self.repositories[kind, repo_id].find(revision)
        if found is None:
            raise KeyError(f"{repo_id} has no revision {revision}")
        return found
