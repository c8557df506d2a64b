"""Days that are not 24 hours long, and such as begin at 01:00: the filters go by the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import tzset

import pytest

from qwen3vl_app.types import ItemFilter
from tests.store.build import content, put_file, stamp, unit


@pytest.fixture
def zone(monkeypatch) -> Iterator[Callable[[str], None]]:
    """Puts this computer into another time zone until the test ends."""

    def put(name: str) -> None:
        if not Path("/usr/share/zoneinfo", name).exists():
            pytest.skip(f"this system does not know {name}")
        monkeypatch.setenv("TZ", name)
        tzset()

    yield put
    monkeypatch.undo()
    tzset()


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4)),  # begins at 01:00
        ("America/Sao_Paulo", date(2018, 2, 17)),  # its last hour comes twice
        ("America/Havana", date(2023, 3, 12)),  # begins at 01:00
        ("America/Havana", date(2023, 11, 5)),  # its first hour comes twice
        ("Asia/Beirut", date(2022, 3, 27)),  # begins at 01:00
        ("Africa/Cairo", date(2023, 4, 28)),  # begins at 01:00
        ("Europe/Berlin", date(2024, 3, 31)),  # 23 hours
        ("Europe/Berlin", date(2024, 10, 27)),  # 25 hours
        ("Australia/Lord_Howe", date(2024, 4, 7)),  # half an hour more
        ("Pacific/Apia", date(2011, 12, 31)),  # the day before it never was
        ("Asia/Kathmandu", date(2024, 1, 1)),
        ("UTC", date(2024, 2, 29)),
    ],
)
def test_modified__every_file_on_the_day_that_a_clock_showed(library, zone, name, day):
    """Asked of a file every half hour from two days before to two days after."""
    zone(name)
    noon = datetime.combine(day, time(12)).timestamp()
    seconds = [int(noon) + 1799 * step for step in range(-120, 121)]
    for second in seconds:
        path = Path(f"/p/{second}")
        mark = stamp(path, mtime_ns=second * 10**9)
        put_file(library, path, str(second), [(content(), unit(1, 0, 0, 0))], mark=mark)
    shown = {str(second): datetime.fromtimestamp(second).date() for second in seconds}  # noqa: DTZ006

    def found(**days) -> set[str]:
        return {one.path.name for one in library.list_items(ItemFilter(**days), limit=999)}

    for offset in range(-2, 3):
        asked = day + timedelta(days=offset)
        assert found(modified_from=asked, modified_to=asked) == {
            one for one, its in shown.items() if its == asked
        }
        assert found(modified_from=asked) == {one for one, its in shown.items() if its >= asked}
        assert found(modified_to=asked) == {one for one, its in shown.items() if its <= asked}


def test_modified__the_reported_case(library, zone):
    zone("America/Sao_Paulo")
    late = datetime(2018, 11, 3, 23, 59).timestamp()  # noqa: DTZ001
    mark = stamp(Path("/p/late"), mtime_ns=int(late) * 10**9)
    put_file(library, Path("/p/late"), "late", [(content(), unit(1, 0, 0, 0))], mark=mark)
    day = date(2018, 11, 4)
    assert library.list_items(ItemFilter(modified_from=day, modified_to=day)) == []
    before = date(2018, 11, 3)
    assert len(library.list_items(ItemFilter(modified_from=before, modified_to=before))) == 1
