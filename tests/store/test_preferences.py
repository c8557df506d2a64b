"""What a person wants of a library."""

from __future__ import annotations

import pytest

from qwen3vl_app.store.library import Library
from qwen3vl_app.store.preferences import HISTORY


def test_preference__stays_and_can_be_changed(library):
    assert library.preferences.is_on(HISTORY, otherwise=True)
    assert not library.preferences.is_on(HISTORY, otherwise=False)
    library.preferences.turn(HISTORY, on=False)
    library.close()
    with Library.open(library.directory) as again:
        assert not again.preferences.is_on(HISTORY, otherwise=True)
        again.preferences.turn(HISTORY, on=True)
        assert again.preferences.is_on(HISTORY, otherwise=False)


@pytest.mark.parametrize("chosen", [True, False])
def test_preference__a_damaged_one_is_not_believed(library, chosen):
    library.preferences.turn(HISTORY, on=chosen)
    with library._connection.writing() as conn:
        conn.execute("UPDATE checksum SET value = 1 WHERE name = 'preference'")
    assert library.preferences.is_on(HISTORY, otherwise=not chosen) is not chosen
