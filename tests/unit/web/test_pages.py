"""Every page over a made-up estate: what it says, to whom, and that nothing of a repository steers it."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from made_up import MadeUp, made_up_services
from made_up_story import DATABASE, HALTED, PLANNED, RUNNING, WAITING, made_up_estate
from poisoned import EVIL, poisoned
from web_visits import ADA, FORM_KEY, GRACE, VICTOR, KnownByName, person

from towpath.model.events import Event, EventKind
from towpath.model.people import Grant, Role
from towpath.model.runs import RunStatus
from towpath.web import create_app
from towpath.web.headers import CONTENT_SECURITY_POLICY

HTML = {"accept": "text/html"}
UNIT = f"/runs/{WAITING}/units/{DATABASE}"
PAGES = [
    "/runs",
    "/runs?status=halted&author=ada@example.com&text=queue&repository=infrastructure-live",
    f"/runs/{WAITING}",
    f"/runs/{WAITING}/parts",
    f"/runs/{WAITING}/parts/{DATABASE}",
    f"/runs/{WAITING}/approve?gate=gate-prod",
    f"/runs/{WAITING}/cancel",
    UNIT,
    f"/runs/{WAITING}/log/{DATABASE}",
    "/graph",
    "/estate",
    f"/units/{DATABASE}?repository=infrastructure-live",
    "/audit",
    "/settings",
]


@pytest.fixture
def estate() -> MadeUp:
    return made_up_estate(70)


@pytest.fixture
def app(estate: MadeUp) -> FastAPI:
    return create_app(made_up_services(estate))


def visitor(app: FastAPI, name: str) -> TestClient:
    cookies = {"name": name} if name else {}
    return TestClient(app, cookies=cookies, headers=HTML, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def grace(app: FastAPI) -> TestClient:
    return visitor(app, "grace")


class _Reader(HTMLParser):
    """Collects what could run or load something, every id, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script":
            self.scripts.append(given.get("src") or "inline")
            self._in_script = True
        if tag in ("style", "iframe", "object", "embed", "base", "img"):
            self.faults.append(f"<{tag}>")
        self.faults += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        target = given.get("href") or given.get("src") or ""
        if target and not target.startswith(("/", "#", "?")):
            self.faults.append(f"{tag} to {target}")
        if "id" in given:
            self.ids.append(given["id"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.faults.append("a script in the page")
        self.text += data


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_with_strict_headers_and_nothing_inline(grace: TestClient, path: str) -> None:
    answer = grace.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["cache-control"] == "no-store"
    if answer.headers["content-type"].startswith("text/html"):
        reader = read(answer.text)
        assert not reader.faults
        assert "inline" not in reader.scripts
        assert len(reader.ids) == len(set(reader.ids))


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_sees_no_page(app: FastAPI, path: str) -> None:
    answer = visitor(app, "").get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")
    assert answer.text == ""


@pytest.mark.parametrize("path", PAGES[2:])
def test_who_has_no_role_is_told_the_same_as_of_what_is_not_there(estate: MadeUp, path: str) -> None:
    nobody = person("nora", None)
    client = visitor(create_app(made_up_services(estate, KnownByName([nobody]))), "nora")
    missing = client.get("/runs/nowhere")
    answer = client.get(path)
    if path == "/settings":
        assert "towpath.yml" not in answer.text
        return
    assert answer.status_code == 404
    assert _main(answer.text) == _main(missing.text)


def _main(html: str) -> str:
    return html.partition("<main")[2]


def test_who_has_no_role_sees_an_empty_list(estate: MadeUp) -> None:
    client = visitor(create_app(made_up_services(estate, KnownByName([person("nora", None)]))), "nora")
    assert "orders" not in client.get("/runs").text


def test_plans_and_logs_are_for_those_who_may_see_the_unit(estate: MadeUp) -> None:
    developer = person("dora", None)
    grants = [Grant(Role.VIEWER, people=("dora@example.com",), environments=("dev",))]
    client = visitor(create_app(made_up_services(estate, KnownByName([developer], grants))), "dora")
    run = client.get(f"/runs/{WAITING}")
    assert run.status_code == 200
    assert f'href="/runs/{WAITING}/units/dev/eu-west-1/orders/api"' in run.text
    assert f'href="/runs/{WAITING}/units/{DATABASE}"' not in run.text
    for path in (UNIT, f"/runs/{WAITING}/log/{DATABASE}", f"/runs/{WAITING}/parts/{DATABASE}"):
        assert client.get(path).status_code == 404
    assert client.get(f"/runs/{WAITING}/units/dev/eu-west-1/orders/api").status_code == 200
    assert client.get("/audit").status_code == 404


def test_runs_are_filtered_and_paged(grace: TestClient) -> None:
    halted = grace.get("/runs?status=halted").text
    assert "Give payments a queue" in halted
    assert "Keep backups" not in halted
    assert "Keep backups" in grace.get("/runs?text=KEEP+backups").text
    assert "No run fits" in grace.get("/runs?author=nobody@example.com").text
    first = grace.get("/runs?repository=infrastructure-live")
    following = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = grace.get(following)
    assert "repository=infrastructure-live" in following
    assert not set(_runs_in(first.text)) & set(_runs_in(second.text))
    assert len(_runs_in(first.text)) == 50


def _runs_in(html: str) -> list[str]:
    return [one.partition('"')[0] for one in html.split('id="run-')[1:]]


@pytest.mark.parametrize("query", ["status=broken", "before=-1", "before=x", "text=" + "x" * 300])
def test_a_filter_that_makes_no_sense_is_refused(grace: TestClient, query: str) -> None:
    assert grace.get(f"/runs?{query}").status_code == 422


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("grace", ("prod waits for 1 more approval from platform-team or ada@example.com; "
                  "you can give it.")),
        ("ada", "you cannot give it: you wrote a commit in this run."),
        ("victor", "you are not among those who can."),
        ("barbara", "you gave yours."),
    ],
)  # fmt: skip
def test_a_run_says_what_it_waits_for_and_what_that_means_for_who_reads_it(
    estate: MadeUp, who: str, sentence: str
) -> None:
    people = [ADA, GRACE, VICTOR, person("barbara", Role.APPROVER)]
    client = visitor(create_app(made_up_services(estate, KnownByName(people))), who)
    assert sentence in read(client.get(f"/runs/{WAITING}").text).text


def test_a_run_says_what_waits_in_it_and_which_run_takes_its_place(grace: TestClient) -> None:
    text = read(grace.get(f"/runs/{WAITING}").text).text
    assert "waits for prod/eu-west-1/orders/database" in text
    assert "1 unit would destroy or replace resources." in text
    assert "Tag everything with its cost centre" in text
    running = read(grace.get(f"/runs/{RUNNING}").text).text
    assert "2 units are being applied." in running
    assert "shared/eu-west-1/registry" in running


def test_a_plan_tells_first_what_is_lost(grace: TestClient) -> None:
    text = read(grace.get(UNIT).text).text
    order = [text.index(words) for words in ("Data is lost", "Changed 1", "Added 1", "Why it is in this run")]
    assert order == sorted(order)
    assert "forces replacement" in text
    assert "known after apply" in text
    assert "(sensitive)" in text
    assert "_envcommon/orders/database.hcl" in text


def test_a_log_keeps_its_colours(grace: TestClient) -> None:
    html = grace.get(UNIT).text
    assert '<span class="l-bold l-red">replaced</span>' in html
    assert "\x1b" not in html
    download = grace.get(f"/runs/{WAITING}/log/{DATABASE}")
    assert download.headers["content-disposition"].startswith("attachment")
    assert download.headers["content-type"].startswith("text/plain")
    assert "\x1b[31mreplaced" in download.text


def test_nothing_that_a_repository_says_becomes_markup(estate: MadeUp) -> None:
    client = visitor(create_app(made_up_services(poisoned(estate))), "ada")
    pages = ["/runs", f"/runs/{WAITING}", f"/runs/{WAITING}/units/{quote(EVIL)}", f"/runs/{WAITING}/resume",
             f"/runs/{WAITING}/approve?gate=gate-prod", "/graph?repository=infrastructure-live",
             "/estate?repository=infrastructure-live", f"/units/{quote(EVIL)}?repository=infrastructure-live",
             f"/runs?text={quote(EVIL)}", "/audit?text=" + quote(EVIL), "/settings", "/runs/" + quote(EVIL),
             f"/runs/{WAITING}/reject?gate=" + quote(EVIL)]  # fmt: skip
    for path in pages:
        answer = client.get(path)
        assert answer.status_code in (200, 404, 409), path
        reader = read(answer.text)
        assert not reader.faults, path
        assert all(script.startswith("/static/") for script in reader.scripts), path
        assert "\u202e" not in reader.text, path
    parts = client.get(f"/runs/{WAITING}/parts", params={"unit": EVIL}).json()["parts"]
    assert EVIL.split("\u202e")[0] not in "".join(parts.values())
    assert any("&lt;script&gt;" in html for html in parts.values())


@pytest.mark.parametrize("path", ["%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "a//b", "%00", "x" * 5000])
def test_a_path_that_no_unit_has_is_not_found(grace: TestClient, path: str) -> None:
    for before in (f"/runs/{WAITING}/units", f"/runs/{WAITING}/log", "/units", "/runs"):
        assert grace.get(f"{before}/{path}").status_code in (404, 405), before


@pytest.mark.parametrize("path", ["/runs?text=a%00b", "/units/a%00b", "/audit?text=%00", "/estate?repository=%00"])
def test_what_no_database_can_look_for_is_not_looked_for(grace: TestClient, path: str) -> None:
    assert grace.get(path).status_code == 404


def test_deeds_are_offered_to_those_who_may(app: FastAPI) -> None:
    for name, offered in (("ada", True), ("victor", False)):
        html = visitor(app, name).get(f"/runs/{HALTED}").text
        assert (f"/runs/{HALTED}/resume" in html) is offered
        assert (f"/runs/{HALTED}/roll-back" in html) is offered
        assert (f"/runs/{HALTED}/cancel" in html) is offered


def send(client: TestClient, path: str, **fields: str) -> int:
    return int(client.post(path, data={"form_key": FORM_KEY, **fields}).status_code)


def test_an_approval_is_asked_about_and_then_given(app: FastAPI, estate: MadeUp) -> None:
    grace = visitor(app, "grace")
    question = read(grace.get(f"/runs/{WAITING}/approve?gate=gate-prod").text).text
    assert "You say yes to 2 plans, exactly as they are now" in question
    assert "Approve 2 plans" in question
    assert send(grace, f"/runs/{WAITING}/approve", gate="gate-prod") == 303
    assert estate.done == [("grace@example.com", "approve", WAITING)]


def test_who_comes_second_is_told_what_was_decided(app: FastAPI, estate: MadeUp) -> None:
    grace, ada = visitor(app, "grace"), visitor(app, "ada")
    assert send(grace, f"/runs/{WAITING}/reject", gate="gate-prod", reason="Not today") == 303
    answer = ada.post(f"/runs/{WAITING}/approve", data={"form_key": FORM_KEY, "gate": "gate-prod"})
    assert answer.status_code == 409
    assert "grace@example.com rejected it" in answer.text
    assert len(estate.done) == 1


def test_a_run_is_begun_by_hand_after_it_was_said_what_happens(app: FastAPI, estate: MadeUp) -> None:
    ada = visitor(app, "ada")
    assert "/begin/apply?repository=infrastructure-live" in ada.get("/estate?repository=infrastructure-live").text
    asked = ada.get("/begin/apply?repository=infrastructure-live").text
    assert "through the same gates as after a push" in asked
    assert send(ada, "/begin/apply", repository="infrastructure-live") == 303
    assert [what for _, what, _ in estate.done] == ["start-apply"]
    victor = visitor(app, "victor")
    assert "/begin/" not in victor.get("/estate?repository=infrastructure-live").text
    assert send(victor, "/begin/plan", repository="infrastructure-live") == 403
    assert send(ada, "/begin/plan", repository="another") == 404


def test_a_run_goes_on_in_a_freeze_when_an_administrator_says_why(app: FastAPI, estate: MadeUp) -> None:
    snapshot = estate.snapshot(WAITING)
    row = replace(snapshot.run, reason="Nothing is applied now: year end.")
    estate.keep(replace(snapshot, run=row, gates={}))
    ada, grace = visitor(app, "ada"), visitor(app, "grace")
    assert "Go on in the freeze" in ada.get(f"/runs/{WAITING}").text
    assert "Go on in the freeze" not in grace.get(f"/runs/{WAITING}").text
    asked = ada.get(f"/runs/{WAITING}/thaw").text
    assert "Nothing is applied now: year end." in asked
    assert 'name="reason"' in asked
    assert send(grace, f"/runs/{WAITING}/thaw", reason="It burns.") == 403
    assert send(ada, f"/runs/{WAITING}/thaw", reason="It burns.") == 303
    assert [what for _, what, _ in estate.done] == ["thaw"]


def test_where_nothing_differs_nothing_is_begun_and_that_is_said(app: FastAPI, estate: MadeUp) -> None:
    estate.runs.clear()
    answer = visitor(app, "ada").post("/begin/plan", data={"form_key": FORM_KEY, "repository": "infrastructure-live"})
    assert answer.status_code == 409
    assert "There is nothing to do" in answer.text


def test_who_may_not_is_refused_whatever_they_send(app: FastAPI, estate: MadeUp) -> None:
    victor = visitor(app, "victor")
    for path, fields in (("approve", {"gate": "gate-prod"}), ("cancel", {}), ("reject", {"gate": "gate-hold"})):
        assert send(victor, f"/runs/{WAITING}/{path}", **fields) == 403
    assert send(victor, f"/runs/{HALTED}/resume") == 403
    assert send(victor, f"/runs/{PLANNED}/apply") == 403
    assert send(victor, f"/runs/{HALTED}/plan-again") == 403
    assert not estate.done


@pytest.mark.parametrize("deed", ["cancel", "resume", "roll-back", "plan-again"])
def test_a_deed_names_what_happens_and_happens(app: FastAPI, estate: MadeUp, deed: str) -> None:
    ada = visitor(app, "ada")
    assert "dialog-title" in ada.get(f"/runs/{HALTED}/{deed}", headers={"x-fragment": "yes"}).text
    assert ada.post(f"/runs/{HALTED}/{deed}").status_code == 403
    assert send(ada, f"/runs/{HALTED}/{deed}") == 303
    assert [what for _, what, _ in estate.done] == [deed]


def test_what_cannot_be_done_any_more_is_not_done(app: FastAPI, estate: MadeUp) -> None:
    ada = visitor(app, "ada")
    assert send(ada, f"/runs/{HALTED}/apply") == 409
    assert send(ada, f"/runs/{HALTED}/approve", gate="gate-prod") == 409
    assert send(ada, f"/runs/{HALTED}/dance") == 404
    assert ada.get(f"/runs/{HALTED}/apply").status_code == 409
    assert not estate.done


def test_parts_tell_what_changed(app: FastAPI, estate: MadeUp) -> None:
    grace = visitor(app, "grace")
    before = grace.get(f"/runs/{RUNNING}/parts", params={"unit": "stage/eu-west-1/search/index"}).json()
    snapshot = estate.snapshot(RUNNING)
    estate.keep(replace(snapshot, run=replace(snapshot.run, status=RunStatus.HALTED, reason="It failed.")))
    after = grace.get(f"/runs/{RUNNING}/parts", params={"unit": "stage/eu-west-1/search/index"}).json()
    assert before["parts"].keys() == after["parts"].keys()
    assert "It failed." in after["parts"]["part-waiting"]
    assert after["event"] == before["event"] + 1


def test_every_kind_of_event_can_be_told(estate: MadeUp) -> None:
    """The words of events are the command line's; what is not told there is not told here."""
    from towpath.web.pages.following import told

    statuses = {EventKind.RUN_STATUS: "halted", EventKind.GATE_CLOSED: "passed"}
    for kind in EventKind:
        data = {
            "status": statuses.get(kind, "failed"),
            "before": "pending",
            "kind": "apply",
            "number": 1,
            "who": "ada",
            "approvals": 1,
        }
        assert told(Event(1, WAITING, estate.snapshot(WAITING).run.created_at, kind, DATABASE, data))["kind"] == kind
