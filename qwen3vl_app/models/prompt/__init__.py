"""Content becomes messages and token ids, as the checkpoint's own template has them."""
