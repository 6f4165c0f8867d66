"""Writes VGG16's convolutional base as .tflite files, by TensorFlow's converter, for LiteRT.js.

    python3 tflite.py WEIGHTS FOLDER [PHOTOS]

WEIGHTS is the safetensors file of `cargo xtask weights`. FOLDER gets, for photos of 150×150 and of 224×224,
vgg16-SIZE-float32.tflite, vgg16-SIZE-weights.tflite (int8 weights a channel, ranges of all else found as it runs) and,
where there are PHOTOS to find the ranges by, vgg16-SIZE-int8.tflite (weights, sums and what lies between layers). All
take the normalised photo, [1, size, size, 3], and give the 512 features, both as floats.
"""

import json
import os
import sys
from pathlib import Path

# Before it is imported: it says much that helps nobody here.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import numpy as np
import tensorflow as tf

SIZES = [150, 224]
# Places of the convolutions in torchvision's `features`; None is a pool.
LAYERS = [0, 2, None, 5, 7, None, 10, 12, 14, None, 17, 19, 21, None, 24, 26, 28, None]
MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]
# Enough that more move no range by much.
MOST_PHOTOS = 100


def read_weights(path):
    """The tensors of a safetensors file of floats, by their names."""
    data = Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        first, end = entry["data_offsets"]
        values = np.frombuffer(data[start + first : start + end], "<f4")
        tensors[name] = values.reshape(entry["shape"])
    return tensors


class Base(tf.Module):
    """13 × (convolution, ReLU), 5 × maximum pool, mean over positions."""

    def __init__(self, tensors):
        super().__init__()

        def layer(place):
            kernel = tensors[f"features.{place}.weight"].transpose(2, 3, 1, 0)
            return tf.constant(kernel), tf.constant(tensors[f"features.{place}.bias"])

        self.layers = [None if place is None else layer(place) for place in LAYERS]

    def features(self, photo):
        last = photo
        for layer in self.layers:
            if layer is None:
                last = tf.nn.max_pool2d(last, 2, 2, "VALID")
            else:
                kernel, bias = layer
                last = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(last, kernel, 1, "SAME"), bias))
        return tf.reduce_mean(last, [1, 2])


def find_photos(folder):
    """Photos of all folders below `folder`, as many of each as of another."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not paths:
        sys.exit(f"{folder} has no JPEG and no PNG file. Name a folder of photos: `--photos DIR`.")
    count = min(MOST_PHOTOS, len(paths))
    return [paths[index * len(paths) // count] for index in range(count)]


def read_photo(path, size):
    """The whole photo squeezed to a square and normalised, as the page does it."""
    pixels = tf.io.decode_image(path.read_bytes(), channels=3, expand_animations=False)
    square = tf.image.resize(pixels, [size, size], antialias=True)
    return (square[tf.newaxis] / 255.0 - MEAN) / STD


def convert(base, size, precision, photos):
    """The file for photos of that size, as bytes."""
    shape = tf.TensorSpec([1, size, size, 3], tf.float32)
    function = tf.function(base.features, input_signature=[shape]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], base)
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "int8":
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.representative_dataset = lambda: ([read_photo(path, size)] for path in photos)
    return converter.convert()


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    base = Base(read_weights(sys.argv[1]))
    photos = find_photos(sys.argv[3]) if len(sys.argv) == 4 else []
    # What another version of this made must not be measured as what this makes.
    for old in Path(sys.argv[2]).glob("vgg16-*.tflite"):
        old.unlink()
    for size in SIZES:
        for precision in ["float32", "weights"] + (["int8"] if photos else []):
            path = Path(sys.argv[2]) / f"vgg16-{size}-{precision}.tflite"
            path.write_bytes(convert(base, size, precision, photos))
            print(f"{path}: {path.stat().st_size / 1e6:.1f} MB", flush=True)


main()
