"""The whole application as the browser first meets it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qwen3vl_app.types import Kind
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.previews import PreviewCache
from tests.ui.world import items

PAGE = Path(scripts.FOLDER)
IMPORT = re.compile(r' from "(\.[^"]+)";$', re.MULTILINE)


def test_page__asks_nothing_of_other_hosts(web):
    html = web.get("/").text
    config = web.get("/config").json()
    assert scripts.url("shell/theme.js") in html
    assert config["analytics_enabled"] is False
    assert "default-src 'self'" in web.get("/").headers["content-security-policy"]
    assert "fonts.googleapis.com" not in html + web.get("/theme.css").text


def test_page__the_language_is_settled_before_gradio_begins(web):
    answer = web.get("/", headers={"accept-encoding": "br, gzip"})
    head = f'<head><script src="{scripts.url("i18n/language.js")}"></script>'
    assert answer.text.index(head) < answer.text.index("<script>")
    assert int(answer.headers.get("content-length", 0)) in (0, len(answer.content))


def test_page__templates_hold_no_data(web):
    templates = [
        component["props"]["html_template"]
        for component in web.get("/config").json()["components"]
        if component["type"] == "html"
    ]
    assert len(templates) == 7
    assert all(re.fullmatch(r"<div class='own [a-z-]+'></div>", one) for one in templates)


def test_page__handlers_are_not_public(web):
    assert '"named_endpoints":{}' in web.get("/").text.replace(" ", "")
    for path in ("/gradio_api/info", "/gradio_api/openapi.json", "/openapi.json"):
        assert web.get(path).status_code == 404


def test_scripts__import_only_each_other():
    known, imported = set(scripts.files()), set()
    for path in PAGE.rglob("*.js"):
        for wanted in IMPORT.findall(path.read_text()):
            name = (path.parent / wanted).resolve().relative_to(PAGE.resolve()).as_posix()
            assert name in known, f"{path.name} imports {wanted}"
            imported.add(name)
        assert "innerHTML" not in path.read_text(), path.name
        assert "http" not in path.read_text().replace("http://www.w3.org", ""), path.name
    assert "kit/dom.js" in imported


def lines(*kinds: str) -> dict[str, list[str]]:
    """The lines of our scripts or styles, by their path in the page's folder."""
    paths = sorted(path for kind in kinds for path in PAGE.rglob(f"*.{kind}"))
    return {path.relative_to(PAGE).as_posix(): path.read_text().splitlines() for path in paths}


@pytest.mark.parametrize(("kind", "most"), [("js", 240), ("ts", 240), ("css", 400)])
def test_page_files__are_small(kind, most):
    sizes = {name: len(text) for name, text in lines(kind).items()}
    assert len(sizes) > 5
    assert {name: n for name, n in sizes.items() if n > most} == {}


def test_page_files__no_line_is_over_100():
    long = [
        f"{name}:{n}"
        for name, text in lines("js", "ts", "css").items()
        for n, line in enumerate(text, start=1)
        if len(line) > 100
    ]
    assert long == []


def test_folders__one_script_says_what_each_holds():
    said: dict[str, list[str]] = {}
    for name, text in lines("js").items():
        if text[0].startswith("// ") and text[0].partition(": ")[0].endswith("/"):
            said.setdefault(text[0].partition(": ")[0].removeprefix("// ")[:-1], []).append(name)
    folders = {name.rpartition("/")[0] for name in lines("js")}
    assert set(said) == folders
    assert [names for names in said.values() if len(names) > 1] == []
    assert all(names[0].rpartition("/")[0] == folder for folder, names in said.items())


def test_strings__every_key_is_there():
    keys = re.compile(r'^  (?:"([^"]+)"|(\w+)):', re.MULTILINE)

    def words(language: str) -> set[str]:
        files = sorted(PAGE.glob(f"i18n/{language}*.js"))
        found = [a or b for file in files for a, b in keys.findall(file.read_text())]
        assert len(found) == len(set(found)), "a word is there twice"
        return set(found)

    english, chinese = words("en"), words("zh")
    used = set()
    for path in PAGE.rglob("*.js"):
        used |= set(re.findall(r'\bt\(\s*"([^"]+)"', path.read_text()))
    assert "welcome.title" in used
    assert used <= english
    assert chinese == english


def test_styles__all_are_linked():
    assert {
        path.relative_to(PAGE).with_suffix("").as_posix() for path in PAGE.rglob("*.css")
    } == set(scripts.STYLES)


def test_styles__are_served_as_one_in_cascade_order():
    whole = scripts.styles()
    places = [whole.index((PAGE / f"{name}.css").read_text()) for name in scripts.STYLES]
    assert places == sorted(places)
    assert scripts.url(scripts.ONE_STYLE) in scripts.head()


def test_styles__what_moves_without_end_costs_little():
    """Every frame of it is drawn by processors that models may need, where there is no GPU."""
    whole = scripts.styles()
    endless = [one for one in re.findall(r"animation:([^;]*);", whole) if "infinite" in one]
    assert len(endless) >= 3
    for one in endless:
        (frames,) = (
            body
            for name, body in re.findall(r"@keyframes (\w+) (\{.*?\n\})", whole, re.DOTALL)
            if name in one.split()
        )
        changed = set(re.findall(r"^ +([\w-]+):", frames, re.MULTILINE))
        assert "steps(" in one or changed <= {"opacity", "transform"}, one


def test_previews__the_oldest_go_first(drawn, tmp_path, monkeypatch):
    import qwen3vl_app.ui.previews as module

    monkeypatch.setattr(module, "SWEEP_EVERY", 1)
    pages = [i for i in items(drawn) if i.kind is Kind.PAGE]
    all_kept = PreviewCache(drawn.library, drawn.reader, tmp_path / "all", limit=10**9)
    limit = 2 * all_kept.get(pages[0], longest=400).stat().st_size
    cache = PreviewCache(drawn.library, drawn.reader, tmp_path / "previews", limit=limit)
    paths = [cache.get(page, longest=400) for page in pages]
    left = sorted((tmp_path / "previews").iterdir())
    assert paths[-1] in left
    assert 1 <= len(left) < len(pages)
    assert sum(path.stat().st_size for path in left) <= limit
