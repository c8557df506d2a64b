"""The same parts without a browser. Standard output is only the answer."""
