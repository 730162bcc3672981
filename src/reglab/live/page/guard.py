"""Refuses requests that do not come from the page itself."""

import hmac
import ipaddress
import secrets
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY = 2**28 + 2**20
"""Bytes of a request; an uploaded snapshot and its envelope."""
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_LONGEST_PATH = 250
"""Bytes; a file system may refuse longer names."""


class _RefusedError(Exception):
    """A request is not answered, with a status of HTTP and the reason in words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def is_loopback(host: str) -> bool:
    """Whether an address or name is of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Checks the requests for an application, over HTTP and websockets.

    - A request must name this server as its host, so that a foreign name that points to this machine (DNS
      rebinding) reaches nothing.
    - Its origin, if the browser sends one, must be the page of this server.
    - If the page can be reached from other machines, the first request must have the token in its address.
      The browser then has it in a cookie that scripts cannot read, and that other sites can send only with
      a link to the page.
    - A path must be one that a file system can have.
    - A body must not be larger than a snapshot may be.

    Args:
        application: gets the requests that pass.
        host: to which the server listens.
        port: to which the server listens.
        token: expected; None for a page that only this machine can reach.
    """

    def __init__(self, application: Application, host: str, port: int, token: str | None) -> None:
        self._application = application
        self._port = port
        self._token = token
        # Cookies are shared by all servers of a host.
        self._cookie = f"reglab_token_{port}"
        self._names = {*_LOOPBACK_NAMES, host.lower()}
        self._allows_addresses = not is_loopback(host)
        if self._allows_addresses:
            self._names |= {socket.gethostname().lower(), socket.getfqdn().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        try:
            pairs = ((key.decode("latin-1"), value.decode("latin-1")) for key, value in scope["headers"])
            headers = {key.lower(): value for key, value in pairs}
            self._check_names(headers)
            if self._token is not None and not self._has_cookie(headers):
                await self._greet(scope, send)
                return
            if "\0" in scope["path"] or len(scope["path"].encode(errors="replace")) > _LONGEST_PATH:
                raise _RefusedError(400, "there is no such path")
            if int(headers.get("content-length") or 0) > LARGEST_BODY:
                raise _RefusedError(413, f"expected at most {LARGEST_BODY // 2**20} MB")
        except _RefusedError as refusal:
            await _refuse(scope, receive, send, refusal)
            return
        except ValueError:
            await _refuse(scope, receive, send, _RefusedError(400, "the headers cannot be read"))
            return
        await self._application(scope, _Limited(receive), send)

    def _check_names(self, headers: MutableMapping[str, str]) -> None:
        host = headers.get("host", "")
        if not self._is_known(urlsplit(f"//{host}")):
            raise _RefusedError(403, f"this server is not {host!r}")
        origin = headers.get("origin")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            raise _RefusedError(403, f"requests from {origin!r} are not answered")

    def _is_known(self, host: Any) -> bool:
        name = host.hostname or ""
        if (host.port or 80) != self._port or host.username is not None:
            return False
        if name in self._names or f"[{name}]" in self._names:
            return True
        if not self._allows_addresses:
            return False
        try:
            # A foreign name is never a number.
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _has_cookie(self, headers: MutableMapping[str, str]) -> bool:
        # Not `SimpleCookie`, which reads none of them if one of another server is malformed.
        pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
        return any(name == self._cookie and self._is_token(value) for name, _, value in pairs)

    def _is_token(self, value: str) -> bool:
        assert self._token is not None
        return hmac.compare_digest(value.encode(), self._token.encode())

    async def _greet(self, scope: Scope, send: Send) -> None:
        """Answers an address with the token by a cookie and the same address without the token."""
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if scope["type"] != "http" or not any(self._is_token(value) for value in query.pop("token", [])):
            raise _RefusedError(
                403, "open the address that reglab live printed; it ends with a token, ?token=…"
            )
        rest = urlencode(query, doseq=True)
        # Only the page itself, so that no path of the request gets into the header.
        location = "/" + (f"?{rest}" if rest else "")
        # Not `Strict`: a browser that follows a link in a message would not send it after the redirection.
        cookie = f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Lax"
        headers = [(b"location", location.encode()), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


class _Limited:
    """Receives a body until it is too large, whatever its header says."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0

    async def __call__(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > LARGEST_BODY:
                return {"type": "http.disconnect"}
        return message


def make_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(24)


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: _RefusedError) -> None:
    if scope["type"] == "websocket":
        await receive()
        # Before it is accepted, the server answers with 403.
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.reason[:100]})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": f"reglab: {refusal.reason}\n".encode()})
