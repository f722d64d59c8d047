"""The parts of the server's configuration that say where people are told what happens."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from towpath.config.schema import Settings

__all__ = [
    "DestinationSettings",
    "MailSettings",
    "NotificationSettings",
    "SlackSettings",
    "SlackWorkflowSettings",
    "SnsSettings",
    "TeamsSettings",
    "WebhookSettings",
]

_TOPIC = re.compile(r"arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+(\.fifo)?")
_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+")


def _topic(text: str) -> str:
    if not _TOPIC.fullmatch(text):
        raise ValueError("should be the ARN of a topic, such as arn:aws:sns:eu-west-1:123456789012:deploys")
    return text


def _address(text: str) -> str:
    if not text.isascii() or not _ADDRESS.fullmatch(text):
        raise ValueError("should be a mail address alone, such as deploys@example.com")
    return text


def _one_of(settings: Settings, *names: str) -> None:
    given = [name for name in names if getattr(settings, name) is not None]
    if len(given) != 1:
        raise ValueError(f"should have exactly one of {', '.join(names)}")


Topic = Annotated[str, AfterValidator(_topic)]
MailAddress = Annotated[str, AfterValidator(_address)]


class SlackSettings(Settings):
    """Messages of a Slack app: one thread for each run, whose first message says where the run stands."""

    channel: str = Field(description="The channel's id, such as C024BE91L.")
    token_env: str | None = Field(None, description="The variable that holds the bot token, xoxb-….")
    token_file: str | None = Field(None, description="The file that holds the bot token.")
    api: str = Field("https://slack.com/api", description="Where Slack's methods are.")

    @model_validator(mode="after")
    def _one_token(self) -> SlackSettings:
        _one_of(self, "token_env", "token_file")
        return self


class SlackWorkflowSettings(Settings):
    """A workflow of Slack that begins with a webhook, with the text variables repo, branch, actor, status and url."""

    url_env: str | None = Field(None, description="The variable that holds the webhook's address, which is a secret.")
    url_file: str | None = Field(None, description="The file that holds it.")

    @model_validator(mode="after")
    def _one_url(self) -> SlackWorkflowSettings:
        _one_of(self, "url_env", "url_file")
        return self


class TeamsSettings(Settings):
    """A workflow of Microsoft Teams that posts to a channel when a webhook request is received."""

    url_env: str | None = Field(None, description="The variable that holds the webhook's address, which is a secret.")
    url_file: str | None = Field(None, description="The file that holds it.")

    @model_validator(mode="after")
    def _one_url(self) -> TeamsSettings:
        _one_of(self, "url_env", "url_file")
        return self


class WebhookSettings(Settings):
    """Any program: a JSON document by POST, signed as Standard Webhooks has it."""

    url: str | None = Field(None, description="The address, where it is no secret.")
    url_env: str | None = Field(None, description="The variable that holds the address.")
    url_file: str | None = Field(None, description="The file that holds it.")
    secret_env: str | None = Field(None, description="The variable that holds the secret to sign with: whsec_….")
    secret_file: str | None = Field(None, description="The file that holds the secret.")

    @model_validator(mode="after")
    def _one_of_each(self) -> WebhookSettings:
        _one_of(self, "url", "url_env", "url_file")
        _one_of(self, "secret_env", "secret_file")
        return self


class MailSettings(Settings):
    """Mail, as plain text and as HTML, always encrypted on its way to the server."""

    host: str = Field(description="The mail server.")
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        None, description="Its port. Default: 587, with tls 465."
    )
    security: Literal["starttls", "tls"] = Field(
        "starttls", description="tls: encrypted from the first byte; starttls: it is asked for, and insisted on."
    )
    ca_file: str | None = Field(None, description="Who signed its certificate. Default: whom this machine believes.")
    user: str | None = Field(None, description="Whom to log in as. Default: nobody.")
    password_env: str | None = Field(None, description="The variable that holds the password.")
    password_file: str | None = Field(None, description="The file that holds the password.")
    sender: MailAddress = Field(alias="from", description="Whom the mail comes from.")
    to: Annotated[tuple[MailAddress, ...], Field(strict=False, min_length=1)] = Field(description="Who gets it.")

    @model_validator(mode="after")
    def _with_password(self) -> MailSettings:
        if self.user is not None:
            _one_of(self, "password_env", "password_file")
        elif self.password_env or self.password_file:
            raise ValueError("has a password and no user")
        return self


class SnsSettings(Settings):
    """A topic of Amazon SNS, with the credentials of the server's environment."""

    topic: Topic = Field(description="The topic's ARN; of a FIFO topic it ends with .fifo.")


class DestinationSettings(Settings):
    """One place where people are told. It has exactly one of the keys after `name`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$")] = Field(
        description="What it is called in pages and commands."
    )
    slack: SlackSettings | None = Field(None)
    slack_workflow: SlackWorkflowSettings | None = Field(None)
    mail: MailSettings | None = Field(None)
    webhook: WebhookSettings | None = Field(None)
    teams: TeamsSettings | None = Field(None)
    sns: SnsSettings | None = Field(None)

    @model_validator(mode="after")
    def _one_kind(self) -> DestinationSettings:
        _one_of(self, "slack", "slack_workflow", "mail", "webhook", "teams", "sns")
        return self


class NotificationSettings(Settings):
    """Where people can be told."""

    destinations: Annotated[tuple[DestinationSettings, ...], Field(strict=False)] = Field(
        (), description="Places where people can be told. `towpath notify test` tries them."
    )
    loopback: bool = Field(
        False, description="Hosts of this machine may be sent to, also by http. For trying things out."
    )
