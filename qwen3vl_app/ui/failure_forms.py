"""Sentences of failures that have no code of their own, in the form of ``reasons``.

What a model, the disk or the library says is raised far below the page, by parts that the command
line uses as well; a test finds every sentence that has neither a code nor a form here.
"""

from __future__ import annotations

FAILURE_FORMS = {
    "folder.unknown": "{path} was never added; add it first.",
    "folder.never": "{path} was never added; add it instead.",
    "folder.unreached": "The folder {path} cannot be reached ({said}); if it is on a drive, "
    "connect that again.",
    "path.gone": "{path} does not exist; check the path.",
    "pattern.lines": "A pattern is one line; give several one by one.",
    "patterns.unwritten": "The patterns cannot be written to {path} ({said}); free some space or "
    "check the permissions there.",
    "number.negative": "A {what} of {value} was asked for; give 0 or more.",
    "kinds.list": "Kinds are a list; choose from {known}.",
    "library.closed": "The library {path} has been closed.",
    "library.full": "The library {path} is on a full disk ({said}); free some space there and "
    "resume.",
    "library.io": "The library {path} cannot be read or written ({said}); check its drive.",
    "library.unopened": "The library {path} cannot be opened ({said}); check its drive and its "
    "permissions.",
    "library.unwritten": "The library {path} cannot be written to ({said}); check its "
    "permissions.",
    "library.denied": "The library {path} cannot be opened ({said}); check its permissions.",
    "thumbnail.unwritten": "A thumbnail cannot be written to {path} ({said}); free some space or "
    "check the permissions there, then resume.",
    "thumbnail.gone": "There is no such thumbnail.",
    "storage.searched": "The vectors of {model} are being searched; choose another model first.",
    "storage.numbers": "{n} numbers of each vector were asked for, over the limit of {all}, which "
    "is all that they have; choose 1 to {most}, or name no number for all.",
    "readers.closing": "Files are no longer read: the program is closing.",
    "readers.absent": "The processes that read files do not start; is memory or the disk full?",
    "unawaited": "Nobody waits for this any more.",
    "load.entries": "{path} has unknown entries: {said}.",
    "load.budget": "{path} is not a budget: {said}.",
    "load.device": "“{value}” is no device: choose auto, cpu, cuda or mps.",
    "load.no_device": "This machine has no {value} device: choose auto or cpu.",
    "load.type": "{path} holds a model of type “{value}”; this program runs “{known}”, such as "
    "Qwen/Qwen3-VL-Embedding-2B.",
    "load.no_weights": "{path} has no weights; this program reads .safetensors only.",
    "load.unsafe": "{path} has only {name}, which can run code when opened; this program reads "
    ".safetensors only.",
    "load.memory": "{name} needs about {n} GiB of memory on {value}, and this machine has {all}; "
    "choose 2b or demo.",
    "load.neither": "“{value}” is neither a folder nor a model: choose auto, demo, 2b, 8b, a "
    "folder, or an id such as {model}.",
    "load.no_demo": "The bundled demo {model} is missing from {path}; install the program again, "
    "or choose another model.",
    "load.absent": "{model} is not on this machine: get it with `{command}` or `{other}`, or "
    "start with --allow-download.",
    "load.undownloaded": "{model} could not be downloaded: {said}",
    "load.tokens": "{path}: its tokenizer lacks tokens that config.json names.",
    "load.token": "{path}: its vocabulary has no token “{value}”.",
    "load.template": "{path}: its chat template is damaged: {said}.",
    "load.template_fails": "{path}: its chat template fails: {said}.",
    "load.no_template": "{path} has no chat template (chat_template.jinja).",
    "load.unusable": "{path} cannot be used: {said}.",
    "public.search_only": "This library is shown for searching only; indexing, deleting and "
    "settings are off.",
    "upload.length": "An upload must say how long it is (Content-Length).",
    "file.none": "There is no such file.",
}
"""What else fails; the widest forms come last."""
