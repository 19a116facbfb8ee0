"""How often the verifier is wrong: minimal pairs made from faithful sentences, and rates with intervals."""
