"""Prompts of the editor (box to mask), answered in processes of their own."""
