// Sources of the Datasets module.
