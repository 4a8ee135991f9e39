"""Ports are taken before anything starts."""

import socket

import pytest

from config.launch import ports
from config.launch.refusal import CannotStart


def test_a_port_in_use_is_told_with_the_way_out():
    with ports.listen("127.0.0.1", 0, variable="PORT") as taken:
        number = ports.number(taken)

        with pytest.raises(CannotStart) as refused:
            ports.listen("127.0.0.1", number, variable="LIVE_PORT")

    assert str(refused.value) == (
        f"Port {number} is in use: stop what uses it, or choose another,"
        f" for example make run LIVE_PORT={number + 10}."
    )


def test_the_port_is_open_at_once_so_nobody_slips_in():
    with (
        ports.listen("127.0.0.1", 0, variable="PORT") as ours,
        socket.create_connection(ours.getsockname(), timeout=1) as visitor,
    ):
        assert visitor.getpeername() == ours.getsockname()


def test_a_free_port_stays_free_after_we_looked():
    with ports.listen("127.0.0.1", 0, variable="PORT") as ours:
        number = ports.number(ours)

    ports.require_free("127.0.0.1", number, variable="SIMULATOR_PORT")
    with ports.listen("127.0.0.1", number, variable="SIMULATOR_PORT") as again:
        assert ports.number(again) == number
