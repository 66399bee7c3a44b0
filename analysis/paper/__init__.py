"""What one writes about results: citations, methods, exports, and what each name means."""
