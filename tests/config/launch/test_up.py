"""`manage.py up` refuses in one sentence, before anything has started."""

import subprocess
import sys
from socket import socket

import pytest

from config.launch import data_folder, ports, run_file, up
from config.launch.data_folder import PROJECT


@pytest.fixture
def busy():
    with ports.listen("127.0.0.1", 0, variable="PORT") as taken:
        yield ports.number(taken)


@pytest.fixture
def free():
    with socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(data, environment, **ports_chosen):
    words = [word for name, port in ports_chosen.items() for word in (f"--{name}", str(port))]
    return subprocess.run(
        [sys.executable, "-m", "config.launch.up", "--data", str(data), *words],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_port_in_use_is_one_sentence_and_nothing_is_started(tmp_path, bare_environment, busy):
    done = start(tmp_path / "data", bare_environment, port=busy)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Port {busy} is in use: stop what uses it, or choose another,"
        f" for example make run PORT={busy + 10}.\n"
    )
    assert [entry.name for entry in (tmp_path / "data").iterdir()] == ["lock"]


def test_a_second_start_from_the_same_folder_is_refused(tmp_path, bare_environment, free):
    with data_folder.hold(tmp_path):
        done = start(tmp_path, bare_environment, port=free)

    assert done.returncode == 1
    assert done.stderr.startswith("It already runs from this folder (process ")
    assert done.stderr.count("\n") == 1


def test_the_sockets_that_a_killed_launcher_left_are_removed(tmp_path):
    left = tmp_path / "storeroom-left"
    left.mkdir()
    run_file.write({"launcher": 1, "sockets": str(left)}, tmp_path)

    up._clear_after_kill(tmp_path)

    assert not left.exists()
    assert run_file.read_left(tmp_path) is None


def test_a_note_cannot_make_us_remove_a_folder_of_somebody_else(tmp_path):
    theirs = tmp_path / "photographs"
    theirs.mkdir()
    run_file.write({"launcher": 1, "sockets": str(theirs)}, tmp_path)

    up._clear_after_kill(tmp_path)

    assert theirs.exists()


def test_help_names_what_can_be_chosen(capsys):
    with pytest.raises(SystemExit) as done:
        up.main(["--help"])

    assert done.value.code == 0
    shown = capsys.readouterr().out
    options = ("--demo", "--no-demo", "--host", "--port", "--live-port", "--data")
    assert [option for option in options if option not in shown] == []
