"""A registration at a provider: who we are there, and where its tokens are fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Provider = Literal["microsoft", "google", "custom"]
Flow = Literal["secret", "certificate", "device"]

GOOGLE_SCOPE: Final = "https://mail.google.com/"
# One scope serves IMAP and SMTP where the program itself is allowed in (IMAP.AccessAsApp, SMTP.SendAsApp) …
MICROSOFT_SCOPE: Final = "https://outlook.office365.com/.default"
# … and where a person lets it in; offline_access brings the refresh token.
MICROSOFT_DEVICE_SCOPE: Final = (
    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
)


@dataclass(frozen=True, slots=True)
class Registration:
    """One [oauth.NAME], complete. `certificate` is PEM with the private key, or Google's JSON key file.

    `user` is the mailbox a Google token is for: there each mailbox has a token of its own.
    """

    name: str
    provider: Provider
    client_id: str
    token_url: str
    scope: str
    flow: Flow
    client_secret: str | None = field(default=None, repr=False)
    certificate: str | None = field(default=None, repr=False)
    device_url: str = ""  # RFC 8628 §3.1
    authorize_url: str = ""  # where a person's browser goes, with a provider that gives no mail to devices
    user: str = ""

    @property
    def grant_name(self) -> str:
        """Return the name its refresh token is kept under."""
        return f"{self.name}/{self.user}" if self.provider == "google" else self.name

    @property
    def needs_login(self) -> bool:
        """Say whether a person has to let it in once; then a refresh token keeps it in."""
        return self.flow == "device" or (self.provider == "google" and self.flow == "secret")


def microsoft_urls(tenant: str) -> tuple[str, str]:
    """Return where a tenant's tokens and device codes are fetched."""
    root = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    return f"{root}/token", f"{root}/devicecode"


GOOGLE_TOKENS: Final = "https://oauth2.googleapis.com/token"
GOOGLE_AUTHORIZE: Final = "https://accounts.google.com/o/oauth2/v2/auth"
