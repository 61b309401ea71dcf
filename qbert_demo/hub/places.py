"""The first place that has a repository's files: a folder, the cache, the Hub, a copy here."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from qbert_demo.errors import QBertError
from qbert_demo.hub.files import Repo, cached, fetch
from qbert_demo.hub.waiting import DOWNLOAD_SECONDS, Patience, within
from qbert_demo.hub.words import brief
from qbert_demo.results import Place

NOWHERE = Place(None, "nowhere")


def first_place(
    repo: Repo,
    names: Collection[str],
    patience: Patience,
    *,
    local: Path | None = None,
    copy: Place = NOWHERE,
    is_needed: bool = False,
    is_right: Callable[[Path], bool] = lambda folder: True,
) -> Place:
    """Find files in the first place that has them all.

    The order is: a local folder, the cache at that commit (no network call), the Hub, a copy that
    is here.

    Args:
        repo: Where they are on the Hub; it need not have been looked at.
        names: The files.
        patience: How long the Hub may take.
        local: A folder that is taken unseen, if it is there.
        copy: What is taken last.
        is_needed: Whether a download may take `DOWNLOAD_SECONDS`, as nothing else would do.
        is_right: Whether the files in a folder of the cache are the right ones.

    Returns:
        The place; what came from the Hub or its cache has a link. ``copy`` says in ``trouble`` why
        it is none of the others, and has no folder if there is none.
    """
    if local is not None and local.is_dir():
        return Place(local, "local folder")
    folder = cached(repo, names)
    if folder is not None and is_right(folder):
        return Place(folder, f"{repo.source}, cached", repo.link)
    trouble = patience.trouble(repo.repo_id, repo.sha, repo.kind)
    if trouble is None:
        try:
            seconds = DOWNLOAD_SECONDS if is_needed else patience.left()
            folder = within(seconds, lambda: fetch(repo, names))
            if is_right(folder):
                return Place(folder, f"{repo.source}, Hub", repo.link)
            trouble = "what the Hub delivered is damaged"
        except TimeoutError:
            trouble = "the Hub was too slow"
        except QBertError as error:
            trouble = brief(str(error))
    return replace(copy, trouble=trouble)
