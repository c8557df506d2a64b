"""A real Chromium, one for the whole run; a page per test that tolerates no error."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.program import Program, home, started
from tests.started import start
from tests.ui.serve_world import Served, serve

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--mute-audio",
    "--process-per-site",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
"""The last one cuts off every other host. Aborting requests by a route would do so too, but turns
off the browser's cache, and with it a second of every test. The one before lets all pages of a
context share a process, which remembers the scripts that it has compiled: half a second of every
test, as long as one page stays open."""

PATIENCE = 30_000
"""Milliseconds until something that should happen counts as not happening, on a busy machine."""

expect.set_options(timeout=PATIENCE)


def chromium() -> str:
    """Where Chromium is; without it the tests are skipped, or fail where it is required.

    The one without windows is preferred: it loads a page at half the cost.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser"):
        if found := shutil.which(name):
            return found
    reason = "Chromium is not installed; the page is not tested"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield one
        one.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page on drawn files, with models whose slowness can be chosen."""
    chromium()
    with serve(tmp_path_factory.mktemp("browser")) as one:
        yield one


@pytest.fixture
def unhurried(world: Served) -> Iterator[Served]:
    """Models without delays and the drawn files alone, whatever the test does to them."""
    yield world
    world.set(recall_delay=0, index_delay=0, score_delay=0, held=False, tidy=True)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program with the sample collection indexed."""
    folder = tmp_path_factory.mktemp("samples")
    library = str(folder / "library")
    command = ["-m", "qwen3vl_app", "index", "--sample", "--library", library]
    assert start(*command, environment=home(folder)).wait() == 0
    with started(folder) as one:
        yield one


@contextmanager
def opened(
    context: BrowserContext,
    url: str,
    *,
    expected: str | None = None,
    origin: str = "",
    ready: str = ".board-root .welcome > *",
) -> Iterator[Page]:
    """A page whose console errors and requests to other origins fail the test.

    Args:
        context: Of the browser; keeps what the page loaded, not what it remembered.
        url: The program's address.
        expected: Pattern of an error in the console that the test is about.
        origin: The beginning of ``url``, where that says more.
        ready: What is on the page once it is up.
    """
    problems: list[str] = []
    foreign: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((origin or url, "data:", "blob:")):
            foreign.append(request.url)

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error" and not (expected and re.search(expected, said.text)):
            problems.append(said.text)

    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("request", asked)
    page.on("console", heard)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
    page.goto(url)
    page.wait_for_selector("#query textarea", state="attached")  # another tab may be in front
    page.wait_for_selector(ready)
    try:
        yield page
        page.evaluate("localStorage.clear()")
    finally:
        page.close()
    assert foreign == []
    assert problems == []


@pytest.fixture(scope="session")
def desktop(browser: Browser, world: Served) -> Iterator[BrowserContext]:
    """One context for most tests: loading the page again from its cache is three times faster."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    context.new_page().goto(f"{world.url}/api/models")  # keeps the process of all others
    yield context
    context.close()


@contextmanager
def another(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A context of its own: another screen, another language."""
    context = browser.new_context(**options)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture
def page(desktop: BrowserContext, unhurried: Served) -> Iterator[Page]:
    """The page, on which nothing folds."""
    with opened(desktop, unhurried.url) as one:
        with_whole_files(one)
        yield one


def ask(page: Page, text: str) -> None:
    """Type a query and press Enter."""
    box = page.locator("#query textarea")
    box.fill(text)
    box.press("Enter")


def unfold(page: Page, name: str) -> None:
    """Open *Filters* or *Options* below the query, unless it is open."""
    button = page.locator(".fold-button", has_text=name)
    if button.get_attribute("aria-expanded") == "false":
        button.click()


def with_whole_files(page: Page) -> None:
    """Fold nothing behind the third hit of a file from now on: tests count hits."""
    page.evaluate("localStorage.setItem('qwen3vl.grouped', 'false')")


def without_reranking(page: Page) -> None:
    """Ask for recall alone from now on."""
    unfold(page, "Options")
    page.get_by_label("Rerank what recall found").uncheck()


AT_REST = """() => document.getAnimations().every((one) =>
  one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)"""
"""Whether nothing is on its way to another place; what turns while one waits goes on."""


def found_all(page: Page, text: str) -> None:
    """Ask, and wait for the end of that very search: the one before may have been over, too."""
    ask(page, text)
    expect(page.locator(".board-root .question")).to_contain_text(text)
    stage(page, "done")


def stage(page: Page, name: str) -> None:
    """Wait until the board is at ``name``; at the last one, also until its rows have arrived."""
    page.wait_for_selector(f".board-root[data-stage={name}]")
    if name == "done":
        page.wait_for_function(AT_REST)


def unfold_adding(page: Page) -> None:
    """Turn to the Library, and unfold the ways into it."""
    page.get_by_role("tab", name="Library").click()
    page.locator(".add-button").click()


def watch_stages(page: Page) -> None:
    """Begin to note every stage the board goes through, and its question."""
    page.evaluate(
        """() => {
          window.stages = [];
          const root = document.querySelector('.board-root');
          const note = () => window.stages.push(
            [root.dataset.stage, root.querySelector('.question')?.textContent ?? '']);
          new MutationObserver(note).observe(root, { attributeFilter: ['data-stage'] });
        }"""
    )


def stages(page: Page) -> list[str]:
    """The stages seen since ``watch_stages``, each once, in order."""
    return list(dict.fromkeys(name for name, _ in page.evaluate("window.stages")))


def drop(page: Page, selector: str, paths: list[Path]) -> None:
    """Drop real files and folders, as the desktop does."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    assert box is not None
    drag(page, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), paths)


def drag(
    page: Page,
    at: tuple[float, float],
    paths: list[Path],
    kinds: Sequence[str] = ("dragEnter", "dragOver", "drop"),
) -> None:
    """Drag files over a point of the window, or let them fall there."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    x, y = at
    for kind in kinds:
        session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
