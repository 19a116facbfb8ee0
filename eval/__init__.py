"""Scores answers against questions with known cases. Imports `rag/` and below, never `ui/`."""
