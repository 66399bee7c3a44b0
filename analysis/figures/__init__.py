"""Figures, a module each: a table in, a figure and its caption out. They read no files.

In all of them `exp` is what was run: every title, label and order comes from it. `start` names the start to draw.
"""
