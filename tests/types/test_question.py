"""A question is written down and read back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.errors import UsageError
from qwen3vl_app.types import ItemFilter, ItemId, Kind, Orientation, WordsMode
from qwen3vl_app.types.crops import Crop
from qwen3vl_app.types.question import DEPTH, NAMES, TOP, Further, Question

TEXTS = st.text(max_size=20).map(str.strip)
KEYS = st.tuples() | st.tuples(st.text(min_size=1, max_size=20))
IDS = st.lists(st.integers(1, 10**12).map(ItemId), max_size=3).map(tuple)
WHERE = st.builds(
    ItemFilter,
    kinds=st.sets(st.sampled_from(Kind), min_size=1).map(frozenset),
    collection=st.none() | st.text(min_size=1, max_size=9),
    folder=st.sampled_from([None, Path("/a/b c"), Path("boats")]),
    modified_to=st.none() | st.dates(min_value=date(1900, 1, 1)),
    min_bytes=st.none() | st.integers(0, 10**9),
    max_seconds=st.none() | st.floats(0, 1e6),
    orientation=st.none() | st.sampled_from(Orientation),
)
QUESTIONS = st.builds(
    Question,
    text=TEXTS,
    files=KEYS,
    also=st.lists(st.builds(Further, text=TEXTS, files=KEYS), max_size=2).map(tuple),
    like=IDS,
    not_like=IDS,
    unlike=TEXTS,
    unlike_weight=st.floats(0, 1),
    words=st.sampled_from(WordsMode),
    where=WHERE,
    crops=st.dictionaries(st.text(max_size=9), st.just(Crop(0.25, 0, 1, 0.5)), max_size=2),
    instruction=st.none() | TEXTS.filter(bool),
    top=st.integers(1, 300),
    depth=st.integers(1, 300),
    rerank=st.booleans(),
    picture_words=st.booleans(),
    collapse=st.booleans(),
    quota=st.dictionaries(st.sampled_from(Kind), st.integers(1, 300)),
)


@given(QUESTIONS)
def test_question__comes_back_from_json(question: Question):
    assert Question.read(json.loads(json.dumps(question.written()))) == question


@pytest.mark.parametrize(
    "given_values",
    [
        *({"text": ["fox"]}, {"files": "fox.png"}, {"files": [1]}, {"also": "fox"}, {"also": [1]}),
        *({"also": [{"txt": "fox"}]}, {"like": 5}, {"like": [1.6]}, {"rerank": "false"}),
        *({"collapse": 0}, {"picture_words": "true"}, {"quota": "picture=5"}, {"crops": [1]}),
        *({"instruction": 5}, {"unlike": {}}, {"collection": ["a"]}, {"tag": 5}, {"folder": {}}),
    ],
    ids=str,
)
def test_question__a_value_of_another_type_is_not_read_as_something_else(given_values):
    with pytest.raises(UsageError):
        Question.read(given_values)


def test_question__defaults_stand_in_one_place():
    assert (Question().top, Question().depth) == (TOP, DEPTH) == (20, 40)
    assert Question.read({}) == Question()
    written = {"unlike_weight": 0.5, "words": "off", "top": 20, "depth": 40}
    assert Question().written() == written | {
        "rerank": True,
        "picture_words": False,
        "collapse": True,
    }


def test_question__says_all_its_names():
    everything = Question(
        text="a", files=("b",), also=(Further(text="c"),), like=(ItemId(1),),
        not_like=(ItemId(2),), unlike="d", instruction="e", crops={"b": Crop(0, 0, 1, 1)},
        where=ItemFilter(
            kinds=frozenset({Kind.PAGE}), collection="f", folder=Path("/g"), tag="h",
            taken_from=date(2024, 1, 1), taken_to=date(2024, 1, 2), modified_from=date(2024, 1, 1),
            modified_to=date(2024, 1, 2), min_bytes=1, max_bytes=2, min_seconds=1, max_seconds=2,
            orientation=Orientation.SQUARE,
        ),
        quota={Kind.PAGE: 3},
    )  # fmt: skip
    assert everything.written().keys() == NAMES


@pytest.mark.parametrize(
    "given_values", [{"txt": "fox"}, {"words": "maybe"}, {"top": "many"}, {"like": [*range(20)]}]
)
def test_question__what_means_nothing_is_one_sentence(given_values):
    with pytest.raises(UsageError, match=r"\.$"):
        Question.read(given_values)
