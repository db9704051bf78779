"""The demo project: one module makes its files, the other stores it in the database."""
