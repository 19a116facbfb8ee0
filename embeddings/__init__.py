"""Text -> vectors -> nearest ids. Imports nothing above `corpus/`."""
