"""The words of the Makefile, and what they do where it can be seen without running them."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parent.parent
TARGETS = ["run", "test", "check", "fmt", "bench", "seed"]
TARGETS += ["sale", "worker", "beat", "shell", "vendor", "lock"]


def make(*words):
    done = subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
    )
    return done.stdout


def test_make_alone_lists_every_target():
    assert re.findall(r"^  make (\w+)", make(), flags=re.MULTILINE) == TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_starts_with_the_bootstrap(target):
    assert "python3 bootstrap.py " in make("--dry-run", target)


def test_the_ports_of_a_second_clone_can_be_chosen():
    shown = make("--dry-run", "run", "PORT=8010", "LIVE_PORT=8011", "ARGS=--no-demo")

    assert "config.launch.up --host 127.0.0.1 --port 8010 --live-port 8011" in shown
    assert shown.rstrip().endswith("--no-demo")


@pytest.mark.parametrize("target", ["worker", "beat"])
def test_a_process_of_celery_by_itself_has_the_settings_of_the_running_system(target, tmp_path):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$DJANGO_SETTINGS_MODULE"\n')
    python.chmod(0o755)

    assert make(target, f"PYTHON={python}") == "config.settings.dev\n"


def test_arguments_reach_pytest():
    shown = make("--dry-run", "all-tests", "ARGS=tests/inventory -x")

    assert '-m "not e2e" tests/inventory -x' in shown
    assert "-m e2e tests/inventory -x" in shown


def test_no_recipe_names_a_path_that_may_hold_a_space():
    text = (PROJECT / "Makefile").read_text()

    assert "CURDIR" not in text
    assert "PWD" not in text


def test_continuous_integration_runs_what_make_test_runs():
    script = PROJECT / ".ci/run"
    workflow = yaml.safe_load((PROJECT / ".github/workflows/ci.yml").read_text())

    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text()
    assert "make test" in script.read_text()
    assert workflow["jobs"]["test"]["steps"][-1] == {"run": ".ci/run"}


def test_the_hooks_before_a_commit_use_the_locked_tools():
    config = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]

    assert [hook["id"] for hook in hooks] == ["ruff", "ruff-format", "djlint", "arrows"]
    assert all("bootstrap.py --tools" in hook["entry"] for hook in hooks)
