"""The chat page: shows answers of `rag` with their sources; knows nothing about how they are found."""
