"""Whatever happens to a folder, after a scan the library holds exactly what is in it."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.types import Outcome
from tests.indexing.embedders import HashingEmbedder, TinyHost
from tests.indexing.world import World
from tests.store.build import vector_of

NAMES = st.sampled_from(["a.txt", "b.txt", "sub/c.txt", "sub/d.txt", "e.txt"])
WORDS = st.sampled_from(["", "one", "two", "three"])  # an empty file fails
CHANGE = st.one_of(
    st.tuples(st.just("write"), NAMES, WORDS),
    st.tuples(st.just("delete"), NAMES, st.none()),
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("copy"), NAMES, NAMES),
)
ROUND = st.tuples(st.lists(CHANGE, max_size=5), st.sampled_from(["go on", "restart", "new model"]))

times = itertools.count(10**18, 10**9)


def change(folder: Path, what: str, name: str, other: str | None) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    if what == "write":
        path.write_text(other or "")
        os.utime(path, ns=(next(times),) * 2)  # two writes within one tick of the clock
    elif path.exists() and what == "delete":
        path.unlink()
    elif path.exists() and path != folder / (other or ""):
        target = folder / (other or "")
        target.parent.mkdir(exist_ok=True)
        shutil.copy2(path, target) if what == "copy" else path.replace(target)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rounds=st.lists(ROUND, min_size=1, max_size=4))
def test_library__equals_the_folder(reader: Reader, rounds) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        world = World(Path(scratch), reader, TinyHost())
        world.text("anchor.txt", "anchor")
        for number, (changes, then) in enumerate(rounds):
            for one in changes:
                change(world.folder, *one)
            progress = world.index()
            assert progress.state is IndexState.IDLE, progress.message
            assert_equal(world)
            if then == "new model":
                world.host = TinyHost(HashingEmbedder(f"hashing-{number}"))
            if then != "go on":
                world.restart()
        world.close()


def assert_equal(world: World) -> None:
    files = {path: path.read_text() for path in world.folder.rglob("*") if path.is_file()}
    good = {path for path, text in files.items() if text}
    items = world.library.list_items(limit=1000)
    assert len(items) == len({files[path] for path in good})
    shown = [path for item in items for path in world.library.paths_of(item.content_hash)]
    assert sorted(shown) == sorted(good)
    found = world.library.search(
        world.host.space(), vector_of(world.library, world.host.space(), items[0].id), 1000
    )
    assert {candidate.item_id for candidate in found} == {item.id for item in items}
    counts = world.library.counts()
    assert counts.pending == 0
    assert counts.files[Outcome.INDEXED] == len(items)
    assert counts.files[Outcome.DUPLICATE] == len(good) - len(items)
    assert counts.files[Outcome.FAILED] == len(files) - len(good)
    assert len(list(world.library.thumbnails.iterdir())) == len({item.thumbnail for item in items})
    assert world.library.check() == []
