import Images
import Support

/// The photographs that come with the course. Sources and licenses stand in `Resources/LICENSES.md`.
public enum Photos {
  /// A cat named Chelsea, 451×300 RGB (Stefan van der Walt, CC0).
  public static var cat: Image { get throws(DataError) { try Resources.image("chelsea.png") } }

  /// A cup of coffee on a table, 600×400 RGB (Rachel Michetti, CC0).
  public static var coffee: Image { get throws(DataError) { try Resources.image("coffee.png") } }

  /// The astronaut Eileen Collins, 512×512 RGB (NASA, public domain).
  public static var astronaut: Image { get throws(DataError) { try Resources.image("astronaut.png") } }
}
