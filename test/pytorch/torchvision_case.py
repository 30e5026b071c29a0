"""Builds a torchvision model with seeded random weights and runs it on one random image.

    torchvision_case.py FOLDER NAME SIZE CONSTRUCTOR [KEY=VALUE...]

writes FOLDER/NAME.weights.safetensors (the state_dict) and FOLDER/NAME.run.safetensors (`image` [3, H, W] and `logits`
[classes]). Running statistics, scales and offsets are random too: with the usual zeros and ones, a mistake in them would
not show.
"""
import json
import struct
import sys

import torch
import torchvision

FORMATS = {torch.float32: "F32", torch.int64: "I64"}


def write_safetensors(path, tensors):
    """https://huggingface.co/docs/safetensors, with its tensors in the order of their names, as its library writes it."""
    header, end = {}, 0
    named = sorted(tensors.items())
    for name, tensor in named:
        size = tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": FORMATS[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [end, end + size],
        }
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for _, tensor in named:
            file.write(tensor.contiguous().numpy().tobytes())


def randomise(model):
    """Numbers of which none is special, at scales that keep the activations of deep networks within a few orders of 1."""
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            torch.nn.init.normal_(module.running_mean, 0, 0.3)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
        if isinstance(module, (torch.nn.modules.batchnorm._BatchNorm, torch.nn.LayerNorm, torch.nn.GroupNorm)):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
        elif isinstance(module, torch.nn.MultiheadAttention):
            torch.nn.init.xavier_uniform_(module.in_proj_weight)
            torch.nn.init.normal_(module.in_proj_bias, 0, 0.1)
        elif isinstance(module, (torch.nn.Conv2d, torch.nn.ConvTranspose2d, torch.nn.Linear)):
            fan_in = module.weight[0].numel()
            torch.nn.init.normal_(module.weight, 0, (1.5 / fan_in) ** 0.5)
            if module.bias is not None:
                torch.nn.init.normal_(module.bias, 0, 0.1)
    for name, parameter in model.named_parameters():
        if name.endswith("layer_scale"):
            torch.nn.init.uniform_(parameter, 0.2, 1)
        elif name.endswith(("class_token", "pos_embedding")):
            torch.nn.init.normal_(parameter, 0, 0.5)


def main():
    folder, name, size, constructor, *settings = sys.argv[1:]
    torch.manual_seed(sum(name.encode()))
    torch.set_num_threads(2)
    given = {key: json.loads(value) for key, value in (each.split("=") for each in settings)}
    model = getattr(torchvision.models, constructor)(**given).eval()
    image = torch.randn(1, 3, int(size), int(size))
    with torch.no_grad():
        randomise(model)
        logits = model(image)
    write_safetensors(f"{folder}/{name}.weights.safetensors", model.state_dict())
    write_safetensors(f"{folder}/{name}.run.safetensors", {"image": image[0], "logits": logits[0]})


main()
