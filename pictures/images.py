"""Moving images by Pillow: one palette for a whole .gif, no dither, nothing drawn twice."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Frame = Callable[[int], Pixels]

SAMPLES = 12  # frames from which the palette is chosen
BITS = 5  # of each channel that tell colours apart
APART = 10  # colours nearer than this to an exact one need no place of their own


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
