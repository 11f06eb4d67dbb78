import Images
import Notebook
import Plots
import Testing
