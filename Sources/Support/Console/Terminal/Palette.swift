/// The styles of text on a terminal.
public enum Palette {
    /// A style. The raw value is the number of its escape sequence.
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
}
