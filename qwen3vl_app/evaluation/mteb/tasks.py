"""Tasks by name, all tasks of a benchmark, and tasks that are folders on this computer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub
import mteb
from mteb.abstasks import AbsTask, AbsTaskRetrieval
from mteb.abstasks.aggregated_task import AbsTaskAggregate
from mteb.abstasks.retrieval_dataset_loaders import RetrievalDatasetLoader
from mteb.abstasks.task_metadata import TaskMetadata

from qwen3vl_app.errors import UsageError
from qwen3vl_app.evaluation.mteb.given import SEEN
from qwen3vl_app.messages import Message
from qwen3vl_app.types import QUERY_INSTRUCTION

SPLIT = "test"
"""That is measured of a folder."""


def allow_network(*, allowed: bool) -> None:
    """Whether mteb may get data that is not on this computer; without it, it asks no network.

    Progress is said by the program alone.
    """
    datasets.disable_progress_bars()
    asked: tuple[Any, ...] = (huggingface_hub.constants, datasets.config)
    for library in asked:
        library.HF_HUB_OFFLINE = not allowed


def tasks_of(names: Sequence[str]) -> list[AbsTask]:
    """Each once, in the order asked for.

    Raises:
        UsageError: mteb knows no such task or benchmark, and there is no such folder.
    """
    found: dict[str, AbsTask] = {}
    for name in names:
        found |= {task.metadata.name: task for task in _named(name)}
    return [*found.values()]


def _named(name: str) -> Sequence[AbsTask]:
    if Path(name).is_dir():
        return [folder_task(Path(name).absolute())]
    try:
        return _parts(mteb.get_benchmark(name).tasks)
    except KeyError:  # then it may be a task
        pass
    try:
        return _parts([mteb.get_task(name)])
    except KeyError as error:
        raise UsageError(Message.of("mteb.unknown", name=name)) from error


def _parts(tasks: Iterable[AbsTask]) -> list[AbsTask]:
    """What is made of several tasks is measured as these."""
    return [
        part
        for task in tasks
        for part in (_parts(task.tasks) if isinstance(task, AbsTaskAggregate) else [task])
    ]


def folder_task(folder: Path) -> AbsTask:
    """A retrieval task from a folder in the format of mteb's data sets.

    Its README names the configurations ``corpus``, ``queries``, ``default`` (the grades) and, for
    candidates to judge alone, ``top_ranked``. Modalities are those of the columns; questions are
    asked under the usual instruction of the models.

    Raises:
        UsageError: The folder is none of these.
    """
    revision = _fingerprint(folder)
    try:
        loader = RetrievalDatasetLoader(str(folder), revision, split=SPLIT)
        names = set(loader.dataset_configs)
        sides = [_modalities(loader, name) for name in ("queries", "corpus")]
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        raise UsageError(Message.of("mteb.folder", path=str(folder), said=str(error))) from error
    letters = "2".join("".join(one[0] for one in side) for side in sides)
    metadata = TaskMetadata(
        name=folder.name,
        description="A folder of the person who measures.",
        dataset={"path": str(folder), "revision": revision},
        type="Reranking" if "top_ranked" in names else "Retrieval",
        category=letters,
        modalities=[one for one in SEEN if any(one in side for side in sides)],
        eval_splits=[SPLIT],
        eval_langs=["eng-Latn"],
        main_score="ndcg_at_10",
        prompt={"query": QUERY_INSTRUCTION},
    )
    return type("FolderTask", (AbsTaskRetrieval,), {"metadata": metadata})()


def _modalities(loader: RetrievalDatasetLoader, config: str) -> list[str]:
    columns: Any = loader._load_dataset_split(config, None).column_names  # noqa: SLF001
    # in the order of mteb's categories: it2it, vt2t
    return [one for one in ("image", "video", "text") if one in columns]


def _fingerprint(folder: Path) -> str:
    """Of sizes and times: results of a folder that has changed since are not its results."""
    digest = blake2b(digest_size=8)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found = path.stat()
            named = f"{path.relative_to(folder)}\0{found.st_size}\0{found.st_mtime_ns}\n"
            digest.update(os.fsencode(named))
    return digest.hexdigest()
