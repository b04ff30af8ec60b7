"""Nobody gets in whose Host, Origin or credentials are not right."""

import asyncio

import pytest
from starlette.routing import Route, WebSocketRoute
from tests.server.fakes import CATALOG, FakeAgent, Server, browser, create, until
from websockets.exceptions import InvalidStatus

from lantern.server.app import create_app
from lantern.server.roles import Principal, may
from lantern.server.settings import Settings, refusal_to_start

pytestmark = pytest.mark.asyncio

HOSTILE_HOSTS = [
    "attacker.example",
    "127.attacker.example",
    "127.0.0.1.attacker.example",
    "localhost.attacker.example",
    "localhost.",
    "localhost@attacker.example",
    "attacker.example:80",
    "0.0.0.0",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "10.0.0.1",
    "[::2]",
    "[::1",
    "localhost:port",
    "localhost/",
    "localhost?",
    "",
]


def hostile_origins(own: str) -> list[str]:
    port = own.rsplit(":", 1)[1]
    return [
        "null",
        "",
        "http://attacker.example",
        f"http://attacker.example:{port}",
        f"https://127.0.0.1:{port}",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        f"http://localhost:{port}",
        f"http://127.0.0.1.attacker.example:{port}",
        f"http://127.attacker.example:{port}",
        f"http://127.0.0.1:{port}.attacker.example",
        f"http://127.0.0.1:{port}@attacker.example",
        f"http://127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}#",
        f"HTTP://127.0.0.1:{port}",
        f"ws://127.0.0.1:{port}",
        f"//127.0.0.1:{port}",
        f"127.0.0.1:{port}",
        "file://",
        "chrome-extension://abcdefgh",
        f"http://127.0.0.1:{port}, http://attacker.example",
        f"http://[::1]:{port}",
    ]


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
async def test_names_that_are_not_ours_are_turned_away(shared, host):
    async with shared.client() as client:
        answer = await client.get("/healthz", headers={"Host": host})
        assert answer.status_code in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST:9", "[::1]:80", "127.9.9.9"])
async def test_names_of_this_machine_are_let_in(shared, host):
    async with shared.client() as client:
        assert (await client.get("/healthz", headers={"Host": host})).status_code == 200


async def test_other_sites_can_neither_write_nor_listen(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client)
        origins = hostile_origins(server.url)
        assert len(origins) >= 20
        for origin in origins:
            for method, path in (("POST", "/api/v1/sessions"), ("DELETE", "/api/v1/sessions/x")):
                answer = await client.request(method, path, headers={"Origin": origin}, json={})
                assert answer.status_code == 403, origin
            with pytest.raises(InvalidStatus) as refused:
                async with server.socket(f"/sessions/{made['id']}/live", origin=origin):
                    pass
            assert refused.value.response.status_code == 403, origin
        with pytest.raises(InvalidStatus):
            async with server.socket(f"/sessions/{made['id']}/live", origin=None):
                pass
        ours = {"Origin": server.url}
        path = f"/api/v1/sessions/{made['id']}/commands"
        answer = await client.post(path, headers=ours, json={"type": "pause"})
        assert answer.status_code == 200


async def test_a_form_of_another_site_without_an_origin_is_refused_too(shared):
    async with shared.client() as client:
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert (await client.post("/api/v1/sessions", headers=headers)).status_code == 403
        answer = await client.post(
            "/api/v1/sessions", content=b"{}", headers={"Content-Type": "text/plain"}
        )
        assert answer.status_code == 422


async def test_every_answer_carries_the_security_headers(shared):
    async with shared.client() as client:
        for path in ("/", "/docs", "/healthz", "/api/v1/catalog", "/nothing.js"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert "server" not in headers
            assert not [name for name in headers if name.startswith("access-control")]


async def test_links_take_their_own_tokens_only(server):
    for path in ("/links/agent", "/links/worker"):
        for token in (None, "wrong", "a.1.b", "..", "x" * 5000):
            headers = (
                {}
                if token is None
                else {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
            )
            with pytest.raises(InvalidStatus) as refused:
                async with server.socket(path, headers=headers):
                    pass
            assert refused.value.response.status_code == 401


def routes_of(app) -> list[tuple[str, str]]:
    paths = app.app.app.openapi()["paths"].items()
    found = [(verb.upper(), path) for path, item in paths for verb in item]
    for route in app.app.app.routes:
        if isinstance(route, Route):
            found += [(method, route.path) for method in route.methods or ()]
        elif isinstance(route, WebSocketRoute):
            found.append(("WEBSOCKET", route.path))
    return found


OPEN = {
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/login"),
    ("GET", "/login/docs.css"),
    ("GET", "/login/login.js"),
    ("GET", "/api/v1/login"),
    ("POST", "/api/v1/login"),
    ("DELETE", "/api/v1/login"),
}


async def test_every_route_asks_for_credentials_where_there_is_a_password(tmp_path):
    with Server(tmp_path, password="open sesame") as server:
        routes = routes_of(server.app)
        assert len(routes) > 30
        sockets = 0
        async with server.client() as client:
            for method, pattern in routes:
                path = pattern.replace("{path:path}", "x").replace("{session}", "x")
                path = path.replace("{name}", "x").replace("{invite}", "x")
                if method == "WEBSOCKET":
                    sockets += 1
                    with pytest.raises(InvalidStatus) as refused:
                        async with server.socket(path.removeprefix("/api/v1")):
                            pass
                    assert refused.value.response.status_code == 401, path
                elif (method.replace("HEAD", "GET"), path) not in OPEN:
                    status = (await client.request(method, path)).status_code
                    assert status == 401, (method, path)
        assert sockets == 3


async def test_signing_in_by_password_cookie_and_token(tmp_path):
    with Server(tmp_path, password="open sesame", token="t" * 40) as server:
        server.services.catalog.update(CATALOG)
        async with server.client(headers={"Origin": server.url}) as client:
            wrong = await client.post("/api/v1/login", json={"password": "sesame"})
            assert (wrong.status_code, wrong.json()["field"]) == (401, "password")
            right = await client.post("/api/v1/login", json={"password": "open sesame"})
            assert right.json()["role"] == "admin"
            cookie = right.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            assert (await client.get("/api/v1/sessions")).status_code == 200
            assert (await client.delete("/api/v1/login")).status_code == 204
            assert (await client.get("/api/v1/sessions")).status_code == 401
            for token in (right.json()["token"], "wrong"):
                headers = {"Authorization": f"Bearer {token}"}
                answer = await client.get("/api/v1/sessions", headers=headers)
                assert answer.status_code == 401  # signed out
        async with server.client(headers={"Authorization": f"Bearer {'t' * 40}"}) as script:
            assert (await script.get("/api/v1/sessions")).status_code == 200
            assert b"lantern_rejected_total" in (await script.get("/metrics")).content


async def test_guessing_is_slowed_down(tmp_path):
    with Server(tmp_path, password="open sesame") as server:
        async with server.client() as client:
            answers = [
                (await client.post("/api/v1/login", json={"password": "x"})).status_code
                for _ in range(12)
            ]
            assert answers.count(401) == 10
            assert answers[-1] == 429


async def test_an_invited_viewer_looks_and_changes_nothing(tmp_path):
    with Server(tmp_path, password="open sesame") as server:
        async with FakeAgent(server), server.client() as admin, server.client() as guest:
            token = (await admin.post("/api/v1/login", json={"password": "open sesame"})).json()[
                "token"
            ]
            admin.headers["Authorization"] = f"Bearer {token}"
            admin.cookies.clear()
            made = await create(admin)
            invite = (await admin.post("/api/v1/invites", json={"role": "viewer"})).json()
            secret = invite["path"].partition("=")[2]
            login = await guest.post("/api/v1/login", json={"invite": secret})
            assert login.json()["role"] == "viewer"
            guest.cookies.clear()
            guest.headers["Authorization"] = f"Bearer {login.json()['token']}"
            path = f"/api/v1/sessions/{made['id']}"
            assert (await guest.get(path)).status_code == 200
            for method, where, body in (
                ("POST", f"{path}/commands", {"type": "pause"}),
                ("DELETE", path, None),
                ("POST", f"{path}/fork", {"step": 0}),
                ("POST", "/api/v1/invites", {"role": "viewer"}),
                ("GET", "/metrics", None),
            ):
                answer = await guest.request(method, where, json=body)
                assert answer.status_code == 403, where
            await admin.delete(f"/api/v1/invites/{invite['id']}")
            assert (await guest.get(path)).status_code == 401
            assert (await guest.post("/api/v1/login", json={"invite": secret})).status_code == 401


async def test_an_open_page_is_closed_when_its_login_ends(tmp_path):
    with Server(tmp_path, password="open sesame") as server:
        async with FakeAgent(server), server.client() as admin, server.client() as guest:
            tokens = []
            for _ in range(2):
                answer = await admin.post("/api/v1/login", json={"password": "open sesame"})
                tokens.append(answer.json()["token"])
                admin.cookies.clear()
            admin.headers["Authorization"] = f"Bearer {tokens[0]}"
            made = await create(admin)
            invite = (await admin.post("/api/v1/invites", json={"role": "viewer"})).json()
            body = {"invite": invite["path"].partition("=")[2]}
            guest_token = (await guest.post("/api/v1/login", json=body)).json()["token"]
            async with (
                browser(server, made["id"], token=tokens[0]) as stays,
                browser(server, made["id"], token=tokens[1]) as leaves,
                browser(server, made["id"], token=guest_token) as invited,
            ):
                await until(lambda: stays.raw and leaves.raw and invited.raw)
                await admin.delete(f"/api/v1/invites/{invite['id']}")
                await asyncio.wait_for(invited.socket.wait_closed(), 1)
                headers = {"Authorization": f"Bearer {tokens[1]}"}
                assert (await admin.delete("/api/v1/login", headers=headers)).status_code == 204
                await asyncio.wait_for(leaves.socket.wait_closed(), 1)
                assert invited.socket.close_code == leaves.socket.close_code == 4401
                await until(lambda: stays.last("viewers").get("count") == 1)
                assert stays.socket.close_code is None


async def test_the_capability_table():
    student, other = Principal("s1", "student"), "s2"
    assert may(student, "command", owner="s1")
    assert not may(student, "command", owner=other)
    assert may(student, "look", owner=other)
    assert may(Principal("l", "lecturer"), "command", owner=other)
    assert not may(Principal("l", "lecturer"), "administer")
    assert not may(Principal("v", "viewer"), "command", owner="v")


async def test_other_machines_are_let_in_with_a_password_only(tmp_path):
    with pytest.raises(ValueError, match="LANTERN_PASSWORD"):
        create_app(Settings(host="0.0.0.0", home=tmp_path))
    assert refusal_to_start(Settings(host="::1", home=tmp_path)) is None
    assert refusal_to_start(Settings(host="0.0.0.0", home=tmp_path, password="x")) is None


async def test_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path):
    with Server(tmp_path) as first:
        token = first.agent_token
    with Server(tmp_path) as second:
        assert second.agent_token == token
        assert (tmp_path / "secrets" / "agent-token").stat().st_mode & 0o777 == 0o600


async def test_two_host_headers_are_refused(server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.settings.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: attacker.example\r\n\r\n")
    status = await reader.readline()
    assert b"421" in status or b"400" in status
    writer.close()
    async with server.client() as client:
        assert (await client.get("/healthz")).status_code == 200
