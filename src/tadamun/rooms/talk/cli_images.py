"""`tadamun post --image`, `tadamun image`: pictures on their way out of files, and back into them."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from tadamun.cli.common import N_, Here, UsageError, _, ask, command, converse, say, show
from tadamun.rooms.talk.lines import image_line

F = TypeVar("F", bound=Callable[..., Any])


def images_options(function: F) -> F:
    """`--image FILE` and `--alt TEXT`, in pairs."""
    alt = click.option(
        "--alt", "alts", multiple=True, metavar="TEXT", help=N_("What the image shows, for who cannot see it.")
    )
    image = click.option(
        "--image",
        "pictures",
        multiple=True,
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help=N_("A picture to go with it; may be repeated. Only its pixels are sent."),
    )
    return image(alt(function))


def made_ready(here: Here, pictures: Sequence[Path], alts: Sequence[str]) -> list[str]:
    """Ids of the pictures, ready to be posted. Raises UsageError."""
    if len(alts) > len(pictures):
        raise UsageError("Give each --image at most one --alt, in the same order.")
    if not pictures:
        return []

    async def script(make: Any) -> list[str]:
        ids = []
        for picture, alt in zip(pictures, [*alts, *[""] * (len(pictures) - len(alts))], strict=True):
            asked = {"space": here.space, "path": str(picture.absolute()), "alt": alt}
            ids.append((await make("talk.attach", asked))["id"])
        return ids

    if len(alts) < len(pictures) and not here.json:
        click.echo(_("An image without --alt says nothing to those who cannot see it."), err=True)
    return converse(here, script, online=False)


@command(
    "image",
    help=N_("Save an image of a post as a file."),
    example=("tadamun image 3fa9c2d1 --out picture.jpg", "tadamun image 3fa9c2d1 --number 2 --out picture.jpg"),
)
@click.argument("post", metavar="ID", help=N_("The post, by at least the first four characters of its id."))
@click.option("--number", default=1, type=click.IntRange(1, 4), show_default=True, help=N_("Which image of the post."))
@click.option(
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=N_("Where to save it: a new file, unencrypted, readable only by you."),
)
def image(here: Here, post: str, number: int, out: Path) -> None:
    found = ask(here, "talk.image", {"space": here.space, "post": post, "number": number})
    if found["broken"]:
        raise UsageError("What arrived is not the image that the post named. It was not saved.")
    if not found["ready"]:
        raise UsageError(
            "The image is not here whole yet: {here} of {parts} parts are. Try again later.",
            here=found["here"],
            parts=found["parts"],
        )
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:
            file.write(base64.b64decode(found["data"]))
    except OSError as error:
        raise UsageError("The file {file} cannot be made. Choose a name that is not taken.", file=str(out)) from error
    told = {name: value for name, value in found.items() if name != "data"} | {"file": str(out)}
    show(here, told, lambda it: [image_line(it), say("Saved as {file}.", file=it["file"])])
