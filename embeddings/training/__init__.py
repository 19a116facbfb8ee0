"""Training and evaluation of the bundled encoder; nothing here is needed to answer questions."""
