"""Mail, handed to a server by SMTP, always encrypted: by STARTTLS (RFC 3207), or from the first byte (RFC 8314)."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol

from towpath.problems import Problem, ProblemError

__all__ = ["FakeMail", "Mail", "MailServer", "SmtpMail"]

SECONDS = 20.0
_LATER = range(400, 500)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes mail. `implicit_tls`: encrypted from the first byte; else STARTTLS is asked for, and its lack refused.
    `ca_file` is whom to believe who the server is; None: whom this machine believes.
    """

    host: str
    port: int
    implicit_tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None


class Mail(Protocol):
    """Hands one message to a server."""

    def send(self, server: MailServer, message: EmailMessage) -> tuple[str, ...]:
        """The addresses that the server did not take, when it took others; the message is on its way to those.

        Raises `ProblemError`: `mail-server-unreachable`, `mail-login-refused`, `mail-deferred`, `mail-refused`.
        """
        ...


class SmtpMail:
    """Over the network, with certificates checked. Threads may share it."""

    def send(self, server: MailServer, message: EmailMessage) -> tuple[str, ...]:
        try:
            with self._connected(server) as connection:
                if server.user is not None:
                    connection.login(server.user, server.password or "")
                return tuple(connection.send_message(message))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _problem(all(code in _LATER for code in codes), f"none of {len(codes)} addresses") from error
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            raise ProblemError(_login(server, _said(error))) from error
        except smtplib.SMTPResponseException as error:
            raise _problem(error.smtp_code in _LATER, _said(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ProblemError(_unreachable(server, str(error) or type(error).__name__)) from error

    def _connected(self, server: MailServer) -> smtplib.SMTP:
        trusted = ssl.create_default_context(cafile=server.ca_file)
        if server.implicit_tls:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=trusted)
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        try:
            connection.starttls(context=trusted)
        except smtplib.SMTPNotSupportedError as error:
            connection.close()
            raise ProblemError(_unreachable(server, "it offers no encryption (STARTTLS)")) from error
        except (OSError, smtplib.SMTPException):
            connection.close()
            raise
        return connection


def _said(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode(errors="replace") if isinstance(text, bytes) else text
        return f"{error.smtp_code} {words}"
    return str(error)


def _problem(later: bool, said: str) -> ProblemError:
    if later:
        hint = "Try again later; the mail server's log says what it waits for."
        return ProblemError(Problem("mail-deferred", "The mail server does not take a message now", said, hint=hint))
    hint = "Look at the addresses of who sends and who gets it, and at what the server lets the user send."
    return ProblemError(Problem("mail-refused", "The mail server does not take a message", said, hint=hint))


def _login(server: MailServer, said: str) -> Problem:
    hint = "Look at the user and the password, and whether the server lets it log in by SMTP."
    return Problem(
        "mail-login-refused", "The mail server does not let the user in", f"{server.host}: {said}", hint=hint
    )


def _unreachable(server: MailServer, said: str) -> Problem:
    return Problem(
        "mail-server-unreachable",
        "The mail server cannot be talked to",
        f"{server.host}:{server.port}: {said}.",
        hint="Look at its host and port, at the kind of encryption, and at who signed its certificate.",
    )


class FakeMail:
    """Takes every message. `refused` are addresses that it does not take."""

    def __init__(self, *refused: str) -> None:
        self.taken: list[tuple[MailServer, EmailMessage]] = []
        self._refused = refused

    def send(self, server: MailServer, message: EmailMessage) -> tuple[str, ...]:
        self.taken.append((server, message))
        return self._refused
