"""The destinations that the server's configuration names, opened, and tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from towpath.config.notifying import DestinationSettings, MailSettings
from towpath.config.server import ServerConfig
from towpath.model.notices import Notice, NoticeEvent, NoticeSeverity
from towpath.notifiers import Notifier, Sending
from towpath.notifiers.mail import MailNotifier
from towpath.notifiers.slack_bot import SlackBot
from towpath.notifiers.slack_workflow import SlackWorkflow
from towpath.notifiers.sns import Sns
from towpath.notifiers.teams import Teams
from towpath.notifiers.webhook import Webhook, signing_key
from towpath.problems import Problem, ProblemError
from towpath.service.outside import Outside
from towpath.system import Environment
from towpath.system.aws import Aws, BotoAws
from towpath.system.http import Http
from towpath.system.mail import Mail, MailServer, SmtpMail
from towpath.system.outward import OutwardHttp

__all__ = ["Destinations", "Tried", "open_destinations", "try_destinations"]

_STARTTLS_PORT = 587
_TLS_PORT = 465


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a message to one destination: nothing wrong, or these problems."""

    destination: str
    problems: tuple[Problem, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Destinations:
    """Opens notifiers; each is opened when something is sent to it, so that a missing secret hurts nobody else."""

    config: ServerConfig
    outside: Outside
    http: Http
    mail: Mail
    aws: Aws

    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.config.notifications.destinations)

    def notifier(self, name: str) -> Notifier:
        """Raises `ProblemError`: `destination-unknown`, `destination-secret-missing`, `webhook-secret-unusable`."""
        for item in self.config.notifications.destinations:
            if item.name == name:
                return self._opened(item)
        raise ProblemError(_unknown(name, self.names()))

    def _opened(self, item: DestinationSettings) -> Notifier:
        environment = self.outside.environment
        if item.slack is not None:
            token = _secret(item.name, item.slack.token_env, item.slack.token_file, environment)
            return SlackBot(token, item.slack.channel, self.http, item.slack.api.rstrip("/"))
        if item.slack_workflow is not None:
            workflow = item.slack_workflow
            return SlackWorkflow(_secret(item.name, workflow.url_env, workflow.url_file, environment), self.http)
        if item.teams is not None:
            return Teams(_secret(item.name, item.teams.url_env, item.teams.url_file, environment), self.http)
        if item.webhook is not None:
            hook = item.webhook
            url = hook.url or _secret(item.name, hook.url_env, hook.url_file, environment)
            key = signing_key(_secret(item.name, hook.secret_env, hook.secret_file, environment))
            return Webhook(url, key, self.http, self.outside.clock)
        if item.mail is not None:
            return self._by_mail(item.name, item.mail)
        assert item.sns is not None, "a destination is of one kind"  # noqa: S101  # the schema has made sure
        return Sns(item.sns.topic, self.aws)

    def _by_mail(self, name: str, given: MailSettings) -> Notifier:
        environment = self.outside.environment
        password = _secret(name, given.password_env, given.password_file, environment) if given.user else None
        is_tls = given.security == "tls"
        port = given.port or (_TLS_PORT if is_tls else _STARTTLS_PORT)
        server = MailServer(given.host, port, is_tls, given.user, password, given.ca_file)
        return MailNotifier(server, given.sender, given.to, self.mail)


def open_destinations(outside: Outside, config: ServerConfig) -> Destinations:
    """Over the network. Nobody is asked for anything yet."""
    http = OutwardHttp(loopback=config.notifications.loopback)
    return Destinations(config, outside, http, SmtpMail(), BotoAws(outside.clock))


def try_destinations(destinations: Destinations, name: str | None) -> Iterator[Tried]:
    """Sends a message to the destination of this name, or to all. Raises `ProblemError`: `destination-unknown`,
    `no-destinations`.
    """
    names = destinations.names()
    if name is not None and name not in names:
        raise ProblemError(_unknown(name, names))
    if not names:
        raise ProblemError(_none())
    notice = _test_notice(destinations)
    for one in names if name is None else (name,):
        try:
            yield Tried(one, note=destinations.notifier(one).send(Sending(notice)).note)
        except ProblemError as error:
            yield Tried(one, error.problems)


def _test_notice(destinations: Destinations) -> Notice:
    outside = destinations.outside
    return Notice(
        id=f"test-{outside.ids.short()}",
        event=NoticeEvent.TEST,
        severity=NoticeSeverity.INFO,
        at=outside.clock.now(),
        repository="towpath",
        title="A test message of Towpath",
        text="Somebody tries whether messages arrive here. There is nothing to do.",
        link=destinations.config.url,
        branch="none",
        actor=outside.environment.get("USER") or "unknown",
    )


def _secret(destination: str, variable: str | None, file: str | None, environment: Environment) -> str:
    if variable is not None:
        given = (environment.get(variable) or "").strip()
        missing = f"The variable {variable} is not set."
    else:
        missing = f"The file {file} cannot be read, or is empty."
        try:
            given = Path(file or "").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            given = ""
    if given:
        return given
    hint = "Set what the destination names in the server's configuration."
    summary = "The secret of a destination is missing"
    raise ProblemError(Problem("destination-secret-missing", summary, f"{destination}: {missing}", hint=hint))


def _unknown(name: str, names: tuple[str, ...]) -> Problem:
    detail = f"{name} is not among them: {', '.join(names)}." if names else f"{name}: there are none."
    hint = "Name one of them, or add it to `notifications` in the server's configuration."
    return Problem("destination-unknown", "There is no such destination", detail, hint=hint)


def _none() -> Problem:
    detail = "The server's configuration names nobody who could be told."
    hint = "Add one below `notifications.destinations`; `--config` says which file it is."
    return Problem("no-destinations", "There are no destinations", detail, hint=hint)
