import hashlib
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import (
    HfApi,
    HfFileSystem,
    get_session,
    hf_hub_download,
    hf_hub_url,
    snapshot_download,
)
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from transformers import BertConfig

from tests.hub import Hub
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN

CARD = b"---\nlicense: apache-2.0\n---\n# A model\n"
FILES = {"README.md": CARD, "config.json": b"{}", "weights/model.safetensors": bytes(3000)}


def files_of(folder: str) -> dict[str, bytes]:
    root = Path(folder)
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_snapshot_has_the_files_of_its_revision(hub: Hub) -> None:
    first = hub.add("model", "org/name", FILES)
    hub.tag("model", "org/name", "v1")
    second = hub.add("model", "org/name", {"config.json": b'{"second": 2}'})
    draft = hub.add("model", "org/name", {"draft": b"x"}, branch="work/in-progress")
    later = {**FILES, "config.json": b'{"second": 2}'}
    for revision, sha, files in (
        (first, first, FILES),
        ("v1", first, FILES),
        ("main", second, later),
        ("work/in-progress", draft, {**later, "draft": b"x"}),
    ):
        folder = snapshot_download("org/name", revision=revision)
        assert Path(folder).name == sha
        assert files_of(folder) == files == hub.files("model", "org/name", revision)
    assert hub.commits("model", "org/name") == [first, second]


def test_a_known_sha_in_the_cache_needs_no_request(hub: Hub) -> None:
    sha = hub.add("model", "org/name", FILES)
    snapshot_download("org/name", revision=sha)
    hub.requests.clear()
    hf_hub_download("org/name", "config.json", revision=sha)
    assert hub.requests == []


def test_info_tells_sizes_hashes_and_the_card(hub: Hub) -> None:
    sha = hub.add("model", "org/name", FILES)
    info = HfApi().model_info("org/name", revision="main", files_metadata=True)
    assert (info.sha, info.private, info.gated) == (sha, False, False)
    assert info.card_data.license == "apache-2.0"
    assert {file.rfilename: file.size for file in info.siblings or ()} == {
        path: len(data) for path, data in FILES.items()
    }
    hashes = [file.lfs.sha256 for file in info.siblings or () if file.lfs]
    tree = list(HfApi().list_repo_tree("org/name", recursive=True))
    assert [entry.lfs.sha256 for entry in tree if getattr(entry, "lfs", None)] == hashes
    assert [entry.path for entry in tree] == [
        "README.md", "config.json", "weights", "weights/model.safetensors",
    ]  # fmt: skip
    assert [entry.path for entry in HfApi().list_repo_tree("org/name", "weights")] == [
        "weights/model.safetensors"
    ]
    (only,) = HfApi().get_paths_info("org/name", ["config.json", "missing"])
    assert only.path == "config.json"
    only_sha = HfApi().model_info("org/name", expand=["sha"])
    assert (only_sha.sha, only_sha.siblings) == (sha, None)


def test_a_large_file_is_told_by_its_hash(hub: Hub) -> None:
    hub.add("model", "org/name", FILES)
    answer = get_session().head(hf_hub_url("org/name", "weights/model.safetensors"))
    digest = hashlib.sha256(FILES["weights/model.safetensors"]).hexdigest()
    assert answer.headers["X-Linked-ETag"] == answer.headers["ETag"] == f'"{digest}"'
    assert answer.headers["X-Linked-Size"] == answer.headers["Content-Length"] == "3000"


@pytest.mark.parametrize("present", [False, True], ids=["missing at first", "present later"])
def test_nothing_is_remembered_from_the_hub_of_another_test(hub: Hub, present: bool) -> None:
    if present:
        hub.add("dataset", "org/rows", {"a.csv": b"x\n1\n"})
    assert HfFileSystem().exists("datasets/org/rows") is present


def test_refs_and_history_are_listed(hub: Hub) -> None:
    first = hub.add("dataset", "org/rows", {"a.csv": b"x\n1\n"})
    hub.tag("dataset", "org/rows", "v1", first)
    second = hub.add("dataset", "org/rows", {"b.csv": b"x\n1\n"})
    own = hub.add("dataset", "org/rows", {"c": b"PAR1"}, branch="refs/convert/parquet")
    refs = HfApi().list_repo_refs("org/rows", repo_type="dataset")
    assert [(ref.name, ref.ref, ref.target_commit) for ref in refs.converts] == [
        ("parquet", "refs/convert/parquet", own)
    ]
    assert list(hub.files("dataset", "org/rows", own)) == ["c"], "it does not start at main"
    assert [(ref.name, ref.target_commit) for ref in refs.branches] == [("main", second)]
    assert [(ref.name, ref.target_commit) for ref in refs.tags] == [("v1", first)]
    commits = HfApi().list_repo_commits("org/rows", repo_type="dataset")
    assert [commit.commit_id for commit in commits] == [second, first]


def test_what_is_missing_is_told_apart(hub: Hub) -> None:
    hub.add("model", "org/name", FILES)
    with pytest.raises(RevisionNotFoundError):
        snapshot_download("org/name", revision="v9")
    with pytest.raises(RemoteEntryNotFoundError):
        hf_hub_download("org/name", "missing.json")
    for token, status in ((None, 401), (TOKEN, 404)):
        for missing in ("org/missing", "missing"):
            with pytest.raises(RepositoryNotFoundError) as caught:
                snapshot_download(missing, token=token)
            assert caught.value.response.status_code == status


@pytest.mark.parametrize(("token", "status"), [(None, 401), (STRANGERS_TOKEN, 404), (TOKEN, 200)])
def test_a_private_repository_is_missing_for_others(
    hub: Hub, token: str | None, status: int
) -> None:
    hub.add("model", "org/name", FILES, private=True)
    if status == 200:
        assert files_of(snapshot_download("org/name", token=token)) == FILES
        return
    with pytest.raises(RepositoryNotFoundError) as caught:
        hf_hub_download("org/name", "config.json", token=token)
    assert caught.value.response.status_code == status


@pytest.mark.parametrize(("token", "status"), [(None, 401), (STRANGERS_TOKEN, 403)])
def test_a_gated_repository_shows_its_list_and_no_file(
    hub: Hub, token: str | None, status: int
) -> None:
    hub.add("model", "org/name", FILES, gated=True)
    assert HfApi(token=token).model_info("org/name").gated == "auto"
    with pytest.raises(GatedRepoError) as caught:
        snapshot_download("org/name", token=token)
    assert caught.value.response.status_code == status
    hub.grant("org/name", "stranger")
    assert files_of(snapshot_download("org/name", token=STRANGERS_TOKEN)) == FILES


def test_a_wrong_token_is_refused_for_what_it_is(hub: Hub) -> None:
    hub.add("model", "org/name", FILES)
    with pytest.raises(HfHubHTTPError, match="Invalid credentials") as caught:
        HfApi(token="hf_unknown").model_info("org/name")
    assert type(caught.value) is HfHubHTTPError
    with pytest.raises(HfHubHTTPError) as caught:
        HfApi(token="hf_unknown").whoami()
    assert caught.value.response.status_code == 401
    assert HfApi(token=TOKEN).whoami()["orgs"][0]["name"] == "org"
    assert [request.authorization for request in hub.requests] == ["", "", "tester"]
    assert hub.requests[-1].headers["authorization"] == f"Bearer {TOKEN}"


def test_transformers_reads_a_model_at_a_revision(hub: Hub) -> None:
    sha = hub.add("model", "org/bert", {"config.json": b'{"model_type": "bert"}'})
    hub.add("model", "org/bert", {"config.json": b'{"model_type": "bert", "hidden_size": 12}'})
    how: dict[str, Any] = {"revision": sha}
    assert BertConfig.from_pretrained("org/bert", **how).hidden_size == 768
    assert BertConfig.from_pretrained("org/bert").hidden_size == 12
