"""Scenario files: YAML text into one frozen, checked experiment, or one error that lists every fault."""
