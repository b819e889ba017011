"""Film: a figure of which only a few artists move. The still part is drawn once.

The rule that makes it exact: every moving artist has a higher z-order than every still one. Then a frame is
what a full redraw would be, pixel by pixel.
"""

import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from allornone.pictures.drawing import ending
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, finite, place_among, shown, whole
from allornone.simulator.files import replacing
from allornone.simulator.records.records import Trace
from allornone.simulator.registry import films

Pixels = NDArray[np.uint8]

ENDINGS = (".gif", ".webp")
WIDTH = 640
WIDEST = 10_000
"""Pixels that a frame may be wide."""
INCHES = (12.8, 7.2)

Frame = Callable[[int], Pixels]

SLOWEST, FASTEST = 0.1, 100
"""Frames a second: a .gif counts hundredths of a second, and a minute a frame is no film."""
SAMPLES = 12  # frames from which the palette is chosen
BITS = 5  # of each channel that tell colours apart
APART = 10  # colours nearer than this to an exact one need no place of their own


def check_pace(fps: float) -> None:
    """Raise an error unless a film may run so fast."""
    if isinstance(fps, bool) or not finite(fps) or not SLOWEST <= fps <= FASTEST:
        raise AllornoneError(f"fps must be from {SLOWEST} to {FASTEST} frames a second, found {shown(fps)}")


@dataclass
class Film:
    """A film: `update(i)` sets the moving artists to frame i of n.

    `key(i)`: equal keys of neighbouring frames mean equal pixels: they are drawn once and held.
    `colours`: how many a .gif may use. `over(pixels, i)` paints into the finished pixels of frame i,
    (height, width, 4), what would be slow as artists.
    """

    figure: Figure
    moving: Sequence[Artist]
    update: Callable[[int], None]
    n: int
    fps: float = 12.5
    key: Callable[[int], Hashable] | None = None
    colours: int = 64
    over: Callable[[Pixels, int], None] | None = None
    _ground: Any = field(default=None, repr=False)
    _dpi: float = 0.0

    def __post_init__(self) -> None:
        check_pace(self.fps)

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        return f"Film: {self.n} frames, {self.n / self.fps:.1f} s; .save('x.gif' | '.webp')"

    @checked
    def frame(self, i: int, width: int = WIDTH) -> Pixels:
        """Return frame i as (height, width, 3) bytes; only what moves is drawn.

        Raises AllornoneError beyond the last frame.
        """
        place_among("frame", i, self.n)
        canvas = self._prepared(width)
        canvas.restore_region(self._ground)
        self.update(i)
        for artist in sorted(self.moving, key=lambda a: a.get_zorder()):
            artist.draw(canvas.get_renderer())
        return self._finished(canvas, i)

    def redrawn(self, i: int, width: int = WIDTH) -> Pixels:
        """Return frame i drawn from nothing, slowly: what `frame` must equal."""
        canvas = self._prepared(width)
        self.update(i)
        canvas.draw()
        return self._finished(canvas, i)

    def _finished(self, canvas: Any, i: int) -> Pixels:
        pixels = np.array(canvas.buffer_rgba(), dtype=np.uint8)
        if self.over is not None:
            self.over(pixels, i)
        return pixels[..., :3]

    def stills(self) -> Iterator[tuple[int, int]]:
        """Yield (frame, how many frames it lasts), neighbours of equal key merged."""
        start = 0
        for i in range(1, self.n + 1):
            if i == self.n or self.key is None or self.key(i) != self.key(start):
                yield start, i - start
                start = i

    @checked
    def save(
        self,
        path: str | os.PathLike[str],
        width: int = WIDTH,
        progress: Callable[[int, int], None] | None = None,
    ) -> Path:
        """Write the film as .gif or .webp, `width` pixels wide, and return the path.

        `progress(done, frames)` is called as frames are finished. Nothing is left of a film that was
        interrupted. Raises AllornoneError for another ending or a folder that does not exist.
        """
        write = write_gif if ending(path, ENDINGS) == ".gif" else write_webp
        if not 64 <= width <= 3840:
            raise AllornoneError(f"a film is 64 to 3840 pixels wide, found {width}")
        runs = list(self.stills())
        times = [round(count * 1000 / self.fps) for _, count in runs]

        def done(k: int) -> None:
            if progress is not None:
                progress(sum(runs[k]), self.n)

        with replacing(Path(path)) as part:
            write(part, lambda k: self.frame(runs[k][0], width), times, self.colours, done)
        return Path(path)

    def _prepared(self, width: int) -> Any:
        """The canvas at this width, its still part drawn and kept."""
        dpi = whole("width", width, 1, WIDEST) / INCHES[0]
        canvas: Any = self.figure.canvas
        if self._ground is None or dpi != self._dpi:
            self.figure.set_dpi(dpi)
            self._dpi = dpi
            seen = [artist.get_visible() for artist in self.moving]
            for artist in self.moving:
                artist.set_visible(False)
            canvas.draw()
            self._ground = canvas.copy_from_bbox(self.figure.bbox)
            for artist, visible in zip(self.moving, seen, strict=True):
                artist.set_visible(visible)
        return canvas


@checked
def film(x: Any, kind: str = "network", **options: Any) -> Film:
    """Return the film of a Trace, or of anything that has a method `film`, as a result has.

    `kind`: a registered film; `options` go to it, e.g. `title`, `story`, `theme` (see network_film).
    Raises AllornoneError for something that has no film, and for an unknown kind.
    """
    if isinstance(x, Trace):
        made: Film = films.get(kind)(x, **options)
        return made
    own = getattr(x, "film", None)
    if own is None:
        raise AllornoneError(f"there is no film of a {type(x).__name__}: give a Trace or a result")
    found: Film = own(**options)
    return found


def write_gif(
    path: Path, frame: Frame, times: Sequence[int], colours: int, progress: Callable[[int], None]
) -> None:
    """Write frames 0, 1, … of (height, width, 3), each shown for its milliseconds, with so many colours.

    `progress(k)` is called when frame k is written.
    """
    step = max(1, len(times) // SAMPLES)
    palette = palette_of([frame(k) for k in [*range(0, len(times), step), len(times) - 1]], colours - 1)
    table, same = _table(palette), colours - 1

    def images() -> Iterator[Image.Image]:
        before: Pixels | None = None
        for k in range(len(times)):
            coarse = frame(k).astype(np.uint16) >> (8 - BITS)
            seen = table[(coarse[..., 0] << 2 * BITS) | (coarse[..., 1] << BITS) | coarse[..., 2]]
            # what has not changed is transparent: long runs of one index cost next to nothing
            image = Image.fromarray(seen if before is None else np.where(seen == before, same, seen))
            image.putpalette(palette.tobytes() + bytes(3))
            before = seen
            progress(k)
            yield image

    made = images()
    options = {"save_all": True, "duration": list(times), "loop": 0, "optimize": False, "disposal": 1}
    with path.open("wb") as file:
        next(made).save(file, format="GIF", append_images=made, transparency=same, **options)


def write_webp(
    path: Path, frame: Frame, times: Sequence[int], colours: int, progress: Callable[[int], None]
) -> None:
    """Write frames as a .webp; how many colours is its own affair."""

    def image(k: int) -> Image.Image:
        found = Image.fromarray(frame(k))
        progress(k)
        return found

    later = (image(k) for k in range(1, len(times)))
    options = {"save_all": True, "duration": list(times), "loop": 0, "quality": 80, "method": 0}
    with path.open("wb") as file:
        image(0).save(file, format="WEBP", append_images=later, **options)


def palette_of(samples: Sequence[Pixels], colours: int) -> Pixels:
    """Return the colours of a film, (colours, 3): the commonest exactly, the rest by median cut.

    >>> palette_of([np.zeros((2, 2, 3), dtype=np.uint8)], 4).tolist()[0]
    [0, 0, 0]
    """
    flat = np.concatenate([sample.reshape(-1, 3) for sample in samples]).astype(np.uint32)
    codes, counts = np.unique((flat[:, 0] << 16) | (flat[:, 1] << 8) | flat[:, 2], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    codes, counts = codes[order], counts[order]
    found = np.stack([codes >> 16, (codes >> 8) & 255, codes & 255], axis=1).astype(np.int64)
    exact = found[: colours // 2]
    distance = np.full(len(found), 1e9)
    for colour in exact:
        distance = np.minimum(distance, np.abs(found - colour).sum(axis=1))
    rest = np.repeat(found, np.minimum(counts, 40), axis=0)[
        np.repeat(distance, np.minimum(counts, 40)) > APART
    ]
    palette = [tuple(colour) for colour in exact]
    if len(rest):
        image = Image.fromarray(rest[None].astype(np.uint8)).quantize(
            colours - len(palette), Image.Quantize.MEDIANCUT
        )
        used = np.array(image.getpalette(), dtype=np.int64).reshape(-1, 3)[: colours - len(palette)]
        palette += [tuple(colour) for colour in used]
    palette += [palette[-1]] * (colours - len(palette))
    return np.array(palette, dtype=np.uint8)


def _table(palette: Pixels) -> NDArray[np.uint8]:
    """For each coarse colour the nearest of the palette; a colour of the palette is always itself."""
    side = 1 << BITS
    level = (np.arange(side) + 0.5) * (256 / side)
    coarse = np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1).reshape(-1, 3)
    best = np.full(len(coarse), np.inf)
    table = np.zeros(len(coarse), dtype=np.uint8)
    for number, colour in enumerate(palette.astype(np.float64)):
        distance = ((coarse - colour) ** 2).sum(axis=1)
        nearer = distance < best
        best[nearer], table[nearer] = distance[nearer], number
    own = palette.astype(np.int64) >> (8 - BITS)
    for number in reversed(range(len(palette))):
        table[(own[number, 0] << 2 * BITS) | (own[number, 1] << BITS) | own[number, 2]] = number
    return table
