"""The words of one picture, as a value: what cannot be read comes back with its reason."""

from __future__ import annotations

import logging

from qwen3vl_app.errors import (
    AppError,
    DecoderDiedError,
    MemoryLimitError,
    TooSlowError,
    UnreachableMediaError,
    UnreadableMediaError,
)
from qwen3vl_app.indexing.decoding import told
from qwen3vl_app.media.originals import CHANGED, GONE, Originals
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Item, ItemId, Part, PictureClass, PictureText, TextLine, TextOutcome

log = logging.getLogger(__name__)


class PictureReading:
    """Reads the originals of items; used by one thread.

    Args:
        library: Knows where the originals are.
        reader: Reads them, in a process of its own.
    """

    def __init__(self, library: Library, reader: Reader) -> None:
        self._library = library
        self._reader = reader
        self._originals = Originals()

    def read(self, number: ItemId, of: PictureClass) -> PictureText | None:
        """What is in a picture; None where its file is not there now, or another one.

        Raises:
            AppError: The program closes, or words cannot be read at all.
        """
        item = self._library.item(number)
        if item is None:
            return None
        try:
            lines = self._lines(item, of)
        except (TooSlowError, DecoderDiedError, MemoryLimitError) as error:
            return PictureText(outcome=TextOutcome.FAILED, reason=error.reason)
        except UnreadableMediaError as error:
            if isinstance(error, UnreachableMediaError) or error.reason in (GONE, CHANGED):
                return None
            return PictureText(outcome=TextOutcome.REFUSED, reason=error.reason)
        except AppError:
            raise
        except Exception as error:  # of a decoder; one odd picture must not stop the others
            log.exception("reading the words of %s", item.path)
            reason = Message.of("reason.unknown_way", said=told(error))
            return PictureText(outcome=TextOutcome.FAILED, reason=reason)
        return PictureText(outcome=TextOutcome.READ if lines else TextOutcome.NONE, lines=lines)

    def interrupt(self) -> None:
        """End the reading under way; from any thread."""
        self._reader.stop_picture_lines()

    def _lines(self, item: Item, of: PictureClass) -> tuple[TextLine, ...]:
        part = Part(ordinal=item.ordinal, kind=item.kind, place=item.place)
        with self._originals.opened(self._library.originals(item.content_hash)) as original:
            lines = self._reader.picture_lines(original.path, part, of)
            original.check_unchanged()
        return lines
