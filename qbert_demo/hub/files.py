"""A model's files from the Hub: listed first, then fetched, and each checked before it is used."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from huggingface_hub import (
    HfApi,
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.utils import validate_repo_id

from qbert_demo.errors import CheckpointError
from qbert_demo.hub.digests import is_whole, remedy
from qbert_demo.hub.waiting import PROBE_SECONDS
from qbert_demo.hub.words import HUB_ERRORS, hub_sentence

CONFIG, WEIGHTS = "config.json", "model.safetensors"
SHIPPED = (CONFIG, WEIGHTS, "tokenizer.json")
"""What answering takes of a checkpoint of ours."""
WANTED = (*SHIPPED, "tokenizer_config.json", "vocab.txt")
"""What is taken of anybody's repository."""
MAX_CONFIG_BYTES = 1_000_000
LARGEST = {
    CONFIG: MAX_CONFIG_BYTES,
    "tokenizer.json": 10_000_000,
    "tokenizer_config.json": 1_000_000,
    "vocab.txt": 10_000_000,
}
"""Most bytes of a file that is read as a whole."""
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
SHA = re.compile(r"[0-9a-f]{40}")
"""A full commit."""
REVISION = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]{1,300}")
"""What git allows in the name of a branch or a tag."""

Token = str | bool | None
"""A visitor's token; ``False`` for none at all, ``None`` for this machine's own login."""


@dataclass(frozen=True)
class HubFiles:
    """What the Hub says of a repository at one commit.

    Attributes:
        repo_id: Its name.
        sha: The commit, as a full sha.
        names: Every file there is.
        sizes: Bytes of each file in `WANTED` that is there.
        digests: The hash of each: SHA-256, or git's SHA-1.
    """

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
        return hub_page(self.repo_id, self.sha)


def hub_page(repo_id: str, sha: str) -> str:
    """Address of a commit's page on the Hub."""
    return f"{constants.ENDPOINT}/{repo_id}/tree/{sha}"


def look(repo_id: str, revision: str | None, token: Token) -> HubFiles:
    """Ask the Hub what a repository holds; nothing is downloaded.

    Args:
        repo_id: Such as ``org/name``.
        revision: Branch, tag or commit; the main branch if ``None``.
        token: Who asks.

    Raises:
        CheckpointError: If it is not to be had; the message says why.
    """
    if revision and not REVISION.fullmatch(revision):
        raise CheckpointError(
            f"{revision!a:.80} is no revision of {repo_id}. Name a branch, a tag or a commit of "
            "it, or none at all."
        )
    try:
        validate_repo_id(repo_id)
        info = HfApi(token=token).model_info(
            repo_id, revision=revision, files_metadata=True, timeout=PROBE_SECONDS
        )
    except HUB_ERRORS as error:
        raise CheckpointError(hub_sentence(error, repo_id)) from error
    if not SHA.fullmatch(info.sha or ""):
        raise CheckpointError(f"The Hub does not say which commit of {repo_id} is meant.")
    files = {file.rfilename: file for file in info.siblings or ()}
    sizes, digests = {}, {}
    for name in WANTED:
        if name in files:
            file = files[name]
            if file.size is None:
                raise CheckpointError(f"The Hub does not say how large {name} of {repo_id} is.")
            sizes[name] = file.size
            digest = file.lfs.sha256 if file.lfs else file.blob_id
            if digest:
                digests[name] = digest
    return HubFiles(repo_id, str(info.sha), tuple(files), sizes, digests)


def check_listing(found: HubFiles, cap: int) -> None:
    """Refuse a repository by its list of files, before anything is downloaded.

    Args:
        found: What the Hub says.
        cap: Most bytes that may be downloaded.

    Raises:
        CheckpointError: If it has no safetensors, no config or no tokenizer, or is too large.
    """
    if WEIGHTS not in found.sizes:
        if any(name.endswith(PICKLES) for name in found.names):
            raise CheckpointError(
                f"{found.repo_id} has its weights in a format that can run code when it is read. "
                f"Only {WEIGHTS} is read here; its owner can convert them."
            )
        raise CheckpointError(f"{found.repo_id} has no {WEIGHTS}, so it is no model for here.")
    if CONFIG not in found.sizes:
        raise CheckpointError(f"{found.repo_id} has no {CONFIG}, so it is no model for here.")
    if not {"tokenizer.json", "vocab.txt"} & set(found.sizes):
        raise CheckpointError(f"{found.repo_id} has neither tokenizer.json nor vocab.txt.")
    total = sum(found.sizes.values())
    if total > cap:
        raise CheckpointError(
            f"{found.repo_id} has {total / 1e6:,.0f} MB; at most {cap / 1e6:,.0f} MB are loaded "
            "here. Choose a smaller model, or one stored in half precision."
        )
    for name, largest in LARGEST.items():
        if found.sizes.get(name, 0) > largest:
            raise CheckpointError(
                f"The {name} of {found.repo_id} is larger than {largest / 1e6:.0f} MB; it is none."
            )


def fetch(
    repo_id: str,
    sha: str,
    names: Iterable[str],
    *,
    token: Token = None,
    cache_dir: Path | None = None,
    listed: HubFiles | None = None,
) -> Path:
    """Download files at one commit and check each; what the cache has is not asked for again.

    Args:
        repo_id: The repository.
        sha: The commit, as a full sha.
        names: Files.
        token: Who asks.
        cache_dir: Where to for a while; the client's own cache if left out.
        listed: What the files must be like, if it is known.

    Returns:
        The folder they are in.

    Raises:
        CheckpointError: If one is not to be had, or is not what the Hub said; it is deleted then,
            where that is allowed.
    """
    digests = listed.digests if listed else {}
    folder = Path()
    for name in names:
        try:
            known = try_to_load_from_cache(repo_id, name, cache_dir=cache_dir, revision=sha)
            if listed and not isinstance(known, str):
                _compare(listed, name, token)
            path = Path(
                hf_hub_download(repo_id, name, revision=sha, token=token, cache_dir=cache_dir)
            )
        except HUB_ERRORS as error:
            variable = "TMPDIR" if cache_dir else "HF_HOME"
            raise CheckpointError(hub_sentence(error, repo_id, variable)) from error
        if not is_whole(path, digests.get(name)):
            raise CheckpointError(
                f"{name} of {repo_id} arrived damaged: its hash is not the one that the Hub names. "
                f"{remedy(path)}"
            )
        folder = path.parent
    return folder


def cached(repo_id: str, sha: str, names: Iterable[str]) -> Path | None:
    """The folder of files that the cache has whole, without any call; ``None`` if it lacks one."""
    folder = None
    for name in names:
        known = try_to_load_from_cache(repo_id, name, revision=sha)
        if not isinstance(known, str) or not is_whole(Path(known)):
            return None
        folder = Path(known).parent
    return folder


def _compare(listed: HubFiles, name: str, token: Token) -> None:
    """Ask for one file's facts, once and without the client's retries, and compare them."""
    url = hf_hub_url(listed.repo_id, name, revision=listed.sha)
    facts = get_hf_file_metadata(url, token=token, timeout=PROBE_SECONDS)
    if facts.size not in (None, listed.sizes[name]):
        raise CheckpointError(
            f"{name} of {listed.repo_id} is not as large as the Hub lists it. Try again later."
        )
