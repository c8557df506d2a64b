"""The two checkpoints: network, batches, targets, losses, timed training, export."""
