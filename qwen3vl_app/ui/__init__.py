"""The page: the only package that imports gradio.

Gradio carries events (search, stop, *more like this*); the routes in ``routes/`` carry thumbnails,
media, previews, uploads, progress and the library's listings; ``assets/page`` draws.
"""

from __future__ import annotations

import os

from qwen3vl_app.ui.without_stubs import leave_out_stubs

# Read by gradio when it is first imported, which happens below this package only.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
leave_out_stubs()
