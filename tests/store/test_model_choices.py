"""Which models a library is to be searched with."""

from __future__ import annotations

import sqlite3

import pytest

from qwen3vl_app.errors import LibraryReadOnlyError
from qwen3vl_app.store.belongings import DATABASE
from qwen3vl_app.store.library import Library
from qwen3vl_app.types.model_choice import ModelChoice

AUTO, DEMO, LARGE = (ModelChoice(wanted=name) for name in ("auto", "demo", "8b"))
TUNED = ModelChoice(wanted="2b", adapter="/models/mine")


def test_of__nothing_was_chosen(library):
    for role in ("embedder", "reranker"):
        assert (library.choices.of(role), library.choices.former(role)) == (AUTO, None)


def test_keep__each_role_has_its_own_with_the_one_before(library):
    library.choices.keep("embedder", TUNED, AUTO)
    library.choices.keep("reranker", DEMO, AUTO)
    library.choices.keep("embedder", LARGE, TUNED)
    library.close()
    with Library.open(library.directory, writable=False) as again:
        assert (again.choices.of("embedder"), again.choices.former("embedder")) == (LARGE, TUNED)
        assert (again.choices.of("reranker"), again.choices.former("reranker")) == (DEMO, AUTO)


def test_keep__back_again_and_once_more(library):
    library.choices.keep("embedder", LARGE, AUTO)
    library.choices.keep("embedder", AUTO, LARGE)
    assert (library.choices.of("embedder"), library.choices.former("embedder")) == (AUTO, LARGE)
    library.choices.keep("embedder", AUTO, AUTO)  # as it is: there is still a way back
    assert library.choices.former("embedder") == LARGE


def test_keep__what_a_run_was_started_with_by_name(library):
    """The choice kept is another one than the model that is there, and is chosen now."""
    library.choices.keep("embedder", LARGE, AUTO)
    library.choices.keep("embedder", DEMO, DEMO)
    assert (library.choices.of("embedder"), library.choices.former("embedder")) == (DEMO, AUTO)


def test_keep__nothing_in_a_library_that_may_only_be_read(library):
    library.close()
    with Library.open(library.directory, writable=False) as again:
        with pytest.raises(LibraryReadOnlyError):
            again.choices.keep("embedder", LARGE, AUTO)
        assert again.choices.of("embedder") == AUTO


def test_of__a_damaged_choice_is_none(library):
    library.choices.keep("embedder", LARGE, AUTO)
    library.close()
    with sqlite3.connect(library.directory / DATABASE) as conn:
        conn.execute("DROP TRIGGER model_choice_checksum_update")
        conn.execute("UPDATE model_choice SET wanted = '8c'")
    conn.close()
    with Library.open(library.directory, writable=False) as again:
        assert again.choices.of("embedder") == AUTO
