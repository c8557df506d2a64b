"""Many slow previews at once: everything else goes on, and none is made for nobody."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

import httpx
import pytest
from PIL import Image, ImageDraw

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import AppError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import ContentHash, Item, ItemId, Kind, Place
from qwen3vl_app.ui.failures import TooBusyError
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.previews import PreviewQueue
from tests.attacks.program import PAGE, PATIENCE, Program, answers, join, serving, text_of
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World

MANY = 60

QUICK = 5.0
"""Seconds for what takes milliseconds, on a machine that has other things to do."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program with a picture that takes half a second to be shown."""
    folder = tmp_path_factory.mktemp("previews")
    (folder / "temporary").mkdir()
    reader = Reader(Budget(), Limits(), workers=1)
    world = World(folder, reader, TinyHost())
    shades = Image.linear_gradient("L").resize((5000, 5000))
    picture = Image.merge("RGB", (shades, shades.rotate(90), shades.rotate(180)))
    ImageDraw.Draw(picture).ellipse((100, 100, 3000, 3000), fill="red")
    picture.save(world.folder / "slow.png", compress_level=1)
    world.text("poem.md", "the fox sees a grape")
    world.index()
    assert len(world.library.list_items()) == 2
    world.close()
    reader.close()
    with serving(folder) as made:
        yield made


def picture_of(http: httpx.Client) -> int:
    (item,) = http.get("/api/items", params={"kind": "picture"}).json()["items"]
    return int(item["id"])


def ask(program: Program, target: str) -> socket.socket:
    """What an ``<img>`` of some page sends."""
    sock = socket.create_connection(("127.0.0.1", program.port), timeout=PATIENCE)
    host = f"127.0.0.1:{program.port}"
    sock.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return sock


def answered_already(sock: socket.socket) -> bytes:
    sock.settimeout(0.01)
    with suppress(TimeoutError):
        return sock.recv(2**16)
    return b""


def test_60_slow_previews_at_once__status_and_searches_go_on(program):
    with program.client(headers=PAGE) as http:
        item = picture_of(http)
        sizes = range(2000, 2000 + MANY)
        asked = [ask(program, f"/m/preview/{item}?longest={size}") for size in sizes]
        for _ in range(5):
            begun = time.monotonic()
            assert http.get("/api/index/status").status_code == 200
            assert http.get("/api/items").status_code == 200
            assert time.monotonic() - begun < QUICK
        begun = time.monotonic()
        join(http, [{"text": "fox", "files": []}, {"words": "only"}], session="previews")
        said = text_of(answers(http, "previews"))
        assert "poem.md" in said, said
        assert time.monotonic() - begun < 4 * QUICK
        got = [answered_already(sock) for sock in asked]
        refused = [answer for answer in got if answer.startswith(b"HTTP/1.1 503 ")]
        assert all(b"retry-after: " in answer and b"try again" in answer for answer in refused)
        for sock in asked:
            sock.close()
        # nobody waits for the others any more, so the next one's turn comes at once
        assert http.get(f"/m/preview/{item}", params={"longest": 64}).status_code == 200
    made = list((program.library / "previews").glob("*.webp"))
    assert len(made) < MANY - len(refused)


# ---------------------------------------------------------------- the queue by itself


class Slow:
    """Previews that take until they are let go, and who made them."""

    def __init__(self) -> None:
        self.open = Event()
        self.fails = False
        self.looked_for: list[int] = []
        self.begun: list[int] = []

    def kept(self, item: Item, *, longest: int) -> Path | None:
        self.looked_for.append(longest)
        return None

    def get(self, item: Item, *, longest: int) -> Path:
        self.begun.append(longest)
        assert self.open.wait(PATIENCE)
        if self.fails:
            raise OSError("no")
        return Path(f"{longest}.webp")

    async def have_asked(self, count: int) -> None:
        """Return when so many requests are in the queue."""
        while len(self.looked_for) < count:
            await asyncio.sleep(0.01)
        for _ in range(20):
            await asyncio.sleep(0.01)


class Client:
    """Somebody who has asked, and may leave."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "http.disconnect"}


ITEM = Item(
    id=ItemId(1),
    kind=Kind.PICTURE,
    place=Place(),
    ordinal=0,
    path=Path("/p/a.png"),
    content_hash=ContentHash("0" * 32),
    thumbnail="",
)


def asked(queue: PreviewQueue, client: Client, longest: int) -> asyncio.Task[Path]:
    return asyncio.ensure_future(queue.get(client, ITEM, longest))  # type: ignore[arg-type]


def test_the_same_preview_asked_for_by_many__is_made_once():
    async def run() -> None:
        slow = Slow()
        queue = PreviewQueue(slow, threads=2, waiting=5)  # type: ignore[arg-type]
        tasks = [asked(queue, Client(), 400) for _ in range(50)]
        await slow.have_asked(50)
        slow.open.set()
        assert {str(path) for path in await asyncio.gather(*tasks)} == {"400.webp"}
        assert slow.begun == [400]
        assert await asked(queue, Client(), 400) == Path("400.webp")  # not kept: made anew
        assert slow.begun == [400, 400]

    asyncio.run(run())


def test_more_than_may_wait__are_told_to_come_again():
    async def run() -> None:
        slow = Slow()
        queue = PreviewQueue(slow, threads=2, waiting=5)  # type: ignore[arg-type]
        tasks = [asked(queue, Client(), size) for size in range(20)]
        await slow.have_asked(20)
        refused = [task for task in tasks if task.done()]
        assert [type(task.exception()) for task in refused] == [TooBusyError] * 13
        slow.open.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(one, Path) for one in done) == 7

    asyncio.run(run())


def test_who_leaves_before_it_began__is_not_worked_for():
    async def run() -> None:
        slow = Slow()
        queue = PreviewQueue(slow, threads=1, waiting=50)  # type: ignore[arg-type]
        first = asked(queue, Client(), 0)
        await slow.have_asked(1)
        clients = [Client() for _ in range(1, 10)]
        tasks = [asked(queue, client, size) for size, client in enumerate(clients, start=1)]
        also = asked(queue, Client(), 5)
        await slow.have_asked(11)
        for client in clients:
            client.left.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in done] == [AppError] * 9
        slow.open.set()
        await asyncio.gather(first, also)
        assert slow.begun == [0, 5]  # what another one waits for is made all the same

    asyncio.run(run())


def test_one_that_fails__fails_for_all_who_wait_and_is_tried_again():
    async def run() -> None:
        slow = Slow()
        slow.fails = True
        queue = PreviewQueue(slow, threads=1, waiting=5)  # type: ignore[arg-type]
        for time_ in (1, 2):
            slow.open.clear()
            tasks = [asked(queue, Client(), 400) for _ in range(3)]
            await slow.have_asked(3 * time_)
            slow.open.set()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(one) for one in done] == [OSError] * 3
        assert slow.begun == [400, 400]

    asyncio.run(run())


def test_a_lane_that_is_full__lets_others_through():
    async def run() -> None:
        hold = Event()
        full, other = Lane(2, 0), Lane(1, 0)
        busy = [asyncio.ensure_future(full.run(hold.wait, PATIENCE)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(TooBusyError):
            await full.run(int)
        assert await other.run(lambda: 7) == 7
        hold.set()
        await asyncio.gather(*busy)
        assert await full.run(lambda: 8) == 8

    asyncio.run(run())
