"""Pictures and documents, sent and fetched."""

from typing import Any

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.images import size_of
from tutor_bot.sandbox.methods.messages import caption_of, put
from tutor_bot.sandbox.refused import bad
from tutor_bot.sandbox.state import State
from tutor_bot.sandbox.world import Json, World

PHOTO, DOCUMENT, DOWNLOAD = 10_000_000, 50_000_000, 20_000_000
"""Bytes."""
SIDES = 10_000
RATIO = 20


def photo_json(world: World, name: str, data: bytes) -> Json:
    """A photo message's content. Raises Refused for what is no picture."""
    size = size_of(data)
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > SIDES or max(width, height) > RATIO * max(1, min(width, height)):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    if len(data) > PHOTO:
        raise bad("PHOTO_FILE_TOO_BIG")
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    file = world.keep(name, data, kind, "photos")
    shown = {"file_id": file.id, "file_unique_id": file.unique_id, "width": width, "height": height}
    return {"photo": [{**shown, "file_size": len(data)}]}


def document_json(world: World, name: str, data: bytes, mime: str = "application/octet-stream") -> Json:
    """A document message's content."""
    if not data:
        raise bad("file must be non-empty")
    if len(data) > DOCUMENT:
        raise bad("file is too big")
    file = world.keep(name, data, mime, "documents")
    shown = {"file_id": file.id, "file_unique_id": file.unique_id, "file_name": name, "mime_type": mime}
    return {"document": {**shown, "file_size": len(data)}}


def _upload(call: Call, value: Any, kind: str) -> tuple[str, bytes] | None:
    """The file of this parameter when it was uploaded with the call."""
    if kind in call.files:
        return call.files[kind]
    if isinstance(value, str) and value.startswith("attach://"):
        name = value.removeprefix("attach://")
        if name not in call.files:
            raise bad(f"{kind} file {name} is not attached")
        return call.files[name]
    return None


def _media(state: State, call: Call, value: Any, kind: str) -> Json:
    world = state.world
    if not value and kind not in call.files:
        raise bad(f"there is no {kind} in the request")
    upload = _upload(call, value, kind)
    if upload is None:
        if str(value) not in world.files:
            raise bad("wrong file identifier/HTTP URL specified")
        known = world.files[str(value)]
        upload = (known.name, known.data)
    return photo_json(world, *upload) if kind == "photo" else document_json(world, *upload)


def send_photo(state: State, call: Call) -> Json:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    return put(state, call, chat, {**_media(state, call, call.values.get("photo"), "photo"), **caption_of(call)})


def send_document(state: State, call: Call) -> Json:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    media = _media(state, call, call.values.get("document"), "document")
    return put(state, call, chat, {**media, **caption_of(call)})


def send_media_group(state: State, call: Call) -> list[Json]:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    items = call.listed("media")
    if not 2 <= len(items) <= 10:
        raise bad("there must be from 2 to 10 media in the album")
    group = str(state.world.number())
    bodies = []
    for item in items:
        kind = "photo" if item.get("type") == "photo" else "document"
        caption = caption_of(Call(call.method, item, {}))
        bodies.append({**_media(state, call, item.get("media"), kind), **caption, "media_group_id": group})
    return [put(state, call, chat, body) for body in bodies]


def get_file(state: State, call: Call) -> Json:
    file = state.world.files.get(call.text("file_id"))
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(file.data) > DOWNLOAD:
        raise bad("file is too big")
    shown = {"file_id": file.id, "file_unique_id": file.unique_id}
    return {**shown, "file_size": len(file.data), "file_path": file.path}


METHODS = {
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "getFile": get_file,
}
