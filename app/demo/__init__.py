"""The demo project: `make` and `edits` make its files, `project` stores it in the database."""
