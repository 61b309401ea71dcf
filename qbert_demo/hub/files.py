"""A repository's files on the Hub: listed first, then fetched, and each checked before it is used.

`look` lists a model's or a dataset's files at one commit, `fetch` brings some of them here,
`bring` a whole model after its list and its config were judged.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from huggingface_hub import (
    HfApi,
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.utils import validate_repo_id

from qbert_demo.errors import CheckpointError, DataError, QBertError
from qbert_demo.hub.digests import is_whole, remedy
from qbert_demo.hub.shards import INDEX, WEIGHTS, shard_names
from qbert_demo.hub.waiting import PROBE_SECONDS
from qbert_demo.hub.words import HUB_ERRORS, hub_sentence

CONFIG = "config.json"
TOKENIZER, VOCABULARY, SETTINGS = "tokenizer.json", "vocab.txt", "tokenizer_config.json"
ADDED, SPECIAL = "added_tokens.json", "special_tokens_map.json"
SHIPPED = (CONFIG, SETTINGS, TOKENIZER, WEIGHTS)
"""What answering takes of a checkpoint of ours."""
WANTED = (CONFIG, ADDED, SPECIAL, SETTINGS, VOCABULARY, TOKENIZER, WEIGHTS)
"""What is taken of anybody's repository, beside the shards of its weights."""
MAX_CONFIG_BYTES = 1_000_000
LARGEST = {
    **dict.fromkeys((CONFIG, INDEX, SETTINGS, ADDED, SPECIAL), MAX_CONFIG_BYTES),
    **dict.fromkeys((TOKENIZER, VOCABULARY), 10_000_000),
}
"""Most bytes of a file that is read as a whole."""
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
SHA = re.compile(r"[0-9a-f]{40}")
"""A full commit."""
REVISION = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]{1,300}")
"""What git allows in the name of a branch or a tag."""

Token = str | bool | None
"""A visitor's token; ``False`` for none at all, ``None`` for this machine's own login."""
Kind = Literal["model", "dataset"]
T = TypeVar("T")


@dataclass(frozen=True)
class Repo:
    """A repository at one commit, and what the Hub says of it if it was asked.

    Attributes:
        kind: ``model`` or ``dataset``.
        repo_id: Its name.
        sha: The commit, as a full sha.
        names: Every file there is.
        sizes: Bytes of each file, where the Hub tells.
        digests: The hash of each, where the Hub tells: SHA-256, or git's SHA-1.
    """

    kind: Kind
    repo_id: str
    sha: str
    names: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Its name and commit, for people."""
        return f"{self.repo_id} @ {self.sha[:7]}"

    @property
    def link(self) -> str:
        """Its page on the Hub."""
        return hub_page(f"{'datasets/' * (self.kind == 'dataset')}{self.repo_id}", self.sha)


def hub_page(path: str, sha: str) -> str:
    """Address of a commit's page on the Hub; a dataset's path begins with ``datasets/``."""
    return f"{constants.ENDPOINT}/{path}/tree/{sha}"


def look(kind: Kind, repo_id: str, revision: str | None, token: Token) -> Repo:
    """Ask the Hub what a repository holds; nothing is downloaded.

    Args:
        kind: ``model`` or ``dataset``.
        repo_id: Such as ``org/name``.
        revision: Branch, tag or commit; the main branch if ``None``.
        token: Who asks.

    Raises:
        CheckpointError: If a model is not to be had; the message says why.
        DataError: If a dataset is not.
    """
    if revision and not REVISION.fullmatch(revision):
        raise _failure(
            kind,
            f"{revision!a:.80} is no revision of {repo_id}. Name a branch, a tag or a commit of "
            "it, or none at all.",
        )
    try:
        validate_repo_id(repo_id)
        info = HfApi(token=token).repo_info(
            repo_id, repo_type=kind, revision=revision, files_metadata=True, timeout=PROBE_SECONDS
        )
    except HUB_ERRORS as error:
        raise _failure(kind, hub_sentence(error, repo_id)) from error
    if not SHA.fullmatch(info.sha or ""):
        raise _failure(kind, f"The Hub does not say which commit of {repo_id} is meant.")
    files = {file.rfilename: file for file in getattr(info, "siblings", None) or ()}
    digests = {name: file.lfs.sha256 if file.lfs else file.blob_id for name, file in files.items()}
    return Repo(
        kind,
        repo_id,
        str(info.sha),
        tuple(files),
        {name: file.size for name, file in files.items() if file.size is not None},
        {name: digest for name, digest in digests.items() if digest},
    )


def bring(
    repo: Repo,
    judge: Callable[[Path], T],
    cap: int,
    *,
    token: Token = None,
    cache_dir: Path | None = None,
) -> tuple[Path, T]:
    """Bring a model here: its list is judged, then its config, and then the rest is fetched.

    Args:
        repo: What the Hub says of it.
        judge: Called with the folder where the config is; raises what is wrong with it.
        cap: Most bytes that may be downloaded.
        token: Who asks.
        cache_dir: Where to for a while; the client's own cache if left out.

    Returns:
        The folder of those files of `WANTED` that there are, and what ``judge`` returned.

    Raises:
        CheckpointError: If it is refused, not to be had, or not what the Hub said.
    """
    check_listing(repo, cap)
    judged = judge(fetch(repo, [CONFIG], token=token, cache_dir=cache_dir))
    names = [name for name in WANTED if name in repo.names]
    if WEIGHTS not in names:
        names += [INDEX, *shard_names(fetch(repo, [INDEX], token=token, cache_dir=cache_dir))]
        if lost := [name for name in names if name not in repo.names]:
            raise CheckpointError(f"It has no {lost[0]}, which its {INDEX} names.")
        _check_sizes(repo, names, cap)
    return fetch(repo, names, token=token, cache_dir=cache_dir), judged


def check_listing(repo: Repo, cap: int) -> None:
    """Refuse a repository by its list of files, before anything is downloaded.

    Args:
        repo: What the Hub says.
        cap: Most bytes that may be downloaded.

    Raises:
        CheckpointError: If it has no safetensors, no config or no tokenizer, or is too large.
    """
    if not {WEIGHTS, INDEX} & set(repo.names):
        if any(name.endswith(PICKLES) for name in repo.names):
            raise CheckpointError(
                f"{repo.repo_id} has its weights in a format that can run code when it is read. "
                f"Only {WEIGHTS} is read here; its owner can convert them."
            )
        raise CheckpointError(f"{repo.repo_id} has no {WEIGHTS}, so it is no model for here.")
    if CONFIG not in repo.names:
        raise CheckpointError(f"{repo.repo_id} has no {CONFIG}, so it is no model for here.")
    if not {TOKENIZER, VOCABULARY} & set(repo.names):
        raise CheckpointError(f"{repo.repo_id} has neither tokenizer.json nor vocab.txt.")
    _check_sizes(repo, [name for name in WANTED if name in repo.names], cap)
    for name, largest in LARGEST.items():
        if repo.sizes.get(name, 0) > largest:
            raise CheckpointError(
                f"The {name} of {repo.repo_id} is larger than {largest / 1e6:.0f} MB; it is none."
            )


def _check_sizes(repo: Repo, names: Iterable[str], cap: int) -> None:
    if untold := [name for name in names if name not in repo.sizes]:
        raise CheckpointError(f"The Hub does not say how large {untold[0]} of {repo.repo_id} is.")
    total = sum(repo.sizes[name] for name in names)
    if total > cap:
        raise CheckpointError(
            f"{repo.repo_id} has {total / 1e6:,.0f} MB; at most {cap / 1e6:,.0f} MB are loaded "
            "here. Choose a smaller model, or one stored in half precision."
        )


def fetch(
    repo: Repo, names: Iterable[str], *, token: Token = None, cache_dir: Path | None = None
) -> Path:
    """Download files at one commit and check each; what the cache has is not asked for again.

    Args:
        repo: The repository; where it was looked at, its files must be as they were listed.
        names: Files.
        token: Who asks.
        cache_dir: Where to for a while; the client's own cache if left out.

    Returns:
        The folder they are in.

    Raises:
        CheckpointError: If a model's is not to be had, or is not what the Hub said; it is deleted
            then, where that is allowed.
        DataError: If a dataset's is not.
    """
    folder = Path()
    for name in names:
        try:
            if repo.names and _known(repo, name, cache_dir) is None:
                _compare(repo, name, token)
            path = Path(
                hf_hub_download(
                    repo.repo_id,
                    name,
                    repo_type=repo.kind,
                    revision=repo.sha,
                    token=token,
                    cache_dir=cache_dir,
                )
            )
        except HUB_ERRORS as error:
            variable = "TMPDIR" if cache_dir else "HF_HOME"
            raise _failure(repo.kind, hub_sentence(error, repo.repo_id, variable)) from error
        if not is_whole(path, repo.digests.get(name)):
            raise _failure(
                repo.kind,
                f"{name} of {repo.repo_id} arrived damaged: its hash is not the one that the Hub "
                f"names. {remedy(path)}",
            )
        folder = path.parents[name.count("/")]
    return folder


def cached(repo: Repo, names: Iterable[str]) -> Path | None:
    """The folder of files that the cache has whole, without any call; ``None`` if it lacks one."""
    folder = None
    for name in names:
        path = _known(repo, name)
        if path is None or not is_whole(path):
            return None
        folder = path.parents[name.count("/")]
    return folder


def _known(repo: Repo, name: str, cache_dir: Path | None = None) -> Path | None:
    """Where a cache has a file."""
    path = try_to_load_from_cache(
        repo.repo_id, name, cache_dir=cache_dir, revision=repo.sha, repo_type=repo.kind
    )
    return Path(path) if isinstance(path, str) else None


def _compare(repo: Repo, name: str, token: Token) -> None:
    """Ask for one file's facts, once and without the client's retries, and compare them."""
    url = hf_hub_url(repo.repo_id, name, repo_type=repo.kind, revision=repo.sha)
    facts = get_hf_file_metadata(url, token=token, timeout=PROBE_SECONDS)
    if facts.size not in (None, repo.sizes.get(name, facts.size)):
        raise _failure(
            repo.kind,
            f"{name} of {repo.repo_id} is not as large as the Hub lists it. Try again later.",
        )


def _failure(kind: Kind, sentence: str) -> QBertError:
    return DataError(sentence) if kind == "dataset" else CheckpointError(sentence)
