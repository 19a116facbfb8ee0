"""Other systems beside ours, on the same documents, questions, encoder and machine.

Each `*_recipe.py` is a program of its own, run by the interpreter of a virtual environment that holds that system
(`requirements.txt`) and nothing of ours: it reads a task and writes a result, both JSON (see `common.py`).
"""
