"""Compares this program with golden figures of the official code, part by part."""
