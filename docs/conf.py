"""Sphinx configuration; ``make docs`` builds with warnings as errors."""

from importlib.metadata import version as installed_version

project = "accsyn_orm"
author = "The accsyn_orm developers"
copyright = f"2026, {author}"  # noqa: A001  # the name Sphinx reads
version = release = installed_version("accsyn_orm")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "accsyn_orm"
exclude_patterns = ["_build"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
