"""The Web API's three steps of an upload, the last of which posts the file into a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.platforms.slack.answers_chat import writable
from tests.platforms.slack.calls import Call, Refusal
from tests.platforms.slack.world import File

if TYPE_CHECKING:
    from tests.platforms.slack.server import Slack

Json = dict[str, Any]

ALTERNATIVE = 1000


def upload_url(slack: Slack, call: Call) -> Json:
    """files.getUploadURLExternal."""
    if len(call.text("alt_txt")) > ALTERNATIVE:
        raise Refusal("alt_txt_too_large", recorded=f"alt_txt is longer than {ALTERNATIVE}")
    file = File(
        f"F0FILE{slack.world.number():03}",
        call.text("filename"),
        int(call.text("length")),
        call.text("alt_txt"),
    )
    slack.world.files[file.id] = file
    return {"upload_url": f"{slack.origin}/upload/{file.id}", "file_id": file.id}


def complete(slack: Slack, call: Call) -> Json:
    """files.completeUploadExternal."""
    files = [_whole(slack, told) for told in call.arguments["files"]]
    if call.text("channel_id"):
        channel = writable(slack, call, "channel_id")
        if slack.without_files and not all(file.name.endswith(".png") for file in files):
            raise Refusal("file_uploads_except_images_disabled")
        slack.keep_to_rates(channel)
        slack.post(channel, call.user, {"text": call.text("initial_comment")}, files=files)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _whole(slack: Slack, told: Json) -> File:
    file = slack.world.files.get(told.get("id", ""))
    if file is None or len(file.data) != file.length:
        raise Refusal("file_not_found", recorded="a file was completed that never came whole")
    file.title = told.get("title", "")
    return file


ANSWERS = {
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete,
}
