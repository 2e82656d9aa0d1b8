"""What it does: one module per promise, one transaction per call; never sends."""
