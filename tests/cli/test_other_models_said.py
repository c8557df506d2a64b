"""Commands about a hit say on the error stream that other models answered its search."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from qwen3vl_app.cli.run_hits import say_other_models
from qwen3vl_app.types import SearchStage, SearchUpdate
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Run
from tests.store.build import SPACE


def services(now: str) -> Any:
    update = SearchUpdate(
        stage=SearchStage.DONE, hits=(), model=SPACE.model, space=SPACE.fingerprint
    )
    run = Run.of(Question(text="fox"), update, version="1")
    space = SimpleNamespace(fingerprint=now)
    names = (SimpleNamespace(name="large"), SimpleNamespace(name="judge"))
    return SimpleNamespace(
        library=SimpleNamespace(runs=SimpleNamespace(find={7: SimpleNamespace(run=run)}.get)),
        models=SimpleNamespace(loaded_space=lambda: space, status=lambda: names),
    )


def test_say_other_models__to_people_alone_and_only_where_they_differ(capsys):
    say_other_models(services(SPACE.fingerprint), 7)
    say_other_models(services("another"), 8)
    assert capsys.readouterr().err == ""
    say_other_models(services("another"), 7)
    told = capsys.readouterr()
    assert (told.out, "large" in told.err, told.err.count("\n")) == ("", True, 1)
