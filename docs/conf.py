"""Sphinx configuration; ``make docs`` builds with warnings as errors."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "accsyn_orm"
author = "The accsyn_orm developers"
copyright = f"2026, {author}"  # noqa: A001  # the name Sphinx reads
version = release = installed_version("accsyn_orm")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "entity_reference"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "accsyn_orm"
html_static_path = ["_static"]
html_css_files = ["beside.css"]
exclude_patterns = ["_build"]
toc_object_entries = False  # pages have a heading for each type; more makes every page slow
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 90
