"""Local multimodal search with Qwen3-VL: recall and rerank side by side.

Start reading at ``types.py``; ``README.md`` has the map.
"""

__version__ = "0.1.0"
