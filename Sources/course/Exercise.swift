// An exercise is linked with all that this program is linked with. These two modules are in it for that alone.
import Exercises
import Models
