from __future__ import annotations

import pytest

from gateway.commands import vocabulary
from gateway.commands.authority import PROVEN_VERBS
from gateway.commands.help_texts import TEXTS
from gateway.commands.spelling import bare
from gateway.commands.verbs import ANYWHERE, IN_A_TICKET, NEED_ARGUMENT
from gateway.policy import roles


def test_no_word_means_two_verbs():
    owners: dict[str, str] = {}
    for verb in vocabulary.TABLE:
        for words in verb.words.values():
            for word in words:
                assert owners.setdefault(bare(word), verb.name) == verb.name, word


@pytest.mark.parametrize("verb", vocabulary.TABLE, ids=lambda verb: verb.name)
def test_every_word_of_every_language_is_found(verb):
    for words in verb.words.values():
        for word in words:
            assert vocabulary.find(word) == verb.name
            assert vocabulary.find(word.upper()) == verb.name


@pytest.mark.parametrize(
    ("written", "verb"),
    [("lost", "resolve"), ("aterlamna", "return"), ("laerdom", "lesson"), ("lardom", "lesson"), ("pavirkning", "impact"), ("haev", None), ("for", "for"), ("slaihop", "merge"), ("taemot", "accept"), ("samma_person", "same-person"), ("hogst", None)],
)  # fmt: skip
def test_diacritics_may_be_left_out_where_that_means_one_verb(written, verb):
    assert vocabulary.find(written) == verb


def test_words_that_clash_are_no_verbs():
    assert vocabulary.find("dela") is None
    assert vocabulary.find("del") is None
    assert vocabulary.find("open") is None


def test_every_verb_works_or_says_that_it_comes_later():
    working = {verb.name for verb in vocabulary.TABLE if not verb.later}
    assert working == set(IN_A_TICKET) | set(ANYWHERE) | {"note"}
    assert set(IN_A_TICKET) >= NEED_ARGUMENT


def test_every_working_verb_has_its_help_and_every_verb_a_role():
    assert set(TEXTS) == {verb.name for verb in vocabulary.TABLE if not verb.later}
    known = set().union(*roles.VERBS.values()) | roles.CUSTOMER_VERBS
    assert {verb.name for verb in vocabulary.TABLE} == known


def test_verbs_that_need_a_proof_exist():
    assert set(vocabulary.VERBS) >= PROVEN_VERBS


def test_the_shape_of_a_line_is_in_the_readers_language():
    assert vocabulary.VERBS["assign"].shape("sv") == "#tilldela namn"
    assert vocabulary.VERBS["pause"].shape("nb") == "#påvent [til dato|5d]"
    assert vocabulary.VERBS["take"].shape("en") == "#take"
