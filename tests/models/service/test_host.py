import shutil
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from qwen3vl_app.budget import Budget, load_budget
from qwen3vl_app.errors import ModelError, ModelLoadError, UnloadedError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.adapter_file import WEIGHTS
from qwen3vl_app.models.checkpoint.load import load_embedder
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.forward import embedder as embedder_module
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.prompt.layout import RejectedInputError, embed_row
from qwen3vl_app.models.service import turns
from qwen3vl_app.models.service.host import ModelHost
from qwen3vl_app.models.service.idling import idle_seconds
from qwen3vl_app.models.service.joining import MOST_JOINED, Asked
from qwen3vl_app.models.service.protocol import ModelState, Priority
from qwen3vl_app.models.service.retrying import seconds_until_retry
from qwen3vl_app.models.service.turns import HURRY_SECONDS
from qwen3vl_app.settings import DEMO_EMBEDDER, DEMO_RERANKER, Settings
from qwen3vl_app.types import ModelInput, Picture
from qwen3vl_app.types.model_choice import ModelChoice
from tests.models.checkpoint.adapters import factors, write
from tests.models.conftest import checkpoint

TEXT = ModelInput(texts=("a red bicycle",))
WAIT = 60


@pytest.fixture
def settings(parity):
    folder = str(parity / "checkpoint")
    return Settings(model=folder, reranker=folder, device="cpu", threads=1)


@pytest.fixture
def host(settings):
    host = ModelHost(settings)
    yield host
    host.close()


@pytest.fixture(scope="module")
def ready(parity):
    folder = str(parity / "checkpoint")
    host = ModelHost(Settings(model=folder, reranker=folder, device="cpu", threads=1))
    host.start()
    assert host.wait(WAIT)
    yield host
    host.close()


class Held:
    """Keeps the model thread busy with one job until let go."""

    def __init__(self, host, priority=Priority.INDEX, then=lambda model: None):
        self.begun, self.go = threading.Event(), threading.Event()

        def run(model):
            self.begun.set()
            assert self.go.wait(WAIT)
            return then(model)

        self.future = host._jobs.put(host._embedder.key, priority, run)
        assert self.begun.wait(WAIT)


def in_background(function, *args, **options):
    thread = threading.Thread(target=function, args=args, kwargs=options)
    thread.start()
    return thread


def until(condition):
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_host__loads_on_its_own_thread_and_says_so(host, settings):
    assert [s.state for s in host.status()] == [ModelState.WAITING] * 2
    host.start()
    host.start()
    assert host.space().dimension == 64
    assert host.wait(WAIT)
    embedder, reranker = host.status()
    assert (embedder.role, embedder.name, embedder.state) == (
        "embedder",
        "checkpoint",
        ModelState.READY,
    )
    assert reranker.state is ModelState.READY
    assert "float32" in str(embedder.detail)
    assert host.embedder_budget().max_picture_tokens == 1800
    assert host.reranker_budget().max_picture_tokens == 1800
    assert host.has_reranker


def test_host__embeds_and_scores_as_the_models_do(ready, embedder, reranker):
    batch = ready.embed([TEXT], instruction="Find it", priority=Priority.SEARCH)
    assert (batch.vectors == embedder.embed([TEXT], "Find it").vectors).all()
    found = ready.score(TEXT, [TEXT], instruction="")
    assert found == reranker.score(TEXT, [TEXT], "")


def test_host__work_asked_for_before_loading_waits(host):
    # not even started: asking starts it
    batch = host.embed([TEXT], instruction="", priority=Priority.SEARCH)
    assert batch.vectors.shape == (1, 64)


def test_host__status_never_waits_for_work(ready):
    held = Held(ready)
    began = time.monotonic()
    assert ready.status()[0].state is ModelState.READY
    assert time.monotonic() - began < 1
    held.go.set()
    held.future.result(WAIT)


def test_host__most_urgent_first_then_oldest(ready):
    held, order = Held(ready), []
    futures = [
        ready._jobs.put(ready._embedder.key, priority, lambda _model, n=name: order.append(n))
        for name, priority in [
            ("index 1", Priority.INDEX),
            ("inspect", Priority.INSPECT),
            ("rerank", Priority.RERANK),
            ("index 2", Priority.INDEX),
            ("search", Priority.SEARCH),
        ]
    ]
    held.go.set()
    for future in futures:
        future.result(WAIT)
    assert order == ["search", "rerank", "inspect", "index 1", "index 2"]


def test_host__a_rerank_goes_first_in_the_middle_of_what_inspects(ready):
    order = []

    def inspect(_model):
        ready._jobs.put(ready._embedder.key, Priority.RERANK, lambda _: order.append("rerank"))
        ready._jobs.put(ready._embedder.key, Priority.INDEX, lambda _: order.append("index"))
        ready._turns.between()
        order.append("inspect")

    ready._jobs.put(ready._embedder.key, Priority.INSPECT, inspect).result(WAIT)
    until(lambda: len(order) == 3)
    assert order == ["rerank", "inspect", "index"]


class Steps:
    """A reranking that goes from layer to layer until it is told to end."""

    def __init__(self, host) -> None:
        self.times: list[float] = []
        self.over = threading.Event()

        def run(_model):
            while not self.over.is_set():
                host._turns.between()
                self.times.append(time.monotonic())
                time.sleep(0.001)

        self.future = host._jobs.put(host._reranker.key, Priority.RERANK, run)
        until(lambda: len(self.times) > 3)

    def between(self, begin, end):
        return sum(begin <= one <= end for one in self.times)

    def end(self):
        self.over.set()
        self.future.result(WAIT)


def test_hurry__reranking_stands_still_until_the_first_rows_are_there(ready):
    steps = Steps(ready)
    with ready.hurry():
        time.sleep(0.02)  # the layer in work
        begun = time.monotonic()
        batch = ready.embed([TEXT], instruction="Find it", priority=Priority.SEARCH)
        time.sleep(HURRY_SECONDS / 4)
        ended = time.monotonic()
    assert batch.kept == (0,)
    if ended - begun < HURRY_SECONDS / 2:  # on a machine that is not too busy to tell
        assert steps.between(begun, ended) == 0
    seen = len(steps.times)
    until(lambda: len(steps.times) > seen)
    steps.end()


def test_hurry__who_never_leaves_does_not_stop_reranking(ready):
    steps = Steps(ready)
    with ready.hurry():
        seen = len(steps.times)
        until(lambda: len(steps.times) > seen + 20)
        assert ready.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)
    steps.end()


def test_hurry__one_after_another_leaves_reranking_half_of_the_time(ready):
    steps, over = Steps(ready), threading.Event()

    def crowd():
        while not over.is_set():
            with ready.hurry():
                time.sleep(HURRY_SECONDS / 2)

    people = [in_background(crowd) for _ in range(3)]
    seen = len(steps.times)
    until(lambda: len(steps.times) > seen + 60)
    over.set()
    for one in people:
        one.join(WAIT)
    steps.end()


def test_host__a_search_goes_between_two_passes_of_indexing(ready, monkeypatch):
    monkeypatch.setattr(ready._embedder.model._runner, "_tokens", 1)
    texts = [ModelInput(texts=(f"passage {n}",)) for n in range(20)]
    held = Held(ready, then=lambda model: model.embed(texts, ""))
    finished = []
    held.future.add_done_callback(lambda _: finished.append("index"))
    search = ready._jobs.put(ready._embedder.key, Priority.SEARCH, lambda m: m.embed([TEXT], ""))
    search.add_done_callback(lambda _: finished.append("search"))
    later = ready._jobs.put(ready._embedder.key, Priority.INDEX, lambda m: m.embed([TEXT], ""))
    later.add_done_callback(lambda _: finished.append("index 2"))
    held.go.set()
    assert later.result(WAIT).kept == (0,)
    assert finished == ["search", "index", "index 2"]
    assert held.future.result().kept == tuple(range(20))


PICTURES = ModelInput(
    texts=("two of them",),
    pictures=(
        Picture(Image.new("RGB", (96, 64), "red")),
        Picture(Image.linear_gradient("L").convert("RGB")),
    ),
)


def test_host__a_search_goes_between_two_layers_of_a_pass_and_changes_nothing(ready):
    """At every single layer, of both models, also of the part that sees, what others ask runs."""
    embedder = ready._embedder.model
    alone = {text: embedder.embed([ModelInput(texts=(text,))], "").vectors for text in "abc"}
    inputs = [TEXT, PICTURES]
    expected = embedder.embed(inputs, "").vectors
    found: list[tuple[str, np.ndarray]] = []
    other: list[bool] = []

    def ask_between(*_):
        if other:
            return  # what is asked in between is not interrupted itself
        other.append(True)
        text = "abc"[len(found) % 3]
        found.append((text, embedder.embed([ModelInput(texts=(text,)), PICTURES], "").vectors))
        other.clear()

    def run(model):
        layers = [*model._runner._model.visual.blocks, *model._runner._model.language_model.layers]
        hooks = [layer.register_forward_pre_hook(ask_between) for layer in layers]
        try:
            return model.embed(inputs, "")
        finally:
            for hook in hooks:
                hook.remove()

    batch = ready._jobs.put(ready._embedder.key, Priority.INDEX, run).result(WAIT)
    layers = embedder._runner._model.config
    assert len(found) >= layers.text_config.num_hidden_layers + layers.vision_config.depth
    assert np.abs(batch.vectors - expected).max() < 1e-6
    for text, vectors in found:
        assert np.abs(vectors[0] - alone[text][0]).max() < 1e-6
        assert np.abs(vectors[1] - expected[1]).max() < 1e-6


def test_host__a_search_is_answered_in_the_middle_of_a_pass(ready):
    """A pass through a large model takes seconds: nobody waits for its end."""
    runner = ready._embedder.model._runner
    first, searched = threading.Event(), []

    def search():
        assert first.wait(WAIT)
        searched.append(ready.embed([TEXT], instruction="", priority=Priority.SEARCH))

    def at_the_first_layer(*_):
        if not first.is_set():
            first.set()
            until(lambda: ready._jobs._jobs)

    def at_the_last_layer(*_):
        if first.is_set() and not before_the_end:
            before_the_end.append(bool(searched) or ready._turns._running is Priority.SEARCH)

    before_the_end: list[bool] = []
    layers = runner._model.language_model.layers
    hooks = [
        layers[0].register_forward_hook(at_the_first_layer),
        layers[-1].register_forward_hook(at_the_last_layer),
    ]
    thread = in_background(search)
    try:
        ready.embed([TEXT, PICTURES], instruction="", priority=Priority.INDEX)
    finally:
        for hook in hooks:
            hook.remove()
    thread.join(WAIT)
    assert before_the_end == [True]
    assert searched[0].kept == (0,)


def test_host__indexing_gives_way_while_somebody_searches(ready, monkeypatch):
    monkeypatch.setattr(turns, "QUIET_SECONDS", 0.3)
    ready.embed([TEXT], instruction="", priority=Priority.SEARCH)
    order: list[int | str] = []

    def index():
        ready.embed([TEXT], instruction="", priority=Priority.INDEX)
        order.append("index")

    thread = in_background(index)
    for number in range(4):
        time.sleep(0.1)
        ready.embed([TEXT], instruction="", priority=Priority.SEARCH)
        order.append(number)
    thread.join(WAIT)
    assert order == [0, 1, 2, 3, "index"]


def test_host__indexing_is_not_put_off_for_ever(ready, monkeypatch):
    monkeypatch.setattr(turns, "QUIET_SECONDS", 60)
    monkeypatch.setattr(turns, "GIVING_WAY_SECONDS", 0.2)
    over = threading.Event()

    def search():
        while not over.is_set():
            ready.embed([TEXT], instruction="", priority=Priority.SEARCH)

    thread = in_background(search)
    try:
        for _ in range(3):
            batch = ready.embed([TEXT], instruction="", priority=Priority.INDEX)
            assert batch.kept == (0,)
    finally:
        over.set()
        thread.join(WAIT)


def test_host__scores_say_how_long_they_took_without_waiting(ready):
    held = Held(ready, Priority.SEARCH)
    threading.Timer(0.5, held.go.set).start()
    began = time.monotonic()
    batch = ready.score(TEXT, [TEXT], instruction="")
    assert 0 < batch.seconds < time.monotonic() - began - 0.4


def test_host__a_search_is_not_interrupted_by_a_search(ready, monkeypatch):
    monkeypatch.setattr(ready._embedder.model._runner, "_tokens", 1)
    held = Held(ready, Priority.SEARCH, then=lambda model: model.embed([TEXT] * 3, ""))
    finished = []
    held.future.add_done_callback(lambda _: finished.append(1))
    second = ready._jobs.put(ready._embedder.key, Priority.SEARCH, lambda m: m.embed([TEXT], ""))
    second.add_done_callback(lambda _: finished.append(2))
    held.go.set()
    second.result(WAIT)
    assert finished == [1, 2]


FIND = "Find it"


@pytest.fixture
def passes(ready, monkeypatch):
    """How many inputs each call of the embedder had, from now on; the calls are the real ones."""
    model, counted = ready._embedder.model, []
    embed = model.embed

    def counting(inputs, instruction):
        counted.append(len(inputs))
        return embed(inputs, instruction)

    monkeypatch.setattr(model, "embed", counting)
    return counted


def ask(host, *texts, instruction=FIND, **content):
    """A search that waits for its turn; its future."""
    asked = Asked((ModelInput(texts=texts, **content),), instruction)
    return host._jobs.put(host._embedder.key, Priority.SEARCH, asked, asked.alike)


def test_host__queries_that_wait_are_embedded_in_one_pass_and_have_their_own_vectors(
    ready, embedder, passes
):
    texts = [f"a red bicycle {'very ' * n}fast" for n in range(7)]
    alone = [embedder.embed([ModelInput(texts=(text,))], FIND).vectors[0] for text in texts]
    held, found = Held(ready, Priority.SEARCH), {}

    def search(n):
        inputs = [ModelInput(texts=(texts[n],))]
        found[n] = ready.embed(inputs, instruction=FIND, priority=Priority.SEARCH)

    threads = [in_background(search, n) for n in range(7)]
    until(lambda: len(ready._jobs._jobs) == 7)
    held.go.set()
    for thread in threads:
        thread.join(WAIT)
    assert passes == [7]
    for n in range(7):
        assert (found[n].kept, found[n].rejected) == ((0,), ())
        assert found[n].vectors[0] @ alone[n] > 1 - 1e-5
        # told apart from what the others asked, not only near it
        assert np.abs(found[n].vectors[0] - alone[n]).max() < 1e-5


def test_host__only_short_texts_under_one_instruction_are_embedded_together(ready, passes):
    held = Held(ready, Priority.SEARCH)
    futures = [
        ask(ready, "one"),
        ask(ready, "word " * 200),
        ask(ready, "two"),
        ask(ready, "three", instruction="Find another"),
        ask(ready, pictures=(Picture(Image.new("RGB", (64, 64), "red")),)),
    ]
    indexing = ready._jobs.put(
        ready._embedder.key, Priority.INDEX, Asked((TEXT,), FIND), Asked((TEXT,), FIND).alike
    )
    held.go.set()
    assert [future.result(WAIT).kept for future in futures] == [(0,)] * 5
    assert indexing.result(WAIT).kept == (0,)
    assert passes == [2, 1, 1, 1, 1]


def test_host__no_more_are_embedded_together_than_the_first_can_wait_for(ready, passes):
    held = Held(ready, Priority.SEARCH)
    futures = [ask(ready, f"number {n}") for n in range(MOST_JOINED + 3)]
    held.go.set()
    assert all(future.result(WAIT).kept == (0,) for future in futures)
    assert passes == [MOST_JOINED, 3]


def test_host__a_cancelled_query_leaves_those_it_waited_with(ready, embedder, passes):
    held = Held(ready, Priority.SEARCH)
    first, second, third = (ask(ready, text) for text in ("a", "b", "c"))
    assert first.cancel()
    held.go.set()
    for future, text in ((second, "b"), (third, "c")):
        expected = embedder.embed([ModelInput(texts=(text,))], FIND).vectors
        assert np.abs(future.result(WAIT).vectors - expected).max() < 1e-5
    assert passes == [2]


def test_host__the_error_of_one_query_reaches_its_caller_only(ready, embedder, passes):
    held = Held(ready, Priority.SEARCH)
    good, bad, also = (ask(ready, text) for text in ("a", "\ud800", "c"))
    held.go.set()
    with pytest.raises(TypeError):
        bad.result(WAIT)
    for future, text in ((good, "a"), (also, "c")):
        expected = embedder.embed([ModelInput(texts=(text,))], FIND).vectors
        assert np.abs(future.result(WAIT).vectors - expected).max() < 1e-5
    assert passes == [3, 1, 1, 1]


def test_host__what_the_model_rejects_of_a_pass_is_told_to_who_asked_for_it(ready, monkeypatch):
    plan = embed_row

    def picky(tokenizer, budget, item, instruction):
        if item.texts == ("b",):
            raise RejectedInputError(Message.free("no b"))
        return plan(tokenizer, budget, item, instruction)

    monkeypatch.setattr(embedder_module, "embed_row", picky)
    held = Held(ready, Priority.SEARCH)
    first, second, third = (ask(ready, text) for text in ("a", "b", "c"))
    held.go.set()
    assert (first.result(WAIT).kept, first.result(WAIT).rejected) == ((0,), ())
    assert (second.result(WAIT).kept, second.result(WAIT).rejected) == (
        (),
        ((0, Message.free("no b")),),
    )
    assert second.result(WAIT).vectors.shape == (0, 64)
    assert (third.result(WAIT).kept, third.result(WAIT).rejected) == ((0,), ())


def test_host__half_precision_embeds_each_query_alone(ready, passes, monkeypatch):
    monkeypatch.setattr(type(ready._embedder.model), "is_exact", False)
    held = Held(ready, Priority.SEARCH)
    futures = [ask(ready, text) for text in ("a", "b")]
    held.go.set()
    assert all(future.result(WAIT).kept == (0,) for future in futures)
    assert passes == [1, 1]


def test_host__an_unexpected_error_reaches_its_caller_only(ready):
    def fail(_model):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ready._jobs.put(ready._embedder.key, Priority.INDEX, fail).result(WAIT)
    assert ready.embed([TEXT], instruction="", priority=Priority.INDEX).kept == (0,)


def test_host__a_failing_load_is_one_sentence_everywhere(tmp_path):
    host = ModelHost(Settings(model=str(tmp_path), reranker="no-such-model", device="cpu"))
    host.start()
    assert host.wait(WAIT)
    embedder, reranker = host.status()
    assert (embedder.state, reranker.state) == (ModelState.FAILED, ModelState.FAILED)
    assert str(embedder.detail) == f"{tmp_path} is no checkpoint: it has no config.json."
    asks: tuple[Callable[[], object], ...] = (
        host.space,
        host.embedder_budget,
        lambda: host.embed([TEXT], instruction="", priority=Priority.INDEX),
    )
    for ask in asks:
        with pytest.raises(ModelLoadError, match=r"no config\.json"):
            ask()
    asks = (host.reranker_budget, lambda: host.score(TEXT, [TEXT], instruction=""))
    for ask in asks:
        with pytest.raises(ModelLoadError, match="“no-such-model” is neither"):
            ask()
    host.close()


def test_host__work_that_waited_for_a_failing_load_ends(tmp_path):
    host = ModelHost(Settings(model=str(tmp_path), reranker="none", device="cpu"))
    waiting = host._jobs.put(host._embedder.key, Priority.SEARCH, lambda model: model)
    host.start()
    with pytest.raises(ModelLoadError):
        waiting.result(WAIT)
    host.close()


def test_host__the_embedder_works_where_the_reranker_fails(parity, tmp_path):
    settings = Settings(model=str(parity / "checkpoint"), reranker=str(tmp_path), device="cpu")
    host = ModelHost(settings)
    assert host.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)
    with pytest.raises(ModelLoadError):
        host.score(TEXT, [TEXT], instruction="")
    host.close()


def test_host__a_bug_while_loading_fails_the_model_not_the_program(host, monkeypatch, caplog):
    def build(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("qwen3vl_app.models.service.building.build_embedder", build)
    with pytest.raises(ModelLoadError, match="embedder cannot be loaded: ZeroDivisionError"):
        host.space()
    assert "Traceback" in caplog.text
    assert host.wait(WAIT)
    assert host.status()[1].state is ModelState.READY


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("qwen3vl_app.models.service.retrying.WAITS", (0.01,))


PASSING = [
    OSError(24, "Too many open files"),
    MemoryError(),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    Exception("Too many open files (os error 24)"),
    FileNotFoundError(2, "No such file or directory"),
]


@pytest.mark.parametrize("error", PASSING, ids=repr)
@pytest.mark.parametrize("wrapped", [False, True])
def test_host__loads_again_what_failed_for_want_of_something(
    host, monkeypatch, impatient, error, wrapped
):
    from qwen3vl_app.models.service import building

    build, tries = building.build_embedder, []

    def failing(*given):
        tries.append(given)
        if len(tries) > 3:
            return build(*given)
        if wrapped:
            raise ModelLoadError(Message.free("The folder cannot be loaded.")) from error
        raise error

    monkeypatch.setattr(building, "build_embedder", failing)
    host.start()
    until(lambda: host.status()[0].state is ModelState.READY)
    assert len(tries) == 4
    assert host.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)


def test_host__does_not_load_again_by_itself_what_is_damaged(tmp_path, impatient):
    host = ModelHost(Settings(model=str(tmp_path), reranker="none", device="cpu"))
    host.start()
    assert host.wait(WAIT)
    assert host._embedder.due is None
    host.close()


def test_retry__after_the_checkpoint_was_repaired(tmp_path, parity):
    folder = tmp_path / "checkpoint"
    host = ModelHost(Settings(model=str(folder), reranker=str(folder), device="cpu", threads=1))
    host.retry()  # nothing has failed yet
    host.start()
    assert host.wait(WAIT)
    folder.symlink_to(parity / "checkpoint")
    with pytest.raises(ModelError):
        host.space()
    host.retry()
    until(lambda: all(status.state is ModelState.READY for status in host.status()))
    assert host.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)
    assert host.score(TEXT, [TEXT], instruction="").scores
    host.close()


def test_retry__those_who_ask_meanwhile_wait_for_the_model(host, monkeypatch):
    from qwen3vl_app.models.service import building

    build, loading, go, tries = building.build_embedder, threading.Event(), threading.Event(), []

    def slow(*given):
        tries.append(given)
        if len(tries) == 1:
            raise ModelLoadError(Message.free("not yet"))
        loading.set()
        assert go.wait(WAIT)
        return build(*given)

    monkeypatch.setattr(building, "build_embedder", slow)
    host.start()
    assert host.wait(WAIT)
    host.retry()
    assert loading.wait(WAIT)
    found = []
    asking = in_background(lambda: found.append(host.space().dimension))
    go.set()
    asking.join(WAIT)
    assert found == [64]


def test_retry__after_closing_does_nothing(settings):
    host = ModelHost(settings)
    host.close()
    host.retry()
    with pytest.raises(ModelError, match="program is ending"):
        host.space()


def test_seconds_until_retry__grow_to_five_minutes():
    assert [seconds_until_retry(n) for n in (1, 2, 3, 4, 5, 99)] == [5, 15, 60, 300, 300, 300]


def test_host__reranking_off(parity):
    host = ModelHost(Settings(model=str(parity / "checkpoint"), reranker="none", device="cpu"))
    assert not host.has_reranker
    assert host.status()[1].state is ModelState.OFF
    asks = (host.reranker_budget, lambda: host.score(TEXT, [TEXT], instruction=""))
    for ask in asks:
        with pytest.raises(ModelError, match="Reranking is off"):
            ask()
    host.close()


def test_host__the_bundled_checkpoints_with_their_own_budget():
    host = ModelHost(Settings(model="demo", reranker="demo", device="cpu", threads=1))
    assert host.embedder_budget() == load_budget(DEMO_EMBEDDER)
    assert host.embedder_budget() != Budget()
    assert host.reranker_budget() == load_budget(DEMO_RERANKER)
    assert all(status.bundled for status in host.status())
    large = ModelInput(
        pictures=(Picture(Image.new("RGB", (4000, 3000))),), texts=("word " * 5000,)
    )
    batch = host.embed([large, TEXT], instruction="", priority=Priority.INDEX)
    assert batch.kept == (0, 1)
    assert None not in host.score(large, [large, TEXT], instruction="").scores
    host.close()


def test_close__ends_what_waits_and_what_runs(settings, monkeypatch):
    host = ModelHost(settings)
    host.start()
    assert host.wait(WAIT)
    monkeypatch.setattr(host._embedder.model._runner, "_tokens", 1)
    held = Held(host, then=lambda model: model.embed([TEXT] * 9, ""))
    waiting = host._jobs.put(host._embedder.key, Priority.SEARCH, lambda model: model)
    closing = in_background(host.close)
    with pytest.raises(ModelError, match="program is ending"):
        waiting.result(WAIT)
    held.go.set()
    with pytest.raises(ModelError, match="program is ending"):
        held.future.result(WAIT)
    closing.join(WAIT)
    assert not host._thread.is_alive()
    assert not host._loader._thread.is_alive()
    for ask in (host.space, lambda: host.embed([], instruction="", priority=Priority.INDEX)):
        with pytest.raises(ModelError, match="program is ending"):
            ask()


def test_close__before_start_and_twice(settings):
    host = ModelHost(settings)
    host.close()
    host.close()
    host.start()
    with pytest.raises(ModelError, match="program is ending"):
        host.space()


def test_close__while_loading_releases_who_waits(settings, monkeypatch):
    loading, go = threading.Event(), threading.Event()

    def build(*_):
        loading.set()
        assert go.wait(WAIT)
        raise ModelLoadError(Message.free("never mind"))

    monkeypatch.setattr("qwen3vl_app.models.service.building.build_embedder", build)
    host = ModelHost(settings)
    errors = []

    def ask():
        try:
            host.space()
        except ModelError as error:
            errors.append(error)

    asking = in_background(ask)
    assert loading.wait(WAIT)
    host.close(timeout=0.05)
    asking.join(WAIT)
    assert len(errors) == 1
    go.set()
    until(lambda: not host._loader._thread.is_alive())


def test_wait__gives_up(settings, monkeypatch):
    go = threading.Event()

    def build(*_):
        assert go.wait(WAIT)
        raise ModelLoadError(Message.free("never mind"))

    monkeypatch.setattr("qwen3vl_app.models.service.building.build_embedder", build)
    host = ModelHost(settings)
    host.start()
    assert not host.wait(0.05)
    go.set()
    host.close()


# ---------------------------------------------------------------- loading holds up no search


class SlowBuild:
    """A build function that waits to be let go, and then builds."""

    def __init__(self, build, times=99):
        self.build, self.left = build, times
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, *given):
        if self.left:
            self.left -= 1
            self.begun.set()
            assert self.go.wait(WAIT)
        return self.build(*given)


@pytest.fixture
def slow_reranker(monkeypatch):
    from qwen3vl_app.models.service import building

    slow = SlowBuild(building.build_reranker)
    monkeypatch.setattr(building, "build_reranker", slow)
    yield slow
    slow.go.set()


@pytest.fixture
def eos(parity):
    return str(parity / "checkpoint-eos")


def test_loading__a_reranker_delays_no_search_and_no_indexing(host, slow_reranker, embedder):
    host.start()
    assert slow_reranker.begun.wait(WAIT)
    expected = embedder.embed([TEXT], "").vectors
    for priority in (Priority.SEARCH, Priority.INDEX):
        began = time.monotonic()
        batch = host.embed([TEXT], instruction="", priority=priority)
        assert np.array_equal(batch.vectors, expected)
        assert time.monotonic() - began < 5
    assert host.status()[1].state is ModelState.LOADING
    slow_reranker.go.set()
    assert host.score(TEXT, [TEXT], instruction="").scores


def test_loading__a_reranker_by_retry_delays_no_search(host, monkeypatch, slow_reranker):
    from qwen3vl_app.models.service import building

    def fail(*_):
        raise ModelLoadError(Message.free("not yet"))

    monkeypatch.setattr(building, "build_reranker", fail)
    host.start()
    assert host.wait(WAIT)
    monkeypatch.setattr(building, "build_reranker", slow_reranker)
    host.retry()
    assert slow_reranker.begun.wait(WAIT)
    assert host.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)
    assert host.status()[1].state is ModelState.LOADING


def test_loading__a_second_embedder_delays_no_search(host, monkeypatch, eos, embedder_eos):
    """Nor does it when it is loaded again because it failed at first."""
    from qwen3vl_app.models.service import building

    build = building.build_embedder
    assert host.wait(0) is False
    host.start()
    assert host.wait(WAIT)

    def fail(*_):
        raise ModelLoadError(Message.free("not yet"))

    monkeypatch.setattr(building, "build_embedder", fail)
    with pytest.raises(ModelLoadError, match="not yet"):
        host.load_beside(embedder_eos.space)
    slow = SlowBuild(build)
    monkeypatch.setattr(building, "build_embedder", slow)
    host.retry()
    assert slow.begun.wait(WAIT)
    asking = in_background(host.load_beside, embedder_eos.space)
    assert host.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)
    assert asking.is_alive()
    slow.go.set()
    asking.join(WAIT)
    batch = host.embed([TEXT], instruction="", priority=Priority.SEARCH, space=embedder_eos.space)
    assert np.array_equal(batch.vectors, embedder_eos.embed([TEXT], "").vectors)


def test_loading__an_embedder_goes_before_a_reranker(host, slow_reranker, eos, embedder_eos):
    host.load_beside(embedder_eos.space)  # ordered while the reranker had not begun
    assert host.status()[1].state in (ModelState.WAITING, ModelState.LOADING)


# ---------------------------------------------------------------- two spaces side by side


def test_load_beside__both_spaces_are_embedded_each_by_its_model(
    ready, embedder, embedder_eos, eos
):
    ready.load_beside(embedder_eos.space)
    ready.load_beside(embedder.space)
    for model in (embedder, embedder_eos):
        batch = ready.embed(
            [TEXT, PICTURES], instruction=FIND, priority=Priority.SEARCH, space=model.space
        )
        assert np.array_equal(batch.vectors, model.embed([TEXT, PICTURES], FIND).vectors)
    assert ready.space() == ready.loaded_space() == embedder.space != embedder_eos.space
    assert [status.name for status in ready.status()] == ["checkpoint", "checkpoint"]
    ready.unload_beside()
    with pytest.raises(ModelError, match="not in memory any more"):
        ready.embed([TEXT], instruction="", priority=Priority.SEARCH, space=embedder_eos.space)
    assert ready.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)
    ready.load_beside(embedder_eos.space)
    ready.unload_beside()


def test_load_beside__queries_of_two_spaces_are_not_embedded_in_one_pass(
    ready, embedder, embedder_eos, eos
):
    ready.load_beside(embedder_eos.space)
    held, found = Held(ready, Priority.SEARCH), {}

    def search(model):
        found[model] = ready.embed(
            [TEXT], instruction=FIND, priority=Priority.SEARCH, space=model.space
        )

    threads = [in_background(search, model) for model in (embedder, embedder_eos)]
    until(lambda: len(ready._jobs._jobs) == 2)
    held.go.set()
    for thread in threads:
        thread.join(WAIT)
    for model, batch in found.items():
        assert np.array_equal(batch.vectors, model.embed([TEXT], FIND).vectors)
    ready.unload_beside()


def test_load_beside__a_checkpoint_that_has_changed_or_gone_is_not_loaded(
    ready, embedder, monkeypatch, parity, tmp_path
):
    from qwen3vl_app.models.service import building

    def build(*_):
        raise AssertionError("nothing needs loading")

    monkeypatch.setattr(building, "build_embedder", build)
    other, itself = str(parity / "checkpoint-eos"), str(parity / "checkpoint")
    strange = replace(embedder.space, fingerprint="0" * 32)
    for place, said in (
        (other, "checkpoint-eos is not what it was"),
        (itself, "checkpoint is not what it was"),  # the one of the settings
        ("", "not known any more"),
        (str(tmp_path), "no config"),
        ("org/never-downloaded", "not on this machine"),
    ):
        for _ in range(2):
            with pytest.raises(ModelLoadError, match=said):
                ready.load_beside(replace(strange, checkpoint=place))
    assert ready.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)
    ready.unload_beside()


def test_unload_beside__gives_back_the_memory(ready, embedder_eos, eos):
    ready.load_beside(embedder_eos.space)
    weights = weakref.ref(
        ready._loader.embedder_of(embedder_eos.space).model._runner._model.language_model
    )
    ready.unload_beside()
    until(lambda: weights() is None)


def test_unload_beside__ends_what_waits_for_it(host, monkeypatch, embedder_eos, eos):
    from qwen3vl_app.models.service import building

    host.start()
    assert host.wait(WAIT)
    slow = SlowBuild(building.build_embedder)
    monkeypatch.setattr(building, "build_embedder", slow)
    errors = []

    def ask():
        try:
            host.load_beside(embedder_eos.space)
        except ModelError as error:
            errors.append(str(error))

    asking = in_background(ask)
    assert slow.begun.wait(WAIT)
    host.unload_beside()
    asking.join(WAIT)
    assert len(errors) == 1
    assert "not in memory" in errors[0]
    slow.go.set()
    host.close()  # after the load in work
    assert slow.left == 98
    assert host._loader.embedder_of(embedder_eos.space) is None


def test_threads__are_as_many_where_models_run_as_where_they_are_loaded(parity):
    """OpenMP keeps the number for each thread."""
    folder = str(parity / "checkpoint")
    host = ModelHost(Settings(model=folder, reranker="none", device="cpu", threads=2))
    try:
        assert host.wait(0) is False
        found = host._jobs.put(
            host._embedder.key, Priority.INDEX, lambda _model: torch.get_num_threads()
        )
        host.start()
        assert found.result(WAIT) == 2
    finally:
        host.close()
        torch.set_num_threads(1)


# ---------------------------------------------------------------- another model while it runs


@pytest.fixture
def running(parity):
    folder = str(parity / "checkpoint")
    host = ModelHost(Settings(model=folder, reranker=folder, device="cpu", threads=1))
    host.start()
    assert host.wait(WAIT)
    yield host
    host.close()


def test_use__the_one_before_answers_until_the_new_one_has_loaded(
    running, monkeypatch, eos, embedder, embedder_eos
):
    from qwen3vl_app.models.service import building

    slow = SlowBuild(building.build_embedder)
    monkeypatch.setattr(building, "build_embedder", slow)
    done = running.use(Role.EMBEDDER, eos)
    assert slow.begun.wait(WAIT)
    (coming,) = running.coming()
    assert (coming.name, coming.state) == ("checkpoint-eos", ModelState.LOADING)
    assert running.status()[0].name == "checkpoint"
    assert not running.wait(0)
    batch = running.embed([TEXT], instruction="", priority=Priority.SEARCH)
    assert np.array_equal(batch.vectors, embedder.embed([TEXT], "").vectors)
    assert not done.done()
    slow.go.set()
    done.result(WAIT)
    assert running.wait(WAIT)
    status = running.status()[0]
    assert (status.name, status.wanted, status.fingerprint) == (
        "checkpoint-eos",
        eos,
        embedder_eos.space.fingerprint,
    )
    for space, model in ((None, embedder_eos), (embedder.space, embedder)):
        batch = running.embed([TEXT], instruction="", priority=Priority.SEARCH, space=space)
        assert np.array_equal(batch.vectors, model.embed([TEXT], "").vectors)
    weights = weakref.ref(
        running._loader.embedder_of(embedder.space).model._runner._model.language_model
    )
    running.unload_beside(keep=embedder.space)
    assert weights() is not None
    running.unload_beside()
    until(lambda: weights() is None)
    assert running.space() == running.loaded_space() == embedder_eos.space


def test_use__another_reranker_lets_the_one_before_go_after_its_pass(
    running, eos, reranker, reranker_eos
):
    known = running.reranker_fingerprint()
    weights = weakref.ref(running._reranker.model._runner._model)
    begun, go = threading.Event(), threading.Event()

    def judge(model):
        begun.set()
        assert go.wait(WAIT)
        return model.score(TEXT, [TEXT], "")

    in_work = running._jobs.put(running._reranker.key, Priority.RERANK, judge)
    assert begun.wait(WAIT)
    waiting = running._jobs.put(running._reranker.key, Priority.RERANK, judge)
    running.use(Role.RERANKER, eos).result(WAIT)
    with pytest.raises(UnloadedError):
        waiting.result(WAIT)  # none of both would be what was asked
    go.set()
    assert in_work.result(WAIT) == reranker.score(TEXT, [TEXT], "")
    until(lambda: weights() is None)
    with pytest.raises(UnloadedError, match="checkpoint-eos has become the reranker"):
        running.score(TEXT, [TEXT], instruction="", reranker=known)
    assert running.reranker_fingerprint() == reranker_eos.fingerprint != known
    found = running.score(TEXT, [TEXT], instruction="")
    assert found.scores == reranker_eos.score(TEXT, [TEXT], "").scores


def test_use__one_that_cannot_be_loaded_changes_nothing(running, tmp_path, embedder):
    with pytest.raises(ModelLoadError, match="has no config"):
        running.use(Role.EMBEDDER, str(tmp_path)).result(WAIT)
    (failed,) = running.coming()
    assert (failed.state, str(failed.detail)) == (
        ModelState.FAILED,
        f"{tmp_path} is no checkpoint: it has no config.json.",
    )
    assert running.space() == embedder.space
    assert [slot.status.name for slot in running._loader.slots()] == ["checkpoint"] * 2


def test_use__the_last_choice_counts(running, monkeypatch, eos, embedder_eos):
    from qwen3vl_app.models.service import building

    slow = SlowBuild(building.build_embedder, times=1)
    monkeypatch.setattr(building, "build_embedder", slow)
    first = running.use(Role.EMBEDDER, "demo")
    assert slow.begun.wait(WAIT)
    assert running.use(Role.EMBEDDER, "demo") is first
    second = running.use(Role.EMBEDDER, eos)
    with pytest.raises(ModelError, match="chosen before"):
        first.result(WAIT)
    slow.go.set()
    second.result(WAIT)
    assert running.space() == embedder_eos.space
    assert [one.key.wanted for one in running._loader.slots()].count("demo") == 0


def test_use__the_same_checkpoint_by_another_name_is_not_loaded_again(
    running, monkeypatch, parity, tmp_path
):
    from qwen3vl_app.models.service import building

    def build(*_):
        raise AssertionError("it is there")

    monkeypatch.setattr(building, "build_embedder", build)
    model = running._embedder.model
    waiting = Held(running, Priority.SEARCH)
    link = tmp_path / "checkpoint"
    link.symlink_to(parity / "checkpoint")
    asked = in_background(running.embed, [TEXT], instruction="", priority=Priority.INDEX)
    until(lambda: running._jobs._jobs)
    running.use(Role.EMBEDDER, str(link)).result(WAIT)
    waiting.go.set()
    asked.join(WAIT)
    assert running._embedder.model is model
    assert running.status()[0].wanted == str(link)
    assert len(running._loader.slots()) == 2


def test_use__before_anything_has_loaded(host, eos, embedder_eos, reranker):
    host.use(Role.EMBEDDER, eos).result(WAIT)
    assert host.space() == embedder_eos.space
    assert host.score(TEXT, [TEXT], instruction="").scores == (
        reranker.score(TEXT, [TEXT], "").scores
    )


def test_use__mends_what_had_failed(parity, tmp_path):
    host = ModelHost(Settings(model=str(tmp_path), reranker="none", device="cpu", threads=1))
    host.start()
    assert host.wait(WAIT)
    with pytest.raises(ModelLoadError):
        host.space()
    host.use(Role.EMBEDDER, str(parity / "checkpoint")).result(WAIT)
    assert host.embed([TEXT], instruction="", priority=Priority.SEARCH).kept == (0,)
    assert len(host._loader.slots()) == 2
    host.close()


def test_use__ends_with_the_program(running, monkeypatch, eos):
    from qwen3vl_app.models.service import building

    slow = SlowBuild(building.build_embedder)
    monkeypatch.setattr(building, "build_embedder", slow)
    done = running.use(Role.EMBEDDER, eos)
    assert slow.begun.wait(WAIT)
    running.close(timeout=0.05)
    with pytest.raises(ModelError, match="program is ending"):
        done.result(WAIT)
    with pytest.raises(ModelError, match="program is ending"):
        running.use(Role.EMBEDDER, "demo").result(WAIT)
    slow.go.set()


def test_use__with_an_adapter_and_back_by_its_space(running, tmp_path, parity, embedder):
    folder = write(tmp_path / "tuned", factors())
    base = str(parity / "checkpoint")
    running.use(Role.EMBEDDER, base, str(folder)).result(WAIT)
    space = running.space()
    tuned = Qwen3VLEmbedder(
        load_embedder(checkpoint("checkpoint").with_adapter(str(folder)), "cpu")
    )
    assert (space, space.model) == (tuned.space, "checkpoint + tuned")
    assert running.status()[0].adapter == str(folder)
    running.use(Role.EMBEDDER, base).result(WAIT)
    assert running.space() == embedder.space
    running.unload_beside()
    running.load_beside(space)  # found again by what the library keeps of it
    batch = running.embed([TEXT], instruction="", priority=Priority.SEARCH, space=space)
    assert np.array_equal(batch.vectors, tuned.embed([TEXT], "").vectors)
    running.unload_beside()
    (folder / WEIGHTS).write_bytes(b"")
    with pytest.raises(ModelLoadError, match="damaged"):
        running.load_beside(space)
    write(folder, factors(rank=2), r=2)
    running.retry()
    with pytest.raises(ModelLoadError, match="not what it was"):
        running.load_beside(space)


def test_settings__with_adapters(parity, tmp_path):
    folder = str(write(tmp_path / "tuned", factors()))
    base = str(parity / "checkpoint")
    host = ModelHost(
        Settings(
            model=base, adapter=folder, reranker=base, reranker_adapter=folder,
            device="cpu", threads=1,
        )
    )  # fmt: skip
    host.start()
    assert host.wait(WAIT)
    assert [status.name for status in host.status()] == ["checkpoint + tuned"] * 2
    host.close()


# ---------------------------------------------------------------- a model that nobody asks


def test_idle_seconds__by_default_of_large_models_only():
    assert idle_seconds(None, 2**30) == 30 * 60
    assert idle_seconds(None, 2**30 - 1) is None
    assert [idle_seconds(minutes, 1) for minutes in (0.5, 0)] == [30, None]


@pytest.fixture
def idling(parity):
    folder = str(parity / "checkpoint")
    host = ModelHost(
        Settings(
            model=folder, reranker=folder, device="cpu", threads=1, unload_after=60.0
        )
    )  # fmt: skip
    host.start()
    assert host.wait(WAIT)
    yield host
    host.close()


def become_idle(host):
    """From now on half a second is enough, which on a busy machine passes between two lines."""
    for slot in (host._embedder, host._reranker):
        assert slot.idle_seconds == 3600
        slot.idle_seconds = 0.5
    with host._loader._changed:
        host._loader._changed.notify_all()


def unloaded(host):
    return [status.state for status in host.status()] == [ModelState.UNLOADED] * 2


def test_idle__let_go_and_loaded_again_by_the_next_search(idling, monkeypatch, embedder, reranker):
    from qwen3vl_app.models.service import building

    known = idling.space(), idling.embedder_budget(), idling.reranker_fingerprint()
    size = sum(one.numel() * 4 for one in idling._embedder.model._loaded.model.parameters())
    assert idling.status()[0].memory_bytes == size > 100_000
    weights = [
        weakref.ref(slot.model._runner._model) for slot in (idling._embedder, idling._reranker)
    ]
    become_idle(idling)
    until(lambda: unloaded(idling))
    until(lambda: [one() for one in weights] == [None, None])
    status = idling.status()[0]
    assert (status.memory_bytes, str(status.detail)) == (
        0,
        "unloaded after 0.00833333 idle minutes; the next search loads it again",
    )
    # what is known of them is told without loading them
    assert (idling.space(), idling.embedder_budget(), idling.reranker_fingerprint()) == known
    assert idling.loaded_space() == known[0]
    assert idling.wait(0)
    assert unloaded(idling)
    slow = SlowBuild(building.build_embedder)
    monkeypatch.setattr(building, "build_embedder", slow)
    found = []
    asking = in_background(
        lambda: found.append(
            idling.embed([TEXT], instruction="", priority=Priority.SEARCH, space=known[0])
        )
    )
    assert slow.begun.wait(WAIT)
    status = idling.status()[0]
    assert (status.state, str(status.detail)) == (
        ModelState.LOADING,
        "loading checkpoint again: it was unloaded after 0.00833333 idle minutes",
    )
    slow.go.set()
    asking.join(WAIT)
    assert np.array_equal(found[0].vectors, embedder.embed([TEXT], "").vectors)
    batch = idling.score(TEXT, [TEXT], instruction="", reranker=known[2])
    assert batch.scores == reranker.score(TEXT, [TEXT], "").scores


def test_idle__never_while_there_is_work(idling):
    held = Held(idling)
    become_idle(idling)
    until(lambda: idling.status()[1].state is ModelState.UNLOADED)
    time.sleep(0.7)
    assert idling.status()[0].state is ModelState.READY
    held.go.set()
    held.future.result(WAIT)
    until(lambda: unloaded(idling))


def test_idle__a_checkpoint_that_changed_meanwhile_gives_no_vector_of_the_old_space(
    parity, tmp_path, embedder, embedder_eos
):
    folder = tmp_path / "checkpoint"
    shutil.copytree(parity / "checkpoint", folder)
    host = ModelHost(
        Settings(
            model=str(folder), reranker="none", device="cpu", threads=1, unload_after=0.3 / 60
        )
    )
    host.start()
    assert host.wait(WAIT)
    until(lambda: host.status()[0].state is ModelState.UNLOADED)
    shutil.rmtree(folder)
    shutil.copytree(parity / "checkpoint-eos", folder)
    with pytest.raises(UnloadedError):
        host.embed([TEXT], instruction="", priority=Priority.SEARCH, space=embedder.space)
    assert host.wait(WAIT)
    assert host.space().fingerprint == embedder_eos.space.fingerprint
    host.close()


def test_idle__close_while_unloaded(idling):
    become_idle(idling)
    until(lambda: unloaded(idling))
    idling.close()
    with pytest.raises(ModelError, match="program is ending"):
        idling.space()


def test_use__downloads_nothing_though_that_is_allowed(parity, monkeypatch):
    from qwen3vl_app.models.checkpoint.resolve import resolve

    allowed = []

    def noted(wanted, role, *, fetch, **given):
        allowed.append((wanted, fetch is not None))
        return resolve(wanted, role, fetch=None, **given)

    monkeypatch.setattr("qwen3vl_app.models.service.loading.resolve", noted)
    host = ModelHost(
        Settings(
            model=str(parity / "checkpoint"), reranker="none", device="cpu", allow_download=True
        )
    )
    host.start()
    assert host.wait(WAIT)
    with pytest.raises(ModelLoadError, match="not on this machine"):
        host.use(Role.EMBEDDER, "org/absent").result(WAIT)
    assert allowed == [(str(parity / "checkpoint"), True), ("org/absent", False)]
    host.close()


def test_other_dtype__is_another_model_meanwhile(ready):
    """In bfloat16 scores differ a little, so it is not the same model that answers."""
    documents = [ModelInput(texts=(text,)) for text in ("a bicycle", "an owl at night")]
    plain = ready.score(TEXT, documents, instruction="")
    with ready.reranker_in_other_dtype() as copy:
        (slot,) = (one for one in ready._loader.slots() if one.key.dtype)
        assert (slot.key.dtype, slot.status.state) == ("bfloat16", ModelState.READY)
        found = copy.score(TEXT, documents, instruction="")
        assert found.seconds > 0
    logits = [
        (one.logit, other.logit) for one, other in zip(plain.scores, found.scores, strict=True)
    ]
    assert all(one != other and abs(one - other) < 0.1 for one, other in logits)
    assert not [one for one in ready._loader.slots() if one.key.dtype]
    with pytest.raises(UnloadedError):
        copy.score(TEXT, documents, instruction="")


def test_reranker_beside__stays_as_long_as_somebody_judges_with_it(ready, eos):
    documents = [ModelInput(texts=(text,)) for text in ("a bicycle", "an owl at night")]
    choice = ModelChoice(wanted=eos)
    with ready.reranker_beside(choice) as one:
        with ready.reranker_beside(choice) as two:
            assert one.fingerprint == two.fingerprint != ready.reranker_fingerprint()
            assert (one.name, ready.status()[1].name) == ("checkpoint-eos", "checkpoint")
        ready.unload_beside()  # embedders of earlier spaces, and no more
        found = one.score(TEXT, documents, instruction="")
        assert found.scores == one.score(TEXT, documents, instruction="").scores
    with pytest.raises(UnloadedError):
        one.score(TEXT, documents, instruction="")
    with (
        pytest.raises(ModelLoadError, match="no config"),
        ready.reranker_beside(ModelChoice(wanted=str(Path(eos).parent))),
    ):
        pass
    assert len(ready._loader.slots()) == 2


def test_reranker_beside__is_not_let_go_where_it_has_the_role(running, eos):
    documents = [ModelInput(texts=(text,)) for text in ("a bicycle", "an owl at night")]
    present = ModelChoice(wanted=running.status()[1].wanted)
    with running.reranker_beside(ModelChoice(wanted=eos)) as one:
        running.use(Role.RERANKER, eos).result(WAIT)
        plain = one.score(TEXT, documents, instruction="").scores
    assert running.reranker_fingerprint() == one.fingerprint
    assert running.score(TEXT, documents, instruction="").scores == plain
    with running.reranker_beside(present) as before:
        assert before.fingerprint != one.fingerprint
        with running.reranker_beside(ModelChoice(wanted=eos)) as itself:
            assert itself.fingerprint == running.reranker_fingerprint()
    assert running.score(TEXT, documents, instruction="").scores == plain
