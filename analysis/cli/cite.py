"""`strait cite`: a name, a figure or Strait itself, as a paper cites it."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, exit_with, options, readable_errors, show


def cite(
    words: Annotated[
        list[str],
        Argument(
            metavar="NAME",
            help="A name that strait list shows, a figure's name or file, or strait.",
            autocompletion=options.complete_name,
        ),
    ],
    bibtex: Annotated[bool, Option("--bibtex", help="Print only the entries for a bibliography.")] = False,
) -> None:
    """Cite a claim, parameter, policy, outcome, source, figure, or Strait itself, with the evidence behind it.

    Prints the paragraphs of the essays, the evidence with its sources, a sentence for a paper, and BibTeX.
    """
    with readable_errors():
        from rich.text import Text

        from analysis.paper import bibtex as bibtex_
        from analysis.paper import cite as citing
        from analysis.paper import explain, saved_figures
        from sim.results import manifest
        from sim.scenario.messages import find_nearest

        experiment, rest = options.split_experiment(words)
        exp, wanted = explain.everything(experiment), " ".join(rest)
        version = manifest.installed_version(manifest.DISTRIBUTIONS[0])
        names = explain.names(exp) | {citing.STRAIT: citing.STRAIT}
        if name := names.get(wanted.casefold()):
            bases = citing.bases(exp, name)
        else:
            files = saved_figures.find(wanted)
            if not files:
                near = find_nearest(wanted, [*names.values(), *saved_figures.names()])
                hint = f"Did you mean {near}?" if near else "strait list shows all names; name a figure by its file."
                exit_with(f"Nothing is called {wanted}. {hint}", BAD_INPUT)
            if len(files) > 1:
                exit_with(f"Several figures are called {wanted}; name one: {', '.join(map(str, files))}", BAD_INPUT)
            name = files[0].stem
            basis, exp, version = saved_figures.basis(files[0], exp)
            bases = {f"figures, {files[0]}": basis}
        works = bibtex_.works(exp, citing.sources(bases.values()), version)
        if not bibtex:
            for kind, basis in bases.items():
                show(Text.assemble((name, "bold"), f"   in {kind}"))
                show(explain.grid(basis.lines(exp, version)))
                show()
        typer.echo(bibtex_.text(works))
