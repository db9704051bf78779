"""Decodes frames and keeps them as JPEGs: the queue, the caches, the stand-ins, the thumbnails."""
