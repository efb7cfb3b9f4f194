/// Styles for text on one stream; where colours are off, the text comes back as it is.
public struct Palette: Sendable {
    /// One way to set text off.
    public enum Style: Int, Sendable, CaseIterable {
        /// Heavier.
        case bold = 1
        /// Fainter.
        case dim = 2
        /// For failures.
        case red = 31
        /// For success.
        case green = 32
        /// For warnings.
        case yellow = 33
        /// For names and links.
        case cyan = 36
    }

    /// Whether styles are applied at all.
    public let isOn: Bool

    /// A palette; tests and files take one that is off.
    public init(isOn: Bool) {
        self.isOn = isOn
    }

    /// The text in that style.
    public func callAsFunction(_ style: Style, _ text: String) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
