"""Commands that measure and print the tables of the READMEs: ``python3 launch.py benchmark NAME``. Not tests."""
