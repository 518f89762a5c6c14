"""The pictures of a process's figures: each figure that was saved or shown, once, among the artifacts.

A figure that the script saves to a file of its own is copied at once: the file may be written over or
deleted before the run ends. What is no picture that clients show, such as a PDF, is drawn once more.
"""
import itertools
import os
import stat
import weakref
import zlib

import _python_mcp_quietly

_LARGEST = 700000  # bytes of all pictures of a result
_MOST = 50  # pictures in the folder, beyond which no more are made
_BEGINNINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp"}
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
_DRAWN_WITH = ("facecolor", "edgecolor", "bbox_inches", "pad_inches", "bbox_extra_artists")


class Pictures:
    def __init__(self, artifacts, print_figure):
        self.artifacts, self.print_figure = os.path.realpath(artifacts), print_figure
        self.of_figures = weakref.WeakKeyDictionary()
        self.of_files = {}

    def keep_saved(self, figure, target, options):
        """Keeps what a figure has just been saved as, unless its picture is there already."""
        file, is_whole = _file_of(figure, target, options.get("format"))
        if file is None:
            return
        content, ending = _picture_in(file) if is_whole else (None, ".png")
        look, known = _Look(figure, options, content), self.of_figures.get(figure)
        if known is not None and known.look.is_as(look):
            self._note(known, figure, file)
        elif content is not None and file.startswith(self.artifacts + os.sep) and file.endswith(_ENDINGS):
            picture = _Picture(file, is_ours=False)
            picture.look = look
            self._note(picture, figure, file)
            self._keep_preview(picture, figure, options)
        else:
            picture = self._written_over(file, ending) or self._new(_names_for(file), ending, content)
            if picture is not None:
                self._write(picture, figure, content, options)
                picture.look = look
                self._note(picture, figure, file)

    def keep_shown(self, figure):
        """Keeps a figure that a window would show, unless its picture is there already."""
        look, known = _Look(figure, {}, None), self.of_figures.get(figure)
        if known is not None and known.look.is_as(look):
            return
        picture = self._new(("figure_%d" % number for number in itertools.count(1)), ".png")
        if picture is not None:
            self._write(picture, figure, None, None)
            picture.look = look
            self._note(picture, figure, None)

    def forget(self, figure):
        """A figure that is an output of a notebook's cell needs no picture besides."""
        known = self.of_figures.get(figure)
        if known is not None and known.is_as_written():
            os.unlink(known.path)
        self.of_figures[figure] = output = _Picture("", is_ours=False)
        output.look = _Look(figure, {}, None)

    def _note(self, picture, figure, file):
        self.of_figures[figure] = picture
        if file is not None:
            before = self.of_files.get(file)
            if before is not None:
                before.files.discard(file)
            picture.files.add(file)
            self.of_files[file] = picture

    def _written_over(self, file, ending):
        """The picture of what the file held before, where it is no other file's too."""
        before = self.of_files.get(file)
        if before is None or before.files != {file} or not before.is_as_written():
            return None
        if not before.path.endswith(ending):
            return None
        for figure, picture in list(self.of_figures.items()):
            if picture is before:
                del self.of_figures[figure]
        return before

    def _new(self, names, ending, content=None):
        os.makedirs(self.artifacts, 0o700, exist_ok=True)
        if sum(name.endswith(_ENDINGS) for name in os.listdir(self.artifacts)) >= _MOST:
            return None
        return _Picture(new_file(self.artifacts, names, ending, content), is_ours=True)

    def _write(self, picture, figure, content, options):
        try:
            if content is None:
                self._draw(figure, picture.path, options)
            else:
                with open(picture.path, "wb") as file:
                    file.write(content)
        except BaseException:  # such as a formula that cannot be drawn, or a full disk
            os.unlink(picture.path)
            raise
        picture.stamp = _stamp(picture.path)
        self._keep_preview(picture, figure, options or {})

    def _keep_preview(self, picture, figure, options):
        """Makes a smaller copy of what is too large for a result."""
        name = os.path.relpath(picture.path, self.artifacts)
        preview = os.path.join(os.path.dirname(self.artifacts), "previews", name)
        size = os.path.getsize(picture.path)
        # The server makes one of a file that is written over and over.
        is_first, picture.is_first = picture.is_first, False
        if size <= _LARGEST or not is_first or not name.endswith(".png"):
            if os.path.lexists(preview):
                os.unlink(preview)
            return
        os.makedirs(os.path.dirname(preview), 0o700, exist_ok=True)
        dpi = options.get("dpi")
        dpi = dpi if isinstance(dpi, (int, float)) else figure.get_dpi()
        for _ in range(6):
            dpi *= min(0.8, (0.8 * _LARGEST / size) ** 0.5)
            self._draw(figure, preview, options, dpi)
            size = os.path.getsize(preview)
            if size <= _LARGEST:
                return
        os.unlink(preview)

    def _draw(self, figure, path, options, dpi=None):
        """Without options the figure has not been drawn yet."""
        chosen = {name: options[name] for name in _DRAWN_WITH if name in options} if options else {}
        # What matplotlib remembers of a formula goes by the exact resolution: the script is to meet its
        # warnings itself.
        dpi = (dpi or figure.get_dpi()) * (1 + 1e-9)
        with _python_mcp_quietly.quietly(figure, keeps_layout=options is not None):
            self.print_figure(figure.canvas, path, format="png", dpi=dpi, **chosen)


class _Picture:
    look = stamp = None
    is_first = True

    def __init__(self, path, is_ours):
        self.path, self.is_ours = path, is_ours
        self.files = set()  # the script's own, which show the same

    def is_as_written(self):
        return self.is_ours and self.stamp == _stamp(self.path)


class _Look:
    """What a figure shows: its parts, and how it came out where it was saved as a picture."""

    def __init__(self, figure, options, content):
        parts = list(figure.get_children())
        for axes in figure.axes:
            parts += axes.get_children()
        self.parts = tuple(map(weakref.ref, parts))
        self.options = sorted((name, repr(value)) for name, value in options.items())
        self.content = None if content is None else (len(content), zlib.crc32(content))

    def is_as(self, other):
        if self.parts != other.parts:
            return False
        if None in (self.content, other.content) or self.options != other.options:
            return True
        return self.content == other.content


def new_file(folder, names, ending, content=None):
    """Creates the first file of these names that is not there, or finds one with this content.

    Other processes do so too: a benchmark runs its script several times.
    """
    os.makedirs(folder, 0o700, exist_ok=True)
    for name in names:
        path = os.path.join(folder, name + ending)
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            return path
        except FileExistsError:
            if content is not None and _holds(path, content):
                return path


def _holds(path, content):
    if os.path.getsize(path) != len(content):
        return False
    with open(path, "rb") as file:
        return file.read() == content


def _names_for(file):
    """None that the script is likely to give a file in the folder itself."""
    name = "figure_" + os.path.splitext(os.path.basename(file))[0]
    return itertools.chain([name], ("%s_%d" % (name, number) for number in itertools.count(2)))


def _file_of(figure, target, format):
    """The file that a figure was saved to, None for a stream; and whether it can be read already."""
    if type(target).__name__ == "PdfPages":
        # Each page is a file of its own here.
        file, _ = _file_of(figure, target._file.fh, "pdf")
        return file and "%s#%d" % (file, target.get_pagecount()), False
    try:
        path = os.fsdecode(target)
    except TypeError:
        name, number = getattr(target, "name", None), getattr(target, "fileno", None)
        if not isinstance(name, str) or not stat.S_ISREG(os.fstat(number()).st_mode):
            return None, False
        return os.path.realpath(name), False
    if format is None and os.path.splitext(path)[1] in ("", "."):
        path = path.rstrip(".") + "." + figure.canvas.get_default_filetype()
    return os.path.realpath(path), True


def _picture_in(path):
    """Content and ending of a file that clients can show; nothing of another one."""
    with open(path, "rb") as file:
        beginning = file.read(4)
        for known, ending in _BEGINNINGS.items():
            if beginning.startswith(known):
                return beginning + file.read(), ending
    return None, ".png"


def _stamp(path):
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
