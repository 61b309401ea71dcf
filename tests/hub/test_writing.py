import re
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from tests.hub import Hub
from tests.hub.faults import Status
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN

FILES = {
    "README.md": b"---\nlicense: apache-2.0\n---\n",
    "config.json": b"{}",
    "empty.txt": b"",
    "weights/model.safetensors": bytes(range(256)) * 40,
}


@pytest.fixture
def api(hub: Hub) -> HfApi:
    return HfApi(token=TOKEN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "checkpoint"
    for name, data in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def test_a_folder_arrives_whole_and_unchanged_files_make_no_commit(
    hub: Hub, api: HfApi, folder: Path
) -> None:
    api.create_repo("org/name")
    first = api.upload_folder(repo_id="org/name", folder_path=folder)
    attributes = hub.files("model", "org/name")[".gitattributes"]
    assert hub.files("model", "org/name") == {**FILES, ".gitattributes": attributes}
    again = api.upload_folder(repo_id="org/name", folder_path=folder)
    assert again.oid == first.oid == hub.commits("model", "org/name")[-1]
    assert len(hub.commits("model", "org/name")) == 2
    (folder / "config.json").write_bytes(b'{"changed": true}')
    hub.requests.clear()
    changed = api.upload_folder(repo_id="org/name", folder_path=folder)
    assert changed.oid not in {first.oid, None}
    assert hub.files("model", "org/name", changed.oid)["config.json"] == b'{"changed": true}'
    assert [request.path for request in hub.requests if request.method == "PUT"] == []


def test_an_interrupted_upload_goes_on_where_it_was(hub: Hub, api: HfApi, folder: Path) -> None:
    api.create_repo("org/name")
    hub.fault(r"POST .*/commit/", Status(403), times=1)
    with pytest.raises(HfHubHTTPError, match="403"):
        api.upload_folder(repo_id="org/name", folder_path=folder)
    assert len(hub.commits("model", "org/name")) == 1
    hub.requests.clear()
    api.upload_folder(repo_id="org/name", folder_path=folder)
    assert FILES.items() <= hub.files("model", "org/name").items()
    assert [request.path for request in hub.requests if request.method == "PUT"] == []


def test_a_repository_is_created_once(hub: Hub, api: HfApi) -> None:
    url = api.create_repo("org/name", repo_type="dataset", private=True)
    assert (url.repo_id, url.repo_type) == ("org/name", "dataset")
    assert hub.repositories["dataset", "org/name"].private
    assert api.create_repo("org/name", repo_type="dataset", exist_ok=True) == url
    with pytest.raises(HfHubHTTPError) as caught:
        api.create_repo("org/name", repo_type="dataset")
    assert caught.value.response.status_code == 409
    assert api.create_repo("own").repo_id == "tester/own"
    api.delete_repo("org/name", repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        api.dataset_info("org/name")


@pytest.mark.parametrize(("token", "status"), [(False, 401), (STRANGERS_TOKEN, 403)])
def test_others_may_not_write(hub: Hub, token: str | bool, status: int) -> None:
    hub.add("model", "org/name", {"config.json": b"{}"})
    other = HfApi(token=token)
    for write in (
        lambda: other.create_repo("org/new"),
        lambda: other.create_tag("org/name", tag="v1"),
        lambda: other.upload_file(
            path_or_fileobj=b"x", path_in_repo="config.json", repo_id="org/name"
        ),
    ):
        with pytest.raises(HfHubHTTPError) as caught:
            write()
        assert caught.value.response.status_code == status
    assert hub.files("model", "org/name") == {"config.json": b"{}"}
    assert len(hub.repositories) == 1


def test_visibility_tags_and_branches_can_be_changed(hub: Hub, api: HfApi) -> None:
    sha = hub.add("model", "org/name", {"config.json": b"{}"})
    api.update_repo_settings("org/name", private=True, gated="auto")
    repository = hub.repositories["model", "org/name"]
    assert (repository.private, repository.gated) == (True, True)
    api.create_tag("org/name", tag="v1.0", revision=sha)
    api.create_tag("org/name", tag="v1.0", exist_ok=True)
    with pytest.raises(HfHubHTTPError, match="409"):
        api.create_tag("org/name", tag="v1.0")
    api.create_branch("org/name", branch="a/b")
    api.upload_file(path_or_fileobj=b"x", path_in_repo="new", repo_id="org/name", revision="a/b")
    assert set(hub.files("model", "org/name", "a/b")) == {"config.json", "new"}
    assert hub.commits("model", "org/name") == [sha]
    api.delete_tag("org/name", tag="v1.0")
    api.delete_branch("org/name", branch="a/b")
    assert (repository.tags, list(repository.branches)) == ({}, ["main"])


def test_a_commit_on_an_older_state_is_refused(hub: Hub, api: HfApi) -> None:
    first = hub.add("model", "org/name", {"a": b"1", "folder/b": b"2", "folder/c": b"3"})
    operations = [
        CommitOperationDelete("folder/"),
        CommitOperationAdd("a", b"4"),
    ]
    done = api.create_commit("org/name", operations, commit_message="Replace", parent_commit=first)
    assert hub.files("model", "org/name", done.oid) == {"a": b"4"}
    with pytest.raises(HfHubHTTPError, match=re.escape("A commit has happened since")):
        api.create_commit(
            "org/name",
            [CommitOperationAdd("a", b"5")],
            commit_message="Late",
            parent_commit=first,
        )
    assert hub.commits("model", "org/name") == [first, done.oid]
