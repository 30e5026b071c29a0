"""The process of PyTorch: one JSON request a line in, one JSON answer a line out.

    {"kind": "start", "folder": ..., "model": "ddrnet", "threads": 2, "optimizer": {...}, "learningRate": 0.001,
     "precision": "float32"}
    {"kind": "steps", "first": 1, "count": 2, "dropout": {"rate": 0.2, "keys": [[1, 2], [3, 4]]}}
    {"kind": "predict", "budget": 500}    after a start with "mode": "inference", "frozen" or "optimized"
    {"kind": "op", ...}    see `measure_op`
"""
import json
import resource
import statistics
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn


CLASSIFIER_BIASES = ("classify.bias", "fc.bias", "classifier.3.bias", "classifier.1.bias", "heads.head.bias")


class Unit(nn.Module):
    """A 3 x 3 convolution and its GroupNorm."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm = nn.GroupNorm(8, outputs)


class Residual(nn.Module):
    def __init__(self, channels, dilation):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.norm1 = nn.GroupNorm(8, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.norm2 = nn.GroupNorm(8, channels)

    def forward(self, x):
        return x + self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))


class DDRNet(nn.Module):
    """specs/ddrnet.spec with its defaults, written by hand; `dropout` is given from outside."""

    def __init__(self, classes=4):
        super().__init__()
        self.stem = Unit(3, 32)
        self.local = nn.ModuleList(Residual(32, dilation) for dilation in (1, 1, 1, 2, 1, 4))
        self.fuse = nn.Conv2d(6 * 32, 64, 1)
        self.features = nn.ModuleList(Unit(inputs, outputs) for inputs, outputs in ((64, 64), (64, 128), (128, 128)))
        self.enhance = nn.Conv2d(128, 32, 3, padding=1)
        self.channel = nn.ModuleDict({"shared": nn.Linear(64, 64), "join": nn.Linear(128, 64)})
        self.spatial = nn.Conv2d(64, 1, 5, padding=2)
        self.norm = nn.BatchNorm2d(64)
        self.classify = nn.Linear(64, classes)
        self.dropout = None

    def forward(self, image):
        stem = F.relu(self.stem.norm(F.max_pool2d(self.stem.conv(image), 2)))
        x, units = stem, []
        for residual in self.local:
            x = residual(x)
            units.append(x)
        x = self.fuse(torch.cat(units, 1))
        for unit in self.features:
            x = F.relu(unit.norm(unit.conv(x)))
        x = torch.tanh(torch.cat([self.enhance(x), stem], 1))
        rows = torch.stack([x.mean((2, 3)), x.amax((2, 3))], 1)
        rows = F.relu(self.channel["shared"](rows)).flatten(1)
        channel = torch.sigmoid(self.channel["join"](rows))[:, :, None, None]
        spatial = torch.sigmoid(self.spatial(x))
        x = x + x * (channel * spatial)
        x = self.dropout(self.norm(x))
        return self.classify(x.mean((2, 3)))


class Dropout:
    """Draws a mask as PyTorch does, so that its time counts, and applies specc's, so that the losses can be compared."""

    def __init__(self, rate):
        self.rate = rate
        self.mask = None

    def prepare(self, shape, keys):
        """src/engines/dropout-mask.ts for the channel-last elements of `shape`, [N, C, H, W]; not timed."""
        batch, channels, height, width = shape
        size = channels * height * width
        first, second = (np.uint32(key & 0xFFFFFFFF) for key in keys)
        # As Math.round.
        threshold = np.uint32(int(self.rate * 2**31 + 0.5))
        self.mask = torch.empty(shape)
        for example in range(batch):
            word = np.arange(example * size, (example + 1) * size, dtype=np.uint32) + first
            word = ((word ^ (word >> np.uint32(16))) * np.uint32(0x85EBCA6B)) ^ second
            word = (word ^ (word >> np.uint32(13))) * np.uint32(0xC2B2AE35)
            word ^= word >> np.uint32(16)
            kept = (word >> np.uint32(1)) >= threshold
            image = torch.from_numpy(kept.reshape(height, width, channels)).permute(2, 0, 1)
            self.mask[example] = image / (1 - self.rate)

    def __call__(self, x):
        drawn = torch.empty_like(x).bernoulli_(1 - self.rate).div_(1 - self.rate)
        del drawn
        return x * self.mask.to(x.dtype)


def build_model(name, weights, size):
    classes = [tensor for key, tensor in weights.items() if key in CLASSIFIER_BIASES][0].numel()
    models = torchvision.models
    model = {
        "ddrnet": lambda: DDRNet(classes),
        "resnet18": lambda: models.resnet18(num_classes=classes),
        "resnext50": lambda: models.resnext50_32x4d(num_classes=classes),
        "mobilenet_v3_large": lambda: models.mobilenet_v3_large(num_classes=classes, dropout=0.0),
        "efficientnet_b0": lambda: models.efficientnet_b0(num_classes=classes),
        "vit_b_16": lambda: models.vit_b_16(num_classes=classes, image_size=size),
    }[name]()
    # torchvision's tokens and positions have an axis of size 1 for the examples
    shapes = {key: tensor.shape for key, tensor in model.state_dict().items()}
    squeezed = lambda shape: [size for size in shape if size != 1]
    weights = {
        key: tensor.reshape(shapes[key]) if key in shapes and squeezed(shapes[key]) == squeezed(tensor.shape) else tensor
        for key, tensor in weights.items()
    }
    missing, unexpected = model.load_state_dict(weights, strict=False)
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"weights without a value: {missing}, unknown weights: {unexpected}")
    return model


class Inference:
    def __init__(self, request):
        torch.set_num_threads(request["threads"])
        torch.set_flush_denormal(True)
        folder = request["folder"]
        self.images = read_safetensors(f"{folder}/batches.safetensors")["images.0"].permute(0, 3, 1, 2).contiguous()
        weights = read_safetensors(f"{folder}/weights.safetensors")
        self.model = build_model(request["model"], weights, self.images.shape[-1]).eval()
        if request["model"] == "ddrnet":
            self.model.dropout = nn.Identity()
        if request["mode"] in ("frozen", "optimized"):
            with torch.no_grad():
                self.model = torch.jit.freeze(torch.jit.trace(self.model, self.images))
        if request["mode"] == "optimized":
            self.model = torch.jit.optimize_for_inference(self.model)

    def predict(self, budget):
        milliseconds = []
        with torch.no_grad():
            while len(milliseconds) < 3 or sum(milliseconds) < budget:
                begun = time.perf_counter()
                scores = self.model(self.images)
                milliseconds.append((time.perf_counter() - begun) * 1000)
        return {
            "scores": scores.flatten().tolist(),
            "milliseconds": milliseconds,
            "peakMemoryMB": peak_memory_mb(),
        }


class Training:
    def __init__(self, request):
        torch.set_num_threads(request["threads"])
        # As the native engine has it.
        torch.set_flush_denormal(True)
        folder = request["folder"]
        weights = read_safetensors(f"{folder}/weights.safetensors")
        self.precision = getattr(torch, request["precision"])
        self.model = build_model(request["model"], weights, None).train()
        self.model.to(self.precision)
        batches = read_safetensors(f"{folder}/batches.safetensors")
        self.images = [
            batches[f"images.{at}"].to(self.precision).permute(0, 3, 1, 2).contiguous() for at in range(len(batches) // 2)
        ]
        self.labels = [batches[f"labels.{at}"].long() for at in range(len(batches) // 2)]
        adam = request["optimizer"]
        self.optimizer = torch.optim.Adam(
            self.model.parameters(),
            lr=request["learningRate"],
            betas=(adam["beta1"], adam["beta2"]),
            eps=adam["epsilon"],
        )

    def steps(self, first, count, dropout):
        losses, milliseconds = [], []
        for index in range(count):
            at = (first + index) % len(self.images)
            if dropout is not None:
                batch, _, height, width = self.images[at].shape
                self.model.dropout = Dropout(dropout["rate"])
                self.model.dropout.prepare((batch, 64, height // 2, width // 2), dropout["keys"][index])
            begun = time.perf_counter()
            self.optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(self.model(self.images[at]), self.labels[at])
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
            milliseconds.append((time.perf_counter() - begun) * 1000)
        return {"losses": losses, "milliseconds": milliseconds, "peakMemoryMB": peak_memory_mb()}


def read_safetensors(path):
    """https://huggingface.co/docs/safetensors, of float32."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        start = 8 + length
        tensors = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            file.seek(start + begin)
            tensors[name] = torch.from_numpy(np.frombuffer(file.read(end - begin), "<f4").copy()).reshape(entry["shape"])
        return tensors


def peak_memory_mb():
    # Linux counts in ru_maxrss what the process held before it became this program.
    if sys.platform == "linux":
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def operation(op, given, inputs):
    """The function of an operation of a graph, and its weights. Images are [N, C, H, W], all else has the channels last."""
    channels = inputs[0].shape[1 if inputs[0].dim() == 4 else -1]
    if op == "conv2d":
        (top, bottom), (left, right) = given["padding"]
        if top == bottom and left == right:
            pad, padding = (lambda x: x), (top, left)
        else:
            pad, padding = (lambda x: F.pad(x, (left, right, top, bottom))), 0
        filters = torch.randn(given["filters"], channels // given["groups"], *given["kernel"]) * 0.05
        weights = [filters] + ([torch.randn(given["filters"])] if given["bias"] else [])
        settings = {key: tuple(given[key]) for key in ("stride", "dilation")}
        return lambda x, *w: F.conv2d(pad(x), *w, padding=padding, groups=given["groups"], **settings), weights
    if op == "dense":
        weights = [torch.randn(given["units"], channels) * 0.05] + ([torch.randn(given["units"])] if given["bias"] else [])
        return F.linear, weights
    if op == "group_norm":
        return lambda x, *w: F.group_norm(x, given["groups"], *w, given["epsilon"]), [torch.rand(channels), torch.rand(channels)]
    if op == "batch_norm":
        mean, variance = torch.zeros(channels), torch.ones(channels)
        share = 1 - given["momentum"]
        return (
            lambda x, *w: F.batch_norm(x, mean, variance, *w, True, share, given["epsilon"])
        ), [torch.rand(channels), torch.rand(channels)]
    if op == "max_pool":
        (top, bottom), (left, right) = given["padding"]
        if (top, left) != (bottom, right):
            raise ValueError("uneven padding")
        return lambda x: F.max_pool2d(x, given["kernel"], given["stride"], (top, left), given["dilation"]), []
    plain = {
        "global_avg_pool": lambda x: x.mean((2, 3)),
        "global_max_pool": lambda x: x.amax((2, 3)),
        "relu": F.relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "softmax": lambda x: F.softmax(x, given["axis"]),
        "add": torch.add,
        "mul": torch.mul,
        "concat": lambda *x: torch.cat(x, given["axis"]),
    }
    return plain[op], []


def measure_op(request):
    """Milliseconds of each call: of the forward pass, and of the gradients of the inputs, of the weights, or of both."""
    torch.set_num_threads(request["threads"])
    torch.set_flush_denormal(True)
    inputs = [torch.randn(shape, requires_grad=True) for shape in request["inputs"]]
    function, weights = operation(request["op"], request["attributes"], inputs)
    for weight in weights:
        weight.requires_grad_(True)
    output = function(*inputs, *weights)
    seed = torch.randn_like(output)
    calls = {
        "forward": lambda: function(*inputs, *weights),
        "d(input)": lambda: torch.autograd.grad(output, inputs, seed, retain_graph=True),
        "d(filter)": lambda: torch.autograd.grad(output, weights, seed, retain_graph=True),
        "backward": lambda: torch.autograd.grad(output, inputs + weights, seed, retain_graph=True),
    }
    return {
        "shape": list(output.shape),
        "milliseconds": {part: timed(calls[part], request["budget"]) for part in request["parts"]},
    }


def timed(call, budget):
    """The median of calls that take `budget` milliseconds in all, and three at least; the first one does not count."""
    call()
    times = []
    while len(times) < 3 or sum(times) < budget:
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def main():
    training = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["kind"] == "start":
                training = (Training if request["mode"] == "train" else Inference)(request)
                reply = {"device": f"PyTorch {torch.__version__}"}
            elif request["kind"] == "steps":
                reply = training.steps(request["first"], request["count"], request["dropout"])
            elif request["kind"] == "predict":
                reply = training.predict(request["budget"])
            else:
                reply = measure_op(request)
        except Exception as error:  # told to the other side, which decides
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
