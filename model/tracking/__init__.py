"""Runs the network over a whole video, window by window, and joins the tracks of the windows."""
