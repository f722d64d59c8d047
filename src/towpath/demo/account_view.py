"""The accounts as they really are: what the emulated AWS holds, asked through its own API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from towpath.demo.cloud import EmulatedCloud

__all__ = ["AccountViews", "CloudViews"]


class AccountViews(Protocol):
    """Accounts are called by their names in `accounts.json`, log groups by the last part of theirs."""

    def log_groups(self, account: str) -> dict[str, int]:
        """Each log group, and for how many days it keeps its logs; 0 for ever."""
        ...

    def topics(self, account: str) -> list[str]: ...

    def make_log_group(self, account: str, name: str) -> None:
        """By hand, past Terraform."""
        ...

    def remove_log_group(self, account: str, name: str) -> None: ...

    def name_topics(self, account: str, name: str) -> None:
        """What people see instead of a topic's own name; by hand, past Terraform."""
        ...


class CloudViews:
    """Of the emulated AWS. `organisation` begins every name in it."""

    def __init__(self, cloud: EmulatedCloud, organisation: str, account_ids: Mapping[str, str]) -> None:
        self._cloud = cloud
        self._organisation = organisation
        self._account_ids = account_ids

    def log_groups(self, account: str) -> dict[str, int]:
        groups = self._logs(account).describe_log_groups(logGroupNamePrefix=self._prefix(account))["logGroups"]
        return {group["logGroupName"].rpartition("/")[2]: group.get("retentionInDays", 0) for group in groups}

    def topics(self, account: str) -> list[str]:
        topics = self._topics(account).list_topics()["Topics"]
        arns: list[str] = [topic["TopicArn"] for topic in topics]
        return [arn for arn in arns if arn.rpartition(":")[2].startswith(f"{self._organisation}-{account}-")]

    def make_log_group(self, account: str, name: str) -> None:
        self._logs(account).create_log_group(logGroupName=self._prefix(account) + name)

    def remove_log_group(self, account: str, name: str) -> None:
        self._logs(account).delete_log_group(logGroupName=self._prefix(account) + name)

    def name_topics(self, account: str, name: str) -> None:
        for arn in self.topics(account):
            self._topics(account).set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue=name)

    def _topics(self, account: str) -> Any:
        return self._cloud.client("sns", self._account_ids[account])

    def _logs(self, account: str) -> Any:
        return self._cloud.client("logs", self._account_ids[account])

    def _prefix(self, account: str) -> str:
        return f"/{self._organisation}-{account}/"
