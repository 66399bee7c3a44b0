"""Questions asked of the model, a module each: an experiment and two policies in, a table out."""
