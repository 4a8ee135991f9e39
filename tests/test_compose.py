"""compose.yaml names the services, ports, variables and health checks that operators rely on."""

import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parent.parent
NOT_OURS = {"PYTEST_XDIST_WORKER"}


def variables_in_env_example():
    text = (PROJECT / ".env.example").read_text()
    return set(re.findall(r"^([A-Z_]+)=", text, flags=re.MULTILINE))


def variables_read_by(pattern):
    read = r"""(?:given|env(?:\.\w+)?|environ\.get|getenv)\(\s*["']([A-Z][A-Z_]+)["']"""
    text = "\n".join(file.read_text() for file in PROJECT.glob(pattern))
    return set(re.findall(read, text)) | set(re.findall(r"""environ\[["']([A-Z_]+)["']""", text))


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((PROJECT / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def test_the_services_are_the_parts_of_the_product_and_what_they_stand_on(services):
    assert set(services) == {
        *("postgres", "redis", "migrate", "pos-service", "live", "worker", "beat", "proxy")
    }


def test_every_service_that_stays_has_a_health_check(services):
    without = [name for name, service in services.items() if "healthcheck" not in service]

    assert without == ["migrate"]
    assert services["migrate"]["restart"] == "on-failure"


def test_pages_are_on_port_8000_of_this_machine_and_only_the_proxy_is_open_to_others(services):
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert published == {
        "pos-service": ["127.0.0.1:8000:8000"],
        "proxy": ["${HTTP_PORT:-80}:80", "${HTTPS_PORT:-443}:443"],
    }


def test_postgres_is_the_version_the_ledger_needs(services):
    assert services["postgres"]["image"] == "postgres:18"
    roles = "./config/launch/roles.sql:/docker-entrypoint-initdb.d/roles.sql:ro"
    assert roles in services["postgres"]["volumes"]


@pytest.mark.parametrize("name", ["pos-service", "live", "worker", "beat"])
def test_the_product_runs_as_the_login_that_owns_nothing(services, name):
    url = services[name]["environment"]["DATABASE_URL"]

    assert url.startswith("postgresql://storeroom_app:")
    assert services[name]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }


def test_only_migrations_run_as_the_owner(services):
    owners = [
        name
        for name, service in services.items()
        if "storeroom_owner" in str(service.get("environment", {}).get("DATABASE_URL"))
    ]

    assert owners == ["migrate"]


def test_no_secret_has_a_value_in_the_file():
    text = (PROJECT / "compose.yaml").read_text()

    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "POSTGRES_PASSWORD"):
        assert f"{name}: ${{{name}:?see .env.example}}" in text


def test_every_variable_of_compose_is_explained(services):
    text = (PROJECT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))

    assert asked - variables_in_env_example() == set()


def test_every_variable_that_the_project_reads_is_explained():
    read = variables_read_by("config/*.py") | variables_read_by("config/settings/*.py")

    assert read - NOT_OURS - variables_in_env_example() == set()


def test_every_file_that_is_mounted_is_there(services):
    mounted = [
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]

    assert mounted
    assert [path for path in mounted if not (PROJECT / path).is_file()] == []


def test_the_proxy_bounds_what_it_lets_in_and_knows_both_servers():
    proxy = (PROJECT / "config/proxy/Caddyfile").read_text()

    assert re.findall(r"max_size (\w+)", proxy) == ["2MiB", "16MiB"]
    assert re.findall(r"reverse_proxy (\S+)", proxy) == ["live:8001", "pos-service:8000"]
