"""Question -> answer: retrieval, composition, the command line. The only home of settings and LangChain."""
