"""The background worker: its loop, and the functions that do each kind of job."""
