"""The parts of the documents page: what a visitor is at, how it is shown, and what is done with the library."""
