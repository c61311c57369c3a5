"""The internet's attempts at the web server that a sensor names, and that come to nothing."""

from __future__ import annotations

from vedette.demo.scans.catalogue import NOT_HIT
from vedette.demo.scene import Scene

_PROBER = "203.0.113.190"


def try_in_vain(scene: Scene, t: int) -> None:
    """Let somebody outside try a well-known hole at ``t``; nothing is drawn, and it counts towards no number."""
    scene.web.alert(
        t,
        (_PROBER, 51_044),
        (scene.company.host("web01").ip, 443),
        9044228,
        f"Log4j Lookup in a Request Header, Possible Remote Code Execution Attempt ({NOT_HIT})",
        "Attempted Administrator Privilege Gain",
        2,
        flow_id=1_107_044_228_001,
    )
    scene.sink.n_aside += 1
