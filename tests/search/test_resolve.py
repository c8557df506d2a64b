"""What is asked becomes a query."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import EmptyQueryError, ModelLoadError, UnreadableMediaError, UsageError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.search.question_files import QuestionFile, read_question_files
from qwen3vl_app.search.resolve import resolve, resolve_query, with_moments
from qwen3vl_app.types import EVERYTHING, Kind, Orientation, Query, WordsMode
from qwen3vl_app.types.crops import Crop
from qwen3vl_app.types.query import MOST_QUERIES
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.reading import read_filter
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.known_choices import known_choices
from tests.drawn import draw_picture, film, write_pdf

FILTER_NAMES = (
    "collection",
    "folder",
    "taken_from",
    "taken_to",
    "modified_from",
    "modified_to",
    "min_bytes",
    "max_bytes",
    "orientation",
    "min_seconds",
    "max_seconds",
    "tag",
)


def asked(reader: Reader, **given) -> Query:
    return resolve_query(Question.read(given), reader)


def at(path: Path) -> QuestionFile:
    return QuestionFile.at(path)


def test_read_filter__all_of_them():
    where = read_filter(
        {
            "kinds": ["page"],
            "collection": "Work",
            "folder": ' "/home/anna/Pictures" ',
            "taken_from": "2024-01-31",
            "modified_to": "2024-02-29",
            "min_bytes": 1500000.0,
            "orientation": "portrait",
            "max_seconds": "12.5",
            "tag": "holiday",
        }
    )
    assert (where.kinds, where.collection, where.tag) == ({Kind.PAGE}, "Work", "holiday")
    assert where.folder == Path("/home/anna/Pictures")
    assert (where.taken_from, where.taken_to) == (date(2024, 1, 31), None)
    assert (where.modified_to, where.min_bytes) == (date(2024, 2, 29), 1_500_000)
    assert (where.orientation, where.max_seconds) == (Orientation.PORTRAIT, 12.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kinds", ["song"]),
        ("folder", "../Pictures"),
        ("taken_from", "yesterday"),
        ("min_bytes", "nan"),
        ("max_bytes", "1e99"),
        ("orientation", "round"),
        ("max_seconds", "a minute"),
    ],
)
def test_read_filter__what_means_nothing_is_one_sentence(name, value):
    with pytest.raises(UsageError, match=r"\.$"):
        read_filter({name: value})


@given(st.dictionaries(st.sampled_from(FILTER_NAMES), st.text(max_size=12)))
def test_read_filter__any_address_is_read_or_refused(address):
    with suppress(UsageError):
        read_filter(address)


def test_with_moments__a_video_brings_them():
    where = Question.read({"kinds": ["video"]}).where
    assert with_moments(where).kinds == {Kind.VIDEO, Kind.MOMENT}
    assert len(with_moments(Question().where).kinds) == 5


def test_resolve_query__choices_apply(reader):
    given = {
        "top": 50, "depth": 10, "rerank": False, "instruction": " Find it. ", "words": "on",
        "like": [3], "not_like": [4, 5], "unlike": " fog ", "unlike_weight": 0.25,
        "collapse": False,
    }  # fmt: skip
    query = asked(reader, text="owl", **json.loads(json.dumps(given)))
    assert (query.text, query.top_k, query.depth, query.rerank) == ("owl", 50, 50, False)
    assert (query.words, query.instruction) == (WordsMode.ON, "Find it.")
    assert (query.like, query.not_like) == ((3,), (4, 5))
    assert (query.unlike, query.unlike_weight, query.collapse) == ("fog", 0.25, False)


def test_resolve_query__nothing_asked(reader):
    with pytest.raises(EmptyQueryError):
        asked(reader, unlike="fog")


@pytest.mark.parametrize("given", [{"words": "maybe"}, {"like": list(range(1, 30))}])
def test_question__what_cannot_be_is_refused(given):
    with pytest.raises(UsageError):
        Question.read(given)


def test_crop__cuts_the_region():
    picture = Image.new("RGB", (200, 100), "white")
    picture.paste("red", (100, 50, 200, 100))
    part = Crop.read([0.5, 0.5, 1, 1]).apply(picture)
    assert part.size == (100, 50)
    assert part.getextrema() == ((255, 255), (0, 0), (0, 0))


def test_crop__is_never_too_small():
    assert Crop.read([0.99, 0.99, 1, 1]).apply(Image.new("RGB", (100, 6))).size == (8, 6)


@pytest.mark.parametrize("region", [None, [], [0, 0, 1], [0.5, 0, 0.5, 1], [-1, 0, 1, 1], "abcd"])
def test_crop__what_is_no_region_is_refused(region):
    with pytest.raises(UsageError, match="no region"):
        Crop.read(region)


def test_query_files__a_picture_is_cut_where_it_was_marked(reader, tmp_path):
    path = tmp_path / "0123abcd" / "a.png"
    path.parent.mkdir()
    Image.new("RGB", (100, 80)).save(path)
    crops = Question.read({"crops": {"0123abcd/a.png": [0, 0, 0.5, 1]}}).crops
    (picture,) = read_question_files(reader, [at(path)], crops).pictures
    assert picture.size == (50, 80)


def test_query_files__pictures_by_their_bytes(reader, tmp_path):
    odd = tmp_path / "picture.mp4"
    Image.new("RGB", (8, 8), "red").save(odd, "PNG")
    seen = read_question_files(reader, [at(odd)], {})
    assert (len(seen.pictures), seen.clips, seen.texts) == (1, (), ())


def test_query_files__of_a_document_its_beginning(reader, tmp_path):
    text = tmp_path / "note.md"
    text.write_text("# Foxes\n\n" + "A fox crossed the road.\n" * 200)
    write_pdf(tmp_path / "two.pdf", "first", "second")
    seen = read_question_files(reader, [at(text), at(tmp_path / "two.pdf")], {})
    (passage,) = seen.texts
    assert passage.startswith("# Foxes")
    assert 200 < len(passage.split()) < 400  # one passage, as the library has them
    (page,) = seen.pictures
    assert page.size[0] < page.size[1]


def test_resolve__exact_words_are_those_that_were_typed(reader, tmp_path):
    text = tmp_path / "0123abcd" / "note.txt"
    text.parent.mkdir()
    text.write_text("A fox crossed the road.")
    question = Question.read({"text": "river", "files": ["0123abcd/note.txt"], "words": "on"})
    query = resolve_query(question, reader, lambda _keys: [at(text)])
    assert query.model_input.texts == ("river", "A fox crossed the road.")
    assert query.exact_words.wanted == ("river",)


def test_query_files__junk_is_refused(reader, tmp_path):
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"no picture at all")
    with pytest.raises(UnreadableMediaError):
        read_question_files(reader, [at(junk)], {})
    with pytest.raises(UsageError, match="at most 8"):
        read_question_files(reader, [at(junk)] * 9, {})


def test_resolve_query__an_empty_box_leaves_the_first_to_a_further_query(reader):
    also = [{"text": ""}, {"text": "a river"}, {"text": "a boat"}]
    query = asked(reader, also=also)
    assert (query.text, [one.text for one in query.also]) == ("a river", ["a boat"])
    beside = asked(reader, also=also, like=[1])
    assert (beside.text, len(beside.also)) == ("", 2)


def test_resolve_query__too_many_queries_are_refused_before_a_file_is_read(reader):
    looked: list[str] = []

    def known(keys):
        looked.extend(keys)
        return []

    given = {"also": [{"text": "a boat", "files": ["a/b.png"]}] * (MOST_QUERIES + 1)}
    with pytest.raises(UsageError, match=r"9 queries were asked at once; choose up to 8\."):
        resolve_query(Question.read(given), reader, known)
    assert looked == []


def test_known_choices__are_those_of_the_page():
    text = (Path(scripts.FOLDER) / "search" / "question" / "state.js").read_text()
    defaults = text.split("DEFAULTS = Object.freeze({", 1)[1].split("});", 1)[0]
    pairs = re.findall(r"(\w+): (\[\]|\{\}|[^,]+),", defaults)
    assert len(pairs) > 20
    given = {name: json.loads(value.replace("'", '"')) for name, value in pairs}
    assert known_choices(given) == given


@pytest.mark.parametrize(
    "given",
    [
        *([], "x", 7, {"x": 1}, {1: 2}, {"folder": {}}, {"folder": "x" * 5000}, {"kinds": "page"}),
        *({"kinds": [1]}, {"like": ["1"]}, {"like": [True]}, {"like": [2**60]}, {"top": [1]}),
        *({"crops": []}, {"crops": {"a": {}}}, {"crops": {"a": [{}]}}, {"crops": {"a" * 400: []}}),
        *({"also": {}}, {"also": [1]}, {"also": [{"x": 1}]}, {"also": [{"files": [1]}]}),
        *({"also": [{"text": 1}]}, {"unlike": 1}, {"kinds": ["x"] * 65}, {"rerank": []}),
    ],
)
def test_known_choices__nothing_else_is_taken(given):
    with pytest.raises(UsageError, match=r"cannot be read\.$"):
        known_choices(given)


@pytest.mark.parametrize(
    "given",
    [{"kinds": ["page"]}, {"tag": "a"}, {"min_bytes": 0}, {"kinds": ["page"], "words": "only"}],
)
def test_resolve__filters_alone_are_a_listing(reader, given):
    assert resolve(Question.read(given), reader) == Question.read(given).where


@pytest.mark.parametrize(
    ("text", "given", "code"),
    [
        ("", {"kinds": ["page"], "unlike": "rain"}, "query.only_unlike"),
        ("", {"kinds": ["page"], "not_like": [1]}, "query.only_unlike"),
        ("-rain", {"kinds": ["page"], "words": "only"}, "query.only_unlike"),
        ('"', {"words": "only"}, "query.wordless"),
        ("…", {"words": "only"}, "query.wordless"),
        ("", {"like": [1], "words": "only"}, "query.wordless"),
    ],
)
def test_resolve__nothing_but_what_is_not_wanted_is_refused(reader, text, given, code):
    with pytest.raises(EmptyQueryError) as refused:
        resolve(Question.read({"text": text, **given}), reader)
    assert refused.value.code == code


@pytest.mark.parametrize("given", [{}, {"kinds": [], "tag": "", "min_bytes": None, "top": 50}])
def test_resolve__an_empty_question_means_everything(reader, given):
    assert resolve(Question.read({"text": "", **given}), reader) == EVERYTHING


def test_resolve__what_cannot_pass_is_a_sentence(reader):
    with pytest.raises(UsageError, match="is not a day"):
        resolve(Question.read({"taken_from": "soon"}), reader)


def test_resolve__a_clip_has_the_frames_of_the_model_that_is_asked(reader, tmp_path):
    clip, picture = film(tmp_path / "a.mp4"), draw_picture(tmp_path / "a.png", "red")

    def known(keys):
        return [QuestionFile(key, tmp_path / key) for key in keys]

    def frames(budget, **asked):
        question = Question.read({"files": [clip.name], **asked})
        (found,) = resolve_query(question, reader, known, budget).clips
        return len(found.frames)

    assert frames(None) == 20  # one a second
    assert frames(lambda: Budget(fps=2.0, max_frames=8)) == 8

    def missing():
        raise ModelLoadError(Message.free("The embedder is missing."))

    with pytest.raises(ModelLoadError):
        frames(missing)
    assert frames(missing, text='"a word"', words="only") == 20
    pictured = Question.read({"files": [picture.name]})
    assert len(resolve_query(pictured, reader, known, missing).pictures) == 1
