// Sources of the Checkpoints module.
