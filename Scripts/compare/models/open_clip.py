"""CLIPs in open_clip's form: the ViT-B/32 and the ResNet RN50, beside open_clip itself."""

import os

from ._model import CLIP_STATISTICS, Bars, Model, Task, spread, write

MEAN, STD = CLIP_STATISTICS["image_mean"], CLIP_STATISTICS["image_std"]
TEXT = {"context_length": 77, "vocab_size": 49408, "width": 512, "heads": 8, "layers": 12}
VIT = {"embed_dim": 512, "vision_cfg": {"image_size": 224, "layers": 12, "width": 768, "patch_size": 32},
       "text_cfg": TEXT}
RESNET = {"embed_dim": 1024, "quick_gelu": True,
          "vision_cfg": {"image_size": 224, "layers": [3, 4, 6, 3], "width": 64, "patch_size": None}, "text_cfg": TEXT}


def maker(settings):
    def make(folder):
        import open_clip
        import torch
        from safetensors.torch import save_file

        torch.manual_seed(1)
        model = spread(open_clip.CLIP(**settings))
        with torch.no_grad():
            for name, tensor in model.named_parameters():
                if tensor.dim() == 4:  # a convolution as wide as it begins keeps its numbers at one size
                    torch.nn.init.kaiming_normal_(tensor)
            for name, tensor in model.named_buffers():
                if name.endswith("running_var"):
                    tensor.copy_(0.8 + torch.rand_like(tensor))
                elif name.endswith("running_mean"):
                    tensor.copy_(torch.randn_like(tensor) * 0.1)
            for name, tensor in model.named_parameters():
                if name.endswith("bn3.weight"):  # zeros at the beginning
                    tensor.copy_(0.3 + 0.1 * torch.rand_like(tensor))
        save_file(model.state_dict(), f"{folder}/open_clip_model.safetensors")
        write(folder, "open_clip_config.json", {"model_cfg": settings, "preprocess_cfg": {"mean": MEAN, "std": STD}})

    return make


def load(inputs):
    import open_clip
    import torch

    name = f"local-dir:{os.path.abspath(inputs.directory)}"
    model, prepared_picture = open_clip.create_model_from_pretrained(name)
    if inputs.weights:  # what we have written is in transformers' form
        from transformers import CLIPModel

        other = inputs.model(CLIPModel)
    else:
        other = None
    tokenizer = open_clip.get_tokenizer(name)
    model.eval()

    def prepare():
        return torch.stack([prepared_picture(picture) for picture in inputs.pictures]), tokenizer(inputs.texts)

    def logits(pictures, texts):
        if other:
            return other(input_ids=texts, pixel_values=pictures).logits_per_image
        return model.get_logits(pictures, texts)[0]

    def whole():
        scores = logits(*prepare()).softmax(-1)
        return dict(scores=scores.flatten().tolist(), answers=[inputs.texts[i] for i in scores.argmax(-1)])

    prepared = prepare()
    return Task(lambda: logits(*prepared), whole, lambda: logits(*prepared))


TEXTS = ["a photo of a cat", "a photo of a dog", "two red circles on a table", "an empty street at night"]
MODELS = [
    Model(
        "open-clip", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "open_clip ViT-B-32, one picture and four texts",
        maker(VIT), load, texts=TEXTS, bars=Bars(time=0.7, start=0.3, memory=0.7)),
    Model(
        "open-clip-rn50", "timm/resnet50_clip.openai", "open_clip RN50, one picture and four texts", maker(RESNET),
        load, texts=TEXTS, bars=Bars(time=1.0, start=0.3, memory=0.8), is_whole=False),
]
