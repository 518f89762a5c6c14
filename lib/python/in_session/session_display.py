"""What a cell shows: pictures among the artifacts of its job, all else as text on standard output."""
import base64
import os
import re
import sys

PICTURES = {"image/png": ".png", "image/jpeg": ".jpg"}
LEFT_OUT = re.compile(r"<IPython\.core\.display\.\w+ object>$")
MOST_PICTURES = 50  # of a cell
LONGEST = 200000  # characters of one form of an output in the transcript


class Display:
    def __init__(self, loop):
        self.loop = loop
        self.updated = {}  # by display_id: what may still change is shown when the cell has ended, once
        self.begin()

    def begin(self):
        self.pictures = 0
        self.result = None
        self.updated.clear()

    def end(self):
        for data, metadata in [self.updated.pop(one) for one in list(self.updated)]:
            self.show(data, metadata)

    def publish(self, data, metadata=None, transient=None, update=False):
        name = (transient or {}).get("display_id")
        if name is None:
            self.show(data, metadata)
        else:
            self.updated[name] = (data, metadata)

    def show(self, data, metadata=None):
        picture = self.keep_picture(data)
        text = "[picture: %s]" % picture["name"] if picture else readable(data)
        self.tell("display_data", data, metadata, picture, self.write("stdout", text + "\n") if text else 0)

    def show_result(self, data, metadata, count):
        """The value of a cell's last expression."""
        picture = self.keep_picture(data)
        self.result = data.get("text/plain", "") or readable(data)
        self.tell("execute_result", data, metadata, picture, 0, execution_count=count)

    def show_error(self, name, value, lines):
        text = "".join(lines)
        output = {"output_type": "error", "ename": name, "evalue": value, "traceback": text.splitlines()}
        self.loop.show(display=output, printed=self.write("stderr", text), stream="stderr")

    def clear(self):
        self.loop.streams.flush()
        self.loop.say(clear=True)

    def tell(self, kind, data, metadata, picture, printed, **more):
        self.loop.streams.flush()
        kept = {
            name: one if isinstance(one, (str, dict, list)) else str(one)
            for name, one in data.items()
            if name not in PICTURES and not (isinstance(one, str) and len(one) > LONGEST)
        }
        output = dict({"output_type": kind, "data": kept, "metadata": plain(metadata)}, **more)
        self.loop.show(display=output, printed=printed, picture=picture)

    def write(self, stream, text):
        """Returns how many bytes it is."""
        self.loop.streams.flush()
        made = self.loop.streams.usable(stream)
        try:
            made.write(text)
            made.flush()
        except OSError:
            return 0  # the cell has closed the descriptor
        return len(text.encode("utf-8", "backslashreplace"))

    def keep_picture(self, data):
        for mime, ending in PICTURES.items():
            content = data.get(mime)
            if content is None or self.pictures >= MOST_PICTURES:
                continue
            self.pictures += 1
            name = "cell_%d_%d%s" % (self.loop.cell, self.pictures, ending)
            folder = os.environ["PYTHON_MCP_ARTIFACTS"]
            os.makedirs(folder, 0o700, exist_ok=True)
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content if isinstance(content, bytes) else base64.b64decode(content))
            return {"name": name, "mime": mime}
        return None


def readable(data):
    for kind in ("text/markdown", "text/latex", "text/plain", "application/json", "text/html", "image/svg+xml"):
        text = data.get(kind)
        if text is not None and not LEFT_OUT.match(str(text)):
            return str(text)
    return ""


def plain(metadata):
    import json

    try:
        return json.loads(json.dumps(metadata or {}))
    except (TypeError, ValueError):
        return {}
