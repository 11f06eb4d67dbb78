/// A paper that a lesson quotes.
struct Paper {
  let lesson, authors, identifier, title: String

  /// - Parameter identifier: its number on arXiv, or the whole address.
  init(_ lesson: String, _ authors: String, _ identifier: String, _ title: String) {
    (self.lesson, self.authors, self.identifier, self.title) = (lesson, authors, identifier, title)
  }

  /// Where it can be read.
  var address: String { identifier.hasPrefix("https://") ? identifier : "https://arxiv.org/abs/\(identifier)" }

  /// The lesson's number.
  var lessonNumber: Int { Int(lesson) ?? 0 }

  /// The family name of the first author.
  var firstAuthor: String {
    let ends = [" et al.", " and ", " 1", " 2"].compactMap { authors.firstRange(of: $0)?.lowerBound }
    return String(authors[..<(ends.min() ?? authors.endIndex)])
  }

  /// When it appeared, in years: the middle of the month that its number on arXiv begins with, as `1706`, or of the year
  /// that stands behind its authors.
  var date: Double {
    let digits = identifier.prefix { $0 != "." }
    if digits.count == 4, let number = Int(digits) {
      return 2000 + Double(number / 100) + (Double(number % 100) - 0.5) / 12
    }
    return Double(authors.suffix(4)).map { $0 + 0.5 } ?? 0
  }

  /// The papers, lesson by lesson; the first of each lesson is the one to read with it.
  static let all = [
    Paper("02", "Vaswani et al. 2017", "1706.03762", "Attention Is All You Need"),
    Paper("02", "Ba et al. 2016", "1607.06450", "Layer Normalization"),
    Paper("02", "Hendrycks and Gimpel 2016", "1606.08415", "Gaussian Error Linear Units (GELUs)"),
    Paper("02", "Loshchilov and Hutter 2019", "1711.05101", "Decoupled Weight Decay Regularization (AdamW)"),
    Paper(
      "03", "van den Oord et al. 2018", "1807.03748",
      "Representation Learning with Contrastive Predictive Coding (InfoNCE)"),
    Paper(
      "04", "Dosovitskiy et al. 2021", "2010.11929",
      "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale (ViT)"),
    Paper("04", "Abnar and Zuidema 2020", "2005.00928", "Quantifying Attention Flow in Transformers (rollout)"),
    Paper("04", "Xiong et al. 2020", "2002.04745", "On Layer Normalization in the Transformer Architecture"),
    Paper(
      "04", "Touvron et al. 2021", "2012.12877",
      "Training data-efficient image transformers & distillation through attention (DeiT)"),
    Paper(
      "04", "Liu et al. 2021", "2103.14030",
      "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows"),
    Paper("04", "He et al. 2022", "2111.06377", "Masked Autoencoders Are Scalable Vision Learners (MAE)"),
    Paper(
      "05", "Radford et al. 2021", "2103.00020",
      "Learning Transferable Visual Models From Natural Language Supervision (CLIP)"),
    Paper("05", "Zhai et al. 2023", "2303.15343", "Sigmoid Loss for Language Image Pre-Training (SigLIP)"),
    Paper(
      "05", "Liang et al. 2022", "2203.02053",
      "Mind the Gap: Understanding the Modality Gap in Multi-modal Contrastive Representation Learning"),
    Paper("05", "He et al. 2016", "1512.03385", "Deep Residual Learning for Image Recognition (ResNet)"),
    Paper(
      "06", "Cherti et al. 2023", "2212.07143",
      "Reproducible Scaling Laws for Contrastive Language-Image Learning (open_clip)"),
    Paper(
      "06", "Wolf et al. 2020", "1910.03771",
      "HuggingFace's Transformers: State-of-the-art Natural Language Processing"),
    Paper(
      "06", "Sennrich et al. 2016", "1508.07909", "Neural Machine Translation of Rare Words with Subword Units (BPE)"),
    Paper(
      "06", "Yuksekgonul et al. 2023", "2210.01936",
      "When and Why Vision-Language Models Behave like Bags-Of-Words, and What to Do About It?"),
    Paper("07", "Vinyals et al. 2015", "1411.4555", "Show and Tell: A Neural Image Caption Generator"),
    Paper(
      "07", "Xu et al. 2015", "1502.03044",
      "Show, Attend and Tell: Neural Image Caption Generation with Visual Attention"),
    Paper(
      "07", "Rothe et al. 2020", "1907.12461", "Leveraging Pre-trained Checkpoints for Sequence Generation Tasks"),
    Paper(
      "07", "Li et al. 2021", "2109.10282",
      "TrOCR: Transformer-based Optical Character Recognition with Pre-trained Models"),
    Paper(
      "07", "Radford et al. 2019",
      "https://openai.com/index/better-language-models/",
      "Language Models are Unsupervised Multitask Learners (GPT-2)"),
    Paper(
      "07", "Williams and Zipser 1989", "https://doi.org/10.1162/neco.1989.1.2.270",
      "A Learning Algorithm for Continually Running Fully Recurrent Neural Networks (teacher forcing)"),
    Paper("07", "Ranzato et al. 2016", "1511.06732", "Sequence Level Training with Recurrent Neural Networks"),
    Paper(
      "07", "Bengio et al. 2015", "1506.03099",
      "Scheduled Sampling for Sequence Prediction with Recurrent Neural Networks"),
    Paper("07", "Koehn and Knowles 2017", "1706.03872", "Six Challenges for Neural Machine Translation"),
    Paper(
      "07", "Wu et al. 2016", "1609.08144",
      "Google's Neural Machine Translation System: Bridging the Gap between Human and Machine Translation"),
    Paper("07", "Fan et al. 2018", "1805.04833", "Hierarchical Neural Story Generation (top-k)"),
    Paper("07", "Holtzman et al. 2020", "1904.09751", "The Curious Case of Neural Text Degeneration (top-p)"),
    Paper(
      "07", "Papineni et al. 2002", "https://aclanthology.org/P02-1040/",
      "BLEU: a Method for Automatic Evaluation of Machine Translation"),
    Paper("07", "Vedantam et al. 2015", "1411.5726", "CIDEr: Consensus-based Image Description Evaluation"),
    Paper("07", "Anderson et al. 2016", "1607.08822", "SPICE: Semantic Propositional Image Caption Evaluation"),
    Paper(
      "07", "Hessel et al. 2021", "2104.08718", "CLIPScore: A Reference-free Evaluation Metric for Image Captioning"),
    Paper("07", "Rohrbach et al. 2018", "1809.02156", "Object Hallucination in Image Captioning"),
    Paper("07", "Hendricks et al. 2018", "1803.09797", "Women also Snowboard: Overcoming Bias in Captioning Models"),
    Paper("07", "Zhao et al. 2021", "2106.08503", "Understanding and Evaluating Racial Biases in Image Captioning"),
    Paper(
      "08", "Kim et al. 2021", "2102.03334",
      "ViLT: Vision-and-Language Transformer Without Convolution or Region Supervision"),
    Paper("08", "Antol et al. 2015", "1505.00468", "VQA: Visual Question Answering"),
    Paper(
      "08", "Goyal et al. 2017", "1612.00837",
      "Making the V in VQA Matter: Elevating the Role of Image Understanding in Visual Question Answering"),
    Paper(
      "08", "Devlin et al. 2019", "1810.04805",
      "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding"),
    Paper(
      "08", "Gurari et al. 2018", "1802.08218",
      "VizWiz Grand Challenge: Answering Visual Questions from Blind People"),
    Paper("08", "Alayrac et al. 2022", "2204.14198", "Flamingo: a Visual Language Model for Few-Shot Learning"),
    Paper(
      "09", "Li et al. 2023", "2301.12597",
      "BLIP-2: Bootstrapping Language-Image Pre-training with Frozen Image Encoders and Large Language Models"),
    Paper(
      "09", "Li et al. 2022", "2201.12086",
      "BLIP: Bootstrapping Language-Image Pre-training for Unified Vision-Language Understanding and Generation"),
    Paper(
      "09", "Li et al. 2021", "2107.07651",
      "Align before Fuse: Vision and Language Representation Learning with Momentum Distillation (ALBEF)"),
    Paper(
      "09", "Fang et al. 2022", "2211.07636",
      "EVA: Exploring the Limits of Masked Visual Representation Learning at Scale"),
    Paper("09", "Zhang et al. 2022", "2205.01068", "OPT: Open Pre-trained Transformer Language Models"),
    Paper("09", "Chung et al. 2022", "2210.11416", "Scaling Instruction-Finetuned Language Models (Flan-T5)"),
    Paper("09", "Li and Liang 2021", "2101.00190", "Prefix-Tuning: Optimizing Continuous Prompts for Generation"),
    Paper(
      "09", "Dai et al. 2023", "2305.06500",
      "InstructBLIP: Towards General-purpose Vision-Language Models with Instruction Tuning"),
    Paper(
      "09", "Zhu et al. 2023", "2304.10592",
      "MiniGPT-4: Enhancing Vision-Language Understanding with Advanced Large Language Models"),
    Paper("09", "Liu et al. 2023", "2304.08485", "Visual Instruction Tuning (LLaVA)"),
    Paper("09", "OpenAI 2023", "2303.08774", "GPT-4 Technical Report"),
    Paper("09", "Gemini Team 2023", "2312.11805", "Gemini: A Family of Highly Capable Multimodal Models"),
    Paper("13", "Peebles and Xie 2023", "2212.09748", "Scalable Diffusion Models with Transformers (DiT)"),
    Paper(
      "13", "Sohl-Dickstein et al. 2015", "1503.03585", "Deep Unsupervised Learning using Nonequilibrium Thermodynamics"
    ),
    Paper("13", "Ho et al. 2020", "2006.11239", "Denoising Diffusion Probabilistic Models (DDPM)"),
    Paper("13", "Song et al. 2021", "2010.02502", "Denoising Diffusion Implicit Models (DDIM)"),
    Paper("13", "Nichol and Dhariwal 2021", "2102.09672", "Improved Denoising Diffusion Probabilistic Models"),
    Paper("13", "Dhariwal and Nichol 2021", "2105.05233", "Diffusion Models Beat GANs on Image Synthesis"),
    Paper("13", "Salimans and Ho 2022", "2202.00512", "Progressive Distillation for Fast Sampling of Diffusion Models"),
    Paper("13", "Ho and Salimans 2022", "2207.12598", "Classifier-Free Diffusion Guidance"),
    Paper("13", "Lipman et al. 2023", "2210.02747", "Flow Matching for Generative Modeling"),
    Paper("13", "Li and He 2025", "2511.13720", "Back to Basics: Let Denoising Generative Models Denoise"),
    Paper(
      "13", "Liu et al. 2023", "2209.03003",
      "Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow"),
    Paper(
      "13", "Rombach et al. 2022", "2112.10752",
      "High-Resolution Image Synthesis with Latent Diffusion Models (Stable Diffusion)"),
    Paper(
      "13", "Esser et al. 2024", "2403.03206",
      "Scaling Rectified Flow Transformers for High-Resolution Image Synthesis (Stable Diffusion 3)"),
    Paper(
      "13", "Jordan et al. 2024", "https://kellerjordan.github.io/posts/muon/",
      "Muon: An optimizer for hidden layers in neural networks"),
    Paper("13", "Liu et al. 2025", "2502.16982", "Muon is Scalable for LLM Training"),
    Paper("13", "Ramesh et al. 2021", "2102.12092", "Zero-Shot Text-to-Image Generation (DALL·E)"),
    Paper(
      "13", "Feng et al. 2023", "2212.05032",
      "Training-Free Structured Diffusion Guidance for Compositional Text-to-Image Synthesis"),
    Paper(
      "13", "Hu et al. 2023", "2303.11897",
      "TIFA: Accurate and Interpretable Text-to-Image Faithfulness Evaluation with Question Answering"),
    Paper("14", "Kim et al. 2022", "2111.15664", "OCR-free Document Understanding Transformer (Donut)"),
    Paper(
      "14", "Levenshtein 1966", "https://ui.adsabs.harvard.edu/abs/1966SPhD...10..707L/abstract",
      "Binary codes capable of correcting deletions, insertions, and reversals"),
    Paper(
      "14", "Zhang and Shasha 1989", "https://doi.org/10.1137/0218082",
      "Simple Fast Algorithms for the Editing Distance between Trees and Related Problems"),
    Paper(
      "14", "Graves et al. 2006", "https://doi.org/10.1145/1143844.1143891",
      "Connectionist Temporal Classification: Labelling Unsegmented Sequence Data with Recurrent Neural Networks (CTC)"),
    Paper("14", "Guo et al. 2017", "1706.04599", "On Calibration of Modern Neural Networks"),
    Paper(
      "14", "Huang et al. 2019", "2103.10213",
      "ICDAR2019 Competition on Scanned Receipt OCR and Information Extraction (SROIE)"),
    Paper(
      "14", "Park et al. 2019", "https://openreview.net/forum?id=SJl3z659UH",
      "CORD: A Consolidated Receipt Dataset for Post-OCR Parsing"),
    Paper(
      "14", "Xu et al. 2020", "1912.13318", "LayoutLM: Pre-training of Text and Layout for Document Image Understanding"
    ),
    Paper(
      "14", "Lee et al. 2023", "2210.03347",
      "Pix2Struct: Screenshot Parsing as Pretraining for Visual Language Understanding"),
    Paper("14", "Blecher et al. 2023", "2308.13418", "Nougat: Neural Optical Understanding for Academic Documents"),
    Paper("14", "Mi et al. 2016", "1608.00112", "Supervised Attentions for Neural Machine Translation"),
    Paper("14", "Liu et al. 2016", "1609.04186", "Neural Machine Translation with Supervised Attention"),
  ]
}
