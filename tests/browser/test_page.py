"""How the page behaves, with models whose slowness can be chosen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    another,
    ask,
    drop,
    opened,
    stage,
    stages,
    unfold,
    unfold_adding,
    watch_stages,
    without_reranking,
)
from tests.ui.drawings import HOSTILE, HOSTILE_NAME, draw
from tests.ui.serve_world import serve

pytestmark = pytest.mark.browser


def rows(page: Page, side: str) -> list[str]:
    return page.locator(f".column-{side} .row").evaluate_all("all => all.map(r => r.dataset.id)")


def test_search__recall_is_shown_before_rerank(page, unhurried):
    unhurried.set(score_delay=0.05)
    watch_stages(page)
    ask(page, "red circle")
    stage(page, "done")
    assert [name for name in stages(page) if name != "begun"] == ["recall", "rerank", "done"]
    expect(page.locator(".board-status")).to_have_text(
        re.compile(r"^20 results\. Recall \d+ ms, rerank .+ s\.")
    )
    assert len(rows(page, "recall")) == len(rows(page, "rerank")) == 20
    assert page.locator(".line").count() >= 20
    assert page.locator(".column-rerank .row-move", has_text="▲").count() >= 1


def test_search__a_second_query_wins_at_once(page, unhurried):
    unhurried.set(score_delay=0.2)
    ask(page, "red circle")
    stage(page, "recall")
    watch_stages(page)
    ask(page, "lighthouse")
    page.wait_for_function(
        "document.querySelector('.question')?.textContent === '“lighthouse”' &&"
        "document.querySelector('.board-root').dataset.stage === 'recall'",
        timeout=5000,
    )
    assert "lighthouse" in page.locator(".column-recall .row-title").first.inner_text()
    page.wait_for_timeout(1800)  # two slices of the first search, had it gone on
    asked = page.evaluate("window.stages.map(([, question]) => question)")
    assert asked[asked.index("“lighthouse”") :].count("“red circle”") == 0


def test_search__stop_keeps_what_is_there(page, unhurried):
    unhurried.set(score_delay=0.2)
    ask(page, "red circle")
    stage(page, "rerank")
    page.locator("#query .stop-button").click()
    stage(page, "stopped")
    expect(page.locator(".board-status")).to_have_text(re.compile("^Stopped after reranking"))
    assert len(rows(page, "recall")) == 20


def test_search__without_rerank_is_one_column(page):
    without_reranking(page)
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(".column-rerank")).to_be_hidden()
    said = re.compile(r"^20 results\. Recall \d+ ms\.$")
    expect(page.locator(".board-status")).to_have_text(said)


def test_search__an_empty_query_lists_everything(page):
    ask(page, "")
    stage(page, "listing")
    expect(page.locator(".board-status")).to_contain_text("newest first")
    page.reload()
    stage(page, "listing")


def test_search__a_dropped_picture_is_a_query(page, unhurried, tmp_path: Path):
    picture = tmp_path / "query.png"
    draw("red", "star", (200, 200)).save(picture)
    drop(page, "#query", [picture])
    page.wait_for_selector("#query .thumbnail-item, #query img")
    page.locator("#query .submit-button").click()
    stage(page, "done")
    assert unhurried.seen()["pictures"][-1] == 1


def test_search__a_file_that_is_no_picture_is_one_sentence(page, tmp_path: Path):
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"this is no picture")
    page.locator("#query input[type=file]").set_input_files(junk)
    page.wait_for_selector("#query .thumbnail-item, #query img")
    page.locator("#query .submit-button").click()
    stage(page, "error")
    expect(page.locator(".board-note")).to_contain_text("junk.png")


def test_hostile_names__are_shown_as_text(page):
    unfold(page, "Options")
    page.get_by_label("Exact words", exact=True).select_option("only")
    ask(page, f"{HOSTILE} alert")
    stage(page, "done")
    assert page.locator(".question").inner_text() == f"“{HOSTILE} alert”"
    page.get_by_label("Exact words", exact=True).select_option("off")
    ask(page, "red star")
    page.wait_for_function("document.querySelector('.question')?.textContent === '“red star”'")
    stage(page, "done")
    title = f"{HOSTILE_NAME} red.png"
    row = page.locator(".column-recall .row", has=page.get_by_text(title, exact=True))
    expect(row.locator(".row-title")).to_have_text(title)
    row.click()
    expect(page.locator(".panel-title h2")).to_have_text(title)
    assert page.locator("img[src='x']").count() == 0
    ask(page, "red circle")  # the component is alive
    page.wait_for_function("document.querySelector('.question')?.textContent === '“red circle”'")
    stage(page, "done")


def test_keyboard__walks_opens_and_closes(page):
    ask(page, "red circle")
    stage(page, "done")
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("j")
    focused = "document.activeElement.dataset.id"
    assert page.evaluate(focused) == rows(page, "rerank")[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    second = rows(page, "rerank")[1]
    assert page.evaluate(focused) == second
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(focused) in (second, rows(page, "rerank")[1])
    page.keyboard.press("Enter")
    expect(page.locator(".panel")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "document.querySelector('.panel-title h2')?.textContent ==="
        "document.activeElement.querySelector('.row-title').textContent"
    )
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    page.keyboard.press("c")
    expect(page.locator(".board-root")).to_have_attribute("data-compact", "false")
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_detail__every_kind(page):
    ask(page, "lighthouse keeper red circle crossing")
    stage(page, "done")
    page.locator(".more").first.click()

    page.locator(".column-recall .row[data-kind=page]").first.click()
    expect(page.locator(".turner span")).to_have_text(re.compile(r"Page \d of 4"))
    page.wait_for_function("document.querySelector('.view-frame img').naturalWidth > 600")
    before = page.locator(".turner span").inner_text()
    page.locator(".turner button:enabled").first.click()
    expect(page.locator(".turner span")).not_to_have_text(before)

    page.locator(".column-recall .row[data-kind=passage]").first.click()
    expect(page.locator(".text-line.inside").nth(19)).to_be_attached()
    marked = page.evaluate("[...CSS.highlights.get('query-words')].map(String)")
    assert "lighthouse" in marked

    page.locator(".column-recall .row[data-kind=picture]").first.click()
    page.locator(".view-frame").click()
    expect(page.locator("dialog.lightbox img")).to_be_visible()
    page.keyboard.press("+")
    expect(page.locator(".lightbox-percent")).to_have_text("125 %")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.lightbox")).to_have_count(0)
    page.get_by_role("tab", name="Why").click()
    expect(page.locator(".panel-scores")).to_contain_text("Recall")


def test_detail__clips_stand_at_their_second(page):
    page.locator(".asking-kinds [data-kind=video]").click()
    ask(page, "crossing")
    stage(page, "done")
    for start in ("12", "0", "6"):
        row = page.locator(".column-recall .row", has_text=f"0:{int(start):02}–").first
        row.click()
        page.wait_for_function(
            "second => { const v = document.querySelector('.panel video');"
            "return v?.readyState >= 2 && Math.abs(v.currentTime - second) < 0.3 }",
            arg=int(start),
        )
    page.locator(".moment").nth(2).click()
    page.wait_for_function("document.querySelector('.panel video').currentTime >= 12")


def test_strip__shows_progress_and_obeys(page, unhurried, tmp_path: Path):
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff torn")
    for n in range(24):
        draw("red", "star", (64, 48), n).save(tmp_path / f"<b>harbour {n:02}.png")
    unhurried.set(index_delay=0.4)
    unfold_adding(page)
    page.locator(".library-root .folder-form input").fill(str(tmp_path))
    page.locator(".library-root .folder-form").get_by_role("button", name="Add").click()
    strip = page.get_by_role("group", name="Indexing")
    head = strip.locator(".strip-head")
    expect(head).to_have_text(re.compile(r"^\d+ / 25 · .*1 failed$"))
    expect(strip.locator(".strip-pace")).to_have_text(re.compile(r"^\d+(\.\d+)? items/s"))
    expect(strip.locator(".strip-current")).to_have_text(re.compile(r"^<b>harbour \d\d\.png$"))
    strip.get_by_role("button", name="Pause").click()
    expect(strip.locator(".strip-pace")).to_have_text("Paused")
    strip.get_by_role("button", name="Resume").click()
    strip.get_by_role("button", name="Cancel").click()
    expect(head).to_have_text(re.compile(r"^\d+ indexed, 1 failed"))
    for name in ("Pause", "Resume", "Cancel"):
        expect(strip.get_by_role("button", name=name)).to_be_hidden()
    strip.get_by_role("button", name="Do not show this again").click()
    expect(strip).to_be_hidden()
    assert unhurried.seen()["commands"][-3:] == ["pause", "resume", "cancel"]


def test_strip__says_how_a_run_has_ended(page, unhurried, tmp_path: Path):
    for n in range(3):
        draw("blue", "star", (64, 48), n).save(tmp_path / f"{n}.png")
        (tmp_path / f"{n}.jpg").write_bytes(b"\xff\xd8\xff torn")
    (tmp_path / "tool.exe").write_bytes(b"MZ")
    unhurried.set(held=True)
    unfold_adding(page)
    page.locator(".library-root .folder-form input").fill(str(tmp_path))
    page.locator(".library-root .folder-form").get_by_role("button", name="Add").click()
    head = page.get_by_role("group", name="Indexing").locator(".strip-head")
    expect(head).to_have_text(re.compile(r"^\d / 7"))
    unhurried.set(held=False)
    expect(head).to_have_text("3 indexed, 3 failed, 1 skipped")


def test_bars__of_one_column_share_one_track(page):
    """A badge beside the bar made it shorter: 0.125 looked longer than 0.132."""
    ask(page, "red circle")
    stage(page, "done")
    assert page.locator(".column-recall .row-move.chip").count() >= 1
    for side in ("recall", "rerank"):
        bars = page.locator(f".column-{side} .row .bar")
        widths = bars.evaluate_all("all => [...new Set(all.map(b => b.clientWidth))]")
        assert len(widths) == 1
        assert widths[0] >= 36


def test_names_from_right_to_left__begin_at_their_side(page):
    box = page.locator("#query textarea")
    box.fill("مدرسة كبيرة")
    assert box.evaluate("box => getComputedStyle(box).unicodeBidi") == "plaintext"
    assert box.evaluate("box => getComputedStyle(box).textAlign") == "start"
    ask(page, "red circle")
    stage(page, "done")
    title = page.locator(".column-recall .row-title").first
    title.evaluate("title => { title.textContent = 'مدرسة '.repeat(80) }")
    assert title.evaluate("title => getComputedStyle(title).direction") == "rtl"
    title.evaluate("title => { title.textContent = 'school' }")
    assert title.evaluate("title => getComputedStyle(title).direction") == "ltr"


def test_strip__follows_closely_what_a_command_began(page, unhurried, tmp_path: Path):
    for n in range(24):
        draw("green", "star", (64, 48), n).save(tmp_path / f"{n}.png")
    unfold_adding(page)
    unhurried.set(held=True)
    page.locator(".library-root .folder-form input").fill(str(tmp_path))
    page.locator(".library-root .folder-form").get_by_role("button", name="Add").click()
    head = page.get_by_role("group", name="Indexing").locator(".strip-head")
    expect(head).to_have_text("0 / 24")
    unhurried.set(index_delay=0.1, held=False)  # a batch of eight takes less than a second
    for done in (8, 16):  # an idle page asks every five seconds, a busy one twice a second
        expect(head).to_have_text(re.compile(f"^{done} / 24"), timeout=2000)


def test_search__an_empty_query_asks_no_model(page, unhurried):
    asked = len(unhurried.seen()["queries"])
    ask(page, "   ")
    stage(page, "listing")
    expect(page.locator(".listing .tile").first).to_be_visible()
    expect(page.locator(".welcome")).to_be_hidden()
    assert len(unhurried.seen()["queries"]) == asked
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(".listing")).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
def test_search__in_an_empty_library_the_ways_in_stay(browser, tmp_path, width):
    with (
        serve(tmp_path / "empty", "empty") as served,
        another(browser, viewport={"width": width, "height": 900}) as context,
        opened(context, served.url) as page,
    ):
        ways = (".welcome .drop", ".welcome .folder-form")
        ask(page, "red circle")
        expect(page.locator(".board-nothing")).to_contain_text("The library is empty")
        for way in ways:
            expect(page.locator(way)).to_be_visible()
        sample = page.get_by_role("button", name="Load the sample collection")
        expect(sample.locator("visible=true").first).to_be_visible()
        page.reload()
        expect(page.locator(".board-nothing")).to_contain_text("The library is empty")
        for way in ways:
            expect(page.locator(way)).to_be_visible()
        ask(page, "")
        expect(page.locator(".listing-none")).to_contain_text("The library is empty")
        expect(page.locator(".listing-none button")).to_be_hidden()  # there is no filter
        expect(page.locator(".board-status")).to_have_text("Nothing found")


def test_library__a_dropped_folder_keeps_its_paths(page, unhurried, tmp_path: Path):
    folder = tmp_path / "trip 旅行"
    (folder / "day 1").mkdir(parents=True)
    for name in ("day 1/a.txt", "b.txt"):
        (folder / name).write_text(name)
    unfold_adding(page)
    page.get_by_label("Collection for what you add").fill("Summer")
    drop(page, ".library-root .drop", [folder])
    expect(page.locator(".library-root .drop-state")).to_have_text(re.compile("^2 files are in"))
    job = unhurried.seen()["added"][-1]
    assert job["collection"] == "Summer"
    assert sorted(path.split("/uploads/")[1] for path in job["paths"]) == [
        "trip 旅行/b.txt",
        "trip 旅行/day 1/a.txt",
    ]


@pytest.mark.parametrize("way", ["chosen", "dropped"])
def test_library__a_folder_follows_the_rules_before_anything_is_sent(
    page, unhurried, tmp_path: Path, way: str
):
    folder = tmp_path / "home"
    for name in (
        *(".env.txt", ".git/config.txt", ".git/in/deep.txt", "in/.cache/c.txt", "tool.exe"),
        *("notes.v1.txt", "in/a.md", "in/b.txt", "drafts/d.txt"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"my password is hunter2, in {name}")
    (folder / ".searchignore").write_text("drafts/\n*.md\n")
    sent = []
    page.on("request", lambda one: sent.append((one.method, one.headers.get("x-path", ""))))
    unfold_adding(page)
    if way == "dropped":
        drop(page, ".library-root .drop", [folder])
    else:
        page.locator(".library-root [data-pick=folder]").set_input_files(folder)
    state = page.locator(".library-root .drop-state")
    expect(state).to_contain_text("2 files are in the library")
    expect(state).to_contain_text(re.compile(r"\d left out: Hidden\."))
    expect(state).to_contain_text("1 left out: Files of the type .exe cannot be searched.")
    expect(state).to_contain_text('1 left out: Left out by "drafts/" in home/.searchignore.')
    job = unhurried.seen()["added"][-1]
    names = sorted(path.split("/uploads/")[1] for path in job["paths"])
    assert names == ["home/in/b.txt", "home/notes.v1.txt"]
    assert sorted(path for method, path in sent if method == "PUT") == [
        "home%2Fin%2Fb.txt",
        "home%2Fnotes.v1.txt",
    ]


def test_library__a_wrong_folder_stays_to_be_mended(desktop, unhurried):
    with opened(desktop, unhurried.url, expected="400") as page:
        unfold_adding(page)
        form = page.locator(".library-root .folder-form")
        form.locator("input").fill("photos")
        form.get_by_role("button", name="Add").click()
        expect(form.locator(".problem")).to_contain_text("not a full path")
        assert form.locator("input").input_value() == "photos"


def test_library__a_file_can_be_added_by_its_path_as_it_is_pasted(page, unhurried, tmp_path):
    file = tmp_path / "My notes.txt"
    file.write_text("words")
    unfold_adding(page)
    form = page.locator(".library-root .folder-form")
    form.locator("input").fill(f' "{file.as_uri()}" ')
    form.get_by_role("button", name="Add").click()
    expect(page.locator(".toast")).to_contain_text(f"The file {file} is being indexed")
    assert unhurried.seen()["added"][-1]["paths"] == [str(file)]


def test_library__outcomes_say_why(page):
    page.get_by_role("tab", name="Library").click()
    page.locator(".library-tabs [data-view=files]").click()
    page.locator(".chip[data-outcome=failed]").click()
    failed = page.locator(".outcome")
    broken = failed.filter(has_text="broken.png")
    expect(broken).to_contain_text("The picture breaks off before its end")
    broken.get_by_role("button", name="Retry").click()
    expect(page.locator(".toast")).to_contain_text("Reading again")


def test_library__removing_can_be_undone(page):
    page.get_by_role("tab", name="Library").click()
    tile = page.locator(".grid .tile-frame", has_text="blue star")
    tile.hover()
    tile.locator(".tile-bin").click()
    expect(tile).to_be_hidden()
    said = page.locator(".toast")
    expect(said).to_contain_text(
        "was removed from the library. The file itself stays where it is."
    )
    page.get_by_role("button", name="Undo").click()
    expect(tile).to_be_visible()


def test_library__what_was_removed_comes_back_after_a_reload(page):
    page.get_by_role("tab", name="Library").click()
    tile = page.locator(".grid .tile-frame", has_text="green star")
    tile.hover()
    tile.locator(".tile-bin").click()
    expect(page.locator(".toast")).to_contain_text("stays where it is")
    page.reload()
    page.wait_for_selector(".grid .tile-frame")
    page.locator(".library-tabs [data-view=folders]").click()
    kept = page.locator(".kept-out .removed-row", has_text="green star")
    expect(kept.get_by_role("button", name="Take back")).to_be_visible()
    page.locator(".library-tabs [data-view=removed]").click()
    row = page.locator(".removed .removed-row", has_text="green star")
    expect(row).to_contain_text("The file stays where it is")
    expect(row).to_contain_text("kept until")
    row.get_by_role("button", name="Restore").click()
    expect(row).to_have_count(0)
    page.locator(".library-tabs [data-view=items]").click()
    expect(tile).to_be_visible()


def test_library__what_stays_out_of_a_folder_is_taken_back_there(page):
    page.get_by_role("tab", name="Library").click()
    tile = page.locator(".grid .tile-frame", has_text="purple star")
    tile.hover()
    tile.locator(".tile-bin").click()
    page.locator(".library-tabs [data-view=removed]").click()
    row = page.locator(".removed .removed-row", has_text="purple star")
    row.get_by_role("button", name="Delete for good").click()
    page.locator(".toast").get_by_role("button", name="Delete for good").click()
    expect(row).to_have_count(0)
    page.locator(".library-tabs [data-view=folders]").click()
    expect(page.locator(".kept-out")).to_contain_text("also when the file changes")
    kept = page.locator(".kept-out .removed-row", has_text="purple star")
    kept.get_by_role("button", name="Take back").click()
    expect(kept).to_have_count(0)


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_header__names_both_models_and_the_notice_takes_one_line(
    browser, unhurried, width, locale
):
    with (
        another(browser, viewport={"width": width, "height": 844}, locale=locale) as context,
        opened(context, unhurried.url) as page,
    ):
        models = page.locator(".top-bar-root .model")
        expect(models).to_have_text(["Demo embedder", "Demo reranker"])
        for n in range(2):
            expect(models.nth(n)).to_have_attribute("data-state", "ready")
            assert models.nth(n).locator("span").evaluate("one => one.scrollWidth") <= width / 2
        assert page.locator(".bar-row").bounding_box()["height"] <= 48
        assert page.locator(".notice").bounding_box()["height"] <= 36
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        more = page.locator(".notice [aria-expanded]")
        expect(page.locator(".notice-rest")).to_be_hidden()
        if width > 760:
            more.click()
            expect(more).to_have_attribute("aria-expanded", "true")
            expect(page.locator(".notice-rest")).to_contain_text("Qwen3-VL-2B")
        else:
            expect(more).to_be_hidden()
        page.locator(".notice .bare").click()
        expect(page.locator(".notice")).to_be_hidden()
        page.reload()
        expect(models).to_have_count(2)
        expect(page.locator(".notice")).to_be_hidden()


def test_header__says_which_model_cannot_be_used(page, unhurried):
    unhurried.set(model="failed")
    try:
        failed = page.locator(".top-bar-root .model[data-state=failed]")
        expect(failed.first).to_contain_text("cannot be used")
    finally:
        unhurried.set(model="ready")
    expect(page.locator(".top-bar-root .model[data-state=ready]")).to_have_count(2)


def test_newer__a_page_that_searches_at_once_counts_nothing_as_new(desktop, unhurried):
    """Its search begins before the first status has said what the library holds."""
    address = f"{unhurried.url}/?q=red+circle"
    ready = ".board-root[data-stage=done]"
    lost = {"origin": unhurried.url, "ready": ready, "expected": "ERR_FAILED"}
    with opened(desktop, address, **lost) as page:
        page.route("**/api/index/status", lambda route: route.abort(), times=2)
        page.reload()
        page.wait_for_selector(ready)
        expect(page.locator(".summary")).to_contain_text("items")
        expect(page.locator(".board-newer")).to_be_hidden()


def test_settings__theme_is_kept(page):
    page.get_by_role("tab", name="Settings").click()
    expect(page.locator(".model-card")).to_have_count(2)
    page.get_by_role("button", name="Dark").click()
    page.wait_for_selector("body.dark")
    page.reload()
    page.wait_for_selector("body.dark")


def test_idle__the_page_asks_for_no_frames(page):
    """Gradio's counter of its first loading would go on for ever."""
    page.add_init_script(
        """const real = window.requestAnimationFrame.bind(window);
        window.asked = 0;
        window.requestAnimationFrame = (callback) => { window.asked += 1; return real(callback); };
        """
    )
    page.reload()
    page.wait_for_selector(".board-root .welcome > *")
    page.wait_for_function(  # what moves at first has come to rest
        """() => {
          const before = window.seen;
          window.seen = window.asked;
          return before === window.asked;
        }""",
        polling=500,
    )


@pytest.mark.parametrize("dark", [False, True])
def test_phone__one_list_and_nothing_cut_off(browser, unhurried, dark):
    options = {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark" if dark else "light",
    }
    with another(browser, **options) as context, opened(context, unhurried.url) as page:
        assert page.locator("body.dark").count() == int(dark)
        ask(page, "red circle")
        stage(page, "done")
        expect(page.locator(".column-recall")).to_be_hidden()
        page.locator(".board-sides [data-side=recall]").click()
        expect(page.locator(".column-rerank")).to_be_hidden()
        page.locator(".column-recall .row").first.click()
        expect(page.locator(".panel")).to_be_in_viewport()
        page.locator(".panel .panel-head .bare").click()
        for name in ("Library", "Settings", "Search"):
            page.get_by_role("tab", name=name).click()
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 390, name


def test_words__follow_the_browser(browser, unhurried):
    with another(browser, locale="zh-CN") as context, opened(context, unhurried.url) as page:
        ask(page, "red circle")
        stage(page, "done")
        expect(page.locator(".column-recall .column-head")).to_contain_text("召回")
        ask(page, "x" * 8001)
        expect(page.locator(".board-note")).to_contain_text("查询中有一段文字长 8001 个字符")


def test_words__reasons_are_in_the_language_of_the_page(browser, unhurried):
    with another(browser, locale="zh-CN") as context, opened(context, unhurried.url) as page:
        page.get_by_role("tab", name="资料库").click()
        page.locator(".library-tabs [data-view=files]").click()
        page.locator(".chip[data-outcome=failed]").click()
        for name, reason in (
            ("broken.png", "图片不完整，后面的内容缺失；请从来源重新复制文件。"),
            ("accounts.txt", "文件里只有空白。"),
        ):
            row = page.locator(".outcome", has_text=name)
            expect(row.locator(".outcome-reason")).to_have_text(reason)
        page.locator(".library-tabs [data-view=duplicates]").click()
        expect(page.locator(".group-reason").first).to_contain_text("它的像素最多：640 × 480。")
        page.get_by_role("tab", name="设置").click()
        expect(page.locator(".model-card").first).to_contain_text("按要求选用")


def test_long_session__nothing_piles_up(page):
    def nodes() -> int:
        return page.evaluate("document.querySelectorAll('*').length")

    texts = ["red", "blue", "green", "star", "circle", "lighthouse"]
    for text in texts:
        ask(page, text)
        page.wait_for_function(f"document.querySelector('.question')?.textContent === '“{text}”'")
        stage(page, "done")
    after = nodes()
    for text in texts * 2:
        ask(page, text)
        page.wait_for_function(f"document.querySelector('.question')?.textContent === '“{text}”'")
        stage(page, "done")
    assert nodes() < after + 100


ARABIC, HEBREW = "مدرسة كبيرة جديدة", "בית ספר גדול"


def test_names_from_right_to_left__keep_to_themselves_everywhere(page, unhurried):
    """In rows, tiles, the table, chips, the detail panel and sentences that hold names."""
    unhurried.set(names=[f"{ARABIC}.png", f"{HEBREW}.png"])
    try:
        box = page.locator("#query textarea")
        box.fill(ARABIC)
        assert box.evaluate("box => getComputedStyle(box).unicodeBidi") == "plaintext"
        ask(page, "red star")
        stage(page, "done")
        directions = "all => [...new Set(all.map(node => getComputedStyle(node).direction))]"
        for view, selector in (
            ("board", ".row-title"),
            ("table", ".board-table .link"),
            ("grid", ".tile-title"),
        ):
            page.locator(f".board-views [data-view={view}]").click()
            named = page.locator(f"{selector}:visible", has_text=ARABIC)
            expect(named.first).to_be_visible()
            assert named.evaluate_all(directions) == ["rtl"]
            other = page.locator(f"{selector}:visible", has_text="red circle")
            assert other.evaluate_all(directions) == ["ltr"]
        tile = page.locator(".board-grid .tile", has_text=ARABIC).first
        label = tile.get_attribute("aria-label") or ""
        assert f"\u2068{ARABIC}.png\u2069" in label
        tile.click()
        heading = page.locator(".panel-title h2")
        expect(heading).to_have_text(f"{ARABIC}.png")
        assert heading.evaluate("node => getComputedStyle(node).direction") == "rtl"
        page.get_by_role("button", name="Like this, too").click()
        chip = page.locator(".asking-chip[data-name=like] > span")
        expect(chip).to_have_text(f"Like \u2068{ARABIC}.png\u2069")
        unfold(page, "Options")
        page.get_by_role("button", name="Another query").click()
        further = page.get_by_label("Query 2", exact=True)
        further.fill(HEBREW)
        assert further.evaluate("node => getComputedStyle(node).direction") == "rtl"
    finally:
        unhurried.set(names=[])


def test_settings__a_model_that_failed_is_loaded_again(page, unhurried):
    page.get_by_role("tab", name="Settings").click()
    expect(page.locator(".model-card")).to_have_count(2)
    card = page.locator(".model-card").first
    again = card.get_by_role("button", name="Retry")
    expect(again).to_be_hidden()
    unhurried.set(model="failed")
    try:
        expect(card).to_contain_text("Cannot be used")
        expect(card).to_contain_text("it has no config.json")
        again.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".toast")).to_contain_text("Loading the model again")
        unhurried.set(model="ready")
        expect(card).to_contain_text("Ready")
        expect(again).to_be_hidden()
        expect(card).to_be_focused()
        assert unhurried.seen()["retried"] == 1
    finally:
        unhurried.set(model="ready")
