"""What the checkpoints are worth, on fresh drawings: each stage and both side by side."""
