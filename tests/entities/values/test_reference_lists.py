"""Lists of references: equal to the list of ids, and fetched like one reference."""

from __future__ import annotations

import json
import pickle
from copy import deepcopy

import pytest

from accsyn_orm import (
    EntityNotFoundError,
    EntityValidationError,
    HiddenRequestError,
    Queue,
    Ref,
    Refs,
    Server,
    Volume,
)
from accsyn_orm.entities.notebook import entity_html

pytestmark = pytest.mark.usefixtures("v3")

PATHS = {"linux": "/mnt/a"}


def ident(number: int) -> str:
    return f"{number:024x}"


@pytest.fixture
def studio(v3):
    for number in range(1, 6):
        v3.add("server", number, code=f"s{number}")
    for number in range(3):
        v3.add("volume", 0xA000 + number, siteservers=[ident(number + 1), ident(number + 2)])
    v3.add("volume", 0xA003, siteservers=[])
    return v3


def test_all_that_were_loaded_together_take_one_request(studio):
    volumes = Volume.where().all()
    codes = [[server.code for server in volume.siteservers.fetch()] for volume in volumes]
    assert codes == [["s1", "s2"], ["s2", "s3"], ["s3", "s4"], []]
    assert [call[1].split()[0] for call in studio.calls] == ["Volume", "Server"]
    assert volumes[0].siteservers[1].fetch() is volumes[1].siteservers[0].fetch()


def test_list_is_equal_to_its_ids(studio):
    servers = Volume.where().first().siteservers
    first, second = servers
    assert (type(servers), type(first)) == (Refs, Ref)
    assert servers == [ident(1), ident(2)] == servers
    assert servers == (ident(1), ident(2))
    assert servers == Volume.where().first().siteservers
    assert servers != [ident(2), ident(1)]
    assert servers != ident(1)
    assert (len(servers), servers[-1], servers[:1]) == (2, second, [first])
    assert servers == servers[0].fetch().__class__.where().limit(2).all()
    assert ident(2) in servers
    assert servers[1].fetch() in servers
    assert ident(9) not in servers
    assert repr(servers) == f"Refs(['{ident(1)}', '{ident(2)}'])"
    assert str(servers) == str([ident(1), ident(2)])
    assert not Volume.where().all()[-1].siteservers


def test_prefetch_and_strict_know_it(studio):
    volume = Volume.where().prefetch(Volume.siteservers).strict().first()
    assert [server.code for server in volume.siteservers.fetch()] == ["s1", "s2"]
    assert len(studio.calls) == 2
    volume = Volume.where().strict().first()
    with pytest.raises(HiddenRequestError, match=r"prefetch\('siteservers'\)"):
        volume.siteservers.fetch()


def test_what_is_gone_is_said_of_that_one(studio):
    studio.records["server"].pop(ident(2))
    volume = Volume.where().first()
    assert volume.siteservers[0].fetch().code == "s1"
    with pytest.raises(EntityNotFoundError, match=ident(2)):
        volume.siteservers.fetch()


def test_servers_and_ids_are_given_and_ids_are_sent(studio):
    server = Server.where().first()
    new = Volume(name="a", paths=PATHS, server=server, siteservers=[server, ident(2)])
    assert new.siteservers == [ident(1), ident(2)]
    assert new.changes["siteservers"].after == [ident(1), ident(2)]
    new.siteservers = (ident(3),)
    new.save()
    assert studio.calls[-1][2]["siteservers"] == [ident(3)]
    with pytest.raises(EntityValidationError, match="is a Server, not a Queue"):
        Volume(name="a", paths=PATHS, server=server, siteservers=[Queue.loaded(id=ident(7))])
    with pytest.raises(EntityValidationError, match="siteservers"):
        Volume(name="a", paths=PATHS, server=server, siteservers=ident(1))


def test_copies_hold_no_session(studio):
    volume = Volume.where().first()
    assert type(pickle.loads(pickle.dumps(volume.siteservers))) is list
    assert pickle.loads(pickle.dumps(volume)).siteservers == volume.siteservers
    assert [server.code for server in deepcopy(volume).siteservers.fetch()] == ["s1", "s2"]


def test_dictionaries_and_notebooks_show_the_ids(studio):
    rows = list(Volume.where().only(Volume.siteservers).to_dicts())
    assert rows[0] == {"id": ident(0xA000), "siteservers": [ident(1), ident(2)]}
    assert json.dumps(rows)
    assert "<td>2 items</td>" in entity_html(Volume.where().first())
