"""Gradio as every page takes it: silent, without the parts that this product does not use."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: it reports home at import

from ui.api.hiding import hidden

with warnings.catch_warnings(), hidden("mcp"):
    # Gradio's sound parts look for ffmpeg and say on screen that they miss it; this page has no sound.
    warnings.filterwarnings("ignore", message="Couldn't find ffmpeg")
    import gradio as gr

__all__ = ["QUIET", "gr", "native_page"]

# Our pages show their own progress, and their events are no interface for other programs.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def native_page(name: str, html: str, functions: Sequence[Callable[[Any], Any]]) -> None:
    """A page of plain HTML, which `window.browsing.<name>` of browsing.js fills by asking `functions`."""
    gr.HTML(
        html,
        elem_id=name,
        server_functions=list(functions),
        apply_default_css=False,  # made for running text: it would give our lists and buttons its own looks
        js_on_load=f"window.browsing.{name}(element, server)",
    )
