"""Local multimodal search with Qwen3-VL: recall and rerank side by side.

Start reading at ``types``; ``README.md`` has the map.
"""

import os

__version__ = "0.1.0"

# Threads of torch and faiss wait for each other by spinning, which takes the cores from the
# processes that decode files: embedding on two busy cores took 2.1 s instead of 0.5 s. OpenMP
# reads this when the first of them is imported, so it is set here, unless the person has chosen.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
