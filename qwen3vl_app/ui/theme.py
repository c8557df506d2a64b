"""Colours, type and corners of gradio's own components, matched to ``tokens.css``."""

from __future__ import annotations

import gradio as gr

CJK = ("PingFang SC", "Hiragino Sans", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC")
"""System fonts: Chinese, Japanese and Korean are not part of the bundled one."""


def build_theme() -> gr.themes.Base:
    """The theme. Its font comes with gradio, so nothing is fetched from elsewhere."""
    theme = gr.themes.Base(
        primary_hue="indigo",
        neutral_hue="slate",
        radius_size="lg",
        font=[gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", *CJK],
        font_mono=["ui-monospace", "SF Mono", "Consolas", "DejaVu Sans Mono", "monospace"],
    )
    return theme.set(
        body_background_fill="#f6f7fb",
        body_background_fill_dark="#0b1020",
        body_text_color="#0f172a",
        body_text_color_dark="#e6eaf4",
        body_text_color_subdued="#475569",
        body_text_color_subdued_dark="#a8b3c7",
        block_background_fill="#ffffff",
        block_background_fill_dark="#131a2e",
        block_border_width="1px",
        block_shadow="none",
        border_color_primary="#dfe4ee",
        border_color_primary_dark="#27314b",
        input_background_fill="#ffffff",
        input_background_fill_dark="#131a2e",
        input_placeholder_color="#64748b",
        input_placeholder_color_dark="#8b97ad",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#131a2e",
        background_fill_secondary="#eef1f7",
        background_fill_secondary_dark="#1b243b",
        color_accent="#4f46e5",
        color_accent_soft="#eef0ff",
        color_accent_soft_dark="#232b52",
        layout_gap="14px",
    )
