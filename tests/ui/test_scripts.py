"""The page's scripts, as the page gets them; what they do is tested in a browser."""

import json
import re
from collections import Counter
from urllib.request import urlopen

import gradio as gr

from qbert_demo.ui.parts.scripts import STATIC


def test_the_page_has_its_scripts_once(url: str) -> None:
    with urlopen(f"{url}config") as reply:
        config = json.loads(reply.read())
    assert config["head"].count("function makePlotlyView(") == 1
    scripts = {part["props"].get("js_on_load") or "" for part in config["components"]}
    called = {found[1] for script in scripts if (found := re.match(r"qbert\.(\w+)\(", script))}
    assert called == {path.stem for path in STATIC.glob("components/*.js")}
    assert all(f"\n{name}(element, props, trigger, watch) {{" in config["head"] for name in called)
    assert max(len(script) for script in scripts - {gr.HTML().js_on_load}) < 100


def test_what_scripts_share_has_one_meaning_a_name() -> None:
    """They stand in one scope, where a second function of a name would replace the first."""
    name = re.compile(r"^(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
    names = Counter(n for path in STATIC.glob("*.js") for n in name.findall(path.read_text()))
    assert len(names) > 50
    assert [name for name, times in names.items() if times > 1] == []
