"""The settings that there are: their names, and what holds when nobody sets them.

The list is that of accsyn's documentation, of its product pages and of published scripts. What a
value may be is left to whoever uses the setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal

KNOWN: frozenset[str] = frozenset(
    {
        "transfer_speedlimit", "transfer_mode", "transfer_exclude", "transfer_include",
        "transfer_ignore_existing", "transfer_resume", "transfer_concurrent",
        "transfer_reserved_space", "transfer_comparison", "transfer_attributes", "transfer_log",
        "transfer_bucketsize", "task_bucketsize", "job_max_retries",
        "job_autoretray_delay_s",  # accsyn spells it so
        "job_on_missing", "job_done_actions", "compute_avoid", "queue_interrupt_policy_compute",
        "share_cache_scan_depth", "proxy_server", "user_join_login_on_activate",
        "security_app_session_recover_enable", "client_compute_lanes", "integration",
        "download/enable", "download.enable", "download", "upload",
    }
)  # fmt: skip
"""Names of settings; those of integrations are the integrations' own."""

DEFAULTS: Mapping[str, str] = {
    "transfer_speedlimit": "-1",
    "transfer_mode": "copy",
    "task_bucketsize": "1",
    "job_on_missing": "fail",
    "compute_avoid": "enable-clear-on-resume",
}
"""What holds when nobody sets it; of the others that is not known."""

FILTERS: frozenset[str] = frozenset({"transfer_exclude", "transfer_include"})
"""Settings that add to what is inherited instead of replacing it."""

FILTER_SEPARATOR = r"\,"


@behaviour(INFERRED, "setting", "a setting that is not known is refused with the nearest spelling")
def require_known(name: str) -> str:
    """Take the name of a setting.

    Raises:
        Refusal: there is none of this name.
    """
    if name in KNOWN:
        return name
    near = get_close_matches(name, sorted(KNOWN), n=1)
    hint = f": did you mean {near[0]!r}?" if near else ""
    raise Refusal(f"there is no setting {name!r}{hint}")


def combined(name: str, inherited: str | None, own: str) -> str:
    """Combine a setting's own value with the inherited one: filters add up, others replace."""
    if name not in FILTERS or not inherited:
        return own
    return f"{inherited}{FILTER_SEPARATOR}{own}" if own else inherited
