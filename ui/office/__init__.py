"""What a whole office needs around the page: accounts, sessions, limits, and a log of requests."""
