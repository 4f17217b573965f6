"""What keeps this machine from working with accsyn, and what to do about it.

Needs nothing but the core, so that it runs inside the Python of Maya, Nuke, Houdini or Blender::

    python -m accsyn_orm.doctor

findings     what a check found
interpreter  Python, the program around it, versions, copies that shadow each other
loading      whether what is needed can be loaded
sign_in      credentials, files that hold them, proxy, settings that have no effect
network      host, TLS, clock, sign-in, round trips, limits
"""

from __future__ import annotations

from accsyn_orm.doctor.findings import Finding, State, exit_code, report
from accsyn_orm.doctor.patient import Patient, examine

__all__ = ["Finding", "Patient", "State", "examine", "exit_code", "report"]
