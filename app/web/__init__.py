"""The server: its routes, its pages, and what checks and answers the requests."""
