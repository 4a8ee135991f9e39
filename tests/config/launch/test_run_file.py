"""The note is believed only while its launcher runs."""

import stat

import pytest

from config.launch import data_folder, run_file
from config.launch.refusal import CannotStart


def test_what_runs_is_read_while_its_launcher_holds_the_folder(tmp_path):
    with data_folder.hold(tmp_path):
        run_file.write({"WEB_URL": "http://127.0.0.1:8000"}, tmp_path)

        assert run_file.read(tmp_path) == {"WEB_URL": "http://127.0.0.1:8000"}


def test_the_note_of_a_killed_launcher_is_not_believed(tmp_path):
    with data_folder.hold(tmp_path):
        run_file.write({"WEB_URL": "http://127.0.0.1:8000"}, tmp_path)

    assert run_file.read(tmp_path) is None
    assert run_file.read_left(tmp_path) == {"WEB_URL": "http://127.0.0.1:8000"}


def test_a_folder_that_was_never_used_says_nothing(tmp_path):
    assert run_file.read(tmp_path / "none") is None


def test_a_note_that_was_cut_short_says_nothing(tmp_path):
    (tmp_path / run_file.NAME).write_text('{"WEB_')

    assert run_file.read_left(tmp_path) is None


def test_the_note_is_closed_to_others(tmp_path):
    run_file.write({}, tmp_path)

    assert stat.S_IMODE((tmp_path / run_file.NAME).stat().st_mode) == 0o600


def test_the_folder_named_by_the_environment_is_the_one_read(tmp_path, monkeypatch):
    monkeypatch.setenv("STOREROOM_DATA", str(tmp_path))
    with data_folder.hold(tmp_path):
        run_file.write({"LIVE_URL": "ws://127.0.0.1:8001"}, tmp_path)

        assert run_file.read() == {"LIVE_URL": "ws://127.0.0.1:8001"}


def test_a_second_launcher_is_refused_and_told_who_runs(tmp_path):
    with (
        data_folder.hold(tmp_path),
        pytest.raises(CannotStart, match=r"It already runs from this folder \(process \d+\)"),
        data_folder.hold(tmp_path),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()

    with (
        pytest.raises(CannotStart, match="cannot be used: Not a directory"),
        data_folder.hold(tmp_path / "file" / "data"),
    ):
        pass


def test_a_large_log_makes_room_and_is_kept_once(tmp_path, monkeypatch):
    monkeypatch.setattr(data_folder, "LARGEST_LOG", 3)
    (tmp_path / "redis.log").write_text("full")

    assert not data_folder.log(tmp_path, "redis").exists()
    assert (tmp_path / "redis.log.1").read_text() == "full"
