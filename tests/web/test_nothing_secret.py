"""A server that is told secrets, and has reason to speak of what they are for: no page, document or log has them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from emulated_aws import provider_configuration
from git_server import GitServer, git_server
from local_live import LocalLive
from patience import until
from playwright.sync_api import Browser, Page
from postgres_server import PostgresServer, postgres_server
from served import SETTLES_SECONDS, Server, newest_run, served_by, settled
from world import World

KEY = "6b" * 32
REMOTE = "hush-remote-8c21"
VALUE = "hush-value-55d0"
PASSWORD = "correct horse battery staple"  # of nobody
MOST_PAGES = 150

UNIT = f"""
variable "declared" {{
  type      = string
  default   = "{VALUE}"
  sensitive = true
}}

resource "terraform_data" "it" {{
  input = {{ password = var.declared, name = "plain-name" }}

  provisioner "local-exec" {{
    command = "echo the password is $PASSWORD; exit 1"
    environment = {{ PASSWORD = var.declared }}
  }}
}}

output "declared" {{
  value     = var.declared
  sensitive = true
}}
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


@pytest.fixture
def live(tmp_path: Path) -> LocalLive:
    world = World(tmp_path)
    world.environment |= {
        "TF_CLI_CONFIG_FILE": str(provider_configuration()),
        "TOWPATH_KEY": KEY,
        "LIVE_TOKEN": REMOTE,
    }
    live = LocalLive(world, {"dev": 1})
    live.unit("dev/app", '"one"')
    world.write({"towpath.yml": "units:\n  terraform: [dev/vault]\n", "dev/vault/main.tf": UNIT})
    world.push("A password")
    return live


@pytest.fixture
def remote(live: LocalLive) -> Iterator[GitServer]:
    with git_server(live.world.folder) as running:
        running.ask_for_basic(token=REMOTE)
        yield running


@pytest.fixture
def server(live: LocalLive, remote: GitServer, postgres: PostgresServer) -> Iterator[Server]:
    database = postgres.url(postgres.new_database(prepared=False), password=postgres.password)
    live.world.environment["LIVE_DATABASE"] = database
    repository = {"name": "live", "url": f"{remote.url}/.git", "token_env": "LIVE_TOKEN", "interval": 5}
    with served_by(live.world, None, {"repositories": [repository], "database_env": "LIVE_DATABASE"}) as running:
        yield running


def pages_of(browser: Browser, server: Server) -> dict[str, str]:
    """Every page that an administrator comes to by following links, with its address."""
    server.person("ada@example.com", "admin")
    server.password("ada@example.com", PASSWORD)
    context = browser.new_context(base_url=server.base)
    page = context.new_page()
    page.goto("/runs")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Runs").wait_for()
    found: dict[str, str] = {}
    ahead = ["/runs", "/settings", "/api/v1/openapi.json"]
    while ahead and len(found) < MOST_PAGES:
        address = ahead.pop(0)
        if address not in found:
            found[address] = _content(page, address)
            ahead += _links(page, server.base)
    context.close()
    return found


def _content(page: Page, address: str) -> str:
    answer = page.request.get(address)
    assert answer.ok, f"{address}: {answer.status}"
    if answer.headers.get("content-type", "").startswith("text/html"):
        page.goto(address)
    return answer.text()


def _links(page: Page, base: str) -> list[str]:
    targets: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => String(link.href))")
    inside = [urlsplit(target) for target in targets if target.startswith(f"{base}/")]
    return [f"{url.path}?{url.query}" if url.query else url.path for url in inside]


def test_secrets_stay_where_they_are_needed(
    server: Server, remote: GitServer, postgres: PostgresServer, browser: Browser
) -> None:
    ada = server.person("robin@example.com", "admin")
    run = newest_run(ada, 0)
    found = settled(ada, run, "halted")
    assert {unit["path"]: unit["status"] for unit in found["units"]}["dev/vault"] == "failed"
    remote.wanted = "Basic of somebody else"
    refused = until(lambda: "remote-refused" in server.log("serve.log"), SETTLES_SECONDS)
    assert refused, server.log("serve.log")
    server.start_worker()
    assert until(lambda: '"worker-entered"' in server.log("worker-0.log"), SETTLES_SECONDS)

    texts = pages_of(browser, server)
    assert any(address.startswith(f"/runs/{run}/log/") for address in texts), sorted(texts)
    assert any("plain-name" in text for text in texts.values()), "the plan is shown"
    for path in ("runs", f"runs/{run}", f"runs/{run}/events", "repositories", "units", "estate", "audit", "settings"):
        texts[path] = str(ada.get(f"/{path}"))
    texts["/metrics"] = httpx.get(f"{server.base}/metrics").text

    postgres.stop()
    # What a server says of a database that is gone has its address, perhaps.
    lost = until(lambda: httpx.get(f"{server.base}/readyz").status_code == 503, SETTLES_SECONDS)
    assert lost, server.log("serve.log")
    texts["/readyz"] = httpx.get(f"{server.base}/readyz").text
    with contextlib.suppress(httpx.TransportError):
        texts["/runs of a stranger"] = httpx.get(f"{server.base}/runs", timeout=60).text
    server.stop()
    texts |= {name: server.log(name) for name in ("serve.log", "worker-0.log")}
    secrets = (postgres.password, REMOTE, VALUE, KEY, PASSWORD)
    told = {where: secret for where, text in texts.items() for secret in secrets if secret in text}
    assert not told
