"""A hub that goes wrong in another way each time: what has its name is right all the same."""

from __future__ import annotations

import random

import pytest

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.models.checkpoint.caches import is_complete
from qwen3vl_app.models.getting.places import folder_of, staging_of
from tests.models.getting.hub import MODEL
from tests.models.getting.test_download import WEIGHTS, contents, get, wanted


def misbehave(hub, chance: random.Random, handler, name: str) -> bool:
    """One way of going wrong, in the place of the right answer."""
    content = hub.files[name]
    size = len(content)
    noise = chance.randbytes(chance.randrange(size + 1))
    ways = [
        lambda: handler.send_file(content, cut=chance.randrange(size)),
        lambda: handler.send_file(noise.ljust(size, b"\0")),
        lambda: handler.send_file(noise.ljust(size, b"\0"), cut=len(noise)),
        lambda: handler.send_file(noise),
        lambda: handler.answer(b"", chance.choice([429, 500, 503])),
        lambda: handler.answer(noise),
        lambda: handler.answer(noise, 206, Content_Range=f"bytes 0-{len(noise)}/{size}"),
        lambda: handler.answer(b"", 416),
        lambda: handler.answer(b"", 302, Location=f"{handler.path}?{chance.random()}"),
        lambda: handler.answer(b"", 302),
        handler.hang_up,
    ]
    chance.choice(ways)()
    return True


@pytest.mark.parametrize("seed", range(12))
def test_get_model__whatever_goes_wrong(hub, seed):
    chance = random.Random(seed)
    left = [WEIGHTS, WEIGHTS, WEIGHTS, "config.json", "tokenizer.json"]

    def before(handler, name):
        hub.ranges, hub.tags = chance.random() < 0.8, chance.random() < 0.8
        if name not in left or chance.random() < 0.2:
            return False
        left.remove(name)
        return misbehave(hub, chance, handler, name)

    hub.before = before
    for _ in range(len(left) + 1):
        try:
            folder = get()
        except DownloadError:
            assert not folder_of(MODEL).exists()
            named = {one.name for one in staging_of(folder_of(MODEL)).iterdir()} & set(hub.files)
            for name in named:
                assert (staging_of(folder_of(MODEL)) / name).read_bytes() == hub.files[name]
        else:
            break
    assert is_complete(folder)
    assert contents(folder) == wanted(hub)
