"""The server: routes, pages, and the checks in front of them."""
