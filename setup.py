"""What ``pyproject.toml`` cannot say: the files of ``assets/`` are installed inside the package.

They stay at the top of the repository, where people look for them.
"""

import tempfile

from setuptools import find_packages, setup

with tempfile.TemporaryDirectory() as scratch:
    setup(
        packages=[*find_packages(include=["qwen3vl_app", "qwen3vl_app.*"]), "qwen3vl_app.assets"],
        package_dir={"qwen3vl_app.assets": "assets"},
        package_data={
            "qwen3vl_app.media": ["letters.json"],
            "qwen3vl_app.messages": ["*.json"],
            "qwen3vl_app.assets": ["page/**", "demo/**"],
        },
        # declarations of types, which are for the check of the scripts alone
        exclude_package_data={"qwen3vl_app.assets": ["page/**/*.d.ts"]},
        # what stays of a build would install modules again that were deleted since
        options={"build": {"build_base": scratch}, "egg_info": {"egg_base": scratch}},
    )
