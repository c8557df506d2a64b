"""The maps of a library, with a real library and a real process that lays them out."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any, cast

import numpy as np
import pytest

from qwen3vl_app.errors import MapError
from qwen3vl_app.inspection.map_file import Cluster, ItemMap, MapFiles
from qwen3vl_app.inspection.maps import NO_CLUSTER, Maps, MapStage
from qwen3vl_app.store.belongings import MAPS
from qwen3vl_app.store.library import Library
from tests.store.build import SPACE, content, put_file

PATIENCE = 60


class NoModel:
    """Models of which none is loaded."""

    def loaded_space(self):
        return None


def maps_of(library) -> Maps:
    return Maps(library, cast(Any, NoModel()))


def around(angle: float, count: int):
    """Vectors near one direction."""
    random = np.random.default_rng(round(angle * 100))
    centre = np.array([np.cos(angle), np.sin(angle), 0, 0])
    vectors = centre + 0.1 * random.normal(size=(count, SPACE.dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def put(library, folder, name, angle, count=1):
    for number, vector in enumerate(around(angle, count)):
        text = f"a {name} of the kind {name}"
        file = folder / f"{name}-{number}.txt"
        put_file(library, file, f"{name}{number}", [(content(text=text), vector)])


def settled(maps, collection=""):
    end = monotonic() + PATIENCE
    while (view := maps.view(collection)).stage in (MapStage.WAITING, MapStage.RUNNING):
        assert monotonic() < end
        sleep(0.05)
    return view


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        put(opened, tmp_path, "boat", 0.0, 10)
        put(opened, tmp_path, "fox", 1.5, 10)
        yield opened


@pytest.fixture
def maps(library):
    made = maps_of(library)
    yield made
    made.close()


def test_begin__lays_out_clusters_that_are_called_by_their_words(maps, library):
    assert maps.view("").stage is MapStage.NONE
    maps.begin("")
    view = settled(maps)
    assert (view.stage, view.total, len(view.rows), view.newer) == (MapStage.DONE, 20, 20, 0)
    words = {one.words[0]: one for one in view.made.clusters if one.words}
    assert {"boat", "fox"} <= words.keys()
    names = {
        item: found.path.stem.split("-")[0]
        for item, found in library.items([row.item for row in view.rows]).items()
    }
    for word in ("boat", "fox"):
        assert {names[item] for item in words[word].representatives} == {word}


def test_view__puts_what_is_newer_among_its_neighbours(maps, library, tmp_path):
    maps.begin("")
    before = settled(maps)
    put(library, tmp_path, "newboat", 0.0)
    after = maps.view("")
    assert (after.newer, len(after.rows), after.version != before.version) == (1, 21, True)
    near = before.made.of_each[0]  # the first was a boat
    boats = after.places[:10]
    assert after.of_each[-1] in set(after.of_each[:10].tolist())
    assert np.linalg.norm(after.places[-1] - boats, axis=1).min() < 0.5
    assert near != NO_CLUSTER


def test_view__leaves_out_what_is_gone(maps, library, tmp_path):
    maps.begin("")
    settled(maps)
    library.forget([tmp_path / "boat-0.txt"])
    assert (maps.view("").total, len(maps.view("").rows)) == (19, 19)


def test_view__of_a_collection_is_of_its_items_alone(maps, library):
    chosen = [row.item for row in maps._library.listings.map_rows(_all())[:6]]
    library.collect(chosen, "six")
    maps.begin("six")
    view = settled(maps, "six")
    assert [row.item for row in view.rows] == chosen
    assert {row.collection for row in view.rows} == {"six"}
    assert maps.view("nothing").stage is MapStage.EMPTY


def test_stop__keeps_what_there_was_and_begin_goes_on(maps):
    maps.begin("")
    maps.stop("")
    stopped = settled(maps)
    assert (stopped.stage, stopped.made) == (MapStage.STOPPED, None)
    maps.begin("")
    assert settled(maps).stage is MapStage.DONE


def test_begin__remembers_no_name_that_is_no_collections(maps):
    for number in range(3):
        with pytest.raises(MapError, match="Nothing is embedded"):
            maps.begin(f"a name {number}")
    assert maps._jobs == {}


def test_begin__refuses_where_nothing_is_embedded(tmp_path):
    with Library.open(tmp_path / "empty") as opened:
        assert maps_of(opened).view("").stage is MapStage.EMPTY
        with pytest.raises(MapError, match="Nothing is embedded"):
            maps_of(opened).begin("")


def test_maps__are_found_again_and_made_anew_where_the_file_is_damaged(maps, library):
    maps.begin("")
    made = settled(maps)
    again = maps_of(library).view("")
    assert again.stage is MapStage.DONE
    assert (again.places == made.places).all()
    (file,) = (library.directory / MAPS).glob("*.npz")
    file.write_bytes(file.read_bytes()[:-200])
    assert maps_of(library).view("").stage is MapStage.NONE


def test_maps__of_a_library_for_reading_write_nothing(library):
    folder = library.directory
    library.close()
    with Library.open(folder, writable=False) as opened:
        reading = maps_of(opened)
        reading.begin("")
        assert settled(reading).stage is MapStage.DONE
        reading.close()
    assert not (folder / MAPS).exists()


def test_map_files__keep_a_bounded_number(tmp_path, monkeypatch):
    monkeypatch.setattr("qwen3vl_app.inspection.map_file.MOST_FILES", 2)
    files = MapFiles(tmp_path / "maps")
    for name in "abc":
        files.keep("space", name, small())
    assert len([*(tmp_path / "maps").iterdir()]) == 2
    assert MapFiles(tmp_path / "maps").find("space", "c") is not None
    assert MapFiles(tmp_path / "maps").find("other", "c") is None


def test_item_map__refuses_parts_that_do_not_fit():
    with pytest.raises(ValueError, match="do not fit"):
        ItemMap(
            ids=np.array([2, 1]),
            places=np.zeros((2, 2), np.float32),
            of_each=np.zeros(2, np.uint8),
            clusters=small().clusters,
        )


def small() -> ItemMap:
    return ItemMap(
        ids=np.array([1, 2]),
        places=np.zeros((2, 2), np.float32),
        of_each=np.zeros(2, np.uint8),
        clusters=(Cluster(words=("boat",), size=2, representatives=(1,)),),
    )


def _all():
    from qwen3vl_app.types import EVERYTHING

    return EVERYTHING
