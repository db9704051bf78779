"""Decodes frames and caches them as JPEG: the decode queue, the caches, stand-ins and thumbnails."""
