"""Imports a YouTube-VIS file into a project and exports a project as one."""
