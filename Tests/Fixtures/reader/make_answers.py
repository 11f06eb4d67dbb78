"""Writes answers.json: what transformers reads in the pages beside this file with the shipped reader.

    python make_answers.py             # needs torch, transformers 5.24 and Pillow

The pages are Documents(split: .heldOut, seed: 9)[0] to [3] and .newLayouts[0] and [1] as PNG. For each page the tokens
and the text of both tasks are recorded, and the logits of the first eight tokens of the fields, in float64.
"""

import json
import os

os.environ.update(TRANSFORMERS_VERBOSITY="error", HF_HUB_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1")
import torch
from PIL import Image
from transformers import AutoTokenizer, ViTImageProcessor, VisionEncoderDecoderModel

here = os.path.dirname(os.path.abspath(__file__))
folder = os.path.join(here, "../../../Sources/Training/Resources/reader-documents")
folder = os.environ.get("READER", folder)
tokenizer = AutoTokenizer.from_pretrained(folder)
processor = ViTImageProcessor.from_pretrained(folder)
model = VisionEncoderDecoderModel.from_pretrained(folder).eval()
model64 = VisionEncoderDecoderModel.from_pretrained(folder).double().eval()

pages = []
for name in sorted(name for name in os.listdir(here) if name.endswith(".png")):
    pixels = processor(Image.open(os.path.join(here, name)).convert("RGB"), return_tensors="pt").pixel_values
    page = {"file": name}
    for task in ("fields", "text"):
        start = tokenizer.convert_tokens_to_ids(f"<{task}>")
        with torch.no_grad():
            ids = model.generate(pixels, decoder_start_token_id=start, num_beams=1, do_sample=False)[0]
        page[task] = {"ids": ids.tolist(), "text": tokenizer.decode(ids, skip_special_tokens=True)}
    first = torch.tensor([page["fields"]["ids"][:8]])
    with torch.no_grad():
        logits = model64(pixel_values=pixels.double(), decoder_input_ids=first).logits[0]
    page["logits"] = [[float(f"{x:.9g}") for x in row] for row in logits[:, ::16].tolist()]
    # The file's own sentence comes back as it was: tags and prompts are tokens.
    assert tokenizer(page["fields"]["text"]).input_ids == page["fields"]["ids"][1:-1], page["fields"]["text"]
    pages.append(page)

with open(os.path.join(here, "answers.json"), "w") as file:
    json.dump({"pages": pages}, file, indent=1)
    file.write("\n")
print("\n".join(f"{page['file']}: {page['fields']['text']}" for page in pages))
