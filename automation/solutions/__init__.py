"""Parts of solution files that automation knows."""
