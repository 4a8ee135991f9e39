"""The browser of the tests is found, named or asked for; never skipped."""

import pytest

from config.launch import browser
from config.launch.refusal import CannotStart


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose programs are those we make."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("STOREROOM_BROWSER", raising=False)
    return tmp_path


def add(folder, name):
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return str(program)


def test_debians_name_is_found_before_others(machine):
    add(machine, "google-chrome")
    chromium = add(machine, "chromium")

    assert browser.find_or_install() == chromium


def test_the_one_named_in_the_environment_goes_first(machine, monkeypatch):
    add(machine, "chromium")
    monkeypatch.setenv("STOREROOM_BROWSER", add(machine, "my-own"))

    assert browser.find() == str(machine / "my-own")


def test_without_a_browser_we_say_what_to_install(machine):
    with pytest.raises(CannotStart, match="apt-get install chromium"):
        browser.find_or_install()
