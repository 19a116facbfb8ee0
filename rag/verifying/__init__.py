"""How a sentence is held against the quotes that it cites: readings, matches and the checks over them."""
