import Images
import Notebook
