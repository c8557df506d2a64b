from __future__ import annotations

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.types.vector_place import VectorPlace


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("milvus://127.0.0.1:19530/photos", "http://127.0.0.1:19530"),
        ("milvus://server/photos", "http://server:19530"),
        ("milvus+tls://in01.example.com:443/_p2", "https://in01.example.com:443"),
        ("milvus://[::1]:7/photos", "http://[::1]:7"),
    ],
)
def test_read__address(text: str, uri: str) -> None:
    place = VectorPlace.read(text)
    assert place.uri == uri
    assert VectorPlace.read(str(place)) == place


def test_read__local() -> None:
    assert VectorPlace.read(" Local ") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "milvus",
        "http://server/photos",
        "milvus://server",
        "milvus://server/",
        "milvus://server/a/b",
        "milvus://server/2photos",
        "milvus://server/my-photos",
        "milvus://server/фото",
        "milvus://server:port/photos",
        "milvus://[::1/photos",
        "milvus://user:secret@server/photos",
        "milvus://server/photos?x=1",
        "milvus:///photos",
        f"milvus://server/{'a' * 101}",
    ],
)
def test_read__anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no place for vectors"):
        VectorPlace.read(text)
