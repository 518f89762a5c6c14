"""Prints what the cells of a notebook show, and keeps their pictures as files."""
import base64
import json
import os
import re

LARGEST = 1000000  # bytes of a picture in a result
PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}


class CellOutputs:
    def __init__(self, folder):
        """`folder` gets the pictures."""
        self.folder = folder
        self.saved = 0
        self.updated = {}

    def add(self, data, cell_index, name=None):
        """Shows it now; what has a `name` may still change, and is shown when its cell has ended, once."""
        if name is None:
            self.show(data, cell_index)
        else:
            self.updated[name] = data

    def show_updated(self, cell_index):
        for data in [self.updated.pop(name) for name in list(self.updated)]:
            self.show(data, cell_index)

    def show(self, data, cell_index):
        for kind, ending in PICTURES.items():
            if kind in data:
                print("[picture: %s]" % self.save(data[kind], cell_index, ending), flush=True)
                return
        for kind in ("text/markdown", "text/latex", "text/plain", "application/json"):
            text = data.get(kind)
            if text is not None and not re.match(r"<IPython\.core\.display\.\w+ object>$", str(text)):
                print(text if isinstance(text, str) else json.dumps(text, indent=2), flush=True)
                return
        if "text/html" in data:
            print("[html: %s]" % self.save(data["text/html"], cell_index, ".html"), flush=True)

    def save(self, data, cell_index, ending):
        """Returns the name of the file."""
        self.saved += 1
        name = "cell_%d_%d%s" % (cell_index + 1, self.saved, ending)
        save_picture(data, self.folder, name)
        return name


def save_picture(data, folder, name):
    content = data if isinstance(data, str) else "".join(data)
    is_text = name.endswith((".svg", ".html"))
    content = content.encode() if is_text else base64.b64decode(content)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)
    if len(content) > LARGEST and not is_text:
        try:
            save_preview(content, os.path.join(os.path.dirname(folder), "previews"), name)
        except Exception:
            pass  # Pillow is there where matplotlib is


def save_preview(content, folder, name):
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(content))
    os.makedirs(folder, 0o700, exist_ok=True)
    share = 1.0
    while len(content) > LARGEST:
        share *= min(0.8, (0.8 * LARGEST / len(content)) ** 0.5)
        out = io.BytesIO()
        size = [max(1, int(side * share)) for side in image.size]
        image.resize(size).save(out, image.format)
        content = out.getvalue()
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)
