"""Models come onto this computer, are listed, and are removed. No torch; nothing at start-up."""
