"""TrOCR: the line of text that a picture shows, with four beams."""

from ._model import HALF_STATISTICS, Bars, Model, spread, write_preprocessor
from ._vocabularies import gpt2_tokenizer
from .vit_gpt2 import load


def make(folder):
    from transformers import TrOCRConfig, VisionEncoderDecoderConfig, VisionEncoderDecoderModel, ViTConfig

    encoder = ViTConfig(image_size=384, qkv_bias=False)
    configuration = VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        encoder, TrOCRConfig(cross_attention_hidden_size=768))
    configuration.decoder_start_token_id = configuration.eos_token_id = 2
    configuration.pad_token_id = 1
    spread(VisionEncoderDecoderModel(configuration)).save_pretrained(folder)
    write_preprocessor(folder, "ViTImageProcessor", 384, resample=2, **HALF_STATISTICS)
    settings = dict(tokenizer_class="RobertaTokenizer", model_max_length=512)
    gpt2_tokenizer(folder, ["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"], 50265, settings)


MODELS = [
    Model(
        "trocr-base", "microsoft/trocr-base-printed", "TrOCR base, a line of text with four beams", make, load,
        bars=Bars(time=0.8, memory=0.7))
]
