"""What is found of one hit, as JSON for the page."""

from __future__ import annotations

from qwen3vl_app.inspection.evidence import Evidence, Fall
from qwen3vl_app.inspection.gauge import Levels
from qwen3vl_app.inspection.inspector import Cost, Pieces
from qwen3vl_app.inspection.occlusion import Cell
from qwen3vl_app.inspection.seen import Seen, SeenByStage, Shown
from qwen3vl_app.search.discretion import names_a_path, told
from qwen3vl_app.types.seen import SeenClip, SeenPicture
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.seen_pictures import SeenPictures
from qwen3vl_app.ui.serialize import Json
from qwen3vl_app.ui.serialize_hits import finite


def seen_row(seen: Seen, pictures: SeenPictures, *, strangers: bool) -> Json:
    """Both stages; null for one that took no part. ``strangers`` are told no path."""
    return {
        name: None if stage is None else _stage_row(stage, pictures, strangers=strangers)
        for name, stage in (("recall", seen.recall), ("rerank", seen.rerank))
    }


def _stage_row(stage: SeenByStage, pictures: SeenPictures, *, strangers: bool) -> Json:
    model = "" if strangers and names_a_path(stage.model) else stage.model
    rows = [_prompt_row(one, pictures, strangers=strangers) for one in stage.prompts]
    return {"model": model, "prompts": rows}


def _prompt_row(shown: Shown, pictures: SeenPictures, *, strangers: bool) -> Json:
    prompt = shown.prompt
    if prompt is None:
        refused = told(shown.refused) if strangers else shown.refused
        return {"of": shown.of.value, "refused": message_row(refused)}
    return {
        "of": shown.of.value,
        "refused": None,
        "text": prompt.text,
        "tokens": len(prompt.ids),
        "limit": prompt.limit,
        "cut": prompt.cut,
        "cut_tokens": prompt.cut_tokens,
        "shared": prompt.shared,
        "instruction": prompt.instruction,
        "fingerprint": prompt.fingerprint,
        "pictures": [_picture_row(one, pictures) for one in prompt.pictures],
        "clips": [_clip_row(one, pictures) for one in prompt.clips],
    }


def _picture_row(picture: SeenPicture, pictures: SeenPictures) -> Json:
    return {
        "picture": pictures.keep(picture.image),
        "given": picture.given,
        "shown": picture.image.size,
        "tokens": picture.tokens,
    }


def _clip_row(clip: SeenClip, pictures: SeenPictures) -> Json:
    return {
        "frames": [pictures.keep(frame) for frame in clip.frames],
        "seconds": list(clip.seconds),
        "stamps": list(clip.stamps),
        "given": clip.given,
        "shown": clip.frames[0].size,
        "tokens": clip.tokens,
    }


def cost_row(cost: Cost) -> Json:
    """What evidence takes."""
    return {"passes": cost.passes, "seconds": finite(cost.seconds), "kept": cost.kept}


def pieces_row(pieces: Pieces, pictures: SeenPictures) -> Json:
    """What spans are of: sentences, or frames by their seconds."""
    return {
        "sentences": list(pieces.sentences),
        "frames": list(pieces.frames),
        "pictures": [pictures.keep(frame) for frame in pieces.pictures],
    }


def evidence_row(evidence: Evidence) -> Json:
    """What is known so far."""
    return {
        "stage": evidence.stage.value,
        "whole": _levels_row(evidence.whole),
        "falls": [_fall_row(fall) for fall in evidence.falls],
        "passes": evidence.passes,
        "most": evidence.most,
        "seconds": round(evidence.seconds, 2),
        "kept": evidence.kept,
    }


def _fall_row(fall: Fall) -> Json:
    """``at`` are the four sides of a cell as shares, or the first of a span and the one behind."""
    at = fall.region
    place = [at.left, at.top, at.right, at.bottom] if isinstance(at, Cell) else [at.first, at.end]
    return {"at": place, "level": fall.level, **_levels_row(fall.levels)}


def _levels_row(levels: Levels) -> Json:
    return {
        "similarity": finite(levels.similarity),
        "relevance": finite(levels.relevance),
        "logit": finite(levels.logit),
    }
