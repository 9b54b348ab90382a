"""rules.yaml, templates and branding as they are in force; a reload that fails leaves the old ones."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from gateway.decide.terms import Terms
from gateway.errors import ConfigurationError, Problem
from gateway.policy.load import load as load_policy
from gateway.policy.load import wanted
from gateway.policy.schema import Policy
from gateway.render.library import Library
from gateway.rules.engine import Engine
from gateway.settings import Settings, read_rules, shipped

_log = logging.getLogger(__name__)


def policy(settings: Settings) -> Policy:
    """Read and check rules.yaml with its includes; ConfigurationError carries every problem."""
    return load_policy(read_rules(settings.paths.rules, wanted), settings.paths.rules.name)


def library(settings: Settings) -> Library:
    """Load templates and brands: the organisation's own first, the shipped ones behind them."""
    ours = shipped()
    templates = [settings.paths.templates, ours / "templates" / "mail"]
    brands = [settings.paths.branding, ours / "branding"]
    return Library.load(
        [p for p in dict.fromkeys(templates) if p.is_dir()], [p for p in dict.fromkeys(brands) if p.is_dir()]
    )


def terms(settings: Settings, read: Policy) -> Terms:
    """Compile a policy's rules."""
    desks = {box.name: box.desk for box in settings.mailbox if box.desk}
    sent = frozenset((box.name, box.sent) for box in settings.mailbox if box.sent)
    return Terms(read, Engine(read), settings.hostname, desks, sent)


@dataclass(slots=True)
class Rulebook:
    """What is in force now; steps ask for it anew each time."""

    settings: Settings
    terms: Terms
    library: Library
    trouble: str | None = None  # why the last reload was not taken

    @classmethod
    def open(cls, settings: Settings) -> Rulebook:
        """Read all; ConfigurationError carries the problems of all files at once."""
        problems: list[Problem] = []
        read, mails = None, None
        try:
            read = policy(settings)
        except ConfigurationError as error:
            problems += error.problems
        try:
            mails = library(settings)
        except ConfigurationError as error:
            problems += error.problems
        if problems or read is None or mails is None:
            raise ConfigurationError(problems)
        return cls(settings, terms(settings, read), mails)

    def reload(self) -> bool:
        """Take the files as they are now, or keep what was in force and say why."""
        try:
            fresh = Rulebook.open(self.settings)
        except ConfigurationError as error:
            self.trouble = str(error)
            _log.error("reload refused, the old rules stay in force", extra={"why": str(error.problems[0])})
            return False
        self.terms, self.library, self.trouble = fresh.terms, fresh.library, None
        _log.info("reloaded")
        return True
