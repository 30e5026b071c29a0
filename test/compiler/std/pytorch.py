"""Writes pytorch.json: what PyTorch 1.13 and torchvision 0.14 compute for uses of the standard library.

    python3 test/compiler/std/pytorch.py [FILE]

A case is a use, the shapes of its inputs without the batch (channel-last) and the output, rounded to 6 digits. Inputs are
`numbers` of 0, 1, …; weights are `numbers` of 100, 101, … in the order of the language. What PyTorch lacks is written
down by its definition, element by element.
"""
import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models import mobilenetv2, swin_transformer
from torchvision.models.segmentation import deeplabv3

torch.set_default_dtype(torch.float64)


def numbers(of, *shape):
    count = math.prod(shape)
    return torch.tensor([((i * 7919 + of * 37) % 101) / 50 - 1 for i in range(count)]).reshape(shape)


class Weights:
    """Gives the weights of the language, one after another, in PyTorch's layout."""

    def __init__(self):
        self.next = 100

    def tensor(self, *shape):
        self.next += 1
        return numbers(self.next - 1, *shape)

    def dense(self, inputs, outputs):
        return self.tensor(inputs, outputs).T

    def fill(self, *modules):
        for module in modules:
            if isinstance(module, nn.Linear):
                module.weight.data = self.dense(module.in_features, module.out_features)
            elif isinstance(module, (nn.Conv1d, nn.Conv2d)):
                out, inputs, *kernel = module.weight.shape
                depthwise = module.groups == module.in_channels > 1
                shape = (*kernel, out, 1) if depthwise else (*kernel, inputs, out)
                kernel = self.tensor(*shape)
                kernel = kernel.transpose(-1, -2) if depthwise else kernel
                module.weight.data = kernel.movedim((-1, -2), (0, 1)).contiguous()
            elif isinstance(module, nn.LayerNorm):
                module.weight.data = self.tensor(*module.weight.shape)
            elif isinstance(module, nn.MultiheadAttention):
                raise TypeError("say `own` or `cross`")
            else:
                self.fill(*module.children())
                continue
            if module.bias is not None:
                module.bias.data = self.tensor(*module.bias.shape)

    def own(self, attention):
        """As `SelfAttention` has them: one product for queries, keys and values."""
        width = attention.embed_dim
        attention.in_proj_weight.data = self.dense(width, 3 * width)
        attention.in_proj_bias.data = self.tensor(3 * width)
        self.fill(attention.out_proj)

    def cross(self, attention):
        """As `MultiHeadAttention` has them: one for each."""
        width = attention.embed_dim
        parts = [(self.dense(width, width), self.tensor(width)) for _ in range(3)]
        attention.in_proj_weight.data = torch.cat([weight for weight, _ in parts])
        attention.in_proj_bias.data = torch.cat([bias for _, bias in parts])
        self.fill(attention.out_proj)


cases = []


def case(use, imports, inputs, compute):
    """`compute` maps the inputs with a batch axis, in the language's layout, to the output with one."""
    tensors = [numbers(of, 1, *shape) for of, shape in enumerate(inputs.values())]
    with torch.no_grad():
        y = compute(*tensors)[0]
    data = [round(v, 6) for v in y.flatten().tolist()]
    shapes = {name: list(shape) for name, shape in inputs.items()}
    cases.append({"use": use, "imports": imports, "inputs": shapes, "output": list(y.shape), "data": data})


def image(layer):
    """A layer of `[N, C, H, W]` on `[N, H, W, C]`."""
    return lambda x: layer(x.movedim(-1, 1)).movedim(1, -1)


def filled(module, *order):
    Weights().fill(*(order or [module]))
    return module.eval()


# ── shape ──

for groups in (2, 3):
    case(f"x |> ChannelShuffle({groups})", {"shape": ["ChannelShuffle"]}, {"x": (2, 3, 6)}, image(nn.ChannelShuffle(groups)))
for factor in (2, 3):
    shape = (2, 3, 2 * factor * factor)
    case(f"x |> PixelShuffle({factor})", {"shape": ["PixelShuffle"]}, {"x": shape}, image(nn.PixelShuffle(factor)))
    shape = (2 * factor, 3 * factor, 2)
    case(f"x |> PixelUnshuffle({factor})", {"shape": ["PixelUnshuffle"]}, {"x": shape}, image(nn.PixelUnshuffle(factor)))


def space_to_depth(x, factor):
    _, height, width, channels = x.shape
    y = torch.zeros(1, height // factor, width // factor, factor * factor * channels)
    for row in range(height):
        for column in range(width):
            at = ((row % factor) * factor + column % factor) * channels
            y[0, row // factor, column // factor, at : at + channels] = x[0, row, column]
    return y


case("x |> SpaceToDepth(3)", {"shape": ["SpaceToDepth"]}, {"x": (6, 9, 2)}, lambda x: space_to_depth(x, 3))
case("x |> SpaceToDepth(2) |> DepthToSpace(2)", {"shape": ["SpaceToDepth", "DepthToSpace"]}, {"x": (4, 6, 3)}, lambda x: x)

for shift in (1, -2, 4, 9):
    case(f"x |> Roll({shift}, 0)", {"shape": ["Roll"]}, {"x": (4, 3, 2)}, lambda x: torch.roll(x, shift, 1))
    case(f"x |> Roll({shift}, -2)", {"shape": ["Roll"]}, {"x": (4, 3, 2)}, lambda x: torch.roll(x, shift, 2))


def windows(x, height, width):
    _, rows, columns, channels = x.shape
    return torch.stack(
        [
            x[:, top : top + height, left : left + width].reshape(1, height * width, channels)
            for top in range(0, rows, height)
            for left in range(0, columns, width)
        ],
        1,
    )


case("x |> WindowPartition([2, 3])", {"shape": ["WindowPartition"]}, {"x": (4, 6, 2)}, lambda x: windows(x, 2, 3))
case(
    "x |> WindowPartition([2, 3]) |> WindowMerge([2, 3], [4, 6])",
    {"shape": ["WindowPartition", "WindowMerge"]},
    {"x": (4, 6, 2)},
    lambda x: x,
)


def spatial_pyramid(x):
    cells = [F.adaptive_max_pool2d(x.movedim(-1, 1), bins).movedim(1, -1).flatten(1) for bins in (3, 2, 1)]
    return torch.cat(cells, 1)


case("x |> SpatialPyramidPool([3, 2, 1])", {"shape": ["SpatialPyramidPool"]}, {"x": (7, 8, 2)}, spatial_pyramid)
case(
    "x |> GeneralizedMeanPool(3)",
    {"shape": ["GeneralizedMeanPool"]},
    {"x": (3, 4, 2)},
    # Its weight is the exponent.
    lambda x: x.clamp(min=1e-6).pow(p := Weights().tensor(1)).mean((1, 2)).pow(1 / p),
)

for mode, name in (("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")):
    case(
        f'x |> PadImage([2, 1], [0, 3], "{mode}")',
        {"shape": ["PadImage"]},
        {"x": (3, 4, 2)},
        image(lambda x: F.pad(x, (0, 3, 2, 1), mode=name)),
    )

# ── norm ──

for size in (1, 2, 3, 4, 5):
    case(
        f"x |> LocalResponseNorm({size}, 0.5, 0.6, 2)",
        {"norm": ["LocalResponseNorm"]},
        {"x": (2, 3, 7)},
        image(nn.LocalResponseNorm(size, 0.5, 0.6, 2)),
    )


def global_response(x):
    """The paper's Algorithm 1."""
    weights = Weights()
    gamma, beta = weights.tensor(3), weights.tensor(3)
    strength = torch.norm(x, p=2, dim=(1, 2), keepdim=True)
    return gamma * (x * (strength / (strength.mean(dim=-1, keepdim=True) + 1e-6))) + beta + x


case("x |> GlobalResponseNorm", {"norm": ["GlobalResponseNorm"]}, {"x": (3, 4, 3)}, global_response)

# ── conv: normalisations are left out, and so are their statistics ──


def without_norm(*_):
    return nn.Identity()


for kernel, stride, dilation in [(3, 1, 1), (3, 2, 1), (5, 2, 1), (3, 1, 2)]:
    case(
        f"x |> ConvNormAct(4, {kernel}, {stride}, {dilation}, norm: Identity)",
        {"conv": ["ConvNormAct", "Identity"]},
        {"x": (6, 7, 3)},
        image(filled(torchvision.ops.Conv2dNormActivation(3, 4, kernel, stride, dilation=dilation, norm_layer=without_norm))),
    )
for stride in (1, 2):
    case(
        f"x |> InvertedResidual(4, 8, stride: {stride}, norm: Identity)",
        {"conv": ["InvertedResidual", "Identity"]},
        {"x": (5, 6, 4)},
        image(filled(mobilenetv2.InvertedResidual(4, 4, stride, 2, norm_layer=without_norm))),
    )
case(
    "x |> SqueezeExcite(2)",
    {"conv": ["SqueezeExcite"]},
    {"x": (3, 4, 6)},
    image(filled(torchvision.ops.SqueezeExcitation(6, 2))),
)
aspp = deeplabv3.ASPP(3, [1, 2], 4)
for name, module in list(aspp.named_modules()):
    if isinstance(module, nn.BatchNorm2d):
        parent = aspp.get_submodule(name.rpartition(".")[0])
        setattr(parent, name.rpartition(".")[2], nn.Identity())
case("x |> ASPP(4, [1, 2], norm: Identity)", {"conv": ["ASPP", "Identity"]}, {"x": (5, 6, 3)}, image(filled(aspp)))

# ── attention ──

for masked in (False, True):
    attention = nn.MultiheadAttention(8, 2, batch_first=True).eval()
    Weights().own(attention)
    mask = torch.full((5, 5), -math.inf).triu(1) if masked else None
    case(
        "x |> SelfAttention(2" + (", CausalMask)" if masked else ")"),
        {"attention": ["SelfAttention"], **({"position": ["CausalMask"]} if masked else {})},
        {"x": (5, 8)},
        lambda x: attention(x, x, x, attn_mask=mask)[0],
    )
cross = nn.MultiheadAttention(8, 4, batch_first=True).eval()
Weights().cross(cross)
case(
    "MultiHeadAttention(x, memory, 4)",
    {"attention": ["MultiHeadAttention"]},
    {"x": (3, 8), "memory": (5, 8)},
    lambda x, memory: cross(x, memory, memory)[0],
)
near = torch.tensor([[-math.inf if abs(key - query - 2) > 1 else 0.0 for key in range(5)] for query in range(3)])
case(
    "MultiHeadAttention(x, memory, 4, LocalMask(1))",
    {"attention": ["MultiHeadAttention"], "position": ["LocalMask"]},
    {"x": (3, 8), "memory": (5, 8)},
    lambda x, memory: cross(x, memory, memory, attn_mask=near)[0],
)
case(
    "MaskedAttention(x, memory, maximum(mask, 0) / maximum(mask, 1e-9), 4)",
    {"attention": ["MaskedAttention"]},
    {"x": (3, 8), "memory": (5, 8), "mask": (3, 5)},
    lambda x, memory, mask: cross(x, memory, memory, attn_mask=mask[0] <= 0)[0],
)

for norm_first in (False, True):
    for name, act in (("gelu", F.gelu), ("relu", F.relu)):
        layer = nn.TransformerEncoderLayer(8, 2, 12, activation=act, norm_first=norm_first, batch_first=True).eval()
        weights = Weights()
        for attention, norm in ((True, layer.norm1), (False, layer.norm2)):
            if norm_first:
                weights.fill(norm)
            if attention:
                weights.own(layer.self_attn)
            else:
                weights.fill(layer.linear1, layer.linear2)
            if not norm_first:
                weights.fill(norm)
        case(
            f"x |> EncoderLayer(2, 12, norm_first: {str(norm_first).lower()}, act: {name})",
            {"attention": ["EncoderLayer"]},
            {"x": (5, 8)},
            layer,
        )

    layer = nn.TransformerDecoderLayer(8, 2, 12, activation=F.gelu, norm_first=norm_first, batch_first=True).eval()
    weights = Weights()
    parts = [
        (layer.norm1, lambda: weights.own(layer.self_attn)),
        (layer.norm2, lambda: weights.cross(layer.multihead_attn)),
        (layer.norm3, lambda: weights.fill(layer.linear1, layer.linear2)),
    ]
    for norm, part in parts:
        if norm_first:
            weights.fill(norm)
        part()
        if not norm_first:
            weights.fill(norm)
    causal = torch.full((4, 4), -math.inf).triu(1)
    case(
        f"x |> DecoderLayer(memory, 2, 12, norm_first: {str(norm_first).lower()})",
        {"attention": ["DecoderLayer"]},
        {"x": (4, 8), "memory": (5, 8)},
        lambda x, memory: layer(x, memory, tgt_mask=causal),
    )

# ── window ──

for size, window, shift in [((4, 6), [2, 3], [0, 0]), ((4, 6), [2, 3], [1, 1]), ((4, 6), [2, 3], [1, 2]), ((2, 6), [2, 3], [1, 1])]:
    swin = swin_transformer.ShiftedWindowAttention(8, window, shift, 2)
    weights = Weights()
    weights.fill(swin.qkv)
    swin.relative_position_bias_table.data = weights.tensor(*swin.relative_position_bias_table.shape)
    weights.fill(swin.proj)
    case(f"x |> WindowAttention(2, {window}, {shift})", {"window": ["WindowAttention"]}, {"x": (*size, 8)}, swin)
merging = swin_transformer.PatchMerging(3)
case("x |> PatchMerging", {"window": ["PatchMerging"]}, {"x": (4, 6, 3)}, filled(merging, merging.norm, merging.reduction))


def convolutional_attention(x):
    """The paper's equations 2 and 3, without normalisation."""
    weights = Weights()
    first, second, conv = nn.Linear(6, 2), nn.Linear(2, 6), nn.Conv2d(2, 1, 3, padding=1, bias=False)
    weights.fill(first, second, conv)
    mlp = nn.Sequential(first, nn.ReLU(), second)
    x = x * torch.sigmoid(mlp(x.mean((1, 2))) + mlp(x.amax((1, 2))))
    maps = torch.stack([x.amax(-1), x.mean(-1)], 1)
    return x * torch.sigmoid(conv(maps)).movedim(1, -1)


case(
    "x |> ChannelAttention(2) |> SpatialAttention(3, Identity)",
    {"attention": ["ChannelAttention", "SpatialAttention"], "conv": ["Identity"]},
    {"x": (4, 5, 6)},
    convolutional_attention,
)

# ── position ──


def sinusoids(x):
    _, length, width = x.shape
    for position in range(length):
        for k in range(width):
            angle = position / 10000 ** ((k - k % 2) / width)
            x[0, position, k] += math.cos(angle) if k % 2 else math.sin(angle)
    return x


def rotary(x):
    """As products of complex numbers."""
    half = x.shape[-1] // 2
    pairs = torch.complex(x[..., :half], x[..., half:])
    speed = 10000 ** (-torch.arange(half) / half)
    turned = pairs * torch.exp(1j * torch.arange(x.shape[-2])[:, None] * speed)
    return torch.cat([turned.real, turned.imag], -1)


case("x |> SinusoidalPositions", {"position": ["SinusoidalPositions"]}, {"x": (7, 6)}, sinusoids)
case("x |> RotaryPositions", {"position": ["RotaryPositions"]}, {"x": (2, 7, 6)}, rotary)

# ── sequence ──

case("x |> GatedLinearUnit", {"sequence": ["GatedLinearUnit"]}, {"x": (3, 8)}, lambda x: F.glu(x))
for dilation in (1, 2):
    conv = filled(nn.Conv1d(3, 4, 3, dilation=dilation))
    case(
        f"x |> CausalConv(4, 3, {dilation})",
        {"sequence": ["CausalConv"]},
        {"x": (7, 3)},
        lambda x: conv(F.pad(x.movedim(-1, 1), (2 * dilation, 0))).movedim(1, -1),
    )

path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("pytorch.json")
path.write_text("[\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases) + "\n]\n")
