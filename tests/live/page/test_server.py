"""The server of the page, as other programs and other pages in a browser see it."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reglab.live.page.guard import LARGEST_BODY
from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import Server

pytestmark = pytest.mark.slow
_SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport="
_TARGETS = ("/", "/_nicegui/{version}/static/nicegui.js", f"{_SOCKET}polling", f"{_SOCKET}websocket")
_HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
_SECRET = "not for the browser"
_CLIMBS = (
    "../" * 15 + "{secret}",
    "..%2f" * 15 + "{secret}",
    "%2e%2e/" * 15 + "{secret}",
    "%2e%2e%2f" * 15 + "{secret}",
    "..\\" * 15 + "{secret}",
    "..%5c" * 15 + "{secret}",
    "/{secret}",
    "%2f{secret}",
    "{secret}%00",
    "%00",
    "a" * 300,
)
_KEPT = re.compile(r"results/live/[0-9a-f-]{22}/pictures/[0-9a-f]{16}")
_REFUSED = re.compile(
    r"results/live/[0-9a-f-]{22}/uploaded-[0-9a-f]{8}\.snapshot\.npz is not a snapshot of reglab: .*"
)
_SEND_FILE = """
const [box, name, content, done] = arguments;
const data = new FormData();
data.append('file', new File([content], name));
const url = getElement(parseInt(box.id.slice(1))).url;
fetch(url, {method: 'POST', body: data}).then(answer => done(answer.status));
"""


class Answer(NamedTuple):
    """What a server has answered."""

    status: int
    headers: Mapping[str, str]
    text: str


def ask(server: Server, target: str = "/", method: str = "GET", **headers: str | None) -> Answer:
    """Sends a request as a program may do; a header that is None is omitted."""
    given = {"host": f"127.0.0.1:{server.port}", **headers}
    if "transport=websocket" in target:
        given |= _HANDSHAKE
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if value is not None:
                connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        text = "" if answer.status == 101 else answer.read().decode(errors="replace")
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)
    finally:
        connection.close()


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server]) -> Server:
    """A server for this machine, on which nothing trains."""
    return serve()


@pytest.fixture(scope="module")
def shared(serve: Callable[..., Server]) -> Server:
    """A server for other machines."""
    return serve("--host", "0.0.0.0")


@pytest.fixture(scope="module")
def addresses(server: Server) -> list[str]:
    """The files that the page loads."""
    return sorted(set(re.findall(r"/_nicegui/[^\"' )]+\.(?:m?js|css)", ask(server).text)))


@pytest.fixture(scope="module")
def targets(addresses: list[str]) -> list[str]:
    """The page, one of its files, and both ways to the socket."""
    version = addresses[0].split("/")[2]
    return [target.format(version=version) for target in _TARGETS]


def test_the_page_and_its_files_are_served(server: Server, targets: list[str]) -> None:
    """To a client that names this server, without or with the origin of the page."""
    url = f"http://127.0.0.1:{server.port}"
    for origin in (None, url):
        assert [ask(server, target, origin=origin).status for target in targets] == [200, 200, 200, 101]
    assert "<title>reglab live</title>" in ask(server).text


@pytest.mark.parametrize(
    "headers",
    [
        {"host": None},
        {"host": "evil.example:{port}"},
        {"host": "127.0.0.1"},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:{port}"},
    ],
)
def test_requests_of_others_are_refused(
    server: Server, targets: list[str], headers: dict[str, str | None]
) -> None:
    """The page, its files and the socket answer 403 to a foreign host, no host, or a foreign origin."""
    sent: dict[str, Any] = {name: value and value.format(port=server.port) for name, value in headers.items()}
    assert {ask(server, target, **sent).status for target in targets} == {403}


def test_a_page_for_other_machines_needs_its_token(shared: Server, targets: list[str]) -> None:
    """Nothing is answered without it; with its cookie, everything but foreign requests."""
    token = shared.url.partition("?token=")[2]
    assert len(token) == 32
    for cookie in (None, f"reglab_token_{shared.port}=wrong"):
        assert {ask(shared, target, cookie=cookie).status for target in targets} == {403}
    assert ask(shared, "/?token=wrong").status == 403
    assert ask(shared, f"{_SOCKET}websocket&token={token}").status == 403
    greeting = ask(shared, f"/?token={token}")
    assert (greeting.status, greeting.headers["location"]) == (303, "/")
    cookie = greeting.headers["set-cookie"].partition(";")[0]
    assert cookie == f"reglab_token_{shared.port}={token}"
    assert [ask(shared, target, cookie=cookie).status for target in targets] == [200, 200, 200, 101]
    for foreign in ({"host": f"evil.example:{shared.port}"}, {"origin": "http://evil.example"}):
        assert {ask(shared, target, cookie=cookie, **foreign).status for target in targets} == {403}


def test_a_link_on_another_page_opens_the_page(shared: Server, browse: Callable[..., Page]) -> None:
    """As in a message with the address; a browser sends some cookies only if its user comes from the page."""
    token = shared.url.partition("?token=")[2]
    page = browse(f"data:text/html,<a href='http://127.0.0.1:{shared.port}/?token={token}'>open</a>")
    page.driver.find_element("css selector", "a").click()
    assert "Choose" in page.find("welcome").text
    assert page.driver.current_url == f"http://127.0.0.1:{shared.port}/"


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    """Before it is sent."""
    answer = ask(server, method="POST", content_length=str(LARGEST_BODY + 1))
    assert (answer.status, answer.text) == (413, "reglab: expected at most 257 MB\n")


def test_paths_do_not_lead_out_of_the_files_of_the_page(server: Server, addresses: list[str]) -> None:
    """Every folder of the server is climbed out of, in all spellings; there is no error on the terminal."""
    secret = server.folder / "secret.txt"
    secret.write_text(_SECRET)
    assert {ask(server, address).status for address in addresses} == {200}
    folders = {address.rpartition("/")[0] for address in addresses}
    folders |= {folder.rpartition("/")[0] for folder in folders}
    folders |= {"", "/_nicegui/auto/static", "/_nicegui/auto/media"}
    assert len(folders) > 10
    for folder in folders:
        for climb in _CLIMBS:
            target = f"{folder}/{climb.format(secret=str(secret)[1:])}"
            answer = ask(server, target)
            is_page = answer.status == 200 and "<title>reglab live</title>" in answer.text
            assert is_page or answer.status in (400, 403, 404), (target, answer)
            assert _SECRET not in answer.text
    assert "Traceback" not in server.read()


def test_names_of_uploaded_files_are_not_paths(
    server: Server, browse: Callable[..., Page], tmp_path: Path
) -> None:
    """What is kept gets a name of our own, in the folder of the page; a snapshot that is refused is not."""
    page = browse(server.url)
    before = _list_files(server)
    names = ("../../../evil", f"{tmp_path}/evil", "..\\evil", "%2e%2e%2fevil", "evil\0.npz")
    page.open_tab("picture")
    for name in names:
        known = _list_files(server)
        status = page.driver.execute_async_script(_SEND_FILE, page.find("upload-picture"), name, "a picture")
        assert status == 200
        wait_for(partial(_has_grown, server, known), f"{name} is not kept")
    kept = _list_files(server) - before
    assert all(_KEPT.fullmatch(path) for path in kept), kept
    assert len(kept) == len(names)
    page.open_tab("files")
    for name in names:
        status = page.driver.execute_async_script(
            _SEND_FILE, page.find("upload-snapshot"), name, "PK, as an archive begins"
        )
        assert status == 200
        wait_for(lambda: any(_REFUSED.fullmatch(note) for note in page.notes()), lambda: str(page.notes()))
        page.dismiss()
    assert _list_files(server) - before == kept
    assert not any((parent / "evil").exists() for parent in (tmp_path, *server.folder.parents))


def _list_files(server: Server) -> set[str]:
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(server.folder)) for path in files if not path.name.startswith(".tmp-")}


def _has_grown(server: Server, before: set[str]) -> bool:
    return bool(_list_files(server) - before)
