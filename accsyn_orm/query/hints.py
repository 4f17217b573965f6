"""Words for what people write that the language has not: other languages' signs and keywords."""

from __future__ import annotations

LOGIC_HINTS = {
    "&": "write AND",
    "&&": "write AND",
    "|": "write OR",
    "||": "write OR",
    ",": "write AND, or put a value that holds a comma in quotes",
    ";": "one text is one query; leave the semicolon out",
}
SYMBOL_HINTS = {
    "==": "write =",
    "===": "write =",
    "=<": "write <=",
    "=>": "write >=",
    "!==": "write !=",
    "!": "write !=",
    "~": "write MATCHES",
    "~=": "write MATCHES",
    "!~": "write NOT MATCHES",
}
OPERATORS_HINT = "operators are = != < <= > >= and [NOT] IN, CONTAINS, MATCHES"
WORD_HINTS = {
    "like": "write name=*text*, or name CONTAINS text",
    "is": "write attribute=null or attribute!=null",
    "between": "write attribute>=low AND attribute<=high",
    "startswith": 'write name="text*"',
    "endswith": 'write name="*text"',
    "regexp": "write MATCHES",
    "equals": "write =",
    "has": "write CONTAINS",
    "includes": "write CONTAINS",
}
NOT_IN_LANGUAGE = {
    "order": "the language does not sort: sort the result",
    "sort": "the language does not sort: sort the result",
    "limit": "use .limit(), or the argument limit=",
    "skip": "use .skip(), or the argument skip=",
    "offset": "use .skip(), or the argument skip=",
    "group": "the language does not group: group the result",
    "join": "the language has no joins: query the other entity, or follow the reference",
    "select": "start with the entity type: Job WHERE status=failed",
    "from": "start with the entity type: Job WHERE status=failed",
    "find": "start with the entity type: Job WHERE status=failed",
}
CONDITION_HINT = "write one, such as status=failed"
JOIN_HINT = "join conditions with AND or OR; a value with blanks needs quotes"
