"""The whole application as the browser first meets it."""

from __future__ import annotations

import re
from pathlib import Path

from qwen3vl_app.types import Kind
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.previews import PreviewCache
from tests.ui.world import items

PAGE = Path(scripts.FOLDER)


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
    assert len(templates) == 6
    assert all(re.fullmatch(r"<div class='own [a-z-]+'></div>", one) for one in templates)


def test_page__handlers_are_not_public(web):
    assert '"named_endpoints":{}' in web.get("/").text.replace(" ", "")
    for path in ("/gradio_api/info", "/gradio_api/openapi.json", "/openapi.json"):
        assert web.get(path).status_code == 404


def test_scripts__import_only_each_other():
    known = set(scripts.files())
    for path in PAGE.rglob("*.js"):
        for wanted in re.findall(r"from '(\.[^']+)'", path.read_text()):
            name = (path.parent / wanted).resolve().relative_to(PAGE.resolve()).as_posix()
            assert name in known, f"{path.name} imports {wanted}"
        assert "innerHTML" not in path.read_text(), path.name
        assert "http" not in path.read_text().replace("http://www.w3.org", ""), path.name


def test_scripts__are_small():
    sizes = {
        path.name: len(path.read_text().splitlines())
        for path in PAGE.rglob("*.js")
        if path.parent.name != "i18n"
    }
    assert {name: n for name, n in sizes.items() if n > 240} == {}


def test_strings__every_key_is_there():
    keys = re.compile(r"^  (?:'([^']+)'|(\w+)):", re.MULTILINE)

    def words(language: str) -> set[str]:
        files = sorted(PAGE.glob(f"i18n/{language}*.js"))
        found = [a or b for file in files for a, b in keys.findall(file.read_text())]
        assert len(found) == len(set(found)), "a word is there twice"
        return set(found)

    english, chinese = words("en"), words("zh")
    used = set()
    for path in PAGE.rglob("*.js"):
        used |= set(re.findall(r"\bt\('([^']+)'", path.read_text()))
    assert used <= english
    assert chinese <= english
    assert english - chinese <= {"demo.command", "real.commands"}


def test_styles__all_are_linked():
    assert {
        path.relative_to(PAGE).with_suffix("").as_posix() for path in PAGE.rglob("*.css")
    } == set(scripts.STYLES)


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
