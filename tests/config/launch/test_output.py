"""Lines of different parts stay whole."""

import io

from config.launch.output import Output


def test_a_line_that_comes_in_pieces_is_shown_once_it_is_whole():
    stream = io.StringIO()
    output = Output(stream)

    output.show("web", b"on")
    output.show("worker", b"done\n")
    output.show("web", b"e\ntw")

    assert stream.getvalue() == "worker    | done\nweb       | one\n"


def test_an_unfinished_line_is_shown_when_the_part_ends():
    stream = io.StringIO()
    output = Output(stream)

    output.show("web", b"bye")
    output.show("web", b"")

    assert stream.getvalue() == "web       | bye\n"


def test_bytes_that_are_no_text_do_not_stop_us():
    stream = io.StringIO()

    Output(stream).show("web", b"\xff\n")

    assert stream.getvalue() == "web       | \ufffd\n"
