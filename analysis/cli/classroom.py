"""`strait class`: the page in a classroom, on the students' own devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

import typer
from typer import Option

from analysis.cli import BAD_INPUT, exit_with, options, readable_errors

if TYPE_CHECKING:
    from analysis.classroom.room import Room
    from analysis.classroom.server import Classroom


def classroom(
    experiment: options.Experiment = options.DEBATE,
    host: Annotated[
        str, Option("--host", metavar="ADDRESS", help="Address to serve on; 0.0.0.0 is every one of this computer.")
    ] = "127.0.0.1",
    port: Annotated[int, Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    seats: Annotated[int, Option("--seats", metavar="N", min=1, max=300, help="Most students at a time.")] = 60,
) -> None:
    """Serve the page to a class: students guess and set beliefs, and the instructor sees what the room believes.

    Students need no name and no program. The server only adds up their answers and keeps nothing. It serves this
    computer alone, until `--host 0.0.0.0` opens it to the network. Ctrl-C closes the room.
    """
    with readable_errors():
        try:
            from analysis.classroom import serve
        except ModuleNotFoundError as error:
            exit_with(f"{error.name} is not installed. Install it: python -m pip install -e '.[class]'", BAD_INPUT)
        from analysis.classroom.room import MOST_EVENTS, Room
        from analysis.classroom.server import Classroom
        from sim.engine.beliefs import dialled_parameters
        from sim.model import codes
        from sim.scenario.layers import Scripted

        exp = options.load_experiment(experiment)
        try:
            bound = serve.bind(host, port)
        except OSError as error:
            exit_with(f"The room cannot be opened at {host}, port {port}: {error.strerror or error}. "
                      "Give another --host or --port.", BAD_INPUT)  # fmt: skip
        with bound:
            typer.echo("Making the page, which takes some seconds.", err=True)
            join, page = serve.make_pages(experiment)
            claims = dialled_parameters(exp.catalogue)
            room = Room(
                {claim: exp.catalogue.claims[claim].dial_range for claim in claims}, seats,
                get_args(Scripted) if len(exp.events) + MOST_EVENTS <= codes.MOST_SCRIPTED else (),
                exp.months, exp.events,
            )  # fmt: skip
            url = f"http://{serve.reachable_host(host)}:{bound.getsockname()[1]}/"
            made = Classroom(room, join, page, url)
            for line in opening_lines(made, host, is_loopback=serve.is_loopback(host)):
                typer.echo(line)
            server = serve.make_server(made)
            serve.run(server, bound)
        for line in closing_lines(room):
            typer.echo(line)


def opening_lines(made: Classroom, host: str, *, is_loopback: bool) -> list[str]:
    """Say where the room is, who can reach it, and what that means."""
    if is_loopback:
        reach = [
            "Only this computer can reach the room. To open it to students in the same network, add --host 0.0.0.0",
        ]
    else:
        reach = [
            f"Every device in the same network can reach this computer at {host}. Whoever has the code can join.",
            "Nothing is encrypted (http), so others in the network could read it. No names are asked for.",
            "Use a network that you trust, and close the room with Ctrl-C after the lesson.",
        ]
    return [
        f"Students:   {made.url}   code {made.room.code}", f"Instructor: {made.instructor_url}",
        "Keep the instructor's link to yourself: who has it leads the class.", *reach, "Ctrl-C closes the room.",
    ]  # fmt: skip


def closing_lines(room: Room) -> list[str]:
    """Say how many answered, what was exported, and that all else is gone."""
    answered = sum(seat.has_answered for seat in room.seats.values())
    kept = f"Exported: {'; '.join(room.exported)}." if room.exported else "Nothing was exported."
    return [f"The room is closed. {answered} of {len(room.seats)} students had answered. {kept} All else is forgotten."]
