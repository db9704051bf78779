"""Lets the model find the tracks of videos and writes them into a project or into a file."""
