"""ViT and GPT-2: a caption, with four beams."""

from ._model import HALF_STATISTICS, Bars, Model, Task, spread, write_preprocessor
from ._vocabularies import gpt2_tokenizer


def make(folder):
    from transformers import GPT2Config, VisionEncoderDecoderConfig, VisionEncoderDecoderModel, ViTConfig

    decoder = GPT2Config(add_cross_attention=True, is_decoder=True)
    configuration = VisionEncoderDecoderConfig.from_encoder_decoder_configs(ViTConfig(), decoder)
    configuration.decoder_start_token_id = configuration.eos_token_id = configuration.pad_token_id = 50256
    spread(VisionEncoderDecoderModel(configuration)).save_pretrained(folder)
    write_preprocessor(folder, "ViTImageProcessor", 224, resample=2, **HALF_STATISTICS)
    gpt2_tokenizer(folder)


def load(inputs):
    import torch
    from transformers import VisionEncoderDecoderModel, ViTImageProcessor

    # The pooler is saved by transformers and used by nobody: this project neither reads nor writes it.
    model, tokenizer = inputs.model(VisionEncoderDecoderModel, unused=["encoder.pooler."]), inputs.tokenizer()
    processor = ViTImageProcessor.from_pretrained(inputs.directory)
    settings = dict(
        max_length=16, num_beams=4, do_sample=False, return_dict_in_generate=True, output_scores=True,
        decoder_start_token_id=model.config.decoder_start_token_id, eos_token_id=model.config.eos_token_id,
        pad_token_id=model.config.pad_token_id,
    )

    def prepare():
        return processor(images=inputs.pictures, return_tensors="pt").pixel_values

    def whole():
        result = model.generate(prepare(), **settings)
        return dict(
            ids=result.sequences[0].tolist(), scores=result.sequences_scores.tolist(),
            answers=tokenizer.batch_decode(result.sequences, skip_special_tokens=True),
        )

    def logits():
        start = torch.tensor([[model.config.decoder_start_token_id]])
        return model(pixel_values=prepared, decoder_input_ids=start).logits

    prepared = prepare()
    return Task(lambda: model.generate(prepared, **settings), whole, logits)


MODELS = [
    Model(
        "vit-gpt2", "nlpconnect/vit-gpt2-image-captioning", "ViT-GPT2, a caption with four beams", make, load,
        bars=Bars(time=0.6, memory=0.7))
]
