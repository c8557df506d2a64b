"""What a finished search shows when it is asked: from a run to what stands behind it. No torch."""
