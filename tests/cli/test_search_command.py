from __future__ import annotations

from pathlib import Path

import pytest


def test_search__json_has_both_columns(indexed):
    found = indexed.json("search", "a red disc", "-k", "4", "--depth", "4")
    assert found["question"]["text"] == "a red disc"
    assert found["model"] == "checkpoint"
    assert [row["rank"] for row in found["recall"]] == [1, 2, 3, 4]
    assert [row["rank"] for row in found["reranked"]] == [1, 2, 3, 4]
    logits = [row["logit"] for row in found["reranked"]]
    assert logits == sorted(logits, reverse=True)
    similarities = [row["similarity"] for row in found["recall"]]
    assert similarities == sorted(similarities, reverse=True)
    assert {row["item"] for row in found["recall"]} == {row["item"] for row in found["reranked"]}
    assert set(found["timings"]) == {"embed_ms", "recall_ms", "rerank_ms"}


def test_search__places_are_named(indexed):
    rows = {row["kind"]: row for row in indexed.json("search", "report")["recall"]}
    assert rows["page"]["page"] in (1, 2)
    assert rows["passage"]["lines"] == [1, 3]
    assert rows["moment"]["end"] > rows["moment"]["start"]
    assert "page" not in rows["picture"]


def test_search__kinds_and_collection_filter(indexed):
    kinds = ("--kind", "page", "--kind", "passage")
    found = indexed.json("search", "report", *kinds, "--collection", "things", "--no-rerank")
    assert {row["kind"] for row in found["recall"]} == {"page", "passage"}
    assert len(found["recall"]) == 3
    assert found["reranked"] == []
    assert indexed.json("search", "report", "--collection", "other")["recall"] == []


def test_search__filters_alone_list_the_newest_and_load_no_model(indexed):
    found = indexed.json("search", "--kind", "page", "--kind", "picture", "--model", "gpt9")
    assert found["total"] == len(found["listed"]) == 4
    ids = [row["item"] for row in found["listed"]]
    assert ids == sorted(ids, reverse=True)
    assert {row["kind"] for row in found["listed"]} == {"page", "picture"}
    first = indexed.json("search", "--kind", "page", "--kind", "picture", "-k", "1")
    assert (first["total"], [row["item"] for row in first["listed"]]) == (4, ids[:1])
    said = indexed.run("search", "--kind", "page", "--kind", "picture", "-k", "3")
    assert len(said.stdout.splitlines()) == 3
    assert said.stderr == "4 pass the filters; showing the newest 3.\n"
    none = indexed.run("search", "--tag", "nowhere")
    assert (none.exit_code, none.stdout) == (0, "")
    assert none.stderr.startswith("No item of the library passes the filters")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--kind", "page", "--unlike", "rain"), "empty but for what to leave out"),
        (("--kind", "page", "-k", "301"), "301 results were asked for; choose 1 to 300."),
        (("--min-bytes", "9", "--max-bytes", "2"), "range"),
    ],
)
def test_search__what_cannot_be_listed_is_a_usage_error(indexed, words, sentence):
    result = indexed.run("search", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_search__a_picture_finds_itself(indexed, folder):
    found = indexed.json(
        "search",
        "--image",
        folder / "red disc.png",
        "--instruction",
        "Represent the user's input.",
        "--no-rerank",
    )
    assert found["recall"][0]["path"] == str(folder / "red disc.png")
    assert found["recall"][0]["similarity"] == pytest.approx(1.0, abs=1e-5)


def test_search__a_clip_finds_itself(indexed, folder):
    found = indexed.json(
        "search",
        "--video",
        folder / "clip.mp4",
        "--instruction",
        "Represent the user's input.",
        "--no-rerank",
    )
    assert found["recall"][0]["kind"] == "video"
    assert found["recall"][0]["similarity"] == pytest.approx(1.0, abs=1e-5)


def test_search__depth_goes_beyond_the_rows_shown(indexed):
    found = indexed.json("search", "river", "-k", "2", "--depth", "8")
    assert len(found["reranked"]) == 2
    deepest = indexed.json("search", "river", "-k", "8", "--depth", "8")["reranked"][:2]
    assert [row["item"] for row in found["reranked"]] == [row["item"] for row in deepest]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("x", "-k", "0"), "choose 1 to 300"),
        (("x", "--depth", "999"), "choose 1 to 300"),
        (("x", "--kind", "painting"), "painting"),
        (("x" * 8001,), "has 8,001 characters, over the limit of 8,000; shorten it."),
        (("x", "--also", "x" * 8001), "over the limit of 8,000"),
        (("x", "--unlike", "x" * 8001), "over the limit of 8,000"),
        (("x", "--instruction", "x" * 8001), "over the limit of 8,000"),
    ],
)
def test_search__what_cannot_be_asked_is_a_usage_error(indexed, words, sentence):
    result = indexed.run("search", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("words", [(), ("   ",)])
def test_search__an_empty_query_lists_the_newest_of_all(indexed, words):
    found = indexed.json("search", *words, "-k", "3")
    everything = indexed.json("items")["items"]
    newest = sorted((row["item"] for row in everything), reverse=True)
    assert [row["item"] for row in found["listed"]] == newest[:3]


def test_search__a_query_picture_that_is_none(indexed, tmp_path):
    fake = tmp_path / "fake.png"
    fake.write_text("not a picture")
    result = indexed.run("search", "--image", fake)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: fake.png: ")


def test_search__a_query_file_that_is_not_there(indexed, tmp_path):
    for option in ("--image", "--video", "--also-image", "--also-video"):
        result = indexed.run("search", "fox", option, tmp_path / "gone.mp4")
        assert result.exit_code == 2
        assert "gone.mp4' does not exist" in result.stderr


def test_search__words_that_begin_with_a_minus(indexed):
    found = indexed.run("search", "--words", "only", "--", "-red disc").stdout
    assert ("blue disc.jpg" in found, "red disc.png" in found) == (True, False)
    nothing = indexed.run("search", "--words", "only", "--", "-fox")
    assert "empty but for what to leave out" in nothing.stderr


def test_search__an_unknown_model_is_one_sentence(indexed):
    result = indexed.run("search", "--model", "gpt9", "cat")
    assert result.exit_code == 1
    assert "“gpt9” is neither a folder nor a model" in result.stderr
    assert "Traceback" not in result.stderr


def test_search__a_missing_reranker_is_a_note(indexed):
    result = indexed.run("search", "--reranker", "8b", "--json", "cat")
    assert result.exit_code == 0
    assert "Qwen/Qwen3-VL-Reranker-8B is not on this machine" in result.stderr


def test_search__a_table_for_people(indexed):
    result = indexed.run("search", "river", "-k", "3")
    assert result.exit_code == 0
    heading, *rows = result.stdout.splitlines()
    assert heading.split() == [
        *("rank", "recall", "relevance", "similarity", "kind", "where", "file"),
    ]
    assert len(rows) == 3


def test_search__several_queries_say_which_of_them_found_what(indexed, folder):
    picture = folder / "red disc.png"
    asked = ("search", "a red fox", "--also", "report", "--also-image", picture, "--no-rerank")
    found = indexed.json(*asked)
    assert found["question"]["also"] == [
        {"text": "report", "files": []},
        {"text": "", "files": [str(picture)]},
    ]
    by = {Path(row["path"]).name: row["found_by"] for row in found["recall"]}
    assert by["red disc.png"][2] == 1
    assert all(len(ranks) == 3 for ranks in by.values())
    assert "found by" in indexed.run(*asked).stdout.splitlines()[0]
    assert "found_by" not in indexed.json("search", "fox", "--no-rerank")["recall"][0]


def test_search__a_clip_as_a_query_of_its_own(indexed, folder):
    clip = folder / "clip.mp4"
    found = indexed.json("search", "a red fox", "--also-video", clip, "--no-rerank")
    assert found["question"]["also"] == [{"text": "", "files": [str(clip)]}]
    by = {(Path(row["path"]).name, row["kind"]): row["found_by"] for row in found["recall"]}
    assert by["clip.mp4", "video"][1] is not None


def test_search__one_is_spoken_of_as_one(indexed):
    words = ("search", "--words", "only")
    assert "Showing 1; 1 contains the words." in indexed.run(*words, "fox").stderr
    hidden = indexed.run(*words, "fox", "--kind", "picture").stderr
    assert "1 more is hidden by filters" in hidden
