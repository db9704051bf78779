"""Runs the network over a whole video, window by window, and joins the windows to tracks."""
