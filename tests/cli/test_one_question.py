"""One question, asked through page, command line, parts, API and MCP: the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from qwen3vl_app.search.resolve import resolve
from qwen3vl_app.services import build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.asked_files import AskedFiles
from qwen3vl_app.types import Query
from qwen3vl_app.types.question import Question
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.searches import Searches
from qwen3vl_app.ui.tabs.search_events import SearchEvents
from tests.attacks.program import Program, serving, upload
from tests.cli.conftest import CHECKPOINT

QUESTIONS = [
    {"text": "a red disc"},
    {"text": "report", "kinds": ["page", "passage"], "top": 2, "depth": 3},
    {"text": "red", "also": [{"text": "a clip", "files": []}], "words": "on"},
    {"text": "", "files": ["red disc.png"], "kinds": ["video"]},
    {"text": "", "files": ["red disc.png"], "crops": [0.25, 0.25, 0.75, 0.75], "rerank": False},
]


@pytest.fixture(scope="module")
def services(indexed):
    opened = build_services(
        Settings(library=indexed.library, model=CHECKPOINT, reranker=CHECKPOINT), writable=False
    )
    opened.models.start()
    yield opened
    opened.close()


def from_parts(services, question: Question, known) -> list[list[Any]]:
    query = resolve(question, services.reader, known, services.models.embedder_budget)
    assert isinstance(query, Query)
    *_, update = services.engine.search(query)
    recall = [[hit.item.id, hit.similarity] for hit in update.hits[: query.top_k]]
    return [recall, [[hit.item.id, hit.score.logit] for hit in update.by_relevance[: query.top_k]]]


def from_command(indexed, path: Path) -> list[list[Any]]:
    found = indexed.json("search", "--question", path)
    recall = [[row["item"], row["similarity"]] for row in found["recall"]]
    return [recall, [[row["item"], row["logit"]] for row in found["reranked"]]]


def from_page(services, question: dict[str, Any], given: GivenFiles) -> list[list[Any]]:
    events = SearchEvents(services, Searches(services.engine), given)
    choices = {name: value for name, value in question.items() if name not in {"text", "files"}}
    event = SimpleNamespace(
        text=question["text"], files=question.get("files"), choices=choices, typing=False
    )
    tab = SimpleNamespace(session_hash="tab")
    *_, last = events.search(cast(Any, tab), cast(Any, event), {"text": "", "files": []})
    hits = last["hits"]
    recall = sorted((hit for hit in hits if hit["r0"] <= last["top"]), key=by_recall)
    judged = [hit for hit in hits if last["rerank"] and hit["r1"] <= last["top"]]
    reranked = sorted(judged, key=lambda hit: hit["r1"])
    return [
        [[hit["id"], hit["sim"]] for hit in recall],
        [[hit["id"], hit["logit"]] for hit in reranked],
    ]


@pytest.fixture(scope="module")
def served(indexed) -> Iterator[Program]:
    """The program itself, on the same library, of which it keeps no history."""
    folder = indexed.library.parent
    (folder / "temporary").mkdir()
    flags = ("--api", "--mcp", "--no-history", "--no-backup", "--reranker", CHECKPOINT)
    with serving(folder, *flags) as program:
        yield program


def from_programs(served: Program, question: dict[str, Any], files: list[Path]) -> dict[str, Any]:
    """What API and MCP answer, whole."""
    with served.client() as http:
        keys = [upload(http, path.name, path.read_bytes()) for path in files]
    crops = {keys[0]: question["crops"]} if "crops" in question else None
    named = ("text", "top", "depth", "rerank")
    given = {name: question[name] for name in named if name in question}
    choices = {
        name: value for name, value in question.items() if name not in {*named, "files", "crops"}
    } | ({"crops": crops} if crops else {})
    call = {**given, "files": keys, "choices": choices}
    client = Client(served.url, verbose=False, analytics_enabled=False)
    try:
        api = client.predict(**call, api_name="/search")
    finally:
        client.close()
    return {"api": api, "mcp": asyncio.run(by_mcp(served.url, "search", call))}


async def by_mcp(url: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    async with (
        streamable_http_client(f"{url}/gradio_api/mcp") as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        found = await session.call_tool(tool, arguments)
        (said,) = found.content
        assert not found.isError, said
        return orjson.loads(cast(Any, said).text)


def rows_of(answer: dict[str, Any]) -> list[list[Any]]:
    recall = [[row["item"], row["similarity"]] for row in answer["recall"]]
    return [recall, [[row["item"], row["logit"]] for row in answer["reranked"]]]


def by_recall(hit: dict[str, Any]) -> int:
    return hit["r0"]


def close(one: list[list[Any]], other: list[list[Any]]) -> None:
    for found, expected in zip(one, other, strict=True):
        assert [item for item, _ in found] == [item for item, _ in expected]
        numbers = [number for _, number in expected]
        assert [number for _, number in found] == pytest.approx(numbers, abs=1e-6)


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_question__has_one_answer(  # noqa: PLR0917  # fixtures
    indexed, services, served, folder, tmp_path, number
):
    question = {"files": [], **QUESTIONS[number]}
    files, given = question["files"], GivenFiles(tmp_path / "query-files")
    programs = from_programs(served, question, [folder / name for name in files])
    crop = question.pop("crops", None)

    def named(keys: list[str]) -> dict[str, Any]:
        return question | {"files": keys} | ({"crops": {keys[0]: crop}} if crop else {})

    kept = []
    for name in files:
        part = given.new_part()
        part.write_bytes((folder / name).read_bytes())
        kept.append(given.add(part, name).key)
    on_disk = named([str(folder / name) for name in files])
    path = tmp_path / "question.json"
    path.write_bytes(orjson.dumps(on_disk))
    page = named(kept)
    parts = from_parts(services, Question.read(page), given.every)
    assert parts[0]
    close(from_command(indexed, path), parts)
    close(from_page(services, page, given), parts)
    for answer in programs.values():
        close(rows_of(answer), parts)
    api, mcp = programs["api"], programs["mcp"]
    names = ("question", "recall", "reranked", "left_out", "doubt")
    for name in names[1:]:  # keys of files differ: the same picture has one of its own each time
        assert api[name] == mcp[name]
    command = indexed.json("search", "--question", path)
    for name in names[1:]:
        assert rounded(api[name]) == rounded(command[name])
    both = [*api["recall"], *api["reranked"]]
    scores = ("recall_rank", "similarity", "rerank_rank", "relevance", "logit")
    assert all({*scores} < {*row} for row in both)
    # what recall said stands in the second ranking as it was
    known = {row["item"]: [row[name] for name in scores] for row in api["recall"]}
    assert all(
        [row[name] for name in scores] == known[row["item"]]
        for row in api["reranked"]
        if row["item"] in known
    )


def rounded(value: Any) -> Any:
    """The same, numbers as near as two processes compute them."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items() if name not in {"path", "file"}}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, 5) if isinstance(value, float) else value


def test_search__a_key_of_the_history_names_the_picture_that_it_keeps(indexed, folder, tmp_path):
    key = f"{7:032x}/red disc.png"
    kept = AskedFiles(indexed.library / "asked")
    kept.keep({key: folder / "red disc.png"})
    answers = []
    for name in (key, str(folder / "red disc.png")):
        path = tmp_path / "question.json"
        path.write_bytes(orjson.dumps({"files": [name]}))
        answers.append(from_command(indexed, path))
    kept.tidy((), ())
    assert answers[0][0]
    close(*answers)


def test_search__its_own_answer_asks_again(indexed, tmp_path):
    first = indexed.json("search", "a red disc", "--kind", "picture", "-k", "3", "--depth", "5")
    path = tmp_path / "answer.json"
    path.write_bytes(orjson.dumps(first))
    again = indexed.json("search", "--question", path)
    assert {name: again[name] for name in ("question", "recall", "reranked")} == {
        name: first[name] for name in ("question", "recall", "reranked")
    }


@pytest.mark.parametrize(
    ("content", "more", "sentence"),
    [
        (b"nothing", (), "holds no question (it is no JSON"),
        (b"[1]", (), "holds no question (it holds no object)"),
        (b'{"txt": "fox"}', (), "A question says nothing called txt"),
        (b'{"text": "fox"}', ("-k", "3"), "remove top-k from the command"),
        (b'{"text": "fox"}', ("bear",), "remove text from the command"),
        (b'{"files": ["none.png"]}', (), "none.png is no longer kept here"),
    ],
)
def test_search__a_file_that_holds_no_question(indexed, tmp_path, content, more, sentence):
    path = tmp_path / "question.json"
    path.write_bytes(content)
    result = indexed.run("search", *more, "--question", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
