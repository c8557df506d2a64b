"""Files of test sets: round trips byte for byte, and what is said of bad ones."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.errors import UsageError
from qwen3vl_app.evaluation.formats import beir, spreadsheet, trec
from qwen3vl_app.evaluation.formats.training import Example, Input, Trainer, write_training
from qwen3vl_app.types.test_set import Entry, Graded, TestSet

LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Z"])
IDS = st.text(LETTERS, min_size=1, max_size=12)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
LINES = st.lists(IDS, min_size=1, max_size=5).map(" ".join)
GRADES = st.integers(-2, 3)
SCORES = st.floats(allow_nan=False, allow_infinity=False)


PAIRED = st.lists(
    st.builds(Graded, IDS, IDS, GRADES, st.sampled_from(["0", "1", "Q0"])),
    unique_by=lambda one: (one.question, one.document),
)


@given(PAIRED)
def test_qrels__come_back_equal(grades):
    written = trec.write_qrels(grades)
    assert trec.read_qrels(written) == tuple(grades)
    assert trec.write_qrels(trec.read_qrels(written)) == written


RANKED = st.lists(
    st.builds(trec.RunRow, IDS, IDS, st.integers(0, 999), SCORES, IDS),
    unique_by=lambda one: (one.question, one.document),
)


@given(RANKED)
def test_runs__come_back_equal(rows):
    written = trec.write_run(rows)
    assert trec.read_run(written) == tuple(rows)
    assert trec.write_run(trec.read_run(written)) == written


TOPICS = st.tuples(IDS.filter(lambda one: not one.startswith("<")), LINES)


@given(st.lists(TOPICS, unique_by=lambda one: one[0]))
def test_topics__a_line_each_come_back_equal(pairs):
    asked = tuple(Entry({"_id": name, "text": text}) for name, text in pairs)
    written = trec.write_topics(asked)
    assert trec.read_topics(written) == asked
    assert trec.write_topics(trec.read_topics(written)) == written


PLAIN = st.text(st.sampled_from("abc XYZ狐"), min_size=1).map(str.split).map(" ".join)


@given(st.lists(st.tuples(IDS, PLAIN, PLAIN, PLAIN), min_size=1, unique_by=lambda one: one[0]))
def test_topics__with_tags_come_back_equal(blocks):
    names = ("_id", "text", "description", "narrative")
    asked = tuple(Entry(dict(zip(names, block, strict=True))) for block in blocks)
    written = trec.write_topics(asked)
    assert trec.write_topics(trec.read_topics(written)) == written


def test_topics__of_the_ad_hoc_tracks():
    text = (
        "<top>\n<num> Number: 301\n<title> International Organized Crime\n\n"
        "<desc> Description:\nIdentify organizations.\nMore of it.\n\n"
        "<narr> Narrative:\nA relevant document\n</top>\n"
    )
    (one,) = trec.read_topics(text)
    assert one.said == {
        "_id": "301",
        "text": "International Organized Crime",
        "description": "Identify organizations.\nMore of it.",
        "narrative": "A relevant document",
    }


def test_in_order__by_score_and_then_by_name_as_trec_eval_does():
    rows = [
        trec.RunRow("1", name, 1, score, "x") for name, score in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert trec.in_order(rows) == {"1": ("c", "b", "a")}


@given(
    st.lists(st.dictionaries(WORDS, WORDS | st.integers() | st.none()), max_size=5), st.booleans()
)
def test_entries__of_beir_come_back_byte_for_byte(said, escaped):
    rows = [{"_id": str(n), "text": f"t{n}", "metadata": one} for n, one in enumerate(said)]
    text = "".join(json.dumps(row, ensure_ascii=escaped) + "\n" for row in rows)
    assert beir.write_entries(beir.read_entries(text, "corpus.jsonl"), escaped=escaped) == text


CORPUS = (
    '{"_id": "1", "title": "Caf\\u00e9", "text": "", "metadata": {}}\n'
    '{"_id": "2", "image": "pictures/a.jpg", "split": 3}\n'
    '{"_id": "3", "path": "b.pdf", "page": 2}\n'
)
QUERIES = '{"_id": "q1", "text": "fox", "metadata": {"x": 1.0}}\n{"_id": "q2", "text": "dog"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq1\t2\t1\nq2\t1\t2\nq1\t3\t0\n"


def test_beir__a_folder_comes_back_byte_for_byte():
    found = beir.read_beir(CORPUS, QUERIES, QRELS, "dev")
    assert [one.path for one in found.documents] == ["", "pictures/a.jpg", "b.pdf"]
    assert (found.documents[2].page, found.documents[0].title) == (2, "Café")
    made = TestSet(
        name="x", questions=found.questions, documents=found.documents, grades=found.grades,
        split="dev", ascii=found.ascii,
    )  # fmt: skip
    files = {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES, "qrels/dev.tsv": QRELS}
    assert beir.write_beir(made) == files
    again = TestSet.read(json.loads(json.dumps(made.written())))
    assert beir.write_beir(again) == files
    assert (again, again.fingerprint) == (made, made.fingerprint)


TITLES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=9)


@given(
    st.dictionaries(IDS, TITLES.filter(str.strip), min_size=1, max_size=4),
    st.dictionaries(IDS, TITLES.filter(str.strip), min_size=1, max_size=4),
    st.data(),
)
def test_csv__comes_back_equal(questions, documents, data):
    pairs = st.tuples(st.sampled_from(sorted(questions)), st.sampled_from(sorted(documents)))
    graded = data.draw(st.lists(st.tuples(pairs, GRADES), unique_by=lambda one: one[0]))
    made = TestSet(
        name="x",
        questions=tuple(Entry({"_id": one, "text": text}) for one, text in questions.items()),
        documents=tuple(Entry({"_id": one, "path": path}) for one, path in documents.items()),
        grades=tuple(Graded(asked, found, grade) for (asked, found), grade in graded),
    )
    written = spreadsheet.write_csv(made)
    found = spreadsheet.read_csv(written)
    assert found.grades == made.grades
    assert {one.id: one for one in found.questions} == {one.id: one for one in made.questions}
    assert {one.id: one for one in found.documents} == {one.id: one for one in made.documents}


def test_csv__three_columns_are_enough():
    found = spreadsheet.read_csv(
        "question,document,grade\nfox,a.jpg,3\nfox,b.pdf,0\ndog,a.jpg,1\n,c.jpg,\n"
    )
    assert [one.id for one in found.questions] == ["q1", "q2"]
    assert [one.path for one in found.documents] == ["a.jpg", "b.pdf", "c.jpg"]
    assert found.grades == (
        Graded("q1", "a.jpg", 3), Graded("q1", "b.pdf", 0), Graded("q2", "a.jpg", 1),
    )  # fmt: skip
    paged = spreadsheet.read_csv("question,document,page,grade\nfox,a.pdf,2,1\nfox,a.pdf,3,0\n")
    assert [(one.path, one.page) for one in paged.documents] == [("a.pdf", 2), ("a.pdf", 3)]


def test_csv__a_question_without_an_id_gets_one_that_no_other_has():
    found = spreadsheet.read_csv(f"{NAMED},fox,a,1\nq1,dog,b,1\n,fox,c,0\n")
    assert {one.id: one.text for one in found.questions} == {"q2": "fox", "q1": "dog"}
    assert [(one.question, one.document) for one in found.grades] == [
        *(("q2", "a"), ("q1", "b"), ("q2", "c")),
    ]


def test_csv__details_of_a_document_stand_once_and_may_be_long():
    long = "a long passage " * 10_000
    text = f"question,document,text,grade\nfox,a,{long},1\ndog,a,,0\n"
    (one,) = spreadsheet.read_csv(text).documents
    assert one.text == long


def test_csv__many_questions_are_read_in_time_that_grows_with_their_number():
    rows = "".join(f"q{n},d{n}.png,1\n" for n in range(30_000))
    began = time.process_time()
    assert len(spreadsheet.read_csv(f"question,document,grade\n{rows}").questions) == 30_000
    assert time.process_time() - began < 15  # half a second; minutes where each is looked for


def test_topics__a_tag_may_be_closed_on_a_line_of_its_own():
    (one,) = trec.read_topics(
        "<top>\n<num>1</num>\n<title>fox</title>\n<desc>a\nb</desc>\n</top>\n"
    )
    assert one.said == {"_id": "1", "text": "fox", "description": "a\nb"}


def entries(text):
    return beir.read_entries(text, "corpus.jsonl")


def folder(qrels):
    one = '{"_id": "a", "text": "fox"}\n'
    return beir.read_beir(one, one.replace("a", "q", 1), f"query-id\tcorpus-id\tscore\n{qrels}")


NAMED = "question_id,question,document,grade\n"
PATHS = "question,document,path,grade\n"
PAGES = "question,document,page,grade\n"

BAD = (
    (trec.read_qrels, "1 0 a 1\n1 0 b\n", 2, 4, "4 columns"),
    (trec.read_qrels, "1 0 a x\n", 1, 4, "whole number"),
    (trec.read_qrels, "1 0 a 1\n1 0 a 0\n", 2, 3, "no grade yet"),
    (trec.read_topics, "1\tfox\n1\tdog\n", 2, 1, "not there yet"),
    (trec.read_run, "1 Q0 a 1 nan us\n", 1, 5, "a number"),
    (trec.read_topics, "1\tfox\n2 dog\n", 2, 1, "tab"),
    (trec.read_topics, "<top>\n<num> Number: 1\n", 1, 1, "</top>"),
    (trec.read_topics, "<top>\n<title> fox\n</top>\n", 1, 1, "<num>"),
    (trec.read_topics, "<top>\n<num> 1\n<what> fox\n</top>\n", 3, 1, "<title>"),
    (beir.read_qrels, "q\td\n", 1, 1, "query-id"),
    (beir.read_qrels, "query-id\tcorpus-id\tscore\n1\ta\t1.5\n", 2, 3, "whole number"),
    (beir.read_qrels, "query-id\tcorpus-id\tscore\n1\ta\n", 2, 3, "3 columns"),
    (folder, "q\tx\t1\n", 2, 2, "a document of the corpus"),
    (folder, "q\ta\t1\nx\ta\t1\n", 3, 1, "a question of the set"),
    (folder, "q\ta\t1\nq\ta\t0\n", 3, 2, "no grade yet"),
    (entries, '{"_id": "1", "text": "a"}\n{"text": "b", "_id": "1"}\n', 2, 15, "not there yet"),
    (entries, '{"_id": "1", "text": "a"}\n{"_id": 2,}\n', 2, 11, "JSON"),
    (entries, '{"id": "1", "text": "a"}\n', 1, 1, "_id"),
    (entries, '{"_id": "1", "text": 3}\n', 1, 14, "text"),
    (entries, '{"_id": "1", "path": "a", "page": 0}\n', 1, 27, "page"),
    (entries, '{"_id": "1"}\n', 1, 1, "image"),
    (spreadsheet.read_csv, "question,grade\n", 1, 3, "document"),
    (spreadsheet.read_csv, "question,document,grade\nfox,a\n", 2, 3, "3 columns"),
    (spreadsheet.read_csv, "question,document,grade\nfox,a,good\n", 2, 3, "whole number"),
    (spreadsheet.read_csv, "grade,question,document\n1,fox,a\n0,fox,a\n", 3, 3, "no grade yet"),
    (spreadsheet.read_csv, 'question,document,grade\n"fox,a,1\n', 2, 1, "quotes"),
    (spreadsheet.read_csv, "\n\nquestion,grade\n", 3, 3, "document"),
    (spreadsheet.read_csv, "question,document,grade,grade\nfox,a,1,2\n", 1, 4, "not there yet"),
    (spreadsheet.read_csv, 'question,document,grade\n"a\nb",a,x\n', 2, 3, "whole number"),
    (spreadsheet.read_csv, "question,document,grade\nfox,a,1_0\n", 2, 3, "whole number"),
    (spreadsheet.read_csv, "question,document,grade\nfox,a,99999\n", 2, 3, "10000"),
    (spreadsheet.read_csv, "question,document,grade\nfox,,3\n", 2, 3, "no grade"),
    (spreadsheet.read_csv, f"{NAMED}q,fox,a,1\nq,dog,b,1\n", 3, 1, "same question"),
    (spreadsheet.read_csv, f"{PATHS}fox,a,x.png,1\ndog,a,y.png,1\n", 3, 2, "document as above"),
    (spreadsheet.read_csv, f"{PAGES}fox,a,{'9' * 5000},1\n", 2, 3, "page"),
    (trec.read_qrels, f"1 0 a {10**19}\n", 1, 4, "10000"),
    (trec.read_run, "1 Q0 a 1 2 us\n2 Q0 a 1 2 us\n1 Q0 a 2 1 us\n", 3, 3, "not there yet"),
    (entries, '{"_id": true, "text": "a"}\n', 1, 2, "_id"),
    (entries, f'{{"_id": "1", "text": "a", "n": {"9" * 5000}}}\n', 1, 1, "JSON"),
)  # fmt: skip


@pytest.mark.parametrize(("read", "text", "line", "column", "expected"), BAD)
def test_read__a_bad_file_is_named_by_line_column_and_what_was_expected(
    read, text, line, column, expected
):
    with pytest.raises(UsageError) as caught:
        read(text)
    said = str(caught.value)
    assert f"line {line}, column {column}" in said
    assert expected in said


def test_write__what_a_format_cannot_say_is_refused():
    with pytest.raises(UsageError, match="my cat"):
        trec.write_qrels([Graded("1", "my cat.jpg", 1)])


@pytest.mark.parametrize(
    ("questions", "documents", "grades", "said"),
    [
        ((), (), (), "no questions"),
        (("1", "1"), (), (), "twice"),
        (("1",), ("a", "a"), (), "twice"),
        (("1",), ("a",), (("2", "a"),), "question"),
        (("1",), ("a",), (("1", "b"),), "document"),
        (("1",), ("a",), (("1", "a"), ("1", "a")), "twice"),
    ],
)
def test_test_set__is_checked_where_it_is_made(questions, documents, grades, said):
    with pytest.raises(UsageError, match=said):
        TestSet(
            name="x",
            questions=tuple(Entry({"_id": one}) for one in questions),
            documents=tuple(Entry({"_id": one}) for one in documents),
            grades=tuple(Graded(asked, found, 1) for asked, found in grades),
        )


def test_test_set__ids_of_grades_are_paths_where_no_documents_are_listed():
    made = TestSet(
        name="x", questions=(Entry({"_id": "1"}),),
        grades=(Graded("1", "a/b.pdf#page=3", 1), Graded("1", "c#page=x", 0)),
    )  # fmt: skip
    assert [(one.path, one.page) for one in made.named] == [("a/b.pdf", 3), ("c#page=x", None)]


def rows(examples, trainer):
    return [json.loads(line) for line in write_training(examples, trainer).splitlines()]


FOX = Example(
    query=Input(text="fox"),
    positive=Input(images=("/a.jpg",)),
    negatives=(Input(text="a dog"), Input(images=("/b.jpg",)), Input(videos=("/c.mp4",))),
)


def test_training__sentence_transformers_has_equal_names_on_every_line():
    dog = Example(query=Input(text="dog", images=("/q.jpg",)), positive=Input(text="a dog"),
                  negatives=(Input(text="x"), Input(text="y")))  # fmt: skip
    alone = Example(query=Input(text="cat"), positive=Input(text="a cat"))
    found = rows([FOX, dog, alone], Trainer.SENTENCE_TRANSFORMERS)
    assert {tuple(row) for row in found} == {("anchor", "positive", "negative_1", "negative_2")}
    assert found[0] == {
        "anchor": {"text": "fox"},
        "positive": {"image": "/a.jpg"},
        "negative_1": {"text": "a dog"},
        "negative_2": {"image": "/b.jpg"},
    }
    assert found[1]["negative_1"] == {"video": "/c.mp4"}
    assert found[2]["anchor"] == {"text": "dog", "image": "/q.jpg"}
    assert len(found) == 3
    assert rows([alone], Trainer.SENTENCE_TRANSFORMERS) == [{"anchor": "cat", "positive": "a cat"}]


def test_training__swift_has_a_mark_for_every_file():
    (row,) = rows([FOX], Trainer.SWIFT)
    assert row["messages"] == [{"role": "user", "content": "fox"}]
    assert row["positive_messages"] == [[{"role": "user", "content": "<image>"}]]
    assert row["positive_images"] == [["/a.jpg"]]
    assert [one[0]["content"] for one in row["negative_messages"]] == [
        "a dog",
        "<image>",
        "<video>",
    ]
    assert row["negative_images"] == [[], ["/b.jpg"], []]
    assert row["negative_videos"] == [[], [], ["/c.mp4"]]
    for group in ("positive", "negative"):
        for name, mark in (("images", "<image>"), ("videos", "<video>")):
            if listed := row.get(f"{group}_{name}"):
                contents = [one[0]["content"] for one in row[f"{group}_messages"]]
                assert [each.count(mark) for each in contents] == [len(one) for one in listed]
