"""Measure against other people's test mails, where they lie beside the repository; the floors are those we promise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.mail.forward import find
from gateway.mail.html_text import to_text
from gateway.mail.message import InboundMail, MailClass
from gateway.mail.quote import split
from gateway.mail.reading import read

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus of other people's mails at {CORPUS}")


def cases(name: str) -> Iterator[dict]:
    for line in (CORPUS / "_expected" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def mail_of(case: dict) -> InboundMail:
    return read((CORPUS / case["mail"]).read_bytes())


def is_right_reply(case: dict) -> bool:
    if case["kind"] == "html":
        html = (CORPUS / case["mail"]).read_text(encoding="utf-8", errors="replace")
        return squeezed(split(to_text(html), html).new_text) == squeezed(case["reply_ignoring_markup_and_space"])
    mail = mail_of(case)
    return squeezed(case["reply"]) in (squeezed(mail.new_text), squeezed(f"{mail.new_text}{mail.signature}"))


def test_replies_of_every_client_show_their_new_text() -> None:
    wrong = [case["mail"] for case in cases("talon") if not is_right_reply(case)]
    assert len(wrong) <= 2, wrong


def is_right_forward(case: dict, subject: str) -> bool:
    found = find((CORPUS / case["mail"]).read_text(encoding="utf-8"), None, (), subject)
    if not case["forwarded"] or found is None:
        return found is None and not case["forwarded"]
    original = case.get("original")
    return original is None or (found[0].sender.address, found[0].sender.name) == (
        original["from_address"],
        original["from_name"],
    )


def subject_of(case: dict) -> str:
    """The subjects are not in the corpus; their names say whether they were of a reply or a forward."""
    if not case["subject_file"]:
        return ""
    return "Re: Integer consequat" if "variant_4" in case["subject_file"] else "Fw: Integer consequat"


def test_forwards_name_their_first_sender() -> None:
    all_cases = list(cases("crisp_forward"))
    wrong = [case["mail"] for case in all_cases if not is_right_forward(case, subject_of(case))]
    assert len(wrong) <= 0.05 * len(all_cases), wrong


def bounces(case: dict) -> list[dict]:
    return [fact for fact in case["facts"] if fact["reason"] not in ("vacation", "feedback")]


def test_bounces_of_every_server_are_recognised() -> None:
    all_cases = list(cases("sisimai"))
    wrong = [case["mail"] for case in all_cases if (mail_of(case).delivery_report is not None) != bool(bounces(case))]
    assert len(wrong) <= 0.03 * len(all_cases), wrong


def test_bounces_are_hard_or_soft() -> None:
    all_cases = [case for case in cases("sisimai") if bounces(case)]
    wrong = []
    for case in all_cases:
        report = mail_of(case).delivery_report
        permanent = report is not None and any(recipient.permanent for recipient in report.recipients)
        if permanent != bounces(case)[0]["hardbounce"]:
            wrong.append(case["mail"])
    assert len(wrong) <= 0.05 * len(all_cases), wrong


def test_vacations_and_complaints_have_their_class() -> None:
    wanted = {"vacation": MailClass.VACATION, "feedback": MailClass.FEEDBACK_REPORT}
    wrong = []
    for case in cases("sisimai"):
        reason = case["facts"][0]["reason"] if case["facts"] else ""
        if reason in wanted and mail_of(case).mail_class is not wanted[reason]:
            wrong.append(case["mail"])
    assert wrong == []
