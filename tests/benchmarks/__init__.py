"""Commands that measure and print the tables of the README: ``python3 launch.py benchmark NAME``. Never timed tests."""
