from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qwen3vl_app
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.messages import LANGUAGES, NOTHING, Message, catalogue, worded
from qwen3vl_app.types import Doubt, Kind, Outcome
from qwen3vl_app.ui.tour import guided_queries

PACKAGE = Path(qwen3vl_app.__file__).parent

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
MESSAGES = st.recursive(
    st.builds(Message, TEXTS.filter(bool), st.dictionaries(TEXTS, TEXTS | st.integers())),
    lambda inner: st.builds(Message, TEXTS.filter(bool), st.dictionaries(TEXTS, TEXTS | inner)),
    max_leaves=5,
)

ENGLISH_ALONE = {
    # English words themselves
    *(("load.no_demo", "model"), ("number.negative", "what"), ("range.backwards", "what")),
    ("choice.unknown", "said"),
    # what is counted or quoted to whoever sends it by a program of their own
    *(("address.long", "limit"), ("address.long", "size"), ("upload.form", "said")),
    *(("body.deep", "limit"), ("body.deep", "n"), ("body.deeper", "limit")),
    *(("body.great", "limit"), ("body.great", "value"), ("body.no_number", "value")),
    *(("body.json", "number"), ("body.json", "said"), ("body.utf8", "number")),
    *(("body.large", "path"), ("body.large", "size"), ("body.larger", "path")),
    *(("body.slow", "bytes"), ("body.slow", "least"), ("body.slow", "seconds")),
    *(("body.twice", "name"), ("crop.unusable", "value"), ("upload.nameless", "name")),
    *(("headers.long", "limit"), ("headers.long", "size"), ("headers.many", "limit")),
    ("headers.many", "n"),
    # how much or which, where Chinese says what to do
    *(("busy", "n"), ("examples.many", "found"), ("query.many_files", "found")),
    *(("disk.small", "free"), ("disk.small", "kept"), ("disk.small", "more")),
    *(("disk.small", "promised"), ("upload.many", "found"), ("upload.name", "said")),
    *(("item.gone", "item"), ("item.gone_or_stale", "item"), ("tag.unusable", "name")),
    *(("library.busy", "path"), ("library.busy", "said"), ("library.path_readonly", "path")),
    *(("words.signs", "such"), ("words.slow", "n")),
}
"""Values that the Chinese sentence does without."""

CHINESE_ALONE = {("choice.unknown", "value")}
"""Values that the English sentence has in the words of another value."""


def calls() -> Iterator[ast.Call]:
    """Every call in the program."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def written(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def made() -> set[str]:
    """Codes of the messages that the program makes, where they are written out."""
    found = {
        written(call.args[0])
        for call in calls()
        if call.args and ast.unparse(call.func) in ("Message", "Message.of")
    }
    by_number = {code for call in counts() for code in (call, f"{call}.one")}
    return (found | by_number) - {""}


def counts() -> set[str]:
    """Codes that are counted with, of which another speaks of exactly one thing."""
    return {written(call.args[0]) for call in calls() if ast.unparse(call.func) == "counted"}


def of_the_tour() -> set[str]:
    """Codes of the guided queries, whose English words stand with them in their own file."""
    return {f"tour.{query.name}" for query in guided_queries()}


def names(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def test_catalogues__every_code_is_there_in_both() -> None:
    english, chinese = (set(catalogue(language)) for language in LANGUAGES)
    assert chinese - english == of_the_tour()
    assert english - chinese == set()


def test_catalogues__every_value_is_named_in_both() -> None:
    english, chinese = (catalogue(language) for language in LANGUAGES)
    differing = {
        (code, name) for code in english for name in names(english[code]) - names(chinese[code])
    }
    assert differing == ENGLISH_ALONE
    added = {
        (code, name) for code in english for name in names(chinese[code]) - names(english[code])
    }
    assert added == CHINESE_ALONE


def test_catalogues__have_every_code_that_is_made() -> None:
    found = made()
    assert len(found) > 250
    assert found <= set(catalogue("en"))
    for family, values in (("outcome", Outcome), ("state", IndexState), ("doubt", Doubt)):
        assert {f"cli.{family}.{one.value}" for one in values} <= set(catalogue("en"))
    assert {f"cli.kind.{kind.value}" for kind in Kind} <= set(catalogue("en"))
    for what in ("", "_folder"):
        assert {f"reason.{how}{what}" for how in ("gone", "denied", "unread")} <= set(
            catalogue("en")
        )


def test_catalogues__every_message_is_made_with_the_values_it_names() -> None:
    english = catalogue("en")
    for call in calls():
        if ast.unparse(call.func) == "Message.of" and written(call.args[0]) in english:
            code = written(call.args[0])
            if all(keyword.arg is not None for keyword in call.keywords):
                named = names(english[code]) | names(catalogue("zh")[code])
                assert {keyword.arg for keyword in call.keywords} == named, code


@given(MESSAGES)
def test_message__json_and_back(message: Message) -> None:
    assert Message.from_json(message.to_json()) == message
    assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301  # our own


def test_message__nothing_is_an_empty_text() -> None:
    assert (NOTHING.to_json(), Message.from_json(""), bool(NOTHING)) == ("", NOTHING, False)
    assert Message.free("") == NOTHING


@pytest.mark.parametrize("text", ["{}", "7", '["a"]', '["a", 1]', "[1, {}]", "torn"])
def test_from_json__of_something_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"message|Expecting"):
        Message.from_json(text)


def test_worded__values_and_messages_inside() -> None:
    inner = Message.of("reason.no_pages")
    outer = Message.of(
        "reason.partly",
        n="2",
        all="40",
        parts=Message.of("noun.pages"),
        where="page 7",
        reason=inner,
    )
    assert str(outer) == "2 of 40 pages could not be read: page 7: The PDF has no pages."
    assert worded(outer, "zh") == "40 个页面中有 2 个无法读取：page 7：PDF 没有页面。"


def test_worded__numbers_with_thousands_and_braces_in_names() -> None:
    many = Message.of("patterns.many", n=12345, limit=2000)
    assert str(many).startswith("12,345 patterns are over the limit of 2,000;")
    assert "{n} {limit" in str(Message.of("pattern.wrong", pattern="{n} {limit"))


def test_worded__a_code_that_no_catalogue_has_is_shown() -> None:
    assert worded(Message.of("reason.of_tomorrow", n=1), "zh") == "reason.of_tomorrow"
