// English words of the choice of models.

export const modelsEnglish = {
  "models.again": "Loading the model again.",
  "models.loading": "Looking which models are on this computer…",
  "models.demo": "Demo, bundled",
  "models.auto": "the best on this computer",
  "models.memory": "Takes {size} of memory",
  "models.coming": "Loading {name}; until it is there, {now} answers.",
  "models.failed": "{name} was not taken: {why} {now} stays in use.",
  "models.embedded":
    "{done} of {n} items are embedded with it; until all are, the model before answers.",
  "models.back": "Switch back to {name}",
  "models.choice": "Models to choose from",
  "models.choice.embedder": "Models for recall",
  "models.choice.reranker": "Models for reranking",
  "models.now": "in use",
  "models.off.what": "Searches show what recall found, in its order.",
  "models.turnOff": "Turn off",
  "models.from": "Get models from",
  "models.from.hint":
    "Nothing else of this page leaves the computer. Every file is checked before it is used; " +
    "what was begun goes on from where it was begun.",
  "models.hugging-face": "Hugging Face",
  "models.modelscope": "ModelScope",
  "models.get": "Get",
  "models.pause": "Pause",
  "models.goOn": "Go on",
  "models.tryAgain": "Try again",
  "models.cancel": "Cancel",
  "models.use": "Use",
  "models.remove": "Remove",
  "models.notNow": "Not now",
  "models.remove.sure":
    "{name} is deleted from this computer, which frees {size}. To use it again it must be got" +
    " again.",
  "models.removed": "{size} are free now.",
  "models.place.bundled": "comes with the program",
  "models.place.models": "in this program’s folder of models",
  "models.place.hugging-face": "in the cache of Hugging Face",
  "models.place.modelscope": "in the cache of ModelScope",
  "models.place.nowhere": "not on this computer",
  "models.place.left": "{size} of it are here",
  "models.time": "About {time} for {n} items of this library",
  "models.time.item": "About {time} for each item",
  "models.time.each": "About {time} for each result",
  "models.time.none": "All items of this library are embedded with it",
  "models.memory.short": "Does not fit: it needs {size} of memory, and this computer has {all}.",
  "models.memory.full":
    "It needs {size} of memory, of which {free} are free now; close other programs first.",
  "models.disk.short": "{size} are still to come, and the disk has {free} free.",
  "models.waiting": "Waits for its turn",
  "models.paused": "Paused",
  "models.amount": "{done} of {total}",
  "models.replace":
    "{count} item is embedded again in the background; until then {now} answers.|{count} " +
    "items are embedded again in the background; until then {now} answers.",
  "models.replace.time":
    "{count} item is embedded again in the background, about {time}; until then {now} " +
    "answers.|{count} items are embedded again in the background, about {time}; until then " +
    "{now} answers.",
  "models.folder": "Or a folder of this computer",
  "models.folder.example": "/home/you/my-model",
  "models.folder.missing":
    "Type the folder of a model, or that of an adapter for the model in use.",
  "models.adapter.fold": "With a LoRA adapter",
  "models.adapter": "Folder of the adapter",
  "models.adapter.example": "/home/you/my-adapter",
  "models.adapter.hint":
    "It is merged into the model in the folder above, or into the one in use where no folder " +
    "is given.",
  "fidelity.title": "Fidelity",
  "fidelity.what":
    "Holds the model to the reference’s code in ten points. Takes seconds on a fast computer;" +
    " searches go first.",
  "fidelity.run": "Check",
  "fidelity.running": "Checking…",
  "fidelity.result": "{good} of {all} checks",
  "fidelity.red": "{what}: {found}",
};
