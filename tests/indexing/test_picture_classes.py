from __future__ import annotations

import pytest

from qwen3vl_app.indexing.picture_classes import class_of, in_order
from qwen3vl_app.store.rows import UnreadPicture
from qwen3vl_app.types import ItemId, Kind, PictureClass


def unread(
    size: tuple[int, int] = (4000, 3000),
    suffix: str = ".jpg",
    *,
    taken: str = "",
    kind: Kind = Kind.PICTURE,
    item: int = 1,
) -> UnreadPicture:
    return UnreadPicture(item=ItemId(item), kind=kind, size=size, taken=taken, suffix=suffix)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (unread(kind=Kind.PAGE, taken="2024-01-01T00:00:00"), PictureClass.PAGE),
        (unread(kind=Kind.MOMENT), PictureClass.FRAME),
        (unread(kind=Kind.VIDEO), PictureClass.FRAME),
        (unread(taken="2024-01-01T00:00:00"), PictureClass.PHOTOGRAPH),
        (unread((1170, 2532), ".png", taken="2024-01-01T00:00:00"), PictureClass.PHOTOGRAPH),
        (unread((1170, 2532), ".jpg"), PictureClass.SCREENSHOT),
        (unread((2560, 1440), ".webp"), PictureClass.SCREENSHOT),
        (unread((1391, 877), ".png"), PictureClass.SCREENSHOT),  # of a window
        (unread((2480, 3508), ".jpg"), PictureClass.SCAN),  # A4 at 300 dots per inch
        (unread((1700, 2200), ".jpg"), PictureClass.SCAN),  # letter at 200
        (unread((3508, 2480), ".tif"), PictureClass.SCAN),
        (unread((240, 339), ".jpg"), PictureClass.DRAWING),  # too small to be read
        (unread((4000, 3000), ".jpg"), PictureClass.DRAWING),
        (unread((300, 300), ".png"), PictureClass.DRAWING),
        (unread((0, 0), ".jpg"), PictureClass.DRAWING),
    ],
)
def test_class_of(picture, expected):
    assert class_of(picture) is expected


def test_in_order__pages_first_and_photographs_last():
    pictures = [
        unread(item=6, taken="2024-01-01T00:00:00"),
        unread(item=5, kind=Kind.MOMENT),
        unread(item=4),
        unread((2480, 3508), item=3),
        unread((1170, 2532), item=2),
        unread(item=1, kind=Kind.PAGE),
        unread(item=7, kind=Kind.PAGE),
    ]
    assert [picture.item for picture, _ in in_order(pictures)] == [1, 7, 2, 3, 4, 5, 6]
