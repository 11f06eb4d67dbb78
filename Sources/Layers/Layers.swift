// Sources of the Layers module.
