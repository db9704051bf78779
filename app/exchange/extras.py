"""Keys of the ``extra`` columns in which an import keeps the content of a file that only an export needs."""

SOURCE = "source"  # keys of the file that are not part of the format
ANNOTATED_FROM = "annotated_from"  # of a video: the frame of its first annotated entry, where that is not 0
CONTENT = "imported_content"  # of a video: the digest of its entry and its tracks in the imported file
