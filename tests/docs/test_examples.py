"""Every example in the README and in docs/ runs against an embedded workspace.

``python`` blocks are executed; ``pycon`` blocks are doctests, so their output is compared as well.
The blocks of a page share one namespace, in order, as a reader would type them.
"""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from accsyn_orm.testing import EmbeddedWorkspace

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?:\{code-block\} )?(python|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def blocks(page: Path) -> list[tuple[str, str, int]]:
    text = page.read_text(encoding="utf-8")
    return [
        (found[1], found[2], text.count("\n", 0, found.start(2))) for found in BLOCK.finditer(text)
    ]


@pytest.fixture
def signed_in_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(seed="demo") as workspace:
        admin = workspace.credentials("admin")
        monkeypatch.setenv("ACCSYN_WORKSPACE", admin.workspace)
        monkeypatch.setenv("ACCSYN_API_USER", admin.username)
        monkeypatch.setenv("ACCSYN_API_KEY", admin.api_key)
        monkeypatch.setenv("ACCSYN_URL", workspace.url)
        monkeypatch.chdir(tmp_path)
        yield workspace


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
@pytest.mark.usefixtures("signed_in_environment")
def test_examples_of_the_page_run(page: Path):
    namespace: dict[str, object] = {"__name__": "__main__"}
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for language, source, line in blocks(page):
        if language == "python":
            exec(compile("\n" * line + source, str(page), "exec"), namespace)
        else:
            test = doctest.DocTestParser().get_doctest(
                source, namespace, page.name, str(page), line
            )
            runner.run(test, clear_globs=False)
            namespace.update(test.globs)
    assert runner.failures == 0
