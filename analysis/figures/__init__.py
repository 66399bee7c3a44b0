"""Figures, a module each: a table in, a figure and its caption out. They read no files."""
