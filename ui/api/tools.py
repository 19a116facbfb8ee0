"""/mcp: the library as tools of the Model Context Protocol (streamable HTTP, no sessions).

The official SDK speaks the protocol; it is imported at the first request, because most offices never make one. Its
low-level server is used: the comfortable one reconfigures the logging of the whole program, and Gradio's own MCP
asks for older versions of the SDK and of pydantic and runs tools through the queue of the page.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup, TaskStatus
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from corpus.errors import CaseQAError, InputError
from rag.output import answer_object
from ui.api import operations, shapes
from ui.api.desk import Desk
from ui.api.faults import fault_of, invalid
from ui.api.guard import LARGEST_BODY
from ui.api.rest import version

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
_INSTRUCTIONS = (
    "优化营商环境案例库。回答只依据库里的案例，每句话后有出处编号 [n]，对应 citations 里一字不差的原文。"
    "refused 为 true 时，案例库里没有依据，请如实转告，不要自己补充。"
)
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what it is called, what goes in and out, and what it does."""

    name: str
    description: str
    request: type[BaseModel]
    result: type[BaseModel]
    call: Callable[[Desk, Any], Awaitable[Object]]


async def _ask(desk: Desk, request: shapes.AskRequest) -> Object:
    return answer_object(await desk.ask(request.question, request.history))


async def _search(desk: Desk, request: shapes.SearchRequest) -> Object:
    return await desk.run(lambda assistant: operations.found(assistant, request))


async def _get_case(desk: Desk, request: shapes.CaseRequest) -> Object:
    return await desk.run(lambda assistant: operations.case_of(assistant, request.case_id))


async def _changes(desk: Desk, request: shapes.ChangesRequest) -> Object:
    return await desk.run(lambda assistant: operations.changed(assistant, request))


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("ask", "提问，得到每句都注明出处的回答。", shapes.AskRequest, shapes.Answer, _ask),
        Tool("search", "检索案例，最相关的在前。", shapes.SearchRequest, shapes.Hits, _search),
        Tool("get_case", "读一个案例的全文。", shapes.CaseRequest, shapes.Case, _get_case),
        Tool(
            "changes",
            "查案例里写明的时限、环节、材料、跑动和比例：原来多少、现在多少。",
            shapes.ChangesRequest,
            shapes.Changes,
            _changes,
        ),
    )
}


async def called(desk: Desk, name: str, arguments: Object) -> Object:
    """What the tool `name` answers.

    Raises:
        CaseQAError: for an unknown tool, arguments that do not fit, or whatever the tool raised.
    """
    if name not in TOOLS:
        raise InputError(f"没有 {name} 这个工具", hint=f"可用的工具：{'、'.join(TOOLS)}")
    tool = TOOLS[name]
    try:
        request = tool.request.model_validate(arguments)
    except ValidationError as error:
        raise InputError("；".join(invalid(error.errors())), hint="参数见工具的说明") from error
    return await tool.call(desk, request)


def _manager(desk: Desk) -> StreamableHTTPSessionManager:
    """The SDK's side of the tools."""
    import mcp_types
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings

    async def list_tools(_: Any, __: Any) -> mcp_types.ListToolsResult:
        reading = mcp_types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
        return mcp_types.ListToolsResult(
            tools=[
                mcp_types.Tool(
                    name=tool.name,
                    description=tool.description,
                    input_schema=tool.request.model_json_schema(),
                    output_schema=tool.result.model_json_schema(),
                    annotations=reading,
                )
                for tool in TOOLS.values()
            ]
        )

    async def call_tool(_: Any, asked: mcp_types.CallToolRequestParams) -> mcp_types.CallToolResult:
        try:
            result = await called(desk, asked.name, asked.arguments or {})
        except Exception as error:  # noqa: BLE001 - the model that called reads what is wrong
            told = fault_of(error)
            text = str(error) if isinstance(error, CaseQAError) else f"{told.message}。{told.hint}"
            return mcp_types.CallToolResult(
                content=[mcp_types.TextContent(type="text", text=text)], is_error=True
            )
        text = json.dumps(result, ensure_ascii=False)
        return mcp_types.CallToolResult(
            content=[mcp_types.TextContent(type="text", text=text)], structured_content=result
        )

    server: Server[Any] = Server(
        "case-qa",
        title="营商环境案例问答",
        version=version(),
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    return StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        max_request_body_size=LARGEST_BODY,
        # `Guard` has looked at Host and Origin already, and knows more names than the SDK's fixed lists.
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


class Tools:
    """The application of /mcp, made at the first request.

    Args:
        desk: where the tools take their requests.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = anyio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._tasks: TaskGroup | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While this is entered, requests are served; may be entered once."""
        async with anyio.create_task_group() as self._tasks:
            yield
            self._tasks.cancel_scope.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] != "POST":
            raise HTTPException(405)  # without sessions there is no stream to open and nothing to end
        manager = self._manager or await self._made()
        await manager.handle_request(scope, receive, send)

    async def _made(self) -> StreamableHTTPSessionManager:
        async with self._lock:
            if self._manager is None:
                if self._tasks is None:
                    raise RuntimeError("the server was not started")
                manager = await to_thread.run_sync(_manager, self._desk)
                await self._tasks.start(_held, manager)
                self._manager = manager
            return self._manager


async def _held(
    manager: StreamableHTTPSessionManager, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Keep the manager running, in one task as it wants it, until this is cancelled."""
    async with manager.run():
        task_status.started()
        await anyio.sleep_forever()
