"""A small library of real drawn files behind deterministic stand-ins for the slow parts.

The page's behaviour (streams, cancelling, keyboard, layout) is tested on it with switchable
delays; ``tests/browser/test_whole_job.py`` runs the real program.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
from fpdf import FPDF
from PIL import Image, ImageDraw

from qwen3vl_app.errors import UsageError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus, Priority
from qwen3vl_app.search.ranking import ranked
from qwen3vl_app.search.recall import NO_WORDS, NO_WORDS_HERE, NONE_PASSES
from qwen3vl_app.services import Services
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.index_sync import described
from qwen3vl_app.store.rows import Folder, Removal, RemovalId, RemovedKind
from qwen3vl_app.store.storage import OldSpace, StorageOption
from qwen3vl_app.store.trash import Removed, TrashSize
from qwen3vl_app.store.uploads import Uploads
from qwen3vl_app.types import (
    ContentHash,
    DuplicateGroup,
    EmbeddingBatch,
    FileOutcome,
    Hit,
    Item,
    ItemFilter,
    ItemId,
    Kind,
    LeftOut,
    ModelInput,
    Orientation,
    Original,
    Outcome,
    Part,
    Place,
    Query,
    Score,
    ScoreBatch,
    SearchStage,
    SearchUpdate,
    Space,
    Timings,
    WordsMode,
)
from tests.indexing.embedders import HashingEmbedder
from tests.still_models import StillModels

PLACED = Message.of(
    "model.loaded",
    where=Message.of("device.cpu", why=Message.of("model.asked")),
    found=Message.of("model.folder"),
)

HOSTILE = "${alert(1)} {{7*7}} `x` \\u0041 <img src=x onerror=alert(2)>"
HOSTILE_NAME = HOSTILE.replace("/", "∕")

COLOURS = {
    "red": "#e5484d",
    "green": "#30a46c",
    "blue": "#3b82f6",
    "yellow": "#f5b700",
    "purple": "#8b5cf6",
    "orange": "#f97316",
}
SHAPES = ("circle", "square", "triangle", "star")

POEM = """The lighthouse keeper wrote every evening.
At dusk the lamp was lit, and ships turned their heads.
A red circle painted on the door meant a storm was near.
He counted gulls, and lost count, and began again.

In winter the stairs were iced over.
The blue square of the window was the only sky.
Nobody came, and that was the work."""


def fraction(*parts: object) -> float:
    """A repeatable number from 0 to 1 for these parts."""
    digest = hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def draw(colour: str, shape: str, size: tuple[int, int], seed: int = 0) -> Image.Image:
    """One coloured shape on a tinted ground."""
    width, height = size
    ground = tuple(int(225 + 28 * fraction(colour, shape, seed, i)) for i in range(3))
    picture = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(picture)
    r = min(size) * (0.26 + 0.1 * fraction(shape, seed))
    x, y = width * (0.4 + 0.2 * fraction(seed, "x")), height * (0.45 + 0.1 * fraction(seed, "y"))
    if shape == "circle":
        pen.ellipse((x - r, y - r, x + r, y + r), fill=COLOURS[colour])
    elif shape == "square":
        pen.rectangle((x - r, y - r, x + r, y + r), fill=COLOURS[colour])
    else:
        points = 3 if shape == "triangle" else 10
        radius = [r if k % 2 == 0 or points == 3 else r * 0.45 for k in range(points)]
        turn = -np.pi / 2 + 2 * np.pi * np.arange(points) / points
        outline = [
            (x + q * np.cos(a), y + q * np.sin(a)) for q, a in zip(radius, turn, strict=True)
        ]
        pen.polygon(outline, fill=COLOURS[colour])
    return picture


def write_clip(path: Path, seconds: int = 18, fps: int = 4) -> None:
    """A clip whose ground changes every six seconds, with a moving square and the second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.options = {"deadline": "realtime", "cpu-used": "8"}
        for index in range(seconds * fps):
            second = index / fps
            colour = ["#1e3a8a", "#166534", "#9a3412"][int(second // 6) % 3]
            frame = Image.new("RGB", (320, 180), colour)
            pen = ImageDraw.Draw(frame)
            x = 20 + 240 * (second % 6) / 6
            pen.rectangle((x, 70, x + 40, 110), fill="white")
            pen.text((8, 8), f"{second:05.2f} s", fill="white", font_size=24)
            for packet in stream.encode(av.VideoFrame.from_image(frame)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def write_pdf(path: Path, pages: int = 4) -> None:
    """A report with a heading, a chart and a paragraph on every page."""
    pdf = FPDF(format=(148, 210))
    pdf.set_font("helvetica", size=12)
    for page in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("helvetica", "B", 18)
        pdf.cell(0, 12, f"Quarter {page}: sales of lighthouses", new_x="LMARGIN", new_y="NEXT")
        for bar in range(6):
            pdf.set_fill_color(79, 70, 229 - 20 * bar)
            height = 12 + 40 * fraction("bar", page, bar)
            pdf.rect(14 + bar * 18, 90 - height, 12, height, style="F")
        pdf.set_font("helvetica", size=11)
        pdf.set_y(98)
        pdf.multi_cell(
            0,
            6,
            f"Page {page}. The red circle marks the best month; the chart "
            "shows what the lamp department sold, in thousands.",
        )
    pdf.output(str(path))


SPACE = Space(model="Drawn stand-in", dimension=64, fingerprint="stand-in")


@dataclass
class FakeStorage:
    now: StorageSetting = field(default_factory=StorageSetting)
    old: list[OldSpace] = field(
        default_factory=lambda: [
            OldSpace(space=replace(SPACE, fingerprint="old"), vectors=38, bytes=2_400_000)
        ]
    )

    def describe(self, space: Space | None = None) -> Message:
        return described(38, self.now.dimension_of(64), self.now.format, None)

    def setting(self) -> StorageSetting:
        return self.now

    def measure(self, space: Space) -> list[StorageOption]:
        ways = [(64, "float32", 1.0), (64, "int8", 0.992), (32, "int8", 0.931)]
        return [self._option(space, *way) for way in ways]

    def _option(self, space: Space, dimension: int, form: str, recall: float) -> StorageOption:
        cut = None if dimension == space.dimension else dimension
        setting = StorageSetting(dimension=cut, format=VectorFormat(form))
        return StorageOption(
            setting=setting,
            dimension=dimension,
            recall=recall,
            milliseconds=0.21,
            measured=38,
            memory_bytes=38 * dimension * (4 if form == "float32" else 1),
            disk_bytes=38 * dimension * 4,
            current=setting == self.now,
        )

    def apply(self, setting: StorageSetting) -> None:
        self.now = setting

    def old_spaces(self, searched: Sequence[Space]) -> list[OldSpace]:
        return self.old

    def drop_spaces(self, fingerprints: Sequence[str], searched: Sequence[Space] = ()) -> int:
        gone = [one for one in self.old if one.space.fingerprint in fingerprints]
        self.old = [one for one in self.old if one not in gone]
        return sum(one.bytes for one in gone)


@dataclass
class FakeTrash:
    """Removes from a ``FakeLibrary`` what can come back."""

    library: FakeLibrary
    removals: dict[RemovalId, Removal] = field(default_factory=dict)
    kept: dict[RemovalId, dict[str, Any]] = field(default_factory=dict)

    def remove(self, paths: Sequence[Path], known: dict[Path, Folder]) -> Removed:
        numbers, files, copies = [], 0, 0
        for path in paths:
            number = RemovalId(len(self.kept) + 1)
            inside = [row for row in self.library.outcome_rows if row.path.is_relative_to(path)]
            self.kept[number] = {
                "rows": inside,
                "items": {
                    i: item
                    for i, item in self.library.items_by_id.items()
                    if item.path.is_relative_to(path)
                },
                "folder": known.pop(path, None),
            }
            items = list(self.kept[number]["items"].values())
            is_copy = path.is_relative_to(self.library.uploads)
            kind = RemovedKind.FILE
            if is_copy or self.kept[number]["folder"]:
                kind = RemovedKind.COPY if is_copy else RemovedKind.FOLDER
            self.library.forget([path])
            self.removals[number] = Removal(
                id=number,
                path=path,
                kind=kind,
                stays=kind is RemovedKind.FILE,
                files=1,
                bytes=3_100_000 if is_copy else 0,
                removed="2026-01-02T10:00:00Z",
                until="2026-02-01T10:00:00Z",
                thumbnail=items[0].thumbnail if items else "",
            )
            numbers.append(number)
            files, copies = files + 1, copies + is_copy
        return Removed(ids=tuple(numbers), files=files, copies=copies)

    def restore(self, removals: Sequence[RemovalId], known: dict[Path, Folder]) -> int:
        for number in removals:
            if number not in self.removals:
                raise UsageError(Message.of("removed.gone"))
            self.removals.pop(number)
            kept = self.kept[number]
            self.library.outcome_rows += kept["rows"]
            self.library.items_by_id |= kept["items"]
            if kept["folder"]:
                known[kept["folder"].path] = kept["folder"]
        return len(removals)

    def all(self) -> list[Removal]:
        return sorted(self.removals.values(), key=lambda one: -one.id)

    def discard(self, ids: Sequence[RemovalId] | None = None) -> int:
        gone = [*self.removals] if ids is None else list(ids)
        for number in gone:
            one = self.removals.pop(number)
            if one.stays:
                self.removals[number] = replace(one, files=0, until="")
        return len(gone)

    def size(self) -> TrashSize:
        copies = [one for one in self.removals.values() if one.kind is RemovedKind.COPY]
        return TrashSize(files=len(copies), bytes=sum(one.bytes for one in copies))


@dataclass
class FakeLibrary:
    directory: Path
    storage: FakeStorage = field(default_factory=FakeStorage)
    items_by_id: dict[ItemId, Item] = field(default_factory=dict)
    collection_of: dict[ItemId, str] = field(default_factory=dict)
    outcome_rows: list[FileOutcome] = field(default_factory=list)
    tags_by_id: dict[ItemId, list[str]] = field(default_factory=dict)
    writable: bool = True

    def __post_init__(self) -> None:
        self.thumbnails = self.directory / "thumbnails"
        self.uploads = self.directory / "uploads"
        self.thumbnails.mkdir(parents=True, exist_ok=True)
        self.uploads.mkdir(parents=True, exist_ok=True)
        self.dropped = Uploads(self.uploads)
        self.trash = FakeTrash(self)

    def put(
        self,
        path: Path,
        kind: Kind,
        picture: Image.Image,
        *,
        collection: str = "",
        ordinal: int = 0,
        place: Place | None = None,
        text: str = "",
        title: str | None = None,
    ) -> Item:
        """Add one item with its thumbnail."""
        small = picture.copy()
        small.thumbnail((320, 320))
        buffer = io.BytesIO()
        small.save(buffer, "WEBP")
        name = hashlib.blake2b(buffer.getvalue(), digest_size=16).hexdigest()
        (self.thumbnails / f"{name}.webp").write_bytes(buffer.getvalue())
        content = ContentHash(hashlib.blake2b(os.fsencode(path), digest_size=16).hexdigest())
        item = Item(
            id=ItemId(len(self.items_by_id) + 1),
            kind=kind,
            place=place or Place(),
            ordinal=ordinal,
            path=path,
            content_hash=content,
            thumbnail=name,
            text=text,
            width=picture.width,
            height=picture.height,
        )
        self.items_by_id[item.id] = item
        if collection:
            self.collection_of[item.id] = collection
        return item

    def thumbnail_path(self, name: str) -> Path | None:
        path = self.thumbnails / f"{name}.webp"
        return path if path.is_file() else None

    def item(self, item: ItemId) -> Item | None:
        return self.items_by_id.get(item)

    def items(self, ids: Sequence[ItemId]) -> dict[ItemId, Item]:
        return {i: self.items_by_id[i] for i in ids if i in self.items_by_id}

    def siblings(self, item: ItemId) -> list[Item]:
        path = self.items_by_id[item].path
        return sorted(
            (i for i in self.items_by_id.values() if i.path == path), key=lambda i: i.ordinal
        )

    def matching(self, where: ItemFilter) -> list[Item]:
        return [item for item in self.items_by_id.values() if self._passes(item, where)]

    def _passes(self, item: Item, where: ItemFilter) -> bool:
        if item.kind not in where.kinds:
            return False
        if where.collection is not None and self.collection_of.get(item.id) != where.collection:
            return False
        if where.folder is not None and not item.path.is_relative_to(where.folder):
            return False
        if where.tag is not None and where.tag not in self.tags_by_id.get(item.id, ()):
            return False
        turned = item.height > item.width
        return where.orientation is None or turned == (where.orientation is Orientation.PORTRAIT)

    def tag(self, items: Sequence[ItemId], name: str) -> int:
        for item in items:
            self.tags_by_id.setdefault(item, []).append(name)
        return len(items)

    def untag(self, items: Sequence[ItemId], name: str) -> int:
        for item in items:
            self.tags_by_id[item].remove(name)
        return len(items)

    def tags(self) -> list[tuple[str, int]]:
        return sorted(
            Counter(name for names in self.tags_by_id.values() for name in names).items()
        )

    def tags_of(self, items: Sequence[ItemId]) -> dict[ItemId, tuple[str, ...]]:
        return {item: tuple(self.tags_by_id.get(item, ())) for item in items}

    def duplicates(self, space: Space, limit: int = 100, after: int = 0) -> list[DuplicateGroup]:
        """Pictures with the same colour and the same number of sides, as if nearly the same."""
        groups: dict[str, list[Item]] = {}
        for item in self.items_by_id.values():
            if item.kind is Kind.PICTURE and item.path.parent.name == "shapes":
                groups.setdefault(item.path.stem.split()[0], []).append(item)
        found = [
            DuplicateGroup(
                keeper=one,
                reason=Message.of("keep.pixels", width="900", height="500"),
                copies=tuple(others),
            )
            for one, *others in groups.values()
        ]
        return found[after : after + limit]

    def list_items(
        self, where: ItemFilter, *, after: ItemId | None = None, limit: int = 100
    ) -> list[Item]:
        newest = sorted(self.matching(where), key=lambda i: -i.id)
        return [i for i in newest if after is None or i.id < after][:limit]

    def count_items(self, where: ItemFilter) -> dict[Kind, int]:
        return dict(Counter(item.kind for item in self.matching(where)))

    def counts(self) -> SimpleNamespace:
        files = Counter(row.outcome for row in self.outcome_rows)
        return SimpleNamespace(
            files=dict(files), items=dict(Counter(i.kind for i in self.items_by_id.values()))
        )

    def failures(self) -> list[FileOutcome]:
        return [row for row in self.outcome_rows if row.outcome is Outcome.FAILED]

    def outcomes(self, *, outcome: Outcome | None = None, limit: int = 1000) -> list[FileOutcome]:
        rows = [row for row in self.outcome_rows if outcome in (None, row.outcome)]
        return rows[:limit]

    def collections(self) -> list[tuple[str, int]]:
        return sorted(Counter(self.collection_of.values()).items())

    def spaces(self) -> list[tuple[Space, int]]:
        return [(SPACE, len(self.items_by_id))]

    def paths_of(self, content: ContentHash) -> list[Path]:
        return list({i.path for i in self.items_by_id.values() if i.content_hash == content})

    notices = ()
    """Nothing was found wrong with it."""

    def trouble(self) -> None:
        """It is never lost."""

    def originals(self, content: ContentHash) -> list[Original]:
        """All files are as they were, so long as nobody made a link of one."""
        return [
            Original(
                path=path,
                content_hash=content,
                size=path.stat().st_size if path.is_file() else 0,
                mtime_ns=path.stat().st_mtime_ns if path.is_file() else 0,
                indexed="9999-01-01T00:00:00Z",
            )
            for path in self.paths_of(content)
        ]

    def knows(self, path: Path) -> bool:
        return any(item.path == path for item in self.items_by_id.values())

    def forget(self, paths: Sequence[Path]) -> int:
        self.outcome_rows = [row for row in self.outcome_rows if row.path not in paths]
        gone = [i for i, item in self.items_by_id.items() if item.path in paths]
        for i in gone:
            del self.items_by_id[i]
            self.collection_of.pop(i, None)
            self.tags_by_id.pop(i, None)
        return len(set(paths)) if gone else 0


@dataclass
class FakeReader:
    library: FakeLibrary

    def outline(self, path: Path) -> SimpleNamespace:
        if path.suffix == ".webm":
            kind = Kind.VIDEO
        else:
            kind = Kind.PICTURE
            with Image.open(path) as picture:
                picture.load()
        return SimpleNamespace(parts=(Part(ordinal=0, kind=kind),))

    def picture(self, path: Path) -> Image.Image:
        with Image.open(path) as picture:
            return picture.convert("RGB")

    def preview(self, path: Path, part: Part, *, longest: int = 1600) -> bytes:
        if path.suffix == ".pdf":
            import pypdfium2

            page = pypdfium2.PdfDocument(path)[(part.place.page or 1) - 1]
            picture = page.render(scale=2).to_pil()
        else:
            picture = self.picture(path)
        picture.thumbnail((longest, longest))
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP")
        return buffer.getvalue()


@dataclass
class FakeModels(StillModels):
    embedder: ModelStatus = field(
        default_factory=lambda: ModelStatus(
            role="embedder",
            name="Demo embedder",
            state=ModelState.READY,
            detail=PLACED,
            bundled=True,
        )
    )
    reranker: ModelStatus = field(
        default_factory=lambda: ModelStatus(
            role="reranker",
            name="Demo reranker",
            state=ModelState.READY,
            detail=PLACED,
            bundled=True,
        )
    )
    retried: int = 0

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        return self.embedder, self.reranker

    @property
    def stands_for(self) -> Space:
        return SPACE

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        self.check(space)
        return HashingEmbedder().embed(inputs, instruction)

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
    ) -> ScoreBatch:
        self.check()
        return ScoreBatch(scores=tuple(Score(relevance=0.5, logit=0.0) for _ in documents))

    def retry(self) -> None:
        self.retried += 1

    def show(self, state: ModelState) -> None:
        """Let the embedder be ready, or fail as a broken folder does."""
        detail = FakeModels().embedder.detail
        if state is ModelState.FAILED:
            detail = Message.of("load.no_config", path="/models/broken")
        self.embedder = replace(self.embedder, state=state, detail=detail)


@dataclass
class FakeFolders:
    library: FakeLibrary
    known: dict[Path, Folder] = field(default_factory=dict)
    patterns: tuple[str, ...] = ()
    scanned: list[Path] = field(default_factory=list)

    def all(self) -> list[Folder]:
        return list(self.known.values())

    def rescan(self, paths: Sequence[Path] | None = None) -> int:
        wanted = list(self.known) if paths is None else list(paths)
        self.scanned += wanted
        return len(wanted)

    def watch(self, path: Path, *, on: bool) -> None:
        if path not in self.known:
            raise UsageError(Message.of("folder.unknown", path=str(path)))
        self.known[path] = replace(self.known[path], watched=on)

    def remove(self, paths: Sequence[Path]) -> Removed:
        return self.library.trash.remove(paths, self.known)

    def restore(self, removals: Sequence[RemovalId]) -> int:
        return self.library.trash.restore(removals, self.known)

    def ignore(self, patterns: Sequence[str]) -> tuple[str, ...]:
        if "!" in patterns:
            raise UsageError(Message.of("pattern.wrong", pattern="!"))
        self.patterns = tuple(patterns)
        return self.patterns


@dataclass
class FakeIndexer:
    library: FakeLibrary
    folders: FakeFolders = field(init=False)
    snapshot: IndexProgress = field(default_factory=IndexProgress)
    added: list[tuple[tuple[Path, ...], str | None]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folders = FakeFolders(self.library)

    def add(self, paths: Sequence[Path], *, collection: str | None = None) -> None:
        for path in paths:
            if not path.exists():
                raise UsageError(Message.of("path.gone", path=str(path)))
        self.added.append((tuple(paths), collection))
        for path in filter(Path.is_dir, paths):
            self.folders.known[path] = Folder(path=path, collection=collection, watched=False)

    def progress(self) -> IndexProgress:
        return self.snapshot

    def pause(self) -> None:
        self.commands.append("pause")
        self.show(state=IndexState.PAUSED)

    def resume(self) -> None:
        self.commands.append("resume")
        self.show(state=IndexState.INDEXING)

    def cancel(self) -> None:
        self.commands.append("cancel")
        self.show(state=IndexState.IDLE)

    def retry(self, paths: Sequence[Path] | None = None) -> None:
        self.commands.append(f"retry {len(paths) if paths is not None else 'all'}")

    def show(self, **changes: Any) -> None:
        self.snapshot = replace(self.snapshot, rev=self.snapshot.rev + 1, **changes)


@dataclass
class FakeEngine:
    """Ranks by words in common and a repeatable noise; waits as long as it is told to."""

    library: FakeLibrary
    recall_delay: float = 0.0
    slice_delay: float = 0.0
    slice_size: int = 4
    failure: Exception | None = None
    seen: list[Query] = field(default_factory=list)

    def search(
        self, query: Query, *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[SearchUpdate]:
        self.seen.append(query)
        if self.failure is not None:
            raise self.failure
        time.sleep(self.recall_delay)
        hits = self._recall(query)
        update = SearchUpdate(
            stage=SearchStage.RECALL,
            hits=hits,
            model="Demo embedder",
            timings=Timings(embed=28.4, recall=12.6),
            left_out=self._left_out(query, hits),
            notes=() if hits else self._notes(query),
        )
        yield update
        if not hits or not query.rerank:
            yield replace(update, stage=SearchStage.DONE)
            return
        judged: dict[ItemId, Score | Message] = {}
        begun = time.perf_counter()
        for start in range(0, len(hits), self.slice_size):
            if cancelled():
                yield replace(update, stage=SearchStage.STOPPED)
                return
            time.sleep(self.slice_delay)
            for hit in hits[start : start + self.slice_size]:
                judged[hit.item.id] = self._judge(query, hit)
            over = len(judged) == len(hits)
            update = replace(
                update,
                stage=SearchStage.DONE if over else SearchStage.RERANK,
                hits=ranked(hits, judged),
                reranked=len(judged),
                timings=replace(
                    update.timings, rerank=round(1000 * (time.perf_counter() - begun), 1)
                ),
            )
            yield update

    def _recall(self, query: Query) -> tuple[Hit, ...]:
        similarities = self._similarities(query)
        passing = [item for item in self.library.matching(query.filter) if item.id in similarities]
        passing.sort(key=lambda item: (not _has(query, item), -similarities[item.id]))
        wanted = max(query.top_k, query.depth) if query.rerank else query.top_k
        ordered = sorted(similarities.values())
        found = {item.id: n for n, item in enumerate((i for i in passing if _has(query, i)), 1)}
        return tuple(
            Hit(
                item=item,
                recall_rank=rank,
                similarity=similarities[item.id],
                percentile=100 * ordered.index(similarities[item.id]) / len(ordered),
                words_rank=found.get(item.id),
                found_by=self._found_by(query, item),
                copies=self._copies(query, item),
            )
            for rank, item in enumerate(passing[:wanted], start=1)
        )

    def _similarities(self, query: Query) -> dict[ItemId, float]:
        """Of every item but the examples, filtered or not; with words only of those with them."""
        examples = {*query.like, *query.not_like}
        if query.collapse:
            examples |= {copy.id for copy in self._burst()}
        texts = [query.text, *(self.library.items_by_id[i].path.stem for i in query.like)]
        words = " ".join(texts).lower().split()
        return {
            item.id: 0.1 + 0.5 * _match(words, item, 0.45)
            for item in self.library.items_by_id.values()
            if item.id not in examples and (query.words is not WordsMode.ONLY or _has(query, item))
        }

    def _found_by(self, query: Query, item: Item) -> tuple[int | None, ...]:
        """Its rank in each of several queries, which find twenty each."""
        ranks = []
        for one in query.each if query.also else ():
            similarities = self._similarities(one)
            best = sorted(similarities, key=lambda i: -similarities[i])
            rank = best.index(item.id) + 1
            ranks.append(rank if rank <= 20 else None)
        return tuple(ranks)

    def _copies(self, query: Query, item: Item) -> tuple[Item, ...]:
        """The first of the drawn pictures stands for two of a burst."""
        if not query.collapse or item.path.name != "red circle 00.png":
            return ()
        return self._burst()

    def _burst(self) -> tuple[Item, ...]:
        alike = (i for i in self.library.items_by_id.values() if "purple" in i.path.name)
        return tuple(islice(alike, 2))

    def _left_out(self, query: Query, hits: Sequence[Hit]) -> LeftOut:
        level = 0.45
        clear = {i for i, similarity in self._similarities(query).items() if similarity >= level}
        passing = {item.id for item in self.library.matching(query.filter)}
        return LeftOut(
            shown=len(hits),
            above=len(clear & passing),
            hidden=len(clear - passing),
            collapsed=sum(len(hit.copies) for hit in hits),
            level=None if query.words is WordsMode.ONLY else level,
        )

    def _notes(self, query: Query) -> tuple[Message, ...]:
        """Why there is nothing."""
        if query.words is WordsMode.ONLY:
            return (NO_WORDS_HERE if self._similarities(query) else NO_WORDS,)
        return (NONE_PASSES,)

    def _judge(self, query: Query, hit: Hit) -> Score | Message:
        if hit.item.path.name == "gone.png":
            return Message.free("the file is no longer there")
        logit = 12 * _match(query.text.lower().split(), hit.item, 0.2) - 6
        return Score(relevance=1 / (1 + float(np.exp(-logit))), logit=logit)


def _has(query: Query, item: Item) -> bool:
    """Whether exact words are asked for and found, in name or text."""
    text = f"{item.path} {item.text}".lower()
    return bool(query.exact_words.wanted) and all(
        word.lower() in text for word in query.exact_words.wanted
    )


def _match(words: Sequence[str], item: Item, noise: float) -> float:
    text = f"{item.path.stem} {item.text}".lower()
    common = sum(word in text for word in words) / max(1, len(words))
    return (1 - noise) * common + noise * fraction(item.id, *words, noise)


def build_world(folder: Path, *, empty: bool = False) -> Services:
    """Draw the files and put stand-ins for the slow parts around them."""
    files = folder / "files"
    library = FakeLibrary(folder / "library")
    if not empty:
        files.mkdir(parents=True)
        fill(library, files)
    stand_ins: dict[str, Any] = {
        "library": library,
        "reader": FakeReader(library),
        "models": FakeModels(),
        "indexer": FakeIndexer(library),
        "engine": FakeEngine(library),
    }
    return Services(settings=Settings(library=library.directory), **stand_ins)


def fill(library: FakeLibrary, files: Path) -> None:
    """Pictures, a report, a poem, a clip, a file with a hostile name and one that has gone."""
    sizes = [(640, 480), (480, 640), (900, 500), (512, 512)]
    for number, (colour, shape) in enumerate((c, s) for c in COLOURS for s in SHAPES):
        path = files / "shapes" / f"{colour} {shape} {number:02d}.png"
        path.parent.mkdir(exist_ok=True)
        picture = draw(colour, shape, sizes[number % 4], number)
        picture.save(path)
        library.put(path, Kind.PICTURE, picture, collection="Shapes")
    _add_report(library, files / "财务报告 lighthouse sales.pdf")
    _add_poem(library, files / "notes" / "lighthouse keeper.txt")
    _add_clip(library, files / "clips" / "square crossing.webm")
    hostile = files / f"{HOSTILE_NAME} red.png"
    picture = draw("red", "star", (400, 300), 99)
    picture.save(hostile)
    library.put(hostile, Kind.PICTURE, picture, text=HOSTILE)
    library.put(files / "gone.png", Kind.PICTURE, draw("blue", "circle", (300, 300), 5))
    library.outcome_rows += [
        *(
            FileOutcome(path=path, outcome=Outcome.INDEXED, when="2025-01-02T10:00:00Z")
            for path in {item.path for item in library.items_by_id.values()}
        ),
        FileOutcome(
            path=files / "broken.jpg",
            outcome=Outcome.FAILED,
            when="2025-01-02T10:00:01Z",
            reason=Message.of("reason.truncated", subject=Message.of("subject.picture")),
        ),
        FileOutcome(
            path=files / "accounts.xlsx",
            outcome=Outcome.SKIPPED,
            when="2025-01-02T10:00:02Z",
            reason=Message.of("reason.no_text"),
        ),
    ]


def _add_report(library: FakeLibrary, path: Path) -> None:
    import pypdfium2

    write_pdf(path)
    for number, page in enumerate(pypdfium2.PdfDocument(path)):
        library.put(
            path,
            Kind.PAGE,
            page.render(scale=1).to_pil(),
            ordinal=number,
            collection="Work",
            place=Place(page=number + 1),
            text=page.get_textpage().get_text_bounded(),
        )


def _add_poem(library: FakeLibrary, path: Path) -> None:
    path.parent.mkdir()
    verses = [f"{line} (verse {n})" for n in range(6) for line in POEM.split("\n")]
    path.write_text("\n".join(verses))
    for ordinal, start in enumerate(range(0, len(verses), 12)):
        part = verses[start : start + 12]
        card = Image.new("RGB", (320, 240), "#fbf7ec")
        ImageDraw.Draw(card).multiline_text((16, 16), "\n".join(part), fill="#333", font_size=15)
        library.put(
            path,
            Kind.PASSAGE,
            card,
            ordinal=ordinal,
            collection="Work",
            text="\n".join(part),
            place=Place(first_line=start + 1, last_line=start + len(part)),
        )


def _add_clip(library: FakeLibrary, path: Path) -> None:
    path.parent.mkdir()
    write_clip(path)
    colours = ["#1e3a8a", "#166534", "#9a3412"]
    for ordinal in range(4):
        frame = Image.new("RGB", (320, 180), colours[max(0, ordinal - 1)])
        ImageDraw.Draw(frame).rectangle((140, 70, 180, 110), fill="white")
        place = (
            Place(start=0.0, end=18.0)
            if ordinal == 0
            else Place(start=6.0 * (ordinal - 1), end=6.0 * ordinal)
        )
        library.put(
            path,
            Kind.MOMENT if ordinal else Kind.VIDEO,
            frame,
            ordinal=ordinal,
            place=place,
            collection="Clips",
        )


def put_named(library: FakeLibrary, names: Sequence[str]) -> None:
    """Let the library have exactly these further pictures, under these names."""
    _take_out(library, "named")
    picture, folder = draw("red", "star", (90, 90)), library.directory / "named"
    folder.mkdir(exist_ok=True)
    for name in names:
        picture.save(folder / name)
        library.put(folder / name, Kind.PICTURE, picture)


def put_further(library: FakeLibrary, number: int) -> None:
    """Let the library have exactly ``number`` further pictures, which are all the same."""
    _take_out(library, "further")
    picture = draw("blue", "circle", (120, 90))
    for n in range(number):
        library.put(library.directory / "further" / f"{n:03}.png", Kind.PICTURE, picture)


def _take_out(library: FakeLibrary, folder: str) -> None:
    gone = [i for i, item in library.items_by_id.items() if item.path.parent.name == folder]
    for item in gone:
        del library.items_by_id[item]
