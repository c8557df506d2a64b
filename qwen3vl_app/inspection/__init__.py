"""What a finished run shows when asked."""
