from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer
from pydantic import ValidationError

from gateway.errors import TryAgainError
from gateway.mail.message import Attachment
from gateway.settings import Secret
from gateway.settings.schema import Blobs
from gateway.store.blobs import CHUNK, FileBlobs, keep_attachments
from gateway.store.engine import Store
from tests.support.postgresql import PostgreSQL


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a server that speaks as Amazon's S3 does."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, tmp_path: Path) -> Blobs:
    """A bucket of the test's own, shared with others by a prefix."""
    name = f"bucket-{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:16]}"
    with urlopen(Request(f"{s3}/{name}", method="PUT")):
        return Blobs(
            bucket=name, prefix="tickets", endpoint=s3, key_id=Secret("id", "test"), secret=Secret("s", "test")
        )


@pytest.fixture(params=["files", "rows", "s3"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Open a store whose contents lie in one of the three places, once more or with a failure injected."""
    url, blobs, stores = f"sqlite:///{tmp_path}/gateway.db", None, []
    if request.param == "rows":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.url(server.database(request.getfixturevalue("empty_postgresql")))
    elif request.param == "s3":
        blobs = request.getfixturevalue("bucket")

    def make(fail: Callable[[str], None] | None = None) -> Store:
        stores.append(Store(url, tmp_path / "state", fail, blobs))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)), b"z" * CHUNK, b"\0" * (2 * CHUNK + 1)])
def test_a_content_comes_back_under_its_hash(store: Store, content: bytes):
    sha256 = hashlib.sha256(content).hexdigest()
    assert not store.blobs.has(sha256)
    assert store.blobs.put(content) == sha256
    assert store.blobs.put(content) == sha256
    assert store.blobs.has(sha256)
    assert store.blobs.get(sha256) == content
    assert list(store.blobs.digests()) == [sha256]


def test_what_is_not_there_is_a_key_error(store: Store):
    with pytest.raises(KeyError):
        store.blobs.get("0" * 64)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "", "a", "x/" * 32])
def test_a_name_that_is_no_hash_leads_nowhere(store: Store, name: str):
    with pytest.raises(KeyError):
        store.blobs.get(name)


def test_many_writers_of_one_content_do_no_harm(store: Store):
    content = b"same" * 100_000
    digests: list[str] = []
    threads = [threading.Thread(target=lambda: digests.append(store.blobs.put(content))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(digests) == 8
    assert store.blobs.get(digests[0]) == content


def test_only_attachments_with_content_are_kept(store: Store):
    sha256 = hashlib.sha256(b"bild").hexdigest()
    keep_attachments(store.blobs, [
        Attachment("a.png", "image/png", 4, False, None, sha256, b"bild"),
        Attachment("b.png", "image/png", 4, False, None, "0" * 64),
    ])  # fmt: skip
    assert list(store.blobs.digests()) == [sha256]


@pytest.mark.parametrize("stop_at", ["blob written", "blob in place"])
def test_an_interrupted_write_can_be_done_again(make_store: Callable[..., Store], stop_at: str):
    def fail(name: str) -> None:
        if name == stop_at:
            raise RuntimeError(name)

    with pytest.raises(RuntimeError):
        make_store(fail).blobs.put(b"content")
    store = make_store()
    assert store.blobs.get(store.blobs.put(b"content")) == b"content"
    assert len(list(store.blobs.digests())) == 1


def test_a_folder_that_cannot_be_written_means_try_again(tmp_path: Path):
    (tmp_path / "blobs").write_text("a file in the way")
    with pytest.raises(TryAgainError):
        FileBlobs(tmp_path / "blobs", lambda _: None).put(b"x")


def test_a_file_is_closed_to_others(tmp_path: Path):
    blobs = FileBlobs(tmp_path, lambda _: None)
    blobs.put(b"x")
    assert [path.stat().st_mode & 0o077 for path in tmp_path.rglob("*")] == [0, 0]


def test_a_store_that_does_not_answer_means_try_again(s3: str, tmp_path: Path):
    nowhere = Blobs(bucket="none", endpoint=s3, key_id=Secret("id", "test"), secret=Secret("s", "test"))
    store = Store(f"sqlite:///{tmp_path}/gateway.db", tmp_path, blobs=nowhere)
    with pytest.raises(TryAgainError, match="blob store: "):
        store.blobs.put(b"x")
    store.close()


@pytest.mark.parametrize("endpoint", ["http://s3.example", "http://127.0.0.1.evil.example", "ftp://s3.example"])
def test_attachments_do_not_leave_the_machine_in_the_clear(endpoint: str):
    with pytest.raises(ValidationError):
        Blobs(bucket="tickets", endpoint=endpoint)
