"""Finds, downloads, registers and loads the checkpoints that the model runs with."""
