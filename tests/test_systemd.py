"""The shipped unit is as closed as it says, and the gateway's libraries live with what it forbids."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNITS = Path(__file__).resolve().parents[1] / "systemd"
ANALYZE = shutil.which("systemd-analyze")

# prctl(2): the kernel's own form of MemoryDenyWriteExecute=, since Linux 6.3
LOAD_WITHOUT_WRITABLE_CODE = """\
import ctypes, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:
    sys.exit(77)
import aiosmtpd.smtp, alembic, apscheduler, authres, chardet, dkim, holidays, imapclient, jinja2, lxml.etree, mailparser
import markdown_it, nh3, premailer, psycopg, pydantic, regex, selectolax.lexbor, sqlalchemy, sqlite3, ssl, yaml
assert nh3.clean("<b onclick=x>hej</b>") == "<b>hej</b>"
assert regex.search(r"\\bö", "på ö", timeout=1)
assert pydantic.create_model("M", a=int)(a="1").a == 1
assert sqlalchemy.create_engine("sqlite://").connect().exec_driver_sql("SELECT 1").scalar() == 1
assert selectolax.lexbor.LexborHTMLParser("<p>hej").text() == "hej"
ssl.create_default_context()
"""

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed (Debian: systemd)")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ANALYZE, "--no-pager", *arguments], capture_output=True, text=True, timeout=60, check=False)


@needs_systemd
@pytest.mark.parametrize("unit", ["gateway.service", "gateway@.service"])
def test_a84_the_exposure_of_a_unit_is_at_most_one_point_six(unit: str):
    done = analyze("security", "--offline=yes", str(UNITS / unit))
    level = re.search(r"Overall exposure level for gateway\S*: ([\d.]+)", done.stdout)
    assert level, done.stdout + done.stderr
    assert float(level[1]) <= 1.6, done.stdout


@needs_systemd
def test_systemd_finds_no_mistake_in_the_units(tmp_path: Path):
    for unit in UNITS.iterdir():
        # verify wants programs and man pages that exist; where the gateway lies is the admin's choice
        text = unit.read_text().replace("/opt/gateway/bin/gateway", sys.executable)
        (tmp_path / unit.name).write_text(re.sub(r"(?m)^Documentation=.*\n", "", text))
    done = analyze("verify", *(str(path) for path in sorted(tmp_path.iterdir())))
    assert (done.returncode, done.stderr) == (0, "")


def test_every_library_works_where_no_memory_is_both_writable_and_executable():
    done = subprocess.run(
        [sys.executable, "-c", LOAD_WITHOUT_WRITABLE_CODE], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE (Linux 6.3)")
    assert done.returncode == 0, done.stderr


def test_an_instance_is_as_closed_as_the_unit_itself():
    own = {"Description", "ExecStart", "ExecStartPre", "StateDirectory", "RuntimeDirectory", "ConfigurationDirectory"}

    def keys(name: str) -> list[str]:
        lines = [line for line in (UNITS / name).read_text().splitlines() if "=" in line and line[0].isupper()]
        return [line for line in lines if line.partition("=")[0] not in {*own, "User", "Also"}]

    assert keys("gateway@.service") == keys("gateway.service")
    assert "User=gateway-%i" in (UNITS / "gateway@.service").read_text(), "else all instances share one user"


@pytest.mark.parametrize("name", ["gateway.service", "gateway@.service"])
def test_the_unit_waits_for_ready_and_is_watched(name: str):
    unit = (UNITS / name).read_text()
    assert re.search(r"(?m)^Type=notify$", unit)
    assert re.search(r"(?m)^WatchdogSec=\d+$", unit)
    assert re.search(r"(?m)^ExecStart=\S+/gateway run --config \S+$", unit)
