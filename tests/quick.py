"""Run the tests nearest to a change, without a browser: ``python -m tests.quick [pytest options]``.

A change is what differs from the last commit, or the last commit if nothing does. Near are tests
that changed, and those that import a changed module by the fewest steps.
"""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

NEAREST = 8
"""Most files of tests; with more, the time is that of `make test`."""
STEPS = 3
"""A test that imports a module by more steps than this has others that are nearer."""


def changed_files() -> list[str]:
    """Paths of what was changed, from the top folder."""
    for command in (
        ["git", "status", "--porcelain", "--no-renames", "--untracked-files=all"],
        ["git", "diff", "--name-status", "--no-renames", "HEAD~1"],
    ):
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if lines := said.splitlines():
            return [line.split(maxsplit=1)[1].strip('"') for line in lines]
    return []


def nearest(changed: list[str]) -> list[str]:
    """Files of tests, the nearest first."""
    graph = grimp.build_graph("qbert_demo", "tests")
    modules = {path.removesuffix(".py").replace("/", ".") for path in changed if ".py" in path}
    modules = {name.removesuffix(".__init__") for name in modules} & graph.modules
    steps: dict[str, int] = {}
    for test in graph.modules:
        if not test.rpartition(".")[2].startswith("test_") or test.startswith("tests.browser"):
            continue
        for module in modules:
            chain = graph.find_shortest_chain(test, module) or () if test != module else (test,)
            if 0 < len(chain) <= STEPS + 1:
                is_namesake = test.endswith(f".test_{module.rpartition('.')[2]}")
                distance = 0 if is_namesake else len(chain) - 1
                steps[test] = min(steps.get(test, STEPS), distance)
    near = sorted(steps, key=lambda test: (steps[test], test))[:NEAREST]
    return [f"{name.replace('.', '/')}.py" for name in near]


def main() -> int:
    """Choose and run; returns pytest's exit code."""
    changed = changed_files()
    tests = nearest(changed)
    others = [path for path in changed if Path(path).suffix not in (".py", ".md")]
    if others:
        print(f"Only `make test` looks at what is no Python: {', '.join(others[:5])}.")
    if not tests:
        print("No test imports what was changed.")
        return 0
    print(f"{len(tests)} files of tests are near the change.", flush=True)
    options = ["-n", "2", "--dist", "loadfile", "-m", "not browser and not slow", "-q"]
    return int(pytest.main([*options, *sys.argv[1:], *tests]))


if __name__ == "__main__":
    sys.exit(main())
