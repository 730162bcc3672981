"""The guard before an application that answers everything: what it passes on, and what it refuses."""

import asyncio
import socket
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from reglab.live.page import guard
from reglab.live.page.guard import LARGEST_BODY, Guard, is_loopback, make_token

TOKEN = "1234-secret"
HOST = "127.0.0.1:8642"
COOKIE = f"reglab_token_8642={TOKEN}"
_TOO_EARLY = "reglab: open the address that reglab live printed; it ends with a token, ?token=…\n"


@dataclass
class Answer:
    """What came back.

    Attributes:
        status: of HTTP; 101 for a websocket that was accepted, 403 for one that was refused.
        headers: of the answer.
        text: its body.
        received: the messages that reached the application; empty if it was not called.
    """

    status: int
    headers: dict[str, str]
    text: str
    received: list[MutableMapping[str, Any]]


def ask(
    kind: str = "http",
    path: str = "/",
    query: str = "",
    parts: Sequence[bytes] = (b"",),
    listens: str = "127.0.0.1",
    token: str | None = None,
    **headers: str | None,
) -> Answer:
    """Sends one request; a header that is None is omitted, `content_length` is `Content-Length`."""
    received: list[MutableMapping[str, Any]] = []
    sent: list[MutableMapping[str, Any]] = []
    waiting: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    if kind == "http":
        waiting = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        waiting[-1]["more_body"] = False

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        received.append(await receive())
        while received[-1].get("more_body"):
            received.append(await receive())
        if kind == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"page"})

    given = {"host": HOST, **headers}
    pairs = [
        (name.replace("_", "-").encode(), value.encode())
        for name, value in given.items()
        if value is not None
    ]
    scope = {"type": kind, "path": path, "query_string": query.encode(), "headers": pairs}
    asyncio.run(Guard(application, listens, 8642, token)(scope, receive, send))
    first = sent[0]
    if kind == "websocket":
        status = {"websocket.accept": 101, "websocket.close": 403}[first["type"]]
        return Answer(status, {}, "", received)
    names = {name.decode(): value.decode() for name, value in first["headers"]}
    return Answer(first["status"], names, sent[1]["body"].decode(), received)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", [HOST, "localhost:8642", "LocalHost:8642", "[::1]:8642"])
def test_the_server_is_known_by_the_names_of_this_machine(kind: str, host: str) -> None:
    """The request reaches the application, also if its origin is the page under the same name."""
    for origin in (None, f"http://{host}", f"https://{host}"):
        answer = ask(kind, host=host, origin=origin)
        assert (answer.status, len(answer.received)) == ({"http": 200, "websocket": 101}[kind], 1)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example:8642",
        "127.0.0.1.evil.example:8642",
        "localhost.evil.example:8642",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:8643",
        "0.0.0.0:8642",
        "192.168.1.2:8642",
        "user@127.0.0.1:8642",
        "evil.example:8642#@127.0.0.1:8642",
    ],
)
def test_a_foreign_host_is_refused(kind: str, host: str | None) -> None:
    """A name of somebody else that points to this machine reaches nothing."""
    answer = ask(kind, host=host)
    assert (answer.status, answer.received) == (403, [])
    if kind == "http":
        assert answer.text == f"reglab: this server is not {host or ''!r}\n"


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "file://",
        "http://evil.example",
        "http://127.0.0.1:8643",
        "http://127.0.0.1",
        "http://localhost:8642",
        f"http://{HOST}.evil.example",
        f"http://{HOST}@evil.example",
    ],
)
def test_a_foreign_origin_is_refused(kind: str, origin: str) -> None:
    """Another page in the browser of the user reaches nothing."""
    answer = ask(kind, origin=origin)
    assert (answer.status, answer.received) == (403, [])
    if kind == "http":
        assert answer.text == f"reglab: requests from {origin!r} are not answered\n"


@pytest.mark.parametrize(
    ("name", "value"), [("host", "127.0.0.1:x"), ("host", "[::1:8642"), ("content_length", "x")]
)
def test_headers_that_cannot_be_read_are_refused(name: str, value: str) -> None:
    """The status is 400."""
    headers: dict[str, Any] = {name: value}
    answer = ask(**headers)
    assert (answer.status, answer.text, answer.received) == (400, "reglab: the headers cannot be read\n", [])


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "cookie",
    [None, "", "reglab_token_8642", f"{COOKIE}x", "reglab_token_8642=", f"reglab_token_8643={TOKEN}"],
)
def test_without_the_token_nothing_is_answered(kind: str, cookie: str | None) -> None:
    """The answer says which address to open; the cookie of a page on another port is no token."""
    answer = ask(kind, listens="0.0.0.0", token=TOKEN, cookie=cookie)
    assert (answer.status, answer.received) == (403, [])
    if kind == "http":
        assert answer.text == _TOO_EARLY


@pytest.mark.parametrize("query", ["token=wrong", "token=", f"Token={TOKEN}", f"token={TOKEN}x", "token=%ff"])
def test_a_wrong_token_is_refused(query: str) -> None:
    """There is no cookie for it."""
    answer = ask(query=query, token=TOKEN)
    assert (answer.status, answer.text, answer.received) == (403, _TOO_EARLY, [])
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("query", "location"), [("", "/"), ("&a=1&b=%2F%0D%0A", "/?a=1&b=%2F%0D%0A")])
def test_the_token_becomes_a_cookie(query: str, location: str) -> None:
    """Scripts cannot read it; the browser is sent to the page, whatever the path. A websocket needs it."""
    answer = ask(path="//evil.example", query=f"token={TOKEN}{query}", token=TOKEN)
    assert (answer.status, answer.text, answer.received) == (303, "", [])
    assert answer.headers == {
        "location": location,
        "set-cookie": f"{COOKIE}; Path=/; HttpOnly; SameSite=Lax",
    }
    assert ask("websocket", query=f"token={TOKEN}", token=TOKEN).status == 403


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("before", ["", "a=b; ", 'a={"b": [1, 2]}; ', "x y; =; ;", "reglab_token_8643=x; "])
def test_the_cookie_opens_the_page(kind: str, before: str) -> None:
    """Also beside malformed cookies, which other servers on the same host may have set."""
    answer = ask(kind, listens="0.0.0.0", token=TOKEN, cookie=f"{before}{COOKIE}; z=1")
    assert (answer.status, len(answer.received)) == ({"http": 200, "websocket": 101}[kind], 1)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("192.168.1.2:8642", 200),
        ("[fe80::1]:8642", 200),
        (f"{socket.gethostname()}:8642", 200),
        ("192.168.1.2:8643", 403),
        ("evil.example:8642", 403),
        ("0x7f.1:8642", 403),
    ],
)
def test_a_page_for_other_machines_is_known_by_addresses(host: str, status: int) -> None:
    """And by the name of this machine; a foreign name is refused although the cookie is right."""
    assert ask(listens="0.0.0.0", token=TOKEN, cookie=COOKIE, host=host).status == status


def test_a_body_that_says_that_it_is_too_large_is_refused() -> None:
    """The largest snapshot passes."""
    answer = ask(content_length=str(LARGEST_BODY + 1))
    assert (answer.status, answer.text) == (413, "reglab: expected at most 257 MB\n")
    assert answer.received == []
    assert ask(content_length=str(LARGEST_BODY)).status == 200


def test_a_body_without_a_length_ends_where_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application gets the end of the connection instead of more than is allowed."""
    monkeypatch.setattr(guard, "LARGEST_BODY", 10)
    fits, too_large = ask(parts=[b"12345"] * 2), ask(parts=[b"12345"] * 4)
    assert [message.get("body") for message in fits.received] == [b"12345", b"12345"]
    assert [message["type"] for message in too_large.received] == ["http.request"] * 2 + ["http.disconnect"]


@pytest.mark.parametrize("path", ["/a\0b", "/" + 250 * "a", "/" + 125 * "é"])
def test_a_path_that_no_file_can_have_is_refused(path: str) -> None:
    """Shorter ones pass."""
    answer = ask(path=path)
    assert (answer.status, answer.text, answer.received) == (400, "reglab: there is no such path\n", [])
    assert ask(path=path[:-1].replace("\0", "")).status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_a_page_for_this_machine_needs_no_token(host: str) -> None:
    """The address is a loopback address."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "a.example", "localhost.evil.example", ""])
def test_a_page_for_other_machines_needs_a_token(host: str) -> None:
    """All other addresses, and all names but `localhost`."""
    assert not is_loopback(host)


def test_tokens_cannot_be_guessed() -> None:
    """Each is another one, of 24 random bytes."""
    tokens = {make_token() for _ in range(100)}
    assert (len(tokens), {len(token) for token in tokens}) == (100, {32})
