"""Notifiers, each against a host of its kind on loopback, and their fake."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from emulated_aws import emulated_aws
from notice_hosts import PASSWORD, TOKEN, MailHost, NoticeHost, mail_host, notice_host

from towpath.model.notices import Notice, NoticeEvent, NoticeSeverity
from towpath.notifiers import NotDelivered, Notifier, Sending
from towpath.notifiers.fake import FakeNotifier
from towpath.notifiers.mail import MailNotifier
from towpath.notifiers.slack_bot import SlackBot
from towpath.notifiers.slack_workflow import SlackWorkflow
from towpath.notifiers.sns import Sns
from towpath.notifiers.teams import Teams
from towpath.notifiers.webhook import Webhook, signature, signing_key
from towpath.problems import Problem, ProblemError
from towpath.system import FakeClock, SystemClock
from towpath.system.aws import BotoAws
from towpath.system.mail import MailServer, SmtpMail
from towpath.system.outward import OutwardHttp

AT = datetime.datetime(2026, 3, 1, 9, tzinfo=datetime.UTC)
NOTICE = Notice(
    id="notice-1",
    event=NoticeEvent.HALTED,
    severity=NoticeSeverity.ERROR,
    at=AT,
    repository="live",
    title="Run 7 halted in stage",
    text="stage/vpc failed: <!channel> für & [here](https://bad.example)",
    link="https://towpath.example.com/runs/7",
    run="7",
    environments=("stage",),
    branch="main",
    actor="ann@example.com",
)
KEY = signing_key("whsec_plJ3nmyCDGBKInavdOK15jsl")


@dataclass
class Place:
    """A destination; `arrived` counts what a person, or a receiver that looks at ids, sees there. From `refuse` on it
    takes nothing, which is told of as the problem `refused`, by an error of the kind `raises`.
    """

    notifier: Notifier
    arrived: Callable[[], int]
    refuse: Callable[[], None]
    knows_again: bool = True
    refused: str = "notice-refused"
    raises: type[ProblemError] = NotDelivered


@pytest.fixture
def host() -> Iterator[NoticeHost]:
    with notice_host() as running:
        yield running


@pytest.fixture
def post(tmp_path: Path) -> Iterator[MailHost]:
    with mail_host(tmp_path) as running:
        yield running


def slack(host: NoticeHost, token: str = TOKEN, channel: str = "C1") -> SlackBot:
    return SlackBot(token, channel, OutwardHttp(loopback=True), f"{host.url}/api")


def mail(post: MailHost, *to: str, password: str = PASSWORD, ca: bool = True) -> MailNotifier:
    server = MailServer("127.0.0.1", post.port, False, "towpath", password, post.ca_file if ca else None)
    return MailNotifier(server, "towpath@example.com", to or ("ops@example.com",), SmtpMail())


@dataclass
class Topic:
    """A FIFO topic, and the queue that hears of what is published there."""

    sns: Any
    sqs: Any
    arn: str
    queue: str

    def delete(self) -> None:
        self.sns.delete_topic(TopicArn=self.arn)

    def ids(self) -> list[str]:
        """Of the notices that came."""
        said = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(json.loads(one["Body"])["Message"])["id"] for one in said]


@pytest.fixture
def topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Topic]:
    with emulated_aws(tmp_path) as running:
        for name, value in running.environment({}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        sns, sqs = running.client("sns", "111111111111"), running.client("sqs", "111111111111")
        arn = sns.create_topic(Name="deploys.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
        queue = sqs.create_queue(QueueName="deploys.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        listens = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=listens)
        yield Topic(sns, sqs, arn, queue)


def _on_the_web(kind: str, host: NoticeHost) -> Place:
    http = OutwardHttp(loopback=True)

    def refuse() -> None:
        host.refuse = 429

    if kind == "slack_bot":
        return Place(slack(host), lambda: len(host.messages), refuse)
    if kind == "slack_workflow":
        return Place(SlackWorkflow(f"{host.url}/workflow", http), lambda: len(host.posts), refuse, False)
    if kind == "teams":
        return Place(Teams(f"{host.url}/teams", http), lambda: len(host.posts), refuse, False)
    webhook = Webhook(f"{host.url}/hook", KEY, http, FakeClock())
    return Place(webhook, lambda: len({headers["webhook-id"] for _, headers, _ in host.posts}), refuse)


def _by_mail(post: MailHost) -> Place:
    def refuse() -> None:
        post.knows_nobody = True

    def arrived() -> int:
        return len({message["Message-ID"] for message in post.messages})

    return Place(mail(post), arrived, refuse, refused="mail-refused", raises=ProblemError)


def _fake() -> Place:
    fake = FakeNotifier()

    def refuse() -> None:
        fake.problem = Problem("notice-refused", "Refused")

    return Place(fake, lambda: len(fake.arrived), refuse)


@pytest.fixture(params=["slack_bot", "slack_workflow", "teams", "webhook", "mail", "sns", "fake"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "mail":
        return _by_mail(request.getfixturevalue("post"))
    if request.param == "sns":
        topic: Topic = request.getfixturevalue("topic")
        notifier = Sns(topic.arn, BotoAws(SystemClock()))
        return Place(notifier, lambda: len(topic.ids()), topic.delete, refused="topic-denied", raises=ProblemError)
    if request.param == "fake":
        return _fake()
    return _on_the_web(request.param, request.getfixturevalue("host"))


def test_a_notice_arrives(place: Place) -> None:
    place.notifier.send(Sending(NOTICE))
    assert place.arrived() == 1


def test_a_notice_that_is_sent_again_is_there_once_where_the_destination_can_tell(place: Place) -> None:
    place.notifier.send(Sending(NOTICE))
    place.notifier.send(Sending(NOTICE, again=True))
    assert place.arrived() == (1 if place.knows_again else 2)


def test_who_does_not_take_it_is_told_of(place: Place) -> None:
    place.refuse()
    with pytest.raises(place.raises) as raised:
        place.notifier.send(Sending(NOTICE))
    assert raised.value.problems[0].id == place.refused
    assert place.arrived() == 0


def test_a_destination_says_when_to_ask_again(host: NoticeHost) -> None:
    host.refuse = 429
    with pytest.raises(NotDelivered) as raised:
        slack(host).send(Sending(NOTICE))
    assert raised.value.retry_after == 30


def test_a_run_has_one_thread_whose_first_message_is_edited(host: NoticeHost) -> None:
    bot = slack(host)
    thread = bot.send(Sending(NOTICE)).reference
    done = replace(NOTICE, id="notice-2", at=AT + datetime.timedelta(hours=1), title="Run 7 is done")
    assert bot.send(Sending(done, earlier=thread)).reference == thread
    assert bot.send(Sending(done, earlier=thread, again=True)).reference == thread
    late = replace(NOTICE, id="notice-0", at=AT + datetime.timedelta(minutes=1), title="An older word")
    bot.send(Sending(late, earlier=thread))
    first, *replies = host.messages
    assert [message["thread_ts"] for message in replies] == [thread, thread]
    assert "Run 7 is done" in first["text"]
    assert "<!channel>" not in json.dumps(host.messages)


@pytest.mark.parametrize(("token", "channel", "said"), [("wrong", "C1", "invalid_auth"), (TOKEN, "C2", "not_found")])
def test_what_slack_refuses_is_said_without_the_token(host: NoticeHost, token: str, channel: str, said: str) -> None:
    with pytest.raises(NotDelivered, match=said) as raised:
        slack(host, token, channel).send(Sending(NOTICE))
    assert token not in f"{raised.value.problems}"


def test_a_workflow_gets_exactly_the_variables_it_was_set_up_with(host: NoticeHost) -> None:
    SlackWorkflow(f"{host.url}/workflow", OutwardHttp(loopback=True)).send(Sending(NOTICE))
    assert json.loads(host.posts[0][2]) == {
        "repo": "live",
        "branch": "main",
        "actor": "ann@example.com",
        "status": "Run 7 halted in stage",
        "url": "https://towpath.example.com/runs/7",
    }


def test_teams_gets_a_card_in_which_nothing_becomes_a_link(host: NoticeHost) -> None:
    Teams(f"{host.url}/teams", OutwardHttp(loopback=True)).send(Sending(NOTICE))
    said = json.loads(host.posts[0][2])
    (card,) = said["attachments"]
    assert (said["type"], card["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert card["content"]["actions"][0]["url"] == NOTICE.link
    assert "\\[here\\]\\(https" in card["content"]["body"][1]["text"]


def test_a_webhook_is_signed_so_that_its_receiver_can_tell(host: NoticeHost) -> None:
    Webhook(f"{host.url}/hook", KEY, OutwardHttp(loopback=True), FakeClock()).send(Sending(NOTICE))
    _, headers, body = host.posts[0]
    at = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature(KEY, "notice-1", at, body)
    assert headers["webhook-signature"] != signature(KEY, "notice-1", at, body.replace("halted", "succeeded"))
    assert json.loads(body)["data"]["environments"] == ["stage"]


def test_a_signature_is_that_of_standard_webhooks() -> None:
    body = '{"event_type":"ping","data":{"success":true}}'
    expected = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    assert signature(KEY, "msg_loFOjxBNrRLzqYUf", 1731705121, body) == expected


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "plJ3nmyCDGBKInavdOK15jsl", "whsec_***"])
def test_a_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(ProblemError) as raised:
        signing_key(secret)
    assert raised.value.problems[0].id == "webhook-secret-unusable"


def test_mail_is_text_and_html_and_stands_with_its_run(post: MailHost) -> None:
    mail(post).send(Sending(replace(NOTICE, title="Halted\nBcc: all@example.com")))
    (message,) = post.messages
    assert message["Subject"] == "[live] Halted Bcc: all@example.com"
    assert message["Bcc"] is None
    assert (message["References"] is not None, message["Auto-Submitted"]) == (True, "auto-generated")
    text, html = (part.get_content() for part in message.iter_parts())
    assert "<!channel> für & " in text
    assert "&lt;!channel&gt; für &amp; " in html


def test_mail_goes_to_who_is_there_and_says_who_is_not(post: MailHost) -> None:
    delivery = mail(post, "ops@example.com", "nobody@example.com").send(Sending(NOTICE))
    assert "nobody@example.com" in delivery.note
    assert len(post.messages) == 1


@pytest.mark.parametrize(
    ("to", "id_"), [("nobody@example.com", "mail-refused"), ("later@example.com", "mail-deferred")]
)
def test_mail_that_nobody_takes_is_told_of(post: MailHost, to: str, id_: str) -> None:
    with pytest.raises(ProblemError) as raised:
        mail(post, to).send(Sending(NOTICE))
    assert raised.value.problems[0].id == id_


def test_a_wrong_password_is_told_of_and_not_shown(post: MailHost) -> None:
    with pytest.raises(ProblemError) as raised:
        mail(post, password="not the password").send(Sending(NOTICE))
    assert raised.value.problems[0].id == "mail-login-refused"
    assert "not the password" not in str(raised.value)


def test_a_mail_server_that_nobody_vouches_for_gets_nothing(post: MailHost) -> None:
    with pytest.raises(ProblemError) as raised:
        mail(post, ca=False).send(Sending(NOTICE))
    assert raised.value.problems[0].id == "mail-server-unreachable"
    assert post.messages == []


def test_a_mail_server_without_encryption_gets_nothing(tmp_path: Path) -> None:
    with mail_host(tmp_path, "none") as plain:
        with pytest.raises(ProblemError, match="no encryption"):
            mail(plain).send(Sending(NOTICE))
        assert plain.messages == []


def test_mail_encrypted_from_the_first_byte(tmp_path: Path) -> None:
    with mail_host(tmp_path, "tls") as post:
        server = MailServer("127.0.0.1", post.port, True, None, None, post.ca_file)
        MailNotifier(server, "towpath@example.com", ("ops@example.com",), SmtpMail()).send(Sending(NOTICE))
        assert len(post.messages) == 1


def test_what_a_topic_passes_on_is_the_notice(topic: Topic) -> None:
    Sns(topic.arn, BotoAws(SystemClock())).send(Sending(NOTICE))
    assert topic.ids() == ["notice-1"]
