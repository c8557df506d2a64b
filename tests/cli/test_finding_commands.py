"""Exact words, filters, likeness, tags and duplicates from the command line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest


def paths(rows: list[dict]) -> list[str]:
    return [Path(row["path"]).name for row in rows]


def test_search__exact_words_need_no_model(indexed):
    words = ("--words", "only", "--model", "no such model")
    found = indexed.json("search", *words, '"red" -fox')
    assert found["model"] == ""
    assert paths(found["recall"]) == ["red disc.png"]
    assert found["recall"][0]["words_rank"] == 1
    assert found["recall"][0]["similarity"] is None
    assert found["left_out"]["above"] == 1
    nothing = indexed.run("search", *words, "zebra")
    assert nothing.exit_code == 0
    assert "No item contains these words." in nothing.stderr
    table = indexed.run("search", *words, "red")
    assert table.stdout.split()[:4] == ["rank", "recall", "words", "relevance"]
    assert "contain the words" in table.stderr


def test_search__exact_words_beside_meaning(indexed):
    found = indexed.json("search", "--words", "on", "--no-rerank", "red")
    ranks = {row["words_rank"] for row in found["recall"]}
    assert {None, 1} <= ranks
    assert all(row["similarity"] is not None for row in found["recall"])


def test_search__filters_combine(indexed, folder):
    today = date.today().isoformat()  # noqa: DTZ011  # the drawn files' day, which is local
    shape = ("--folder", folder, "--modified-from", today, "--min-bytes", "1")
    everything = indexed.json("search", "x", "--no-rerank", *shape)["recall"]
    assert len(everything) == len(indexed.json("search", "x", "--no-rerank")["recall"])
    clips = indexed.json("search", "x", "--no-rerank", *shape, "--min-seconds", "0.1")["recall"]
    assert {row["kind"] for row in clips} <= {"video", "moment"}
    assert clips
    gone = indexed.json("search", "x", "--no-rerank", "--modified-to", "1999-12-31")
    assert gone["recall"] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--min-bytes", "9", "--max-bytes", "1", "x"), "ends at 1, before it begins at 9"),
        (("--taken-from", "yesterday", "x"), "'yesterday' is no day; write it as 2026-03-31."),
        (("--unlike", "rain"), "query is empty"),
        (("--unlike", "rain", "--unlike-weight", "2", "x"), "choose 0 to 1"),
        (("--like", "99999"), "Item 99999 is not in the library any more"),
        (("--words", "only", "-x"), "No such option"),
        (("--words", "only", "--", "-x"), "query is empty but for what to leave out: type"),
    ],
)
def test_search__what_cannot_be_meant(indexed, words, sentence):
    result = indexed.run("search", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_search__like_an_item_leaves_it_out(indexed):
    first = indexed.json("search", "red disc", "--no-rerank", "--kind", "picture")["recall"][0]
    like = indexed.json("search", "--like", str(first["item"]), "--no-rerank")
    assert first["item"] not in {row["item"] for row in like["recall"]}
    assert like["question"]["like"] == [first["item"]]
    unlike = indexed.json("search", "red", "--unlike", "a red disc", "--no-rerank")
    plain = indexed.json("search", "red", "--no-rerank")
    assert [r["similarity"] for r in unlike["recall"]] != [
        r["similarity"] for r in plain["recall"]
    ]


def test_tag__given_listed_searched_and_taken_away(program, folder, tmp_path):
    shutil.copy(folder / "red disc.png", tmp_path / "one.png")
    program.json("index", tmp_path / "one.png")
    (row,) = program.json("search", "one", "--words", "only")["recall"]
    item = str(row["item"])
    assert program.json("tag", "best", item, "999") == {"tag": "best", "changed": 1}
    assert program.json("tags") == {"tags": {"best": 1}}
    unknown = program.run("tag", "best", "998", "999")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "Item 999 is not in the library." in unknown.stderr
    words = ("search", "one", "--words", "only", "--tag")
    assert len(program.json(*words, "best")["recall"]) == 1
    assert program.json(*words, "worst")["recall"] == []
    assert program.run("tags").stdout == "best  1\n"
    assert program.json("tag", "--remove", "best", item)["changed"] == 1
    assert program.json("tags") == {"tags": {}}


def test_duplicates__a_smaller_copy_stands_behind_its_original(program, folder, tmp_path):
    from PIL import Image

    pictures = tmp_path / "pictures"
    pictures.mkdir()
    original = Image.open(folder / "red disc.png").convert("RGB").resize((200, 200))
    original.save(pictures / "large.png")
    original.save(pictures / "large.jpg", quality=90)
    program.json("index", pictures)
    (group,) = program.json("duplicates")["groups"]
    assert Path(group["keeper"]["path"]).name in ("large.png", "large.jpg")
    assert group["reason"].startswith("Of those with 200 × 200 pixels it is the largest file")
    assert len(group["copies"]) == 1
    (hit,) = program.json("search", "red", "--no-rerank")["recall"]
    assert len(hit["copies"]) == 1
    assert len(program.json("search", "red", "--no-rerank", "--no-collapse")["recall"]) == 2
    assert program.run("duplicates").stdout.startswith("keep ")
    assert program.in_chinese("duplicates")[0].startswith(f"保留 {group['keeper']['path']}  ")
    assert "（另有 1 个近似副本）" in program.in_chinese("search", "red", "--no-rerank")[1]
