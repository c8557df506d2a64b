"""A visitor of a public demo asks for everything there is, and looks for a folder in it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qwen3vl_app.errors import AppError, LibraryError, ModelLoadError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus
from qwen3vl_app.search.discretion import UNTOLD, discreet, told
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ExactWords, ItemFilter, Kind, Place
from qwen3vl_app.ui.serialize import discreet_status
from tests.attacks.program import PAGE, Program, answers, join, text_of
from tests.attacks.routes import operations
from tests.store.build import SPACE, content, put_file, unit

LISTENING = 2.0
"""Seconds for which an answer that never ends is listened to."""

FORGED: tuple[dict[str, str], ...] = (
    {},
    {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"},
    {"range": "bytes=0-10"},
    {"accept": "text/html"},
)


def folders_of(program: Program) -> list[str]:
    """Every folder above a file of the library, by its full path and by its name."""
    parents = [Path(path) for path in (program.folder / "files", program.library)]
    names = {part for path in parents for part in path.parts if len(part) > 4}
    generic = {"files", "library"}  # words of the program itself
    return [str(program.folder), *(names - generic)]


def searched(http: httpx.Client, text: str, **choices: object) -> str:
    """All that the program says to a search for exact words."""
    session = os.urandom(8).hex()
    asked = {"words": "only", **choices}
    join(http, [{"text": text, "files": []}, asked], session=session)
    return text_of(answers(http, session))


def without_the_question(said: str, text: str) -> str:
    return said.replace(text, "")


def everything_asked(http: httpx.Client) -> Iterator[tuple[str, str]]:
    """What was asked for, and all that was answered: headers, bodies, sentences of errors."""
    values = ("1", "5", "0", "99999999999999999999", "x", "%2e%2e%2f", "%00")
    for one in operations():
        for value in values if one.inside and one.is_ours else ("x",):
            for headers in FORGED if one.method == "GET" and value in ("1", "x") else ({},):
                body = None if one.body is None else dict.fromkeys(one.body, "x")
                asked = f"{one.method} {one.target(value)}"
                yield asked, heard(http, *asked.split(), headers=headers, json=body)


def heard(http: httpx.Client, method: str, target: str, **given: Any) -> str:
    said = b""
    try:
        with http.stream(method, target, timeout=LISTENING, **given) as answer:
            said = str(answer.headers).encode()
            until = time.monotonic() + LISTENING
            for piece in answer.iter_bytes():
                said += piece
                if time.monotonic() > until:
                    break
    except httpx.ReadTimeout:
        pass  # it waits for something to say
    return said.decode(errors="replace")


def test_every_route_with_every_value__tells_no_folder(public):
    secrets = folders_of(public)
    with public.client(headers=PAGE) as http:
        for asked, said in everything_asked(http):
            found = [secret for secret in secrets if secret in said]
            assert not found, (asked, found, said[:2000])


def test_cards_and_details__have_names_and_no_folders(visitor):
    rows = visitor.get("/api/items").json()["items"]
    assert rows
    for row in rows:
        assert row["folder"] == ""
        assert "/" not in row["title"]
        detail = visitor.get(f"/api/items/{row['id']}").json()
        assert detail["path"] == row["title"]
        assert detail["file"] is not None
        assert visitor.get(f"/m/full/{row['id']}").status_code == 200


@pytest.mark.parametrize("folder", ["/", "/home", "~", "~root", "~nosuch", "C:\\", "file:///"])
def test_a_filter_on_a_folder__is_refused_whether_it_is_right_or_not(public, visitor, folder):
    for asked in (folder, str(public.folder), f"{public.folder}/files", f"{public.folder}x"):
        answer = visitor.get("/api/items", params={"folder": asked})
        assert answer.status_code == 400
        assert "items" not in answer.json()
        for words in ("only", "on"):
            said = searched(visitor, "fox", words=words, folder=asked)
            assert "poem.md" not in said
            assert '"error"' in said


def test_exact_words__find_no_part_of_a_path(public, visitor):
    """As a full path was put together before: a word of it, then a longer one."""
    parts = [part for part in public.folder.parts if len(part) > 2]
    asked = [*parts, *(part[1:-1] for part in parts), str(public.folder), f'"{public.folder}"']
    for text in [*asked, "/", "//", *(f"{part} fox" for part in parts)]:
        said = without_the_question(searched(visitor, text), text)
        assert "poem.md" not in said, text
    assert "poem.md" in searched(visitor, "fox")
    assert "poem.md" in searched(visitor, "poem")


def test_words_to_leave_out__confirm_no_part_of_a_path(public, visitor):
    for part in public.folder.parts[1:]:
        assert "poem.md" in searched(visitor, f"fox -{part}"), part
    assert "poem.md" in searched(visitor, "fox -files -/")


# ---------------------------------------------------------------- the library by itself

PATHS = {
    "/home/anna/secret plans/café boats.txt": "An old wooden boat.",
    "/home/anna/secret plans/budget.xlsx": "Numbers of the year.",
    "/srv/private/红色狐狸.txt": "河边的狐狸",
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library as strangers are shown it."""
    folder = tmp_path_factory.mktemp("hidden") / "library"
    with Library.open(folder) as own:
        for path, text in PATHS.items():
            unit_ = content(kind=Kind.PASSAGE, text=text, place=Place(section="Sheet one"))
            put_file(own, Path(path), path, [(unit_, unit(1, 0, 0, 0))])
    with Library.open(folder, writable=False, hides_folders=True) as library:
        yield library


def names(library: Library, text: str) -> set[str]:
    found = library.find_words(ExactWords.read(text)).found
    return {str(item.path) for item in library.items(found).values()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("boat", {"café boats.txt"}),
        ("cafe", {"café boats.txt"}),
        ("CAFÉ boats", {"café boats.txt"}),
        ('"café boats.txt"', {"café boats.txt"}),
        ("oats.t", {"café boats.txt"}),
        ("budget numbers", {"budget.xlsx"}),
        ("狐狸", {"红色狐狸.txt"}),
        ("红色狐", {"红色狐狸.txt"}),
        ("txt -oat", {"红色狐狸.txt", "café boats.txt"}),  # only whole words are left out
        ("txt -boats", {"红色狐狸.txt"}),
        ('"Sheet one"', {"café boats.txt", "budget.xlsx", "红色狐狸.txt"}),
        ("secret", set()),
        ("plans", set()),
        ("anna", set()),
        ("/home", set()),
        ('"secret plans/café"', set()),
        ("plans/", set()),
        ("private", set()),
        ("/", set()),
        ("old -secret -anna -/", {"café boats.txt"}),
    ],
)
def test_find_words__looks_at_names_and_texts_only(shown, text, expected):
    assert names(shown, text) == expected


def test_find_words__every_part_of_every_folder_finds_nothing(shown):
    known = " ".join([*(Path(path).name for path in PATHS), *PATHS.values(), "Sheet one"]).lower()
    for path in PATHS:
        folder = str(Path(path).parent)
        for length in (1, 2, 3, 5, 9):
            for begin in range(len(folder) - length + 1):
                part = folder[begin : begin + length]
                if part.lower() not in known:
                    found = shown.find_words(ExactWords(wanted=(part,), unwanted=(part,)))
                    assert (found.found, found.hidden, found.unwanted) == ((), set(), set()), part


def test_find_words__the_order_does_not_depend_on_the_folders(tmp_path):
    """BM25 knows how many words a path has: of two equal texts the shorter path came first."""
    orders = []
    for number, deep in enumerate(("/a", "/" + "/".join(["deep"] * 60))):
        library = tmp_path / str(number)
        with Library.open(library) as own:
            for path in (f"{deep}/one.txt", "/b/two.txt"):
                part = content(kind=Kind.PASSAGE, text="the fox")
                put_file(own, Path(path), path, [(part, unit(1, 0, 0, 0))])
        with Library.open(library, writable=False, hides_folders=True) as strangers:
            orders.append(strangers.find_words(ExactWords.read("fox")).found)
    assert orders[0] == orders[1]


def test_find_words__what_another_program_adds_is_found(tmp_path):
    with Library.open(tmp_path / "library") as own:
        library = Library.open(tmp_path / "library", writable=False, hides_folders=True)
        with library as strangers:
            assert names(strangers, "late") == set()
            part = content(kind=Kind.PASSAGE, text="a text")
            put_file(own, Path("/p/late.txt"), "late", [(part, unit(1, 0, 0, 0))])
            assert names(strangers, "late") == {"late.txt"}


def test_every_way_to_items__gives_names_only(shown):
    rows = shown.list_items()
    ids = [row.id for row in rows]
    for items in (rows, shown.items(ids).values(), shown.siblings(ids[0]), [shown.item(ids[0])]):
        assert {str(item.path.parent) for item in items} == {"."}


@pytest.mark.parametrize("folder", ["/home/anna", "/nowhere"])
def test_every_way_to_filter__refuses_a_folder(shown, folder):
    where = ItemFilter(folder=Path(folder))
    item = shown.list_items()[0].id
    for ask in (
        lambda: shown.list_items(where),
        lambda: shown.find_words(ExactWords.read("boat"), where),
        lambda: shown.search(SPACE, unit(1, 0, 0, 0), 5, where),
        lambda: shown.passing([item], where),
    ):
        with pytest.raises(UsageError, match="does not tell in which folders"):
            ask()


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    "text",
    [
        "The library /home/anna/library has been closed.",
        "/models/qwen is no checkpoint: it has no config.json.",
        "models/qwen is no checkpoint.",
        "C:\\Users\\anna cannot be read.",
        "Not reranked: ~/models is damaged.",
        "See file:///srv.",
    ],
)
def test_told__a_sentence_with_a_path_is_another_one(text):
    message = Message.free(text)
    assert told(message) == UNTOLD
    for kind in (LibraryError, ModelLoadError, AppError):
        assert discreet(kind(message)).message == UNTOLD
    hidden = Message.of("not_reranked", reason=Message.of("disk.full", path=text))
    assert discreet(AppError(hidden)).message == UNTOLD  # in no words of today, but in a value


def test_told__other_sentences_stay():
    for text in ("Nothing contains these words.", "10 × 20; 3 / 4 of it.", ""):
        assert told(Message.free(text)) == Message.free(text)


def test_models__a_checkpoint_is_called_by_its_name():
    loading = ModelStatus(
        role="embedder",
        name="/home/anna/models/my-own/",
        state=ModelState.FAILED,
        detail=Message.of("load.no_tokenizer", path="/home/anna/models/my-own"),
    )
    shown = discreet_status(loading)
    assert (shown.name, shown.detail) == ("my-own", UNTOLD)
