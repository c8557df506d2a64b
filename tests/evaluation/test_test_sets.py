"""A test set over a real library: what is found, measured, kept, drawn and pinned."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytrec_eval
from defusedxml import ElementTree

from qwen3vl_app.errors import AppError, LibraryReadOnlyError, UsageError
from qwen3vl_app.evaluation.asking import ask, checked, question_of
from qwen3vl_app.evaluation.evaluating import evaluate, evaluating, measure_run
from qwen3vl_app.evaluation.formats.trec import in_order, read_run, write_run
from qwen3vl_app.evaluation.history_plot import plot
from qwen3vl_app.evaluation.importing import Form, files_of, put_files, read_set, written_set
from qwen3vl_app.evaluation.measures import Least, Measure, usual, values
from qwen3vl_app.evaluation.metrics import Metric
from qwen3vl_app.evaluation.pinning import check, is_stale
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.evaluation.resolving import file_of, resolved
from qwen3vl_app.evaluation.training_data import of_judgements, of_set
from qwen3vl_app.evaluation.trec_runs import run_rows
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import Standing
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.judgement import asked_key
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.test_set import Entry, Graded, TestSet
from tests.search.world import NOTES

QUESTIONS = ("fox river red rain", "fox", "river red")


def notes(grades: dict[tuple[int, int], int], **more) -> TestSet:
    """By question and note."""
    return TestSet(
        name="notes",
        base="/notes",
        questions=tuple(Entry({"_id": f"q{n}", "text": one}) for n, one in enumerate(QUESTIONS)),
        documents=tuple(Entry({"_id": f"d{n}", "path": f"{n}.txt"}) for n in range(4)),
        grades=tuple(Graded(f"q{q}", f"d{d}", grade) for (q, d), grade in grades.items()),
        **more,
    )


LONG_IS_RIGHT = notes({(0, 0): 2, (0, 3): 0, (1, 3): 1, (1, 0): 0})


def evaluated(parts, test_set, **more):
    given = {"stages": [*Stage], "measures": usual(10), "settings": {}}
    return evaluate(parts, test_set, **{**given, **more})


def test_evaluate__measures_both_stages_and_what_lies_between(parts):
    found = evaluated(parts, LONG_IS_RIGHT)
    mrr = Measure(Metric.MRR)
    # of q0 recall has the longest note first, reranking the shortest; of q1 both have the shortest
    assert {one: values_[mrr] for one, values_ in found.by_question["recall"].items()} == {
        "q0": 1.0, "q1": 1.0,
    }  # fmt: skip
    assert {one: values_[mrr] for one, values_ in found.by_question["rerank"].items()} == {
        "q0": 0.25, "q1": 1.0,
    }  # fmt: skip
    said = found.written()
    assert said["n"] == 2
    assert said["stages"]["recall"]["mrr"]["mean"] == 1.0
    gained = said["differences"]["mrr"]
    assert (gained["mean"], gained["wins"], gained["ties"], gained["losses"]) == (-0.375, 0, 1, 1)
    assert 0 < gained["p"] <= 1
    assert [one["text"] for one in said["questions"]] == ["fox river red rain", "fox"]
    assert said["conditions"]["items"] == 4
    assert said["conditions"]["questions"] == LONG_IS_RIGHT.fingerprint
    assert json.loads(json.dumps(said)) == said


def test_evaluate__runs_give_trec_eval_the_same_numbers(parts):
    found = evaluated(parts, LONG_IS_RIGHT)
    qrels = {asked: dict(graded) for asked, graded in LONG_IS_RIGHT.graded.items()}
    names = {"ndcg_cut_10": "ndcg@10", "recip_rank": "mrr", "P_10": "precision@10",
             "recall_10": "recall@10", "map": "ap"}  # fmt: skip
    for stage, rows in found.runs.items():
        run = pytrec_eval.parse_run(write_run(rows).splitlines())
        theirs = pytrec_eval.RelevanceEvaluator(qrels, {*names}).evaluate(run)
        for asked, ours in found.by_question[stage].items():
            by_name = {str(one): value for one, value in ours.items()}
            assert {names[one]: value for one, value in theirs[asked].items()} == pytest.approx(
                by_name
            )


def test_run_rows__ties_keep_their_order_for_trec_eval():
    ranking = (("b", 0.5), ("a", 0.5), ("c", 0.5 + 1e-12), ("d", -3.0))
    rows = tuple(run_rows({"q": ranking}, "recall"))
    assert in_order(read_run(write_run(rows))) == {"q": ("b", "a", "c", "d")}


def test_evaluate__one_stage_alone_judges_nothing_more(parts, models):
    found = evaluated(parts, LONG_IS_RIGHT, stages=[Stage.RECALL])
    assert [*found.by_question] == ["recall"]
    assert found.differences() == {}
    assert models.judged == []
    assert found.conditions["reranker"] == ""
    assert [*evaluated(parts, LONG_IS_RIGHT, stages=[Stage.RERANK]).by_question] == ["rerank"]


def test_evaluate__several_questions_at_once_say_the_same(parts, models):
    one_by_one = evaluated(parts, LONG_IS_RIGHT)
    together = evaluated(parts, LONG_IS_RIGHT, at_once=3)
    assert together.written() == one_by_one.written()
    assert together.runs == one_by_one.runs
    models.fails = "The reranker cannot be used."
    parts.engine.forget_scores()
    with pytest.raises(AppError, match="cannot be used"):
        evaluated(parts, LONG_IS_RIGHT, at_once=3)


def test_evaluate__stopped_in_a_question_judges_no_more_of_it(parts, models):
    steps = evaluating(
        parts, LONG_IS_RIGHT, stages=[*Stage], measures=usual(10), settings={},
        cancelled=lambda: bool(models.judged),
    )  # fmt: skip
    with closing(steps):
        told = [next(steps), next(steps)]
    assert told == [(0, 2), (1, 2)]
    assert sum(models.judged) < 4  # of the candidates of the first question


def test_evaluate__settings_hold_for_all_questions(parts):
    found = evaluated(parts, LONG_IS_RIGHT, settings={"depth": 2})
    assert {len(rows) for rows in found.runs.values()} == {4}  # two questions, two candidates each
    assert found.conditions["settings"]["depth"] == 2
    for wrong, said in (({"text": "fox"}, "no setting"), ({"words": "maybe"}, "maybe")):
        with pytest.raises(UsageError, match=said):
            checked(wrong)


def test_evaluate__without_reranker_nothing_is_measured_as_reranked(parts, models):
    models.fails = "no memory."
    with pytest.raises(AppError, match="no memory"):
        evaluated(parts, LONG_IS_RIGHT)


def test_evaluate__what_the_library_lacks_counts_as_not_found(parts):
    lacking = notes({(1, 3): 1})
    more = TestSet.read(lacking.written() | {
        "documents": [*lacking.written()["documents"], {"_id": "x", "path": "x.txt"}],
        "grades": [*lacking.written()["grades"], ["q1", "x", 1, "0"]],
    })  # fmt: skip
    found = evaluated(parts, more)
    assert found.missing == ("x",)
    assert found.by_question["recall"]["q1"][Measure(Metric.RECALL, 10)] == 0.5
    nowhere = TestSet.read(lacking.written() | {"base": "/elsewhere/none"})
    with pytest.raises(UsageError, match="none of the documents"):
        evaluated(parts, TestSet.read(nowhere.written() | {
            "documents": [{"_id": "d3", "path": "9.txt"}],
        }))  # fmt: skip
    with pytest.raises(UsageError, match="no grades"):
        evaluated(parts, notes({}))


def test_measure_run__of_another_system():
    found = measure_run(LONG_IS_RIGHT, {"q0": ("d0",)}, [Measure(Metric.MRR)])
    assert found.mean("given", Measure(Metric.MRR)).mean == 0.5  # q1 has no ranking: 0


def test_values__from_which_grade_on_is_right():
    ranked, graded = {"q": ("a", "b")}, {"q": {"a": 1, "b": 2}}
    for right, mrr in ((1, 1.0), (2, 0.5)):
        found = values(ranked, graded, [Measure(Metric.MRR)], right=right)
        assert found["q"][Measure(Metric.MRR)] == mrr


@pytest.mark.parametrize("said", ["ndcg", "ndcg@0", "ndcg@x", "what@3", "", "ndcg@10=2", "ap=x"])
def test_least__is_refused(said):
    with pytest.raises(UsageError):
        Least.read(said)


def test_least__is_read():
    assert Least.read("nDCG@10=0.8") == Least(Measure(Metric.NDCG, 10), 0.8)
    assert str(Least.read("ap=1").measure) == "ap"


def test_resolved__by_path_by_page_and_by_the_end_of_a_path():
    standing = [
        Standing(Path("/set/a.pdf"), ItemId(1), 1),
        Standing(Path("/set/a.pdf"), ItemId(2), 2),
        Standing(Path("/moved/pictures/b.jpg"), ItemId(3), None),
        Standing(Path("/one/c.jpg"), ItemId(4), None),
        Standing(Path("/two/c.jpg"), ItemId(5), None),
    ]
    said: tuple[dict[str, Any], ...] = (
        {"_id": "a", "path": "a.pdf"}, {"_id": "a2", "path": "a.pdf", "page": 2},
        {"_id": "b", "image": "pictures/b.jpg"}, {"_id": "c", "image": "c.jpg"},
    )  # fmt: skip
    made = TestSet(
        name="x", base="/set", questions=(Entry({"_id": "q"}),), documents=tuple(map(Entry, said))
    )
    found = resolved(made, standing, Path("/uploads"))
    assert found.document_of == {1: "a", 2: "a2", 3: "b"}
    assert found.missing == ("c",)  # two files are called so
    ranked = [ItemId(n) for n in (4, 2, 3, 1)]
    assert found.documents(ranked) == ("item:4", "a2", "b", "a")


def test_resolved__texts_of_a_library_that_was_moved():
    made = TestSet(
        name="my set", questions=(Entry({"_id": "q"}),),
        documents=(Entry({"_id": "1/2", "title": "Fox!", "text": "A fox."}),),
    )  # fmt: skip
    before, now = Path("/before/uploads"), Path("/now/uploads")
    path = file_of(made.documents[0], made, before)
    assert path.name.startswith("Fox--")
    assert path.parent.name.startswith("my-set-")
    found = resolved(made, [Standing(path, ItemId(7), None)], now)
    assert found.document_of == {7: "1/2"}


def test_import_and_export__a_folder_comes_back_byte_for_byte(tmp_path):
    given = {
        "corpus.jsonl": '{"_id": "1", "title": "Fox", "text": "A fox."}\n'
        '{"_id": "2", "image": "a.jpg"}\n',
        "queries.jsonl": '{"_id": "q", "text": "fox"}\n',
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq\t1\t1\nq\t2\t0\n",
    }
    put_files(tmp_path / "in", given)
    (tmp_path / "in" / "a.jpg").touch()
    made = read_set(tmp_path / "in", "foxes")
    assert (made.collection, made.base) == ("foxes", str(tmp_path / "in"))
    put_files(tmp_path / "out", written_set(made, Form.BEIR))
    for name, text in given.items():
        assert (tmp_path / "out" / name).read_bytes() == text.encode()
    with pytest.raises(UsageError, match=r"corpus\.jsonl"):
        put_files(tmp_path / "out", given)
    folder, picture = files_of(made, tmp_path / "uploads")
    assert picture == tmp_path / "in" / "a.jpg"
    assert [file.read_text() for file in folder.iterdir()] == ["Fox\n\nA fox."]
    trec = written_set(made, Form.TREC)
    put_files(tmp_path / "trec", trec)
    again = read_set(tmp_path / "trec/topics.txt", "x", qrels=tmp_path / "trec/qrels.txt")
    assert written_set(again, Form.TREC) == trec
    table = written_set(made, Form.CSV)
    put_files(tmp_path / "table", table)
    assert written_set(read_set(tmp_path / "table/set.csv", "x"), Form.CSV) == table
    (tmp_path / "bad.csv").write_bytes(b"question,document,grade\n\xff,a,1\n")
    with pytest.raises(UsageError, match=r"bad\.csv, line 2: expected text in UTF-8"):
        read_set(tmp_path / "bad.csv", "x")


def test_export__whatever_way_the_files_were_written(tmp_path):
    folder, graded = tmp_path / "set", "query-id\tcorpus-id\tscore\r\nq\ta\t1\r\n"
    came = {
        "corpus.jsonl": '\ufeff{"_id":"a","text":"caf\\u00e9 \\/ café"}\n\n',
        "queries.jsonl": '{"text":"fox","_id":"q","n":1e3}',
        "qrels/test.tsv": graded,
    }
    put_files(folder, came)
    found = TestSet.read(json.loads(json.dumps(read_set(folder, "x").written())))
    assert written_set(found, Form.BEIR) == came
    assert written_set(found, Form.TREC)["qrels.txt"] == "q 0 a 1\n"
    (tmp_path / "topics").write_text("q\tfox \r\n", newline="")
    (tmp_path / "qrels").write_text("q\t0\ta\t1\n")
    found = read_set(tmp_path / "topics", "x", qrels=tmp_path / "qrels")
    assert [*written_set(found, Form.TREC).values()] == ["q\tfox \r\n", "q\t0\ta\t1\n"]


def test_import__what_nobody_can_ask_or_index_is_refused_or_missing(tmp_path):
    def folder(document: str, question: str = "fox") -> Path:
        made = tmp_path / str(len([*tmp_path.iterdir()]))
        corpus = json.dumps({"_id": "a", "path": document})
        asked = json.dumps({"_id": "q", "text": question})
        put_files(made, {"corpus.jsonl": corpus, "queries.jsonl": asked, "qrels/test.tsv": ""})
        return made

    for place in ("/", ".", "x" * 5000, "a\0b"):  # a folder would be indexed whole
        assert files_of(read_set(folder(place), "x"), tmp_path / "uploads") == []
    with pytest.raises(UsageError, match="q has no words"):
        read_set(folder("a.png", "  "), "x")
    with pytest.raises(UsageError, match="name of a file"):
        read_set(folder("a.png"), "x", split="../qrels/test")


def test_store__sets_are_replaced_by_name_and_keep_what_they_have_said(parts):
    sets = parts.library.test_sets
    sets.keep(LONG_IS_RIGHT)
    answer = evaluated(parts, LONG_IS_RIGHT).written()
    sets.add_evaluation("notes", answer)
    sets.keep(notes({(0, 0): 1}))
    (one,) = sets.all()
    assert (len(one.grades), bool(one.made)) == (1, True)
    (kept,) = sets.evaluations("notes")
    assert kept.answer == answer
    assert sets.find("none") is None
    with Library.open(parts.library.directory, writable=False) as other:
        assert other.test_sets.find("notes") == one
        with pytest.raises(LibraryReadOnlyError):
            other.test_sets.keep(one)
    assert sets.remove("notes")
    assert (sets.all(), sets.evaluations("notes"), sets.remove("notes")) == ([], [], False)


def test_plot__a_mark_for_each_run_and_a_line_where_something_changed(parts):
    first = evaluated(parts, LONG_IS_RIGHT).written()
    again = evaluated(parts, LONG_IS_RIGHT).written()
    other = evaluated(parts, LONG_IS_RIGHT, settings={"depth": 3}).written()
    rows = [(f"2026-01-0{n}T10:00", said) for n, said in enumerate((first, again, other), 1)]
    drawn = ElementTree.fromstring(plot(rows, "mrr"))
    space = "{http://www.w3.org/2000/svg}"
    marks = [one.get("class") for one in drawn.iter(f"{space}circle")]
    assert (marks.count("recall"), marks.count("rerank")) == (3, 3)
    changes = [one for one in drawn.iter(f"{space}line") if one.get("class") == "change"]
    assert [one[0].text for one in changes] == ["settings"]
    assert ElementTree.fromstring(plot([], "mrr")) is not None
    assert ElementTree.fromstring(plot(rows[:1], "a<b&c")) is not None


def test_check__a_broken_pin_says_what_moved(parts, models):
    pins, library = parts.library.pins, parts.library
    by_text = {item.text: item.id for item in library.list_items()}
    asked = Question(text="fox river red rain", rerank=False)
    number = pins.add(asked, by_text[NOTES[0]], must=True, first=1)
    never = pins.add(asked, by_text[NOTES[0]], must=False, first=1)
    assert pins.add(asked, ItemId(999), must=True, first=1) is None
    held, broken = (check(parts, pin) for pin in pins.all())
    assert (held.holds, held.state.rank, held.moved) == (True, 1, None)
    assert (broken.holds, broken.moved) == (False, None)  # it never held
    assert is_stale(parts, pins.all()[0])  # never asked
    pins.note(number, held.state)
    assert not is_stale(parts, pins.all()[0])
    pins.note(never, broken.state)
    assert [pin.held is not None for pin in pins.all()] == [True, False]
    kept = pins.all()[0]
    assert (kept.held, kept.latest) == (held.state, held.state)
    other = Question(text="fox river red rain")  # with reranking, the shortest is first
    with library._connection.writing() as conn:
        conn.execute("UPDATE pin SET question = ?", (json.dumps(other.written()),))
    assert is_stale(parts, pins.all()[0])
    now = check(parts, pins.all()[0])
    assert (now.holds, now.state.rank, now.state.recall_rank) == (False, 4, 1)
    assert now.moved.before == 1
    assert now.moved.above == (now.state.first[0],)
    assert {"settings", "reranker"} <= {*now.moved.changed}
    models.fails = "no memory."
    parts.engine.forget_scores()
    unasked = check(parts, pins.all()[0])
    assert (unasked.holds, "no memory" in str(unasked.why)) == (False, True)
    assert pins.remove(number)
    assert not pins.remove(number)


def test_check__an_item_that_has_gone_breaks_what_must_be_there(parts):
    pins, library = parts.library.pins, parts.library
    gone = library.list_items()[0]
    for must in (True, False):
        pins.add(Question(text="fox", rerank=False), gone.id, must=must, first=4)
    library.forget([gone.path])
    assert [check(parts, pin).holds for pin in pins.all()] == [False, True]


def test_training__grades_of_people_and_of_sets(parts):
    library = parts.library
    by_text = {item.text: item.id for item in library.list_items()}
    asked = asked_key(Question(text="fox"))
    for note, grade in ((NOTES[3], 3), (NOTES[2], 1), (NOTES[0], 0)):
        library.judgements.add(asked, by_text[note], "Ann", grade)
    (one,) = of_judgements(library, library.judgements.current(), lambda _item: "")
    assert (one.query.text, one.positive.text) == ("fox", NOTES[3])
    assert [wrong.text for wrong in one.negatives] == [NOTES[0]]
    first, second = of_set(library, LONG_IS_RIGHT, lambda _item: "")
    assert (first.query.text, first.positive.text) == (QUESTIONS[0], NOTES[0])
    assert [wrong.text for wrong in second.negatives] == [NOTES[0]]


def test_question_of__own_instruction_settings_and_collection():
    entry = Entry({"_id": "q", "text": "fox", "image": "a.jpg", "instruction": "Find foxes."})
    made = TestSet(name="x", base="/set", questions=(entry,), collection="foxes")
    found = question_of(entry, made, {"depth": 7})
    assert (found.files, found.instruction) == (("/set/a.jpg",), "Find foxes.")
    assert (found.depth, found.top, found.collapse) == (7, 7, False)
    assert found.where.collection == "foxes"
    assert question_of(entry, made, {"instruction": "Find dogs."}).instruction == "Find dogs."


def test_ask__what_is_measured_is_what_the_page_searches(parts):
    question = Question(text="fox river red rain")
    hits = ask(parts, question).by_relevance
    assert [hit.item.text for hit in hits] == [*reversed(NOTES)]
