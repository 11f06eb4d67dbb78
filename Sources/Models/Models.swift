// Sources of the Models module.
