"""BLIP: a caption with four beams, and the answer to a question in words of its own."""

from ._model import CLIP_STATISTICS, Bars, Model, Task, spread, write_preprocessor
from ._vocabularies import bert_tokenizer


def maker(name):
    def make(folder):
        import transformers

        # The published files' settings; of both the text transformer has 12 heads, not the default 8.
        configuration = transformers.BlipConfig(
            text_config=dict(num_attention_heads=12), vision_config=dict(initializer_range=0.02))
        spread(getattr(transformers, name)(configuration)).save_pretrained(folder)
        write_preprocessor(folder, "BlipImageProcessor", 384, do_convert_rgb=True, **CLIP_STATISTICS)
        bert_tokenizer(folder, model_max_length=512)

    return make


def load_captioner(inputs):
    import torch
    from transformers import BlipForConditionalGeneration, BlipImageProcessor

    model, tokenizer = inputs.model(BlipForConditionalGeneration), inputs.tokenizer()
    processor = BlipImageProcessor.from_pretrained(inputs.directory)
    settings = dict(max_length=16, num_beams=4, return_dict_in_generate=True, output_scores=True)

    def prepare():
        return processor(images=inputs.pictures, return_tensors="pt").pixel_values

    def whole():
        result = model.generate(prepare(), **settings)
        return dict(
            ids=result.sequences[0].tolist(), scores=result.sequences_scores.tolist(),
            answers=tokenizer.batch_decode(result.sequences, skip_special_tokens=True))

    def logits():
        return model(pixel_values=prepared, input_ids=torch.tensor([[model.config.text_config.bos_token_id]])).logits

    prepared = prepare()
    return Task(lambda: model.generate(prepared, **settings), whole, logits)


def load_answerer(inputs):
    import torch
    from transformers import BlipForQuestionAnswering, BlipImageProcessor

    model, tokenizer = inputs.model(BlipForQuestionAnswering), inputs.tokenizer()
    processor = BlipImageProcessor.from_pretrained(inputs.directory)

    def prepare():
        words = tokenizer(inputs.texts, return_tensors="pt")
        pixels = processor(images=inputs.pictures, return_tensors="pt").pixel_values
        return dict(pixel_values=pixels, input_ids=words.input_ids, attention_mask=words.attention_mask)

    def whole():
        ids = model.generate(**prepare())
        return dict(ids=ids[0].tolist(), answers=tokenizer.batch_decode(ids, skip_special_tokens=True))

    def logits():
        image = model.vision_model(pixel_values=prepared["pixel_values"]).last_hidden_state
        question = model.text_encoder(
            input_ids=prepared["input_ids"], attention_mask=prepared["attention_mask"], encoder_hidden_states=image)
        start = torch.tensor([[model.config.text_config.bos_token_id]])
        return model.text_decoder(input_ids=start, encoder_hidden_states=question.last_hidden_state).logits

    prepared = prepare()
    return Task(lambda: model.generate(**prepared), whole, logits)


MODELS = [
    Model(
        "blip-caption", "Salesforce/blip-image-captioning-base", "BLIP, a caption with four beams",
        maker("BlipForConditionalGeneration"), load_captioner, bars=Bars(time=0.8, memory=0.7)),
    Model(
        "blip-vqa", "Salesforce/blip-vqa-base", "BLIP, an answer of twenty tokens", maker("BlipForQuestionAnswering"),
        load_answerer, texts=["how many cats are there?"], bars=Bars(time=0.8, memory=0.7)),
]
