"""An index in Milvus: writing a built one there, and answering from it with nothing but its address."""
