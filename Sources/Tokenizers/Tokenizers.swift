// Sources of the Tokenizers module.
