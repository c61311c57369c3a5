"""The incident: one morning's mail lure to a night's exfiltration, told with the verbs of the scene.

Everything is inert. Commands are log text and run nowhere; the encoded script decodes to a request
for a reserved domain that cannot exist; the mail is marked as a simulation. What the records hold is
what real systems write when such things happen, nothing that makes them happen.

The cast, chosen from the company of the seed: ``victim`` opens the lure on their workstation;
``helper`` is a helpdesk account that was logged on there and is stolen from memory; ``admin`` is a
domain administrator whose hash is replicated out of the directory; ``engineer`` owns the password
found in a note on the file server; ``svc-printq`` is the account the intruder makes.
"""

from __future__ import annotations

from vedette.demo.attack import entry, loot, movement
from vedette.demo.attack.cast import Cast, choose_cast, tell
from vedette.demo.attack.story import Story, incident_day
from vedette.errors import InternalError

__all__ = ["Cast", "Story", "choose_cast", "happen", "incident_day"]


def happen(story: Story) -> None:
    """Emit the whole incident; called when its first moment is reached and the victim is at work.

    Later steps wait in the logs' buffers until their time comes.
    """
    ws = story.cast.victim.workstation
    desk = story.scene.sessions.get(ws.name)
    if desk is None:
        raise InternalError("the victim is not at work when the incident begins")
    # The victim goes home without logging off: their session, and what runs in it, lives on.
    desk.ends_at = story.at(22, 40)
    entry.send_lure(story)
    implant = entry.open_document(story, ws, desk)
    entry.discover(story, ws, desk, implant)
    entry.helper_visits(story, ws)
    elevated = entry.dump_memory(story, ws, desk, implant)
    foothold = movement.take_file_server(story, ws, desk, elevated)
    movement.replicate_directory(story, ws, elevated)
    movement.take_domain(story, foothold)
    night, tool = loot.collect(story, ws, elevated)
    loot.enter_linux(story, ws)
    loot.use_cloud_keys(story)
    loot.exfiltrate(story, night, tool)
    loot.cover_tracks(story, ws, desk, elevated, night, tool)
    tell(story)
