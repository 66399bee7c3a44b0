"""Forecasts of how the PRC answered past provocations, scored beside simple rival forecasters."""
