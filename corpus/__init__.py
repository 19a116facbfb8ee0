"""Files -> documents -> cases -> chunks. The ground floor: imports nothing else of this project."""
