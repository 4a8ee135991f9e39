"""`manage.py read_payload`, in the words others script against. No test here may use a database."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.pos_bridge.providers import samples


def run(provider, folder, name, *options):
    out = StringIO()
    path = samples.HERE / folder / "payloads" / name
    call_command("read_payload", "--provider", provider, str(path), *options, stdout=out)
    return out.getvalue()


def test_a_webhook_is_told_as_json():
    assert json.loads(run("square", "square", "webhook.payment.updated.json", "--json")) == {
        "status": "read",
        "dedupe": ["payment.updated", "6a8f5f28-54a1-4eb0-a98a-3111513fd4fc"],
        "merchant": "6SSW7HV8K2ST5",
        "location": "S8GWD5R9QB376",
        "fetch": ["order:03O3USaPaAaFnI6kkwB1JxGgBsUZY"],
        "movements": [],
        "stock_hints": [],
    }


@pytest.mark.parametrize("options", [(), ("--kind", "answer")])
def test_an_answer_is_told_whether_it_is_called_one_or_not(options):
    told = run("toast", "toast", "api.orders.get.dine_in_paid.json", "--json", *options)

    assert json.loads(told)["movements"] == [
        {
            "kind": "sale",
            "item": "a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20",
            "quantity": "1",
            "location": None,
        }
    ]


@pytest.mark.parametrize("provider", ["lightspeed", "lightspeed_k"])
def test_k_series_answers_to_both_its_names(provider):
    told = run(provider, "lightspeed_k", "webhook.item.restricted.json", "--json")

    assert json.loads(told)["stock_hints"] == [
        {"item": "UGG-BB-PUR-06", "location": "247158188015618", "quantity": "5"}
    ]


def test_a_person_gets_lines():
    told = run("lightspeed", "lightspeed_k", "webhook.order.closed.json")

    assert "status    read\n" in told
    assert "sale      1 of 21 at 247158188015618\n" in told


def test_what_is_ignored_was_read_well():
    told = run("square", "square", "api.locations.list.json", "--json", "--kind", "answer")

    assert json.loads(told)["status"] == "ignored"


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"hello":"world"}',
        b'{"type": "order.updated", "event_id": "e", "order": {}}',
        b'{"type": "payment.updated", "data": {}}',
    ],
)
def test_what_is_neither_webhook_nor_answer_is_unreadable(body, tmp_path):
    file = tmp_path / "body"
    file.write_bytes(body)

    with pytest.raises(CommandError, match="unreadable"):
        call_command("read_payload", str(file), provider="square", stdout=StringIO())


def test_the_unreadable_is_told_and_fails(tmp_path):
    out = StringIO()
    file = tmp_path / "body"
    file.write_bytes(b"\x00 not json")

    with pytest.raises(CommandError, match="unreadable"):
        call_command("read_payload", str(file), provider="square", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert told["status"] == "unreadable"
    assert told["dedupe"][0].startswith("sha256:")
    assert (told["movements"], told["stock_hints"], told["fetch"]) == ([], [], [])


def test_a_webhook_is_not_taken_for_an_answer():
    with pytest.raises(CommandError, match="unreadable"):
        run("square", "square", "api.locations.list.json", "--kind", "webhook")


def test_a_file_that_is_not_there_fails():
    with pytest.raises(CommandError, match="cannot read"):
        call_command("read_payload", "/nowhere/at/all", provider="square")


def test_only_what_has_moved_is_told_as_movement(tmp_path):
    order = samples.document("square", "api.orders.create.open_with_modifiers.json")
    moved = {}
    for state in ("OPEN", "CANCELED", "COMPLETED"):
        order["order"]["state"] = state
        file = tmp_path / state
        file.write_bytes(samples.dump(order))
        out = StringIO()
        call_command("read_payload", str(file), provider="square", json=True, stdout=out)
        moved[state] = [
            (line["kind"], line["quantity"]) for line in json.loads(out.getvalue())["movements"]
        ]

    assert moved == {
        "OPEN": [],
        "CANCELED": [],
        "COMPLETED": [("sale", "1"), ("sale", "2"), ("modifier", "2")],
    }
