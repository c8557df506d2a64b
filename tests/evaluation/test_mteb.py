"""The program through mteb gives the numbers that it gives by itself, on text to video."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip(
    "mteb", reason="the extra `evaluation` is not installed: pip install .[evaluation]"
)

from mteb.models import CrossEncoderProtocol, EncoderProtocol, SearchProtocol

from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.evaluation import task_library
from qwen3vl_app.evaluation.asking import Parts
from qwen3vl_app.evaluation.evaluating import evaluate
from qwen3vl_app.evaluation.measures import Measure
from qwen3vl_app.evaluation.mteb.adapters import (
    Means,
    Part,
    ProgramCrossEncoder,
    ProgramEncoder,
    ProgramSearch,
)
from qwen3vl_app.evaluation.mteb.running import measured
from qwen3vl_app.evaluation.mteb.tasks import allow_network, folder_task, tasks_of
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.evaluation.task_library import Asking, TaskLibrary
from qwen3vl_app.services import Services, build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.types import QUERY_INSTRUCTION
from qwen3vl_app.types.test_set import Entry, Graded, TestSet
from tests.evaluation.mteb_folders import SAMPLES, media, page_pictures, write_task

MEASURES = {"ndcg@10": "ndcg_at_10", "recall@10": "recall_at_10", "precision@5": "precision_at_5"}

DEPTH = 20

NOTES = sorted((SAMPLES / "notes").glob("*.txt"))
PICTURES = sorted((SAMPLES / "shapes").glob("*.jpg"))
PAGES = sorted((SAMPLES / "documents").glob("*.pdf"))[:3]
CLIPS = [
    SAMPLES / "clips" / f"{name}.mp4"
    for name in (
        *("apple-then-banana", "ball-drops", "ball-goes-up", "balloon-rises", "bus-drives-left"),
        *("car-drives-right", "leaf-falls", "rocket-takes-off", "rooster-then-horse"),
        *("sailboat-goes-right", "tractor-drives-left", "tree-grows", "whale-comes-near"),
    )
]  # short enough to be one item each, as in mteb


@dataclass(frozen=True)
class Small:
    """The same documents, questions and grades as a test set and as a task."""

    test_set: TestSet
    folder: Path


@pytest.fixture(scope="module", autouse=True)
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        import datasets

        patch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("arrow"))
        allow_network(allowed=False)
        yield


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(
        library=tmp_path_factory.mktemp("own") / "library",
        model="demo",
        reranker="demo",
        ocr=False,
        history=False,
    )
    found = build_services(settings)
    for name, paths in (
        ("notes", NOTES), ("pictures", PICTURES), ("pages", PAGES), ("clips", CLIPS),
    ):  # fmt: skip
        found.indexer.add(paths, collection=name)
    found.start()
    found.indexer.wait()
    yield found
    found.close()


@pytest.fixture(scope="module")
def means(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Means:
    return Means(
        models=services.models,
        reader=services.reader,
        folder=tmp_path_factory.mktemp("mteb"),
        depth=DEPTH,
        told=lambda *_: None,
    )


def small(
    root: Path,
    name: str,
    documents: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]],
    asked: Mapping[str, Sequence[str]],
) -> Small:
    """Of documents by id, each as an entry of a set and as a row of mteb's; and of questions."""
    texts = {f"q{n}": text for n, text in enumerate(asked)}
    grades = {f"q{n}": dict.fromkeys(right, 1) for n, right in enumerate(asked.values())}
    return Small(
        TestSet(
            name=name,
            collection=name,
            questions=tuple(Entry({"_id": one, "text": text}) for one, text in texts.items()),
            documents=tuple(Entry({"_id": one, **said}) for one, (said, _) in documents.items()),
            grades=tuple(
                Graded(question, one, grade)
                for question, graded in grades.items()
                for one, grade in graded.items()
            ),
        ),
        write_task(
            root / name,
            [{"id": one, **row} for one, (_, row) in documents.items()],
            [{"id": one, "text": text} for one, text in texts.items()],
            grades,
        ),
    )


def words_of(path: Path) -> str:
    return path.stem.replace("-", " ")


@pytest.fixture(scope="module")
def smalls(services: Services, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Small]:
    root = tmp_path_factory.mktemp("tasks")
    budget = services.models.embedder_budget()
    pages = {
        f"{pdf.stem}-{n}": ({"path": str(pdf), "page": n}, {"image": picture})
        for pdf in PAGES
        for n, picture in enumerate(page_pictures(pdf, services.reader, budget), start=1)
    }
    return {
        "notes": small(
            root,
            "notes",
            {
                one.stem: ({"path": str(one)}, {"text": one.read_text("utf-8").strip()})
                for one in NOTES
            },
            {words_of(one): [one.stem] for one in NOTES},
        ),
        "pictures": small(
            root,
            "pictures",
            {one.stem: ({"path": str(one)}, {"image": media(one)}) for one in PICTURES},
            {
                word: [one.stem for one in PICTURES if word in one.stem]
                for word in ("red", "blue", "yellow", "three", "hearts", "triangles")
            },
        ),
        "pages": small(root, "pages", pages, {one.replace("-", " "): [one] for one in pages}),
        "clips": small(
            root,
            "clips",
            {one.stem: ({"path": str(one)}, {"video": media(one)}) for one in CLIPS},
            {words_of(one): [one.stem] for one in CLIPS},
        ),
    }


@pytest.mark.parametrize("name", ["notes", "pictures", "pages", "clips"])
def test_search__has_the_numbers_of_our_own_search(services, means, smalls, name):
    own = evaluate(
        Parts(services.library, services.engine, services.reader, services.models),
        smalls[name].test_set,
        stages=[*Stage],
        measures=[Measure.read(one) for one in MEASURES],
        settings={"instruction": QUERY_INSTRUCTION, "depth": DEPTH},
    )
    assert not own.missing
    rows = measured(folder_task(smalls[name].folder), means, Part.SEARCH, [*Stage])
    assert [row["stage"] for row in rows] == ["recall", "rerank"]
    for row in rows:
        assert row["left_out"] == {}
        (scores,) = row["scores"]
        found = {said: scores[theirs] for said, theirs in MEASURES.items()}
        ours = {said: own.mean(row["stage"], Measure.read(said)).mean for said in MEASURES}
        assert found == pytest.approx(ours, abs=2e-5), (name, row["stage"])
        assert 0 < scores["ndcg_at_10"] < 1  # a corpus on which mistakes are made


@pytest.fixture(scope="module")
def judging(smalls, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of every note the four before and the four behind it, which alone are to be judged."""
    names = [one.stem for one in NOTES]
    return write_task(
        tmp_path_factory.mktemp("judging") / "candidates",
        [{"id": one.stem, "text": one.read_text("utf-8").strip()} for one in NOTES],
        [{"id": f"q-{name}", "text": name} for name in names[4:-4]],
        {f"q-{name}": {name: 1} for name in names[4:-4]},
        candidates={f"q-{name}": names[n : n + 9] for n, name in enumerate(names[4:-4])},
    )


def test_parts__what_a_stage_says_of_candidates_is_what_its_model_says(means, judging):
    by_stage = measured(folder_task(judging), means, Part.SEARCH, [*Stage])
    embedder, reranker = (
        measured(folder_task(judging), means, part, [*Stage])
        for part in (Part.EMBEDDER, Part.RERANKER)
    )
    recall, rerank = (row["scores"][0]["ndcg_at_10"] for row in by_stage)
    assert [row["scores"][0]["ndcg_at_10"] for row in embedder] == pytest.approx(
        [recall], abs=2e-5
    )
    assert [row["scores"][0]["ndcg_at_10"] for row in reranker] == pytest.approx(
        [rerank], abs=2e-5
    )
    assert recall != rerank
    assert not any((means.folder / "corpora").iterdir())  # what was measured needs none


def test_measured__asks_nothing_of_what_is_known(means, judging):
    first = measured(folder_task(judging), means, Part.SEARCH, [Stage.RECALL])
    told = []
    again = measured(
        folder_task(judging),
        replace(means, told=lambda *said: told.append(said)),
        Part.SEARCH,
        [Stage.RECALL],
    )
    assert [row["score"] for row in again] == [row["score"] for row in first]
    assert told == []
    deeper = replace(means, depth=DEPTH + 1, told=lambda *said: told.append(said))
    measured(folder_task(judging), deeper, Part.SEARCH, [Stage.RERANK])
    assert told  # another depth is another system


def rows_of(folder: Path) -> list[dict[str, Any]]:
    import datasets

    return [*datasets.Dataset.from_parquet(str(folder / "corpus.parquet"))]


def test_index__goes_on_where_it_was_broken_off(means, smalls, tmp_path, monkeypatch):
    monkeypatch.setattr(task_library, "AT_ONCE", 4)
    rows = rows_of(smalls["notes"].folder)
    said: list[int] = []

    def stop(done: int, _of: int) -> None:
        if done == 8:
            raise KeyboardInterrupt

    broken = TaskLibrary.open(tmp_path, means.reader, means.models, rows)
    with pytest.raises(KeyboardInterrupt):
        broken.index(QUERY_INSTRUCTION, stop)
    broken.close()
    found = TaskLibrary.open(tmp_path, means.reader, means.models, rows)
    assert found.index(QUERY_INSTRUCTION, lambda done, _: said.append(done)) == {}
    assert said[0] == 8
    assert said[-1] == len(rows)
    whole = found.ranked({"text": "owl"}, asking(Stage.RECALL))
    assert sorted(whole) == [*range(len(rows))]
    found.close()


def asking(stage: Stage, **more: Any) -> Asking:
    given = {"depth": 5, "most": 1000}
    return Asking(
        stage=stage,
        recall_instruction=QUERY_INSTRUCTION,
        rerank_instruction=QUERY_INSTRUCTION,
        **{**given, **more},
    )


def test_ranked__scores_fall_and_what_was_not_judged_stands_behind(means, tmp_path):
    images = [Image.new("RGB", (96, 96), one) for one in ("red", "blue", "green")]
    rows: list[dict[str, Any]] = [
        *({"text": one} for one in ("a red boat", "a blue boat", "a blue boat", "")),
        *({"image": one} for one in images),
        {"image": images[0], "text": "a page about a red boat"},
    ]
    found = TaskLibrary.open(tmp_path, means.reader, means.models, rows)
    try:
        assert found.index(QUERY_INSTRUCTION, lambda *_: None) == {}
        recall, rerank = (found.ranked({"text": "blue"}, asking(stage)) for stage in Stage)
        for scores in (recall, rerank):
            assert sorted(scores) == [*range(len(rows))]
            falling = [np.float32(one) for one in scores.values()]
            assert all(one > other for one, other in pairwise(falling))
        assert set([*rerank][:5]) == set([*recall][:5])  # the depth
        assert [*rerank][5:] == [*recall][5:]
        assert [*found.ranked({"text": "blue"}, asking(Stage.RECALL), [0, 2])] == [2, 0]
        assert found.ranked({"text": "blue"}, asking(Stage.RERANK), []) == {}
        assert len(found.ranked({"text": ""}, asking(Stage.RECALL, most=3))) == 3
    finally:
        found.close()


def test_index__says_what_cannot_be_decoded(means, tmp_path):
    rows = [{"video": media(CLIPS[0])}, {"video": {"bytes": b"none", "path": "broken.mp4"}}]
    found = TaskLibrary.open(tmp_path, means.reader, means.models, rows)
    try:
        assert [*found.index(QUERY_INSTRUCTION, lambda *_: None)] == [1]
        assert [*found.ranked({"video": rows[0]["video"]}, asking(Stage.RECALL))] == [0]
    finally:
        found.close()


def test_adapters__are_what_mteb_asks_for(means):
    assert isinstance(ProgramSearch(means=means, stage=Stage.RECALL), SearchProtocol)
    assert isinstance(ProgramEncoder(means=means), EncoderProtocol)
    assert isinstance(ProgramCrossEncoder(means=means), CrossEncoderProtocol)


def test_tasks_of__names_benchmarks_and_folders(smalls, tmp_path):
    names = {one.metadata.name for one in tasks_of(["ViDoRe(v3)", "SciFact", "SciFact"])}
    assert "SciFact" in names
    assert len(names) > 8
    assert [one.metadata.name for one in tasks_of([str(smalls["clips"].folder)])] == ["clips"]
    assert tasks_of([str(smalls["clips"].folder)])[0].metadata.category == "t2v"
    with pytest.raises(UsageError, match="none such"):
        tasks_of(["none such"])
    with pytest.raises(UsageError, match="format"):
        tasks_of([str(tmp_path)])


def test_measured__asks_no_network_unasked(means):
    (task,) = tasks_of(["SciFact"])
    with pytest.raises(AppError, match="--fetch"):
        measured(task, means, Part.SEARCH, [Stage.RECALL])
