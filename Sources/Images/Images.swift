// Sources of the Images module.
