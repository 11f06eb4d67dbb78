import CourseKit
import Images
import Notebook
