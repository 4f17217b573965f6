"""Where a task's files come from and go to: its two documents, found on the disks of this machine.

What the documents say is told in `transfers.ends`. Sites are on this machine, too: each has a
directory for every volume. Rights are asked for on behalf of whoever submitted the job, each time
that it starts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.acls import Right, ShareRights, rights_in
from accsyn_orm.server.access.jobs import PACKAGES
from accsyn_orm.server.access.policy import access
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.places import find_share
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.engine.backend import as_submitter
from accsyn_orm.server.engine.computers import computer_of, downloads
from accsyn_orm.server.engine.needs import NOTHING, Needs
from accsyn_orm.server.engine.trouble import Code, TransferError
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import FILES, JOBS, SHARES, SITES, Scope
from accsyn_orm.server.transfers.lifecycle import FINISHED
from accsyn_orm.server.transfers.specs import DEFAULT_SHARE, is_absolute, parse_accsyn_path

_FAILURES: Mapping[Right, Code] = {"read": Code.FILE_NOT_FOUND, "write": Code.WRITE}


@dataclass(frozen=True, slots=True)
class End:
    """A place on a disk, and what it depends on.

    Attributes:
        tree: the disk, or the part of it that the share is.
        inside: where in it.
        name: what a file from here is called at a destination that is a directory.
        is_directory: whether it was said to be one: by a slash at the end, or as a whole share.
        needs: what has to be within reach.
    """

    tree: Tree
    inside: Inside
    name: str
    is_directory: bool = False
    needs: Needs = NOTHING

    @property
    def shown(self) -> str:
        """The place as users write it."""
        return self.tree.shown(self.inside)


@dataclass(slots=True)
class Ends:
    """Finds the ends of the tasks of one job; looks everything up once.

    Attributes:
        call: a transaction, on behalf of whoever submitted the job.
    """

    call: Call
    _computers: dict[tuple[str, str | None], RowMapping] = field(
        default_factory=dict[tuple[str, "str | None"], RowMapping]
    )
    _shares: dict[str, RowMapping] = field(default_factory=dict[str, RowMapping])
    _rights: dict[str, ShareRights] = field(default_factory=dict[str, ShareRights])

    def sources(self, document: Mapping[str, Any]) -> list[End]:
        """Find where a task's files are; only a collection is in several places.

        Raises:
            TransferError: there can be no such place.
            Held: it is not within reach now.
        """
        return list(self._found(document, "read"))

    def destination(self, document: Mapping[str, Any]) -> End:
        """Find where a task's files go.

        Raises:
            TransferError: there can be no such place.
            Held: it is not within reach now.
        """
        return next(self._found(document, "write"))

    def _found(self, document: Mapping[str, Any], right: Right) -> Iterator[End]:
        try:
            if "user" in document:
                yield self._on_computer(document)
            elif "job" in document:
                path = str(document["path"])
                yield _end(package(self.call, document["job"]), Inside.parse(path), path)
            else:
                yield from self._in_share(document, right)
        except Refusal as refusal:
            raise TransferError(_FAILURES[right], refusal.message) from refusal

    @behaviour(DOCUMENTED, "transfers/computers", "a relative path is beneath the download area")
    @behaviour(
        INFERRED,
        "transfers/computers",
        "a user's copy of a share is in his download area, by its code",
    )
    def _on_computer(self, document: Mapping[str, Any]) -> End:
        client = self._computer(document)
        root = self.call.roots.computer(client["id"])
        path = str(document["path"])
        if is_absolute(path):
            inside = Inside.on_computer(path)
        else:
            share, path = self._share_and_path(document)
            inside = downloads(root) / Inside((share["code"],) if share else ())
            inside /= Inside.parse(path)
        end = _end(Tree(root), inside, path)
        return dataclasses.replace(end, needs=Needs(computers=frozenset((client["id"],))))

    def _computer(self, document: Mapping[str, Any]) -> RowMapping:
        key = document["user"], document.get("client")
        if key not in self._computers:
            self._computers[key] = computer_of(self.call, document)
        return self._computers[key]

    def _in_share(self, document: Mapping[str, Any], right: Right) -> Iterator[End]:
        share, path = self._share_and_path(document)
        if share is None:
            raise Refusal(f"there is no share in {path!r}")
        site = self._site(document)
        if share["type"] == "collection":
            yield from self._members(site, share, path, right)
        else:
            self._require(share, path, right)
            yield self._at(site, share, path)

    def _share_and_path(self, document: Mapping[str, Any]) -> tuple[RowMapping | None, str]:
        """Find the share that an end is in, and the path inside it."""
        ident, path = document.get("s", document.get("v")), str(document["path"] or "")
        if ident is not None:
            return self._share(ident), path
        written = parse_accsyn_path(path) if path and not is_absolute(path) else None
        if written is None or (written.ident == DEFAULT_SHARE and "user" in document):
            return None, path
        end = "/" if written.is_directory and written.rest else ""
        return find_share(self.call, written), f"{written.rest}{end}"

    @behaviour(INFERRED, "transfers/paths", "a right that was revoked fails what needs it next")
    def _require(self, share: RowMapping, path: str, right: Right) -> None:
        ident = share["id"]
        if ident not in self._rights:
            self._rights[ident] = rights_in(self.call, share)
        if not self._rights[ident].allow(path or "/", right):
            who = self.call.caller.user_code
            raise Refusal(f"there is no share {share['code']!r} that {who} may {right}")

    @behaviour(
        INFERRED,
        "transfers/sites",
        "every site is on this machine, with a directory of its own for each volume",
    )
    def _at(self, site: str | None, share: RowMapping, path: str) -> End:
        """Find a path inside a share, at another site if one is given."""
        roots = self.call.roots
        volume = share if share["type"] == "volume" else self._share(share["parent"])
        base = Inside() if share is volume else Inside.parse((share["path"] or "").strip("/"))
        volumes = roots.volumes if site is None else roots.site(site)
        root = volumes / Inside((volume["directory"],)).name
        tree = Tree(root, base=base, shown_as=f"share={share['code']}")
        end = _end(tree, Inside.parse(path), path)
        needs = Needs(
            shares=frozenset((share["id"], volume["id"])),
            sites=frozenset(() if site is None else (site,)),
            servers=frozenset((volume["server"],) if site is None and volume["server"] else ()),
        )
        return dataclasses.replace(end, name=end.name or share["code"], needs=needs)

    @behaviour(DOCUMENTED, "transfers/paths", "a collection stands for the files that are in it")
    @behaviour(INFERRED, "transfers/paths", "whoever may read a collection may read what is in it")
    def _members(
        self, site: str | None, collection: RowMapping, path: str, right: Right
    ) -> Iterator[End]:
        self._require(collection, path, right)
        if right == "write":
            raise Refusal(f"collection {collection['code']!r} takes no files")
        wanted, files = Inside.parse(path), FILES.table.c
        is_member = (files.parent == collection["id"]) & (files.scope == Scope.ACTIVE.value)
        for row in rows_where(self.call, FILES, is_member):
            member = self._member(site, row)
            if wanted.is_root:
                yield member
            elif wanted.names[0] == member.name:
                rest = Inside(wanted.names[1:])
                inside, name = member.inside / rest, rest.name or member.name
                yield dataclasses.replace(member, inside=inside, name=name)

    def _member(self, site: str | None, row: RowMapping) -> End:
        """Find one file of a collection, where it is."""
        written = parse_accsyn_path(row["path"])
        path = written.rest if written else ""
        return self._at(site, self._share(row["share"]), path)

    def _share(self, ident: str) -> RowMapping:
        if ident not in self._shares:
            shares = SHARES.table.c
            is_meant = (shares.id == ident) & (shares.scope == Scope.ACTIVE.value)
            rows = rows_where(self.call, SHARES, is_meant)
            if not rows:
                raise Refusal(f"there is no share {ident!r} any more")
            self._shares[ident] = rows[0]
        return self._shares[ident]

    def _site(self, document: Mapping[str, Any]) -> str | None:
        """Return the id of the site that an end names, unless it is the main one."""
        named = document.get("site")
        if named is None:
            return None
        is_meant = (SITES.table.c.id == named) & (SITES.table.c.scope == Scope.ACTIVE.value)
        rows = rows_where(self.call, SITES, is_meant)
        if not rows:
            raise Refusal(f"there is no site {named!r} any more")
        return None if rows[0]["main"] else str(named)


@behaviour(
    INFERRED,
    "packages/files",
    "its files are read and written with the rights of whoever made it",
)
@behaviour(INFERRED, "packages/files", "who is no recipient any more downloads nothing")
@behaviour(INFERRED, "packages/files", "an upload to one that is over by now fails")
def ends_of(call: Call, job: RowMapping) -> Ends:
    """Find the ends of the tasks of a job, also of one beneath a delivery or a request.

    Args:
        call: a transaction, on behalf of whoever submitted the job.
        job: the job.

    Raises:
        TransferError: whoever made the delivery is gone, or the submitter is no recipient any more;
            or the delivery is over, and takes no files.
        Held: that user is disabled.
    """
    jobs = JOBS.table.c
    packages = rows_where(call, JOBS, jobs.id == job["parent"], jobs.type.in_(PACKAGES))
    if not packages:
        return Ends(call)
    may_use = access("job", call.caller).read(call.caller)
    if not rows_where(call, JOBS, jobs.id == job["parent"], may_use):
        raise TransferError(Code.FILE_NOT_FOUND, "there is no such delivery or request any more")
    if packages[0]["status"] in FINISHED and not str(job["destination"]).startswith("user:"):
        raise TransferError(Code.WRITE, f"it takes no files: it is {packages[0]['status']}")
    return Ends(as_submitter(call, packages[0]))


def _end(tree: Tree, inside: Inside, path: str) -> End:
    return End(tree, inside, inside.name, inside.is_root or path[-1:] in {"", "/", "\\"})


@behaviour(INFERRED, "transfers/paths", "files of a delivery have a directory of their own")
def package(call: Call, delivery: str) -> Tree:
    """Return the tree that holds the files of a delivery, a request or a stream."""
    return Tree(call.roots.packages / Inside((delivery,)).name, shown_as=f"delivery={delivery}")
