"""The small drawn world: what there is, how it looks, what is said of it."""
