"""The words of gradio's components, in the browser's language.

Our scripts have their own dictionaries in ``assets/page/i18n``. The keys begin with
``app_``, because gradio translates keys of its own, such as ``image``, by itself.
"""

from __future__ import annotations

import gradio as gr

ENGLISH = {
    "app_search": "Search",
    "app_library": "Library",
    "app_lab": "Lab",
    "app_settings": "Settings",
    "app_label": "Query",
    "app_query": "Search by words, picture, clip or document",
}

CHINESE = {
    "app_search": "搜索",
    "app_library": "资料库",
    "app_lab": "实验室",
    "app_settings": "设置",
    "app_label": "查询",
    "app_query": "用文字、图片、视频或文档搜索",
}

words = gr.I18n(en=ENGLISH, **{"zh-CN": CHINESE, "zh": CHINESE})
"""``words("app_search")`` is the word in the language of the reader's browser."""
