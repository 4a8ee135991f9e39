"""What bootstrap.py does on a bare machine, on a second call, and when something is missing."""

import json
import sys
from pathlib import Path

import pytest

import bootstrap
from bootstrap import CannotInstall

LOCKS = ["requirements.txt", "requirements-dev.txt"]


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A project of its own, with locks and nothing installed."""
    for name in LOCKS:
        (tmp_path / name).write_text(f"{name} as it was\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "STAMP", venv / "installed.json")
    monkeypatch.setattr(bootstrap, "REDIS", venv / "redis")
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    monkeypatch.setattr(bootstrap, "asked", lambda _words: "")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ran(clone, monkeypatch):
    """The programs that were run, by the word that tells them apart."""
    words_run = []

    def run(words, refused, env=None):
        known = ["venv", "requirements-bootstrap.txt", "sync", "--target", "requirements.txt"]
        word = next(word for word in known if word in words)
        words_run.append(word)
        if word == "venv":
            Path(words[-1]).mkdir(parents=True)
        if word == "--target":
            (clone / ".venv" / "redis.part").mkdir()

    monkeypatch.setattr(bootstrap, "run", run)
    return words_run


def stamp(clone):
    return json.loads((clone / ".venv" / "installed.json").read_text())


def test_a_bare_clone_gets_a_virtual_environment_and_its_packages(clone, ran):
    bootstrap.install(tools=False)

    assert ran == ["venv", "requirements-bootstrap.txt", "sync"]
    assert stamp(clone)["tools"] is False


def test_a_second_call_finds_the_work_done(clone, ran):
    bootstrap.install(tools=False)
    ran.clear()

    bootstrap.install(tools=False)

    assert ran == []


def test_an_install_with_tools_serves_a_call_without(clone, ran):
    bootstrap.install(tools=True)
    ran.clear()

    bootstrap.install(tools=False)

    assert ran == []


def test_changed_locks_are_installed_in_place_and_tools_that_are_there_stay(clone, ran):
    bootstrap.install(tools=True)
    ran.clear()
    (clone / "requirements.txt").write_text("requirements.txt as it is now\n")

    bootstrap.install(tools=False)

    assert ran == ["requirements-bootstrap.txt", "sync"]
    assert stamp(clone)["tools"] is True


def test_a_moved_clone_is_made_anew(clone, ran):
    bootstrap.install(tools=False)
    moved = stamp(clone)
    moved["made_for"][-1] = "/where/it/was"
    (clone / ".venv" / "installed.json").write_text(json.dumps(moved))
    (clone / ".venv" / "left over").touch()
    ran.clear()

    bootstrap.install(tools=False)

    assert ran == ["venv", "requirements-bootstrap.txt", "sync"]
    assert not (clone / ".venv" / "left over").exists()


def test_an_install_that_is_cut_short_does_not_count(clone, ran, monkeypatch):
    bootstrap.install(tools=False)
    (clone / "requirements.txt").write_text("requirements.txt as it is now\n")

    def cut_short(_locks):
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "sync", cut_short)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.install(tools=False)

    assert bootstrap.read_stamp() == {}


def test_where_uv_fails_pip_installs_the_same_locks(clone, monkeypatch):
    ran = []

    def run(words, refused, env=None):
        ran.append(words)
        if "uv" in words:
            raise CannotInstall(refused)

    monkeypatch.setattr(bootstrap, "run", run)
    bootstrap.sync(LOCKS)

    assert ran[-1][-4:] == ["-r", "requirements.txt", "-r", "requirements-dev.txt"]
    assert "--require-hashes" in ran[-1]


def test_uv_is_told_where_pip_would_look(clone, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.com/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels /more")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.delenv("UV_FIND_LINKS", raising=False)

    told = bootstrap.uv_environment()

    assert told["UV_DEFAULT_INDEX"] == "https://packages.example.com/simple"
    assert told["UV_FIND_LINKS"] == "/wheels,/more"


def test_redis_is_unpacked_only_where_the_machine_has_none(clone, ran, monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    bootstrap.install(tools=False)
    assert "--target" not in ran

    monkeypatch.setattr("shutil.which", lambda _name: None)
    bootstrap.install(tools=False)

    assert ran[-1] == "--target"
    assert (clone / ".venv" / "redis").is_dir()


def test_an_old_python_is_told_which_one_is_needed(monkeypatch):
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))

    with pytest.raises(CannotInstall, match=r"needs Python 3\.11 or newer.* PYTHON=python3\.12"):
        bootstrap.check_python()


def test_a_python_without_ensurepip_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    with pytest.raises(CannotInstall, match="apt-get install python3-venv"):
        bootstrap.check_python()


def test_a_program_that_cannot_be_run_is_a_refusal():
    with pytest.raises(CannotInstall, match="as it was said"):
        bootstrap.run(["/no/such/program"], "as it was said")
