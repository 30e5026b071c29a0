"""Writes expected.json: what PyTorch 1.13 computes for uses of layers.

    python3 test/compiler/pytorch/make.py

Each case is a body in the language, the shape of its input `x` (channel-last, without batch), and PyTorch's output for the
numbers of `numbers`, rounded to 6 digits, channel-last again. Weights are `numbers` too, in the order of the language.
"""
import json
import pathlib

import torch
import torch.nn.functional as F


def numbers(*shape):
    count = 1
    for size in shape:
        count *= size
    return torch.tensor([((i * 7919) % 101) / 50 - 1 for i in range(count)], dtype=torch.float64).reshape(shape)


cases = []


def case(body, shape, compute):
    """`compute` maps `[1, C, …]` to `[1, C', …]`."""
    x = numbers(*shape).movedim(-1, 0)[None]
    y = compute(x)[0].movedim(0, -1)
    data = [round(v, 6) for v in y.flatten().tolist()]
    cases.append({"body": body, "input": list(shape), "shape": list(y.shape), "data": data})


def text(value):
    return str(value).lower()


# ceil_mode: kernels above and below the stride, padding, sizes that leave every remainder
for kernel, stride, padding in [(2, 2, 0), (2, 2, 1), (3, 2, 0), (3, 2, 1), (3, 3, 1), (2, 3, 0), (2, 3, 1), (5, 3, 2), (1, 4, 0)]:
    for size in range(3, 10):
        shape = (size, 6, 1)
        common = f"{kernel}, {stride}, padding: {padding}, ceil_mode: true"
        case(f"x |> max_pool({common})", shape, lambda x: F.max_pool2d(x, kernel, stride, padding, ceil_mode=True))
        for count in (False, True):
            case(
                f"x |> avg_pool({common}, count_padding: {text(count)})",
                shape,
                lambda x: F.avg_pool2d(x, kernel, stride, padding, True, count),
            )
for size in range(5, 10):
    case(
        "x |> max_pool(3, 2, padding: 1, dilation: 2, ceil_mode: true)",
        (size, 5, 2),
        lambda x: F.max_pool2d(x, 3, 2, 1, dilation=2, ceil_mode=True),
    )

# more padding after the input than a window has, which no window reaches
case(
    "x |> max_pool(4, padding: [[2, 5], [0, 0]])",
    (7, 4, 2),
    lambda x: F.max_pool2d(F.pad(x, (0, 0, 2, 5), value=-torch.inf), 4),
)
case(
    "x |> avg_pool([2, 3], 5, padding: [[1, 3], [0, 4]], count_padding: true)",
    (7, 8, 2),
    lambda x: F.avg_pool2d(F.pad(x, (0, 4, 1, 3)), (2, 3), 5),
)

# resize, larger and smaller; adaptive pools to more cells than positions
for shape in [(4, 6, 2), (7, 5, 1)]:
    for size in [(8, 9), (3, 2), (1, 1), (7, 12)]:
        for method, corners in [("nearest", False), ("bilinear", False), ("bilinear", True)]:
            given = f'{list(size)}, "{method}"' + (", align_corners: true" if corners else "")
            align = corners if method == "bilinear" else None
            case(
                f"x |> resize({given})",
                shape,
                lambda x: F.interpolate(x, size, mode=method, align_corners=align),
            )
        for name, pool in [("adaptive_avg_pool", F.adaptive_avg_pool2d), ("adaptive_max_pool", F.adaptive_max_pool2d)]:
            case(f"x |> {name}({list(size)})", shape, lambda x: pool(x, size))

# transposed convolution in groups; the language has [height, width, out / groups, in], PyTorch [in, out / groups, h, w]
for groups, filters, stride, padding in [(1, 2, 2, 1), (2, 4, 2, 0), (4, 4, 1, 1), (2, 6, 3, 1)]:
    kernel = numbers(3, 2, filters // groups, 4).permute(3, 2, 0, 1)
    case(
        f"x |> conv2d_transpose({filters}, [3, 2], {stride}, padding: {padding}, groups: {groups})",
        (4, 5, 4),
        lambda x: F.conv_transpose2d(x, kernel, numbers(filters), stride, padding, groups=groups),
    )

# along sequences, causal convolution among them
for kernel, stride, dilation, groups in [(3, 1, 1, 1), (3, 2, 2, 2), (2, 1, 3, 1), (1, 2, 1, 4)]:
    weight = numbers(kernel, 4 // groups, 4).permute(2, 1, 0)
    given = f"4, {kernel}, {stride}, dilation: {dilation}, groups: {groups}"
    before = (kernel - 1) * dilation
    case(
        f"x |> conv1d({given}, padding: [{before}, 0])",
        (9, 4),
        lambda x: F.conv1d(F.pad(x, (before, 0)), weight, numbers(4), stride, 0, dilation, groups),
    )
    case(
        f'x |> conv1d({given}, padding: "valid")',
        (9, 4),
        lambda x: F.conv1d(x, weight, numbers(4), stride, 0, dilation, groups),
    )
for kernel, stride in [(3, 1), (2, 2)]:
    weight = numbers(kernel, 3, 2).permute(1, 2, 0).reshape(6, 1, kernel)
    case(
        f"x |> depthwise_conv1d({kernel}, {stride}, padding: 1, multiplier: 2)",
        (7, 3),
        lambda x: F.conv1d(x, weight, numbers(6), stride, 1, groups=3),
    )
for size in range(4, 8):
    case(
        "x |> max_pool1d(3, 2, padding: 1, ceil_mode: true)",
        (size, 2),
        lambda x: F.max_pool1d(x, 3, 2, 1, ceil_mode=True),
    )
    case(
        "x |> avg_pool1d(3, 2, padding: 1, ceil_mode: true, count_padding: true)",
        (size, 2),
        lambda x: F.avg_pool1d(x, 3, 2, 1, True, True),
    )

path = pathlib.Path(__file__).with_name("expected.json")
path.write_text("[\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases) + "\n]\n")
