"""HTTP and WebSocket routes for the editor; every module has one ``router(context)``."""
