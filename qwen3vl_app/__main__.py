"""``python -m qwen3vl_app``."""

from qwen3vl_app.cli.main import main

if __name__ == "__main__":
    main()
