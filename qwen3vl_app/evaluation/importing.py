"""Test sets from files on the disk, and back to such files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    found = _read(path, name, qrels, split, name if collection is None else collection)
    for one in found.questions:
        if not (one.text.strip() or one.path):
            raise UsageError(Message.of("sets.empty_question", id=one.id))
    return found


def _read(path: Path, name: str, qrels: Path | None, split: str, searched: str) -> TestSet:
    if path.is_dir():
        if not split or split != Path(split).name or "\\" in split:  # also where it is written
            raise UsageError(Message.of("sets.split", split=split))
        corpus, queries = (text_of(path / one) for one in (beir.CORPUS, beir.QUERIES))
        graded = text_of(path / beir.QRELS / f"{split}.tsv")
        read = beir.read_beir(corpus, queries, graded, split)
        made = TestSet(
            name=name,
            collection=searched,
            split=split,
            base=os.path.abspath(path),
            questions=read.questions,
            documents=read.documents,
            grades=read.grades,
            ascii=read.ascii,
        )
        return _as_they_came(made, Form.BEIR, (corpus, queries, graded))
    base = os.path.abspath(path.parent)
    if qrels is not None:
        topics, graded = text_of(path), text_of(qrels)
        questions = trec.read_topics(topics, path.name)
        ids = {one.id for one in questions}
        made = TestSet(
            name=name,
            collection=searched,
            base=base,
            questions=questions,
            grades=trec.read_qrels(graded, qrels.name, questions=ids),
        )
        return _as_they_came(made, Form.TREC, (topics, graded))
    table = spreadsheet.read_csv(text_of(path), path.name)
    return TestSet(
        name=name,
        collection=searched,
        base=base,
        questions=table.questions,
        documents=table.documents,
        grades=table.grades,
    )


def _as_they_came(made: TestSet, form: Form, texts: Sequence[str]) -> TestSet:
    """The set, which keeps the texts of its files that would be written in another way."""
    try:
        written = written_set(made, form)
    except UsageError:  # topics whose ids the format cannot name; they came without
        return made
    pairs = zip(written.items(), texts, strict=True)
    return replace(made, texts={name: came for (name, text), came in pairs if text != came})


def written_set(test_set: TestSet, form: Form) -> Mapping[str, str]:
    """The texts of the files of a set, by their paths in a folder.

    Raises:
        UsageError: The format cannot name something of it.
    """
    if form is Form.BEIR:
        files = beir.write_beir(test_set)
    elif form is Form.TREC:
        files = {
            "topics.txt": trec.write_topics(test_set.questions),
            "qrels.txt": trec.write_qrels(test_set.grades),
        }
    else:
        files = {"set.csv": spreadsheet.write_csv(test_set)}
    return {name: test_set.texts.get(name, text) for name, text in files.items()}


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
            paths[text_folder(test_set.name, uploads)] = None
            continue
        if _is_file(path):
            paths[path] = None
    return [*paths]


def _is_file(path: Path) -> bool:
    """No folder, which a set of somebody else could have indexed whole."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # no file can be called so
        return False


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
