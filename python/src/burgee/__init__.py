"""Feature flags that are decided in your program and steered from your own Burgee server."""
