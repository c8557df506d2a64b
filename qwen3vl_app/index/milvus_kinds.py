"""The kinds of index that a Milvus server can make, and how each is built and searched."""

from __future__ import annotations

from typing import Any

MOST_HITS = 16_384
"""Of one search; a limit of Milvus."""

_BUILT: dict[str, dict[str, Any]] = {
    "IVF_RABITQ": {"nlist": 1024, "refine": True, "refine_type": "SQ8"},
    "HNSW": {"M": 32, "efConstruction": 200},
}
_AT_SEARCH: dict[str, dict[str, Any]] = {
    "IVF_RABITQ": {"nprobe": 64, "rbq_query_bits": 8, "refine_k": 4},
    "HNSW": {"ef": 256},
}


def kinds_for(version: str) -> list[str]:
    """The kinds to try, best first, of a server of this version.

    IVF_RABITQ came with Milvus 2.6. Milvus Lite takes its name and fails when it builds it.
    """
    numbers = version.removeprefix("v").split("-")[0].split(".")
    known = all(one.isdecimal() for one in numbers[:2]) and len(numbers) > 1
    recent = known and tuple(map(int, numbers[:2])) >= (2, 6)
    return [*(["IVF_RABITQ"] if recent else []), "HNSW", "AUTOINDEX"]


def built(kind: str) -> dict[str, Any]:
    """What to build it with."""
    return dict(_BUILT.get(kind, {}))


def at_search(kind: str, k: int) -> dict[str, Any]:
    """How thoroughly to search; HNSW wants to look at no fewer than it returns."""
    found = dict(_AT_SEARCH.get(kind, {}))
    if "ef" in found:
        found["ef"] = max(found["ef"], min(2 * k, MOST_HITS))
    return found
