"""How answering holds up as a collection grows: made collections, what they cost, and what they lose."""
