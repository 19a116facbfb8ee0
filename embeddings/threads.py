"""How many threads arithmetic takes."""

from __future__ import annotations

import functools


@functools.cache
def one_thread_each() -> None:
    """Let each matrix product of this process run in the thread that asks for it, from now on.

    The products of a question are small, and there are hundreds: handing each to other threads and waiting for them
    takes longer than the product. On two cores a question took 62 ms with BLAS as it comes and 24 ms so.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
