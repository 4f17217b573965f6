"""The accsyn query language: text, expressions and one tree."""
