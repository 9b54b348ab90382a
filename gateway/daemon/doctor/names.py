"""DNS of our own domains: SPF, DMARC, the DKIM key we sign with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.daemon.doctor.finding import Finding
from gateway.mail.address import key
from gateway.policy.schema import Policy
from gateway.settings import Settings

SECONDS = 4.0


class Unanswered(Exception):  # noqa: N818  # carries why
    """DNS could not be asked."""


Texts = Callable[[str], list[str]]
"""Returns the TXT records of a name, none where there are none; raises `Unanswered`."""


def resolver() -> Texts | None:
    """Return what asks the system's DNS servers; None where dnspython is not installed."""
    try:
        import dns.exception
        import dns.resolver
    except ImportError:
        return None
    asking = dns.resolver.Resolver()

    def texts(name: str) -> list[str]:
        try:
            answer = asking.resolve(name, "TXT", lifetime=SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise Unanswered(type(error).__name__) from error
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    return texts


def findings(settings: Settings, policy: Policy, texts: Texts | None) -> Iterator[Finding]:
    """Look at each domain a desk writes from."""
    domains = dict.fromkeys(key(desk.addresses[0]).rpartition("@")[2] for desk in policy.desks.values())
    if texts is None:
        yield Finding("DNS", "note", "not asked: dnspython is missing", "install the extra `dkim`")
        return
    for domain in domains:
        try:
            yield from _spf(domain, texts)
            yield from _dmarc(domain, texts)
        except Unanswered as why:
            yield Finding(f"DNS {domain}", "note", f"could not be asked ({why})", "try again where DNS works")
    dkim = settings.delivery.dkim
    if dkim is not None:
        try:
            yield _dkim(f"{dkim.selector}._domainkey.{dkim.domain}", texts)
        except Unanswered as why:
            yield Finding(f"DNS {dkim.domain}", "note", f"could not be asked ({why})", "try again where DNS works")


def _spf(domain: str, texts: Texts) -> Iterator[Finding]:
    about = f"SPF {domain}"
    found = [text for text in texts(domain) if text.lower().startswith("v=spf1")]
    if not found:
        yield Finding(about, "wrong", "there is none", f"publish TXT {domain}: v=spf1 … -all with your smarthost")
    elif len(found) > 1:
        yield Finding(about, "wrong", f"there are {len(found)}, receivers then take none (RFC 7208)", "keep one")
    elif "+all" in found[0].split():
        yield Finding(about, "wrong", "+all lets anybody send in your name", "end it with -all or ~all")
    else:
        yield Finding(about, "ok", found[0][:60])


def _dmarc(domain: str, texts: Texts) -> Iterator[Finding]:
    about = f"DMARC {domain}"
    found = [text for text in texts(f"_dmarc.{domain}") if text.lower().startswith("v=dmarc1")]
    if not found:
        do = f"publish TXT _dmarc.{domain}: v=DMARC1; p=quarantine"
        yield Finding(about, "wrong", "there is none: an operator's From can be forged", do)
        return
    tags = dict(part.strip().partition("=")[::2] for part in found[0].split(";"))
    if tags.get("p", "none").strip().lower() == "none":
        yield Finding(
            about, "note", "p=none: forged mail of yours is let through", "p=quarantine once reports are good"
        )
    else:
        yield Finding(about, "ok", found[0][:60])


def _dkim(name: str, texts: Texts) -> Finding:
    found = [text for text in texts(name) if "p=" in text]
    if not found:
        return Finding("DKIM", "wrong", f"{name} is not there: what we sign fails", "publish the public key")
    if any(part.strip() == "p=" for part in found[0].split(";")):
        return Finding("DKIM", "wrong", f"{name} is revoked (empty p=)", "publish the key or take a new selector")
    return Finding("DKIM", "ok", name)
