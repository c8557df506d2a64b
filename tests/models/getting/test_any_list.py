"""Whatever a hub lists, what is taken of it are plain names of one folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.models.checkpoint.cards import front_matter
from qwen3vl_app.models.getting import listing
from qwen3vl_app.models.getting.record import NAME, read_record
from qwen3vl_app.models.getting.sources import Hub, Source

HUB = Hub(source=Source.HUGGING_FACE, endpoint="https://hub.example")
PARTS = st.sampled_from(["..", ".", "", "a", "a.json", "C:", "con", "~", "\\", " ", "\0", "ä.txt"])
NAMES = st.text() | st.lists(PARTS, min_size=1).map("/".join) | st.text().map("{}.json".format)


@given(NAMES)
def test_wanted__no_name_leaves_the_folder(name):
    taken = []
    with suppress(DownloadError):
        taken = list(listing._wanted([{"rfilename": name}], "rfilename", HUB))
    for entry in taken:
        assert entry["rfilename"] == name
        for kind in (PurePosixPath, PureWindowsPath):
            path = kind(name)
            assert (path.name, len(path.parts), path.is_absolute()) == (name, 1, False)
        assert name not in {NAME, f"{NAME}.new"}
        assert not name.endswith(".part")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "rfilename": st.sampled_from(["config.json", "model.safetensors", "../x"]) | JSON,
        "Path": st.sampled_from(["config.json", "model.safetensors", "../x"]) | JSON,
        "size": JSON,
        "Size": JSON,
        "lfs": JSON,
        "blobId": JSON,
        "Sha256": JSON,
    },
)
FILES = st.lists(ENTRY, max_size=4) | JSON
OF_HUGGING_FACE = st.fixed_dictionaries({"sha": JSON, "siblings": FILES})
OF_MODELSCOPE = st.fixed_dictionaries({"Data": st.fixed_dictionaries({"Files": FILES}) | JSON})
ANSWER = JSON | OF_HUGGING_FACE | OF_MODELSCOPE


class Answering:
    """A hub whose answer is whatever it is."""

    def __init__(self, source, answer):
        self.hub = Hub(source=source, endpoint="https://hub.example")
        self.answer = answer

    def json(self, url, model):
        return self.answer


@pytest.mark.parametrize("source", list(Source))
@given(answer=ANSWER)
def test_list_files__no_answer_is_a_bug(source, answer):
    """No list in this test has all that a checkpoint needs, so each ends in one sentence."""
    with pytest.raises(DownloadError):
        listing.list_files(cast(Any, Answering(source, answer)), "me/mine")


@given(st.binary())
def test_read_record__whatever_lies_there(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp()
    (folder / NAME).write_bytes(content)
    assert read_record(folder) is None


@given(st.text(st.sampled_from("-: ab[]'\"\n\r\t,"), max_size=80) | st.text())
def test_front_matter__whatever_lies_there(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    (folder / "README.md").write_text(f"---\n{text}\n---\n", encoding="utf-8", newline="")
    for name, value in front_matter(folder).items():
        assert isinstance(name, str)
        assert isinstance(value, str) or all(isinstance(one, str) for one in value)
