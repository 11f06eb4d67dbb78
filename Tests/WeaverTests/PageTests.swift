import CourseKit
import Images
import Notebook
import Testing
import Weaver
