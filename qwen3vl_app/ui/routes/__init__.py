"""What the page fetches itself: by id or by hash, never by path."""
