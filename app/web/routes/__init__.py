"""HTTP and WebSocket routes; every module has a function ``router(context)``."""
