// Sources of the Notebook module.
