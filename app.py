"""Serve the page: ``python app.py --help`` shows the options."""

from qwen3vl_app.cli.serve import serve

if __name__ == "__main__":
    serve(obj={})
