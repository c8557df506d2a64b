"""The words of gradio's components, in the browser's language.

Our scripts have their own dictionaries in ``assets/page/strings_*.js``. The keys begin with
``app_``, because gradio translates keys of its own, such as ``image``, by itself.
"""

from __future__ import annotations

import gradio as gr

ENGLISH = {
    "app_search": "Search",
    "app_library": "Library",
    "app_settings": "Settings",
    "app_query": "Search by words, picture or clip",
    "app_pictures": "Images",
    "app_pages": "PDF pages",
    "app_passages": "Texts",
    "app_videos": "Videos",
    "app_everything": "All collections",
    "app_rerank": "Rerank",
    "app_advanced": "Advanced",
    "app_depth": "Depth",
    "app_depth_info": "Recall candidates the reranker judges; more finds more and takes longer.",
    "app_instruction": "Instruction",
    "app_instruction_info": "Tells both models what counts as a match; empty for their defaults.",
}

CHINESE = {
    "app_search": "搜索",
    "app_library": "资料库",
    "app_settings": "设置",
    "app_query": "用文字、图片或视频搜索",
    "app_pictures": "图片",
    "app_pages": "PDF 页面",
    "app_passages": "文本",
    "app_videos": "视频",
    "app_everything": "全部合集",
    "app_rerank": "重排",
    "app_advanced": "高级",
    "app_depth": "深度",
    "app_depth_info": "重排模型评判的召回候选数；越多找得越全，也越慢。",
    "app_instruction": "指令",
    "app_instruction_info": "告诉两个模型什么算匹配；留空则用默认值。",
}

words = gr.I18n(en=ENGLISH, **{"zh-CN": CHINESE, "zh": CHINESE})
"""``words("app_search")`` is the word in the language of whoever looks at it."""
