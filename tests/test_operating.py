"""The operator's guide: whatever stands there about faults has its test, and names what there is."""

import re
from pathlib import Path

from tutor_bot.web import PrometheusMeter

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
FAULTS = "tests/telegram/test_faults.py::"
DATABASE = "tests/storage/test_faults.py::"
SERVER = "tests/telegram/test_postgresql_gone.py::"
PROVEN_BY = {
    "429, too many requests": (
        "tests/telegram/test_limiter.py::test_refused_for_one_chat",
        "tests/telegram/test_limiter.py::test_refused_for_all",
        FAULTS + "test_a_question_is_answered_all_the_same",
    ),
    "5xx, a connection refused, an answer that is no JSON": (
        FAULTS + "test_a_question_is_answered_all_the_same",
        FAULTS + "test_a_quiz_question_comes_all_the_same",
    ),
    "a connection that breaks or hangs while something is sent": (
        FAULTS + "test_a_quiz_question_comes_all_the_same",
        FAULTS + "test_a_fate_unknown_twice_is_given_up",
        "tests/usecases/test_quizzing.py::test_a_vote_on_a_poll_whose_id_was_never_learnt",
        "tests/usecases/test_live_quiz.py::test_a_vote_on_a_poll_whose_id_was_never_learnt",
    ),
    "400 to an answer": (
        FAULTS + "test_an_answer_that_telegram_never_takes",
        "tests/telegram/test_processor.py::test_poisonous_update",
    ),
    "400 to a quiz question": (
        "tests/usecases/test_quizzing.py::test_a_question_that_telegram_refuses_is_skipped",
        "tests/usecases/test_live_quiz.py::test_a_refused_question_is_skipped_and_said_so",
    ),
    "403, somebody has blocked the bot, or thrown it out of a group": (
        FAULTS + "test_nobody_is_written_to_who_has_blocked_us",
        "tests/usecases/test_quizzing.py::test_a_blocked_learner_gets_nothing_until_they_write",
        "tests/telegram/test_classes.py::test_taken_out_of_the_group",
        "tests/telegram/test_classes.py::test_back_in_the_group",
    ),
    "409, another program fetches updates": ("tests/telegram/test_conflict.py::test_another_program_fetches_updates",),
    "401, a wrong token": (
        "tests/test_run.py::test_a_wrong_token_ends_in_one_line",
        "tests/telegram/test_inbox.py::test_refused_token",
    ),
    "no network at the start": (
        "tests/telegram/test_inbox.py::test_no_network_at_the_start",
        "tests/test_run.py::test_a_telegram_that_cannot_be_reached",
    ),
    "a group becomes a supergroup": (
        "tests/usecases/test_live_quiz.py::test_a_group_that_moves",
        "tests/usecases/test_classes.py::test_members_heard_under_both_ids",
        "tests/test_class_of_thirty.py::test_a_class_of_thirty",
    ),
    "the database is locked for more than 5 s": (DATABASE + "test_a_database_that_is_locked",),
    "the disk is full, the database is read-only": (
        DATABASE + "test_a_disk_that_is_full",
        DATABASE + "test_a_database_that_is_read_only",
        SERVER + "test_a_server_that_is_read_only",
        "tests/web/test_server.py::test_a_database_that_cannot_be_written",
    ),
    "the database's file was taken away or replaced": (
        DATABASE + "test_a_database_that_is_pulled_away",
        DATABASE + "test_it_is_said_in_words",
    ),
    "PostgreSQL restarts, or cuts connections in the middle of work": (
        SERVER + "test_connections_that_are_cut",
        SERVER + "test_cut_in_the_middle_of_work",
        SERVER + "test_cut_while_an_answer_is_sent",
    ),
    "PostgreSQL lets nobody in": (SERVER + "test_a_server_that_lets_nobody_in",),
    "the process is killed": ("tests/test_crash.py::test_killed_at_any_moment",),
    "the disk fails: what was written cannot be brought to it": ("tests/storage/test_disk.py::test_a_disk_that_fails",),
    "one of several replicas is killed": (
        "tests/test_crash.py::test_the_leader_of_three_is_killed",
        "tests/storage/test_replicas.py::test_what_a_dead_replica_had_in_hand",
    ),
    "a replica is cut off from the database": (
        "tests/storage/test_replicas.py::test_whoever_is_cut_off_leads_no_more",
        "tests/storage/test_replicas.py::test_whoever_comes_back_in_time_keeps_what_it_has",
    ),
    "a second process is started on the same SQLite database": (
        "tests/storage/test_alone.py::test_the_second_is_told_so",
        "tests/storage/test_alone.py::test_it_waits_for_one_that_stops",
    ),
    "a fault in a pack after `SIGHUP`": ("tests/test_run.py::test_content_is_loaded_anew_on_sighup",),
}
"""What happens, as the guide's table says it, to the tests in which it does."""


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their heads."""
    section = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_fault_has_a_test_that_exists() -> None:
    """A line without a test would promise nothing."""
    table = [row for row in rows("When something is wrong") if len(row) == 3][1:]
    assert {row[0] for row in table} == PROVEN_BY.keys()
    for fault, tests in PROVEN_BY.items():
        for named in tests:
            file, _, test = named.partition("::")
            assert re.search(rf"def {test}\(", (ROOT / file).read_text(encoding="utf-8")), (fault, named)


def test_every_figure_stands_in_the_guide() -> None:
    """What /metrics shows of the bot is explained, and nothing else is."""
    shown = PrometheusMeter().text({}).decode()
    figures = {
        name for name in re.findall(r"^# TYPE (tutor_\w+)", shown, re.MULTILINE) if not name.endswith("_created")
    }
    named = set(re.findall(r"`(tutor_\w+)`", GUIDE))
    assert figures <= named
    assert named <= figures | {f"{name}_count" for name in figures}
