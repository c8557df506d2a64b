"""Test sets from files on the disk, and back to such files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from qwen3vl_app.errors import UsageError
from qwen3vl_app.evaluation.formats import beir, spreadsheet, trec
from qwen3vl_app.evaluation.resolving import file_of, text_folder
from qwen3vl_app.messages import Message
from qwen3vl_app.types.test_set import TestSet

LARGEST = 2**30
"""Bytes of one file: the corpora of BEIR that a single computer searches are smaller."""


class Form(StrEnum):
    """Of the files of a set."""

    BEIR = "beir"
    TREC = "trec"
    CSV = "csv"


def read_set(
    path: Path,
    name: str,
    *,
    qrels: Path | None = None,
    split: str = "test",
    collection: str | None = None,
) -> TestSet:
    """A set from a folder of BEIR, a table, or TREC's topics with qrels.

    Args:
        path: A folder; else with ``qrels`` a file of topics, without a CSV.
        name: What the set is called.
        qrels: Grades of the topics.
        split: Which qrels of a folder.
        collection: That is searched; named like the set unless given, all where it is empty.

    Raises:
        UsageError: A file is not there or not as it should be; says where and how.
    """
    searched = name if collection is None else collection
    if path.is_dir():
        corpus, queries = (text_of(path / one) for one in (beir.CORPUS, beir.QUERIES))
        read = beir.read_beir(corpus, queries, text_of(path / beir.QRELS / f"{split}.tsv"), split)
        return TestSet(
            name=name,
            collection=searched,
            split=split,
            base=os.path.abspath(path),
            questions=read.questions,
            documents=read.documents,
            grades=read.grades,
            ascii=read.ascii,
        )
    base = os.path.abspath(path.parent)
    if qrels is not None:
        questions = trec.read_topics(text_of(path), path.name)
        ids = {one.id for one in questions}
        return TestSet(
            name=name,
            collection=searched,
            base=base,
            questions=questions,
            grades=trec.read_qrels(text_of(qrels), qrels.name, questions=ids),
        )
    table = spreadsheet.read_csv(text_of(path), path.name)
    return TestSet(
        name=name,
        collection=searched,
        base=base,
        questions=table.questions,
        documents=table.documents,
        grades=table.grades,
    )


def written_set(test_set: TestSet, form: Form) -> Mapping[str, str]:
    """The texts of the files of a set, by their paths in a folder.

    Raises:
        UsageError: The format cannot name something of it.
    """
    if form is Form.BEIR:
        return beir.write_beir(test_set)
    if form is Form.TREC:
        return {
            "topics.txt": trec.write_topics(test_set.questions),
            "qrels.txt": trec.write_qrels(test_set.grades),
        }
    return {"set.csv": spreadsheet.write_csv(test_set)}


def files_of(test_set: TestSet, uploads: Path) -> list[Path]:
    """What has to be indexed for a set: files that are there, each once.

    Documents that are no files are written as texts into the library's folder of copies.

    Raises:
        UsageError: The disk refuses.
    """
    paths: dict[Path, None] = {}
    for document in test_set.named:
        path = file_of(document, test_set, uploads)
        if not document.path:
            _write(path, "\n\n".join(filter(None, (document.title, document.text))))
            path = text_folder(test_set.name, uploads)
        if path.exists():
            paths[path] = None
    return [*paths]


def text_of(path: Path) -> str:
    """Of a file in UTF-8.

    Raises:
        UsageError: It is not there, too large, or in another encoding.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(Message.of("sets.large", path=str(path), most=LARGEST >> 20))
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(Message.of("sets.encoding", name=path.name, line=line)) from error
    except OSError as error:
        why = Message.of("file.os", path=str(path), said=str(error.strerror or error))
        raise UsageError(why) from error


def put_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a set into a folder, which is made; what is there already stays.

    Raises:
        UsageError: One of them is there, or the disk refuses.
    """
    for name in files:
        if (folder / name).exists():
            raise UsageError(Message.of("export.there", path=str(folder / name)))
    for name, text in files.items():
        _write(folder / name, text)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        why = Message.of("file.os", path=str(path), said=str(error.strerror or error))
        raise UsageError(why) from error
