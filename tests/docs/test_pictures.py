"""The pictures of the command line show what the commands print today."""

from __future__ import annotations

import html
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"
LINE = re.compile(r"<text [^>]*clip-path[^>]*>(.*?)</text>")
IDENT = re.compile(r"\b[0-9a-f]{24}\b")


def text_of(svg: str) -> list[str]:
    """Return what a picture shows, ids left out: each workspace has its own."""
    shown = (html.unescape(line) for line in LINE.findall(svg))
    return [IDENT.sub("…", line.replace("\xa0", " ").rstrip()) for line in shown]


def test_pictures_show_what_the_commands_print():
    spec = spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec
    assert spec.loader
    pictures = module_from_spec(spec)
    spec.loader.exec_module(pictures)
    drawn = {name: text_of(svg) for name, svg in pictures.draw()}
    kept = {path.stem: text_of(path.read_text("utf-8")) for path in pictures.FOLDER.glob("*.svg")}
    assert all(drawn.values())
    assert drawn == kept, "make pictures draws them anew"


def test_every_picture_is_shown_and_asks_nobody_for_anything():
    pages = "\n".join(
        page.read_text("utf-8") for page in [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]
    )
    for path in (DOCS / "_static").glob("*.svg"):
        assert f"_static/{path.name})" in pages
        assert not re.search(r"url\(\"?https?:", path.read_text("utf-8"))
