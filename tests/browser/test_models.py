"""The models of both stages on the page: got from a hub on loopback, used, and given back."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from qwen3vl_app.ui.guard import PAGE_HEADER
from tests.browser.conftest import another, ask, opened, stage
from tests.browser.program import Program, started
from tests.models.conftest import PARITY
from tests.models.getting.hub import Hub, serving
from tests.models.getting.test_download import WEIGHTS
from tests.ui.drawings import draw
from tests.ui.serve_world import serve

pytestmark = pytest.mark.browser

NAME = "Qwen3-VL-Embedding-2B"
LONG = 90_000
"""Milliseconds for a model to come, or to be loaded, on a busy machine."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Offers a tiny checkpoint under the name of the real one."""
    with serving() as one:
        folder = PARITY / "checkpoint-eos"
        one.files = {file.name: file.read_bytes() for file in folder.iterdir()}
        yield one


def variables(hub: Hub, folder: Path) -> dict[str, str]:
    """Nothing of whoever runs the tests, and the hub in the place of Hugging Face."""
    nothing = ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE", "HF_HOME")
    data = {"XDG_DATA_HOME": str(folder / "data"), "LOCALAPPDATA": str(folder / "data")}
    return dict.fromkeys(nothing, "") | data | {"HF_ENDPOINT": hub.endpoint}


def pictures(folder: Path) -> Path:
    """Three to be indexed."""
    folder.mkdir()
    for number, colour in enumerate(("red", "blue", "green")):
        draw(colour, "circle", (320, 240), number).save(folder / f"{colour}.png")
    return folder


def tell(program: Program, route: str, **body: str) -> None:
    answer = httpx.post(f"{program.url}{route}", json=body, headers={PAGE_HEADER: "1"}, timeout=30)
    answer.raise_for_status()


def hold_indexer(program: Program, folder: Path) -> None:
    """Nothing is embedded until it is resumed: it has files to read, and is paused before."""
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.jpg").write_bytes(b"\xff\xd8\xff torn")
    tell(program, "/api/index/add", path=str(folder))
    tell(program, "/api/index/pause")
    status = httpx.get(f"{program.url}/api/index/status", timeout=30).json()
    assert status["index"]["state"] != "idle"


def to_models(page: Page) -> None:
    """By the header, from wherever the page is."""
    page.locator(".top-bar-root .model").first.click()
    expect(page.locator("#settings-models h2")).to_be_focused()


def row(page: Page, name: str = NAME) -> Locator:
    return page.locator(".known-row", has=page.locator(f'.known-name:text-is("{name}")'))


def press(place: Locator, name: str) -> None:
    place.locator(".known-tools").get_by_role("button", name=f"{name}: ").click()


def held(hub: Hub) -> threading.Event:
    """Half of the weights come, and the rest once the event is set."""
    go_on = threading.Event()
    half = len(hub.files[WEIGHTS]) // 2

    def before(handler, name):
        if name != WEIGHTS or go_on.is_set():
            return False
        content = hub.files[name]
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:half])
        for at in range(half, len(content)):
            if go_on.wait(0.05):  # a byte now and then: pausing is noticed with the next one
                break
            handler.wfile.write(content[at : at + 1])
            handler.wfile.flush()
        return handler.hang_up()

    hub.before = before
    return go_on


def breaking(hub: Hub) -> None:
    """The weights break off once, in the middle."""
    left = [len(hub.files[WEIGHTS]) // 4 * 3]

    def before(handler, name):
        if name != WEIGHTS or not left:
            return False
        left.pop()
        handler.send_file(hub.files[name][: len(hub.files[name])], cut=1000)
        return True

    hub.before = before


def test_models__got_used_and_switched_back(desktop, hub, tmp_path):
    given = variables(hub, tmp_path)
    go_on = held(hub)
    with started(tmp_path, variables=given) as program, opened(desktop, program.url) as page:
        tell(program, "/api/index/add", path=str(pictures(tmp_path / "pictures")))
        expect(page.locator(".summary")).to_have_text("3 items", timeout=LONG)
        to_models(page)
        got = row(page)
        expect(got).to_contain_text("4.3 GB · Apache-2.0 · not on this computer")
        press(got, "Get")
        expect(got.locator(".getting")).to_contain_text("of 2.0 MB", timeout=LONG)
        press(got, "Pause")
        expect(got.locator(".getting")).to_contain_text("Paused", timeout=LONG)
    go_on.set()
    breaking(hub)
    with started(tmp_path, variables=given) as program, opened(desktop, program.url) as page:
        to_models(page)
        got = row(page)
        expect(got.locator(".getting")).to_contain_text("Paused")
        press(got, "Go on")
        expect(got).to_contain_text("in this program’s folder of models", timeout=LONG)
        assert hub.counts[WEIGHTS] >= 3  # held, broken, and to the end
        hold_indexer(program, tmp_path / "torn")
        use_it(page, program)
        hold_indexer(program, tmp_path / "torn too")
        switch_back(page, program)
        press(got, "Remove")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("deleted from this computer, which frees 2.0 MB")
        dialog.get_by_role("button", name="Remove").click()
        expect(got).to_contain_text("not on this computer")
        expect(page.locator(".model-card").first.locator(".known-tools").first).to_be_hidden()


def use_it(page: Page, program: Program) -> None:
    """Read what that means, and search meanwhile."""
    press(row(page), "Use")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 items are embedded again in the background")
    expect(dialog).to_contain_text("until then demo embedder answers")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(row(page).locator(".known-now")).to_be_hidden()
    press(row(page), "Use")
    dialog.get_by_role("button", name="Use").click()
    expect(row(page).locator(".known-now")).to_be_visible(timeout=LONG)
    card = page.locator(".model-card").first
    expect(card).to_contain_text("0 of 3 items are embedded with it", timeout=LONG)
    expect(page.locator(".top-bar-root .model").first).to_have_text(NAME)
    page.get_by_role("tab", name="Search").click()
    ask(page, "red circle")
    stage(page, "done")
    said = f"Answered by demo embedder; 0 of 3 items are embedded with {NAME} so far."
    expect(page.locator(".board-root")).to_contain_text(said)
    tell(program, "/api/index/resume")
    to_models(page)
    expect(card.locator("> .meter")).to_be_hidden(timeout=LONG)


def switch_back(page: Page, program: Program) -> None:
    """At once: the vectors of the model before are still there."""
    page.get_by_role("button", name="Switch back to Demo, bundled").click()
    expect(page.locator(".top-bar-root .model").first).to_have_text("demo embedder", timeout=LONG)
    expect(row(page, "Demo, bundled").first.locator(".known-now")).to_be_visible()
    expect(page.locator(".model-card").first.locator("> .meter")).to_be_hidden()
    ours = httpx.get(f"{program.url}/api/models/stages", timeout=30).json()["stages"][0]
    assert (ours["embedded"], ours["items"]) == (3, 3)
    tell(program, "/api/index/resume")


def test_models__reranker_off_and_on_checks_and_a_folder_that_is_none(desktop, hub, tmp_path):
    given = variables(hub, tmp_path)
    with started(tmp_path, variables=given) as program, opened(desktop, program.url) as page:
        to_models(page)
        embedder, reranker = page.locator(".model-card").all()
        expect(reranker.locator(".model")).to_have_text("Ready", timeout=LONG)
        reranker.get_by_role("button", name="Turn off").click()
        expect(reranker.locator("h3")).to_have_text("No reranking")
        expect(page.locator(".top-bar-root .model").nth(1)).to_have_text("No reranking")
        press(reranker.locator(".known-row").first, "Use")
        expect(reranker.locator("h3")).to_have_text("demo reranker", timeout=LONG)
        expect(reranker.get_by_role("button", name="Turn off")).to_be_visible()
        reranker.get_by_text("Fidelity").click()
        reranker.get_by_role("button", name="Check", exact=True).click()
        expect(reranker.locator(".fidelity-line")).to_have_text("10 of 10 checks", timeout=LONG)
        expect(reranker.locator(".fidelity-list [data-holds=true]")).to_have_count(10)
        folder = embedder.get_by_label("Or a folder of this computer")
        embedder.locator(".model-folder [type=submit]").click()
        expect(embedder.locator(".problem")).to_contain_text("Type the folder of a model")
        folder.fill(str(tmp_path))
        folder.press("Enter")
        coming = embedder.locator(".model-coming")
        expect(coming).to_contain_text("it has no config.json", timeout=LONG)
        expect(coming).to_contain_text("demo embedder stays in use")
        expect(embedder.locator("h3")).to_have_text("demo embedder")


def test_fidelity__names_what_does_not_hold(desktop, hub, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(PARITY / "checkpoint", folder)
    options = ("--model", str(folder), "--reranker", "none")
    with (
        started(tmp_path, *options, variables=variables(hub, tmp_path)) as program,
        opened(desktop, program.url) as page,
    ):
        to_models(page)
        card = page.locator(".model-card").first
        expect(card.locator(".model")).to_have_text("Ready", timeout=LONG)
        (folder / "budget.json").write_text('{"max_frames": 8}')  # not what it was loaded with
        card.get_by_text("Fidelity").click()
        card.get_by_role("button", name="Check", exact=True).click()
        expect(card.locator(".fidelity-line")).to_have_text("9 of 10 checks", timeout=LONG)
        red = card.locator(".fidelity-list [data-holds=false]")
        expect(red).to_have_text(
            "frames as the checkpoint says, short clips not filled up: 8 frames"
        )
        assert page.locator(".model-card").nth(1).locator(".fidelity").is_hidden()


def test_compare__two_rerankers_judge_one_question(desktop, hub, tmp_path):
    """The one in use, trained to nothing, and the bundled one, which is loaded beside it."""
    folder = tmp_path / "untrained"
    shutil.copytree(PARITY / "checkpoint", folder)
    given = variables(hub, tmp_path)
    with (
        started(tmp_path, "--reranker", str(folder), variables=given) as program,
        opened(desktop, program.url) as page,
    ):
        tell(program, "/api/index/add", path=str(pictures(tmp_path / "pictures")))
        expect(page.locator(".top-bar-root")).to_contain_text("3 items", timeout=LONG)
        ask(page, "a red circle")
        stage(page, "done")
        page.goto(f"{program.url}?q=a+red+circle&tab=lab&lab=compare")
        expect(page.locator(".compare h2")).to_have_text("a red circle", timeout=LONG)
        left, right = page.locator(".compare-side").all()
        judge = right.locator("label", has_text="Reranker").locator("select").first
        expect(judge.locator("option")).to_have_text(["untrained", "demo reranker"])
        judge.select_option("demo reranker")
        costs = right.locator("p[data-explain=memory]")
        expect(costs).to_contain_text("loaded beside yours for as long as it judges (")
        page.locator(".compare .judge-head .primary").first.press("Enter")
        expect(page.locator(".compare-say")).to_contain_text("in common", timeout=LONG)
        expect(right.locator(".row").first).to_contain_text("red.png")
        for side, name in ((left, "untrained"), (right, "demo reranker")):
            expect(side.locator("p[data-explain=ms]")).to_contain_text(name)
        models = httpx.get(f"{program.url}/api/models", timeout=30).json()
        assert [one["name"] for one in models] == ["demo embedder", "untrained"]


def test_models__what_fails_says_why_and_cancel_takes_it_back(desktop, hub, tmp_path):
    del hub.files["tokenizer.json"]
    given = variables(hub, tmp_path)
    with started(tmp_path, variables=given) as program, opened(desktop, program.url) as page:
        to_models(page)
        press(row(page), "Get")
        failed = row(page).locator(".getting")
        expect(failed).to_contain_text("has no tokenizer.json", timeout=LONG)
        again = row(page).get_by_role("button", name="Try again")
        expect(again).to_be_visible()
        press(row(page), "Cancel")
        expect(failed).to_be_hidden()
        expect(row(page).get_by_role("button", name="Get")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_models__a_public_demo_shows_them_and_offers_nothing(browser, tmp_path, width):
    with (
        serve(tmp_path, "read-only") as demo,
        another(browser, viewport={"width": width, "height": 844}) as context,
        opened(context, demo.url) as page,
    ):
        to_models(page)
        cards = page.locator(".model-card")
        expect(cards.locator("h3")).to_have_text(["Demo embedder", "Demo reranker"])
        for hidden in (".model-card button", ".model-card input", ".known-row", ".models-from"):
            assert page.locator(f"{hidden}:visible").count() == 0
        expect(page.locator(".models-choice > p:visible")).to_have_count(0)


def test_notice__leads_to_the_models(page):
    page.locator(".notice").get_by_role("button", name="Get a model").click()
    expect(page.locator("#settings-models h2")).to_be_focused()
    assert "tab=settings" in page.url


def test_models__what_cannot_be_asked_for_is_said_and_asked_again(desktop, unhurried):
    with opened(desktop, unhurried.url, expected="503") as page:
        page.route("**/api/models/known", lambda route: route.fulfill(status=503))
        page.reload()
        to_models(page)
        problem = page.locator(".models-choice > .problem")
        expect(problem).to_have_text(re.compile("Something went wrong"))
        page.unroute("**/api/models/known")
        page.locator(".models-choice").get_by_role("button", name="Retry").click()
        expect(page.locator(".known-row").first).to_be_visible()
        expect(problem).to_be_hidden()
