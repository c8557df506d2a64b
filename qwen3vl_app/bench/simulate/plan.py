"""``bench scale --simulate --plan``: what a library of any size takes, computed from rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from qwen3vl_app.bench.simulate.rates import COMPUTED, STORE, TWO_BILLION, Known, eight_billion
from qwen3vl_app.bench.simulate.tables import dollars, lasting, many, size, table
from qwen3vl_app.index.formats import StorageSetting, VectorFormat, row_width
from qwen3vl_app.index.quantizers import OneBitCodes, one_bit_width
from qwen3vl_app.store.index_sync import codes_for

SIZES = (10_000, 1_000_000, 100_000_000, 1_000_000_000)
FORMATS = (VectorFormat.FLOAT32, VectorFormat.INT8, VectorFormat.BINARY)

SOON = 0.25
"""Seconds that a search may take on one computer before a server takes over."""

_KEY = 8
"""Bytes of an id beside each code of a server."""

_HOURS = 730
"""Of a month."""

_SERVED = {
    VectorFormat.FLOAT32: "IVF_FLAT",
    VectorFormat.INT8: "IVF_SQ8",
    VectorFormat.BINARY: "IVF_RABITQ + SQ8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is assumed: prices are in US dollars, and of no offer in particular."""

    pictures: float = TWO_BILLION.pictures
    """A second that the 2B embeds on one GPU; pages and the 8B go with it."""

    gpu_hour: float = 3.0
    node_hour: float = 2.0
    node_gb: float = 256.0
    """Memory of a node, of which 70 of 100 are filled."""

    disk_month: float = 0.08
    """For 10**9 bytes."""

    days: float = 7.0
    """In which all is to be embedded."""

    @property
    def models(self) -> tuple[Known, Known]:
        """2B and 8B, at these rates."""
        times = self.pictures / TWO_BILLION.pictures
        small, large = (
            Known(
                name=one.name,
                dimension=one.dimension,
                pictures=one.pictures * times,
                pages=one.pages * times,
                query=one.query / times,
                pairs=one.pairs * times,
                mark=one.mark,
            )
            for one in (TWO_BILLION, eight_billion())
        )
        return small, large


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the vectors of a library take, in one format."""

    how: str
    """It is searched."""

    local: bool
    memory: float
    """Bytes that searches go through."""

    disk: float
    nodes: int
    month: float
    """Dollars; of a person's own computer its disk alone."""


def held(items: int, dimension: int, form: VectorFormat, terms: Terms) -> Held:
    """On one computer as long as searches take ``SOON``, else on a server."""
    rows = items * (4 * dimension + STORE.row + STORE.thumbnail)
    width, codes = row_width(dimension, form), codes_for(StorageSetting(format=form), items)
    read = one_bit_width(dimension) if codes is OneBitCodes else width
    if search_seconds(items, dimension, form) <= SOON:
        disk = rows + items * (width + (read if codes else 0))
        return Held(
            how="1-bit codes" if codes is OneBitCodes else "all vectors",
            local=True,
            memory=items * (read + STORE.bookkeeping),
            disk=disk,
            nodes=1,
            month=disk / 1e9 * terms.disk_month,
        )
    served = dimension * (4 if form is VectorFormat.FLOAT32 else 1)
    if form is VectorFormat.BINARY:
        served += one_bit_width(dimension)
    memory = items * float(served + _KEY)
    disk = rows + memory + items * 4 * dimension  # the server keeps the vectors as well
    nodes = ceil(memory / (0.7e9 * terms.node_gb)) + 1  # one for the program and its database
    return Held(
        how=_SERVED[form],
        local=False,
        memory=memory,
        disk=disk,
        nodes=nodes,
        month=nodes * terms.node_hour * _HOURS + disk / 1e9 * terms.disk_month,
    )


def search_seconds(items: float, dimension: int, form: VectorFormat) -> float:
    """Of one search on two cores, as the program searches so many in this format."""
    if codes_for(StorageSetting(format=form), int(items)) is OneBitCodes:
        return items * one_bit_width(dimension) * STORE.one_bit
    return items * 4 * dimension * STORE.exact  # rounded ones are widened before


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A library of one size, by one model, in one format."""

    items: int
    model: str
    format: VectorFormat
    seconds: float | None
    """Of a search on one computer; None where a server searches."""

    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """Embedding a library of one size by one model, for the first time or again. Seconds."""

    items: int
    model: str
    pictures: float
    """On one GPU, if all are pictures."""

    pages: float
    gpus: int
    """For the pictures, in the days that are given."""

    cost: float
    writer: float
    """Of one process that commits all of it."""

    again: float
    """To see that nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many items there are when one computer has enough of something."""

    of: str
    items: tuple[float, float]
    """With the 2B and with the 8B."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What ``bench scale --simulate --plan`` prints."""

    terms: Terms
    models: tuple[Known, Known]
    kept: tuple[Kept, ...]
    embedded: tuple[Embedded, ...]
    limits: tuple[Limit, ...]

    def lines(self) -> list[str]:
        """All tables, as Markdown."""
        parts = (self._models(), self._kept(), self._embedded(), self._limits())
        return [line for part in parts for line in (*part, "")][:-1]

    def _models(self) -> list[str]:
        own = self.terms.pictures == TWO_BILLION.pictures
        rows = [
            (one.name, one.mark if own else COMPUTED, f"{one.pictures:.3g}", f"{one.pages:.3g}",
             lasting(one.query), f"{one.pairs:.3g}")
            for one in self.models
        ]  # fmt: skip
        return table(("one GPU", "mark", "pictures/s", "pages/s", "a query", "pairs/s"), rows)

    def _kept(self) -> list[str]:
        heads = ("items, model, format", "a search (C)", "by", "memory (C)", "disk (C)",
                 "nodes (C)", "a month (C)")  # fmt: skip
        rows = [
            (
                f"{many(one.items)}, {one.model}, {one.format}",
                "–" if one.seconds is None else lasting(one.seconds),
                one.held.how,
                size(one.held.memory),
                size(one.held.disk),
                f"{one.held.nodes:,}",
                dollars(one.held.month),
            )
            for one in self.kept
        ]
        return table(heads, rows)

    def _embedded(self) -> list[str]:
        days = f"GPUs for {self.terms.days:g} d (C)"
        heads = ("items, model", "pictures (C)", "pages (C)", days, "cost (C)", "one writer (C)",
                 "looking again (C)")  # fmt: skip
        rows = [
            (
                f"{many(one.items)}, {one.model}",
                lasting(one.pictures),
                lasting(one.pages),
                str(one.gpus),
                dollars(one.cost),
                lasting(one.writer),
                lasting(one.again),
            )
            for one in self.embedded
        ]
        return table(heads, rows)

    def _limits(self) -> list[str]:
        heads = ("one computer", *(f"items, {one.name} (C)" for one in self.models))
        return table(heads, [(one.of, *map(many, one.items)) for one in self.limits])


def plan(terms: Terms) -> Plan:
    """Everything that follows from the rates under these terms."""
    models = terms.models
    return Plan(
        terms=terms,
        models=models,
        kept=tuple(
            _kept(items, model, form, terms)
            for items in SIZES
            for model in models
            for form in FORMATS
        ),
        embedded=tuple(_embedded(items, model, terms) for items in SIZES for model in models),
        limits=tuple(_limits(models)),
    )


def _kept(items: int, model: Known, form: VectorFormat, terms: Terms) -> Kept:
    found = held(items, model.dimension, form, terms)
    seconds = search_seconds(items, model.dimension, form) if found.local else None
    return Kept(items=items, model=model.name, format=form, seconds=seconds, held=found)


def _embedded(items: int, model: Known, terms: Terms) -> Embedded:
    seconds = items / model.pictures
    return Embedded(
        items=items,
        model=model.name,
        pictures=seconds,
        pages=items / model.pages,
        gpus=ceil(seconds / (terms.days * 86_400)),
        cost=seconds / 3600 * terms.gpu_hour,
        writer=items / STORE.commits,
        again=items * STORE.scan,
    )


def _limits(models: tuple[Known, Known]) -> Iterator[Limit]:
    widths = [one_bit_width(one.dimension) for one in models]
    yield _limit(f"{lasting(SOON)} a search: every vector", [
        SOON / (4 * one.dimension * STORE.exact) for one in models
    ])  # fmt: skip
    yield _limit(f"{lasting(SOON)} a search: 1-bit codes", [
        SOON / (width * STORE.one_bit) for width in widths
    ])  # fmt: skip
    yield _limit("16 GB of memory: codes and bookkeeping", [
        16e9 / (width + STORE.bookkeeping) for width in widths
    ])  # fmt: skip
    yield _limit("2 TB of disk: float32", [
        2e12 / (8 * one.dimension + STORE.row + STORE.thumbnail) for one in models
    ])  # fmt: skip
    yield _limit("10 min to look for changed files", [600 / STORE.scan] * 2)
    yield _limit("a day of one writer", [86_400 * STORE.commits] * 2)


def _limit(of: str, items: list[float]) -> Limit:
    small, large = items
    return Limit(of=of, items=(small, large))
