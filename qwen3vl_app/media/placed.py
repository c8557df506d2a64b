"""Content that is decoded where it is looked at: it travels as the place of its file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qwen3vl_app.types import ModelInput

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.media.originals import Originals
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.types import Original, Part


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed(ModelInput):
    """A part of a file that has not been decoded, with texts that stand beside it.

    Only workers elsewhere are handed such an input, and decode it before their models see it.
    """

    known: tuple[Original, ...]
    """Files that had these bytes when they were indexed."""

    part: Part
    budget: Budget
    """Of the model that looks at it."""

    def decoded(self, reader: Reader, originals: Originals) -> ModelInput:
        """What a model is given of it, from the first of the files that is still what it was.

        Raises:
            UnreadableMediaError: None of them is, or it cannot be decoded.
        """
        with originals.opened(self.known) as original:
            content = reader.model_inputs(original.path, [self.part], budget=self.budget)[0]
            original.check_unchanged()
        return replace(content, texts=(*content.texts, *self.texts)) if self.texts else content
