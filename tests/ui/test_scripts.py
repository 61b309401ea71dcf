"""The page's scripts, as the page gets them; what they do is tested in a browser."""

import json
import re
from collections import Counter
from urllib.request import urlopen


def test_no_view_declares_a_name_twice(url: str) -> None:
    """A view's scripts stand in one function, which such a name keeps from running at all."""
    with urlopen(f"{url}config") as reply:
        components = json.loads(reply.read())["components"]
    declared = re.compile(r"^(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
    scripts = {part["props"].get("js_on_load") or "" for part in components}
    counts = [Counter(declared.findall(script)) for script in scripts]
    assert max(map(len, counts)) > 50
    for names in counts:
        assert [name for name, times in names.items() if times > 1] == []
