from __future__ import annotations

import pytest

from accsyn_orm import EntityStateError, EntityValidationError, ReadOnlyAttributeError, Workspace


def rename(name: str) -> str:
    found = Workspace.where().one()
    found.name = name
    found.save()
    return Workspace.get(found.id).name


def test_the_workspace_is_found_and_renamed_by_an_admin(workspace, session) -> None:
    assert Workspace.where().one().code == workspace.code
    assert rename("Acme Post") == "Acme Post"


def test_v1_calls_it_an_organization(workspace, v1_session) -> None:
    assert Workspace.where(Workspace.code == workspace.code).one().code == workspace.code
    assert rename("Acme Pictures") == "Acme Pictures"


def test_its_code_stays(session) -> None:
    with pytest.raises(ReadOnlyAttributeError):
        Workspace.where().one().code = "other"


def test_it_is_neither_created_nor_deleted(v3) -> None:
    with pytest.raises(EntityValidationError, match="not created by its users"):
        Workspace().save()
    kept = Workspace.load_record({"id": "a" * 24, "code": "acmefilm"}, v3)
    with pytest.raises(EntityStateError, match="not deleted by its users"):
        kept.delete(force=True)
    assert v3.calls == []


def test_admins_only_are_said_to_change_it() -> None:
    assert Workspace.__entity_attributes__["name"].roles == ("admin",)
