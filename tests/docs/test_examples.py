"""Every example in the README and in docs/ runs against an embedded workspace.

``python`` blocks are executed, and what they print is compared with the comments behind ``print``;
``pycon`` blocks are doctests. The blocks of a page share one namespace, in order, as a reader would
type them, in a folder with the files that ``accsyn-orm serve --write-env .`` leaves. All pages but
the tutorial find the same settings in the environment, too.
"""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest

from accsyn_orm.testing import EmbeddedWorkspace

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?:\{code-block\} )?(python|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRINTED = re.compile(r"^ *print\(.*\) +# (.+)$", re.MULTILINE)
TUTORIAL = ROOT / "docs" / "tutorial" / "first-steps.md"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def blocks(page: Path) -> list[tuple[str, str, int]]:
    text = page.read_text(encoding="utf-8")
    return [
        (found[1], found[2], text.count("\n", 0, found.start(2))) for found in BLOCK.finditer(text)
    ]


@pytest.fixture
def served_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    with EmbeddedWorkspace(seed="demo") as workspace:
        workspace.write_environment(tmp_path)
        monkeypatch.chdir(tmp_path)
        yield tmp_path


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
# The page about the official client makes calls that are kept for old scripts.
@pytest.mark.filterwarnings("ignore::accsyn_orm.compat.CompatDeprecationWarning")
def test_examples_of_the_page_run(
    page: Path,
    served_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    if page != TUTORIAL:
        for line in (served_folder / ".env.admin").read_text("utf-8").splitlines():
            monkeypatch.setenv(*line.split("=", 1))
    # In a context of its own: a page may end inside of a session, the other tests must not.
    copy_context().run(_run, page, capsys)


def _run(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for language, source, line in blocks(page):
        if language == "python":
            exec(compile("\n" * line + source, str(page), "exec"), namespace)
            printed = capsys.readouterr().out.splitlines()
            assert [text for text in PRINTED.findall(source) if text not in printed] == []
        else:
            test = doctest.DocTestParser().get_doctest(
                source, namespace, page.name, str(page), line
            )
            runner.run(test, clear_globs=False, out=_fail)
            namespace.update(test.globs)


def _fail(report: str) -> None:
    raise AssertionError(report)
