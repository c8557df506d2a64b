"""Small tasks in the format of mteb's data sets, made of the samples of the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qwen3vl_app.budget import Budget
from qwen3vl_app.media.reader import Reader

SAMPLES = Path(__file__).parents[2] / "assets" / "demo" / "samples"

README = """---
configs:
{configs}---
"""


def write_task(
    folder: Path,
    corpus: Sequence[Mapping[str, Any]],
    queries: Sequence[Mapping[str, Any]],
    grades: Mapping[str, Mapping[str, int]],
    *,
    candidates: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """The folder, with corpus, questions, grades and maybe candidates as Parquet files."""
    import datasets

    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "corpus": corpus,
        "queries": queries,
        "default": [
            {"query-id": asked, "corpus-id": name, "score": grade}
            for asked, graded in grades.items()
            for name, grade in graded.items()
        ],
    }
    if candidates is not None:
        tables["top_ranked"] = [
            {"query-id": asked, "corpus-ids": [*names]} for asked, names in candidates.items()
        ]
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        table = datasets.Dataset.from_list([dict(row) for row in rows])
        for column, feature in (("image", datasets.Image()), ("video", datasets.Video())):
            if column in table.column_names:
                table = table.cast_column(column, feature)
        table.to_parquet(folder / f"{name}.parquet")
    configs = "".join(
        f"- config_name: {name}\n  data_files:\n  - split: test\n    path: {name}.parquet\n"
        for name in tables
    )
    (folder / "README.md").write_text(README.format(configs=configs), "utf-8")
    return folder


def media(path: Path) -> dict[str, Any]:
    """As the columns of ``datasets`` keep it."""
    return {"bytes": path.read_bytes(), "path": path.name}


def page_pictures(pdf: Path, reader: Reader, budget: Budget) -> list[dict[str, Any]]:
    """PNGs of the pages as a model of this budget gets them."""
    return [
        {"bytes": reader.originals(pdf, part, budget=budget)[0], "path": f"{pdf.stem}.png"}
        for part in reader.outline(pdf).parts
    ]
