"""Importing the page leaves what is installed as it is."""

from __future__ import annotations

import subprocess
import sys

from tests.started import ROOT

LOOKS = """
import sys
stubs = []

def look(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".pyi"):
        stubs.append(arguments[0])

sys.addaudithook(look)
import qwen3vl_app.ui.app
import gradio
print(stubs, callable(gradio.Button().click), callable(gradio.Blocks.load))
"""


def test_import__neither_reads_nor_writes_stubs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOKS], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    assert done.stdout == "[] True True\n"
