internal import LaunchPrintableText

/// Text for a terminal: pieces, each with an optional style. All pieces are safe to print.
///
/// A string literal creates a `Styled`. A value in the literal, `"\(value)"`, is one line: its line feeds and control
/// characters are escaped. `"\(lines: value)"` keeps the value's line feeds.
public struct Styled: Sendable, Equatable {
    struct Piece: Sendable, Equatable {
        let text: String
        let style: Palette.Style?
    }

    /// `Printable` has escaped every text in it.
    private(set) var pieces: [Piece] = []

    private init(safe text: String, _ style: Palette.Style?) {
        if !text.isEmpty { pieces = [Piece(text: text, style: style)] }
    }

    /// One line. Line feeds are escaped.
    public init(_ text: String, _ style: Palette.Style? = nil) {
        self.init(safe: Printable.line(text), style)
    }

    /// Text that keeps its line feeds.
    public init(lines text: String, _ style: Palette.Style? = nil) {
        self.init(safe: Printable.lines(text), style)
    }

    /// Output of a job or a build. A carriage return begins a new line.
    public init(log text: String, _ style: Palette.Style? = nil) {
        self.init(safe: Printable.log(text), style)
    }

    /// The text without styles.
    public var plain: String { pieces.map(\.text).joined() }

    /// The text for a terminal. With `colours`, it has escape sequences for the styles.
    func text(colours: Bool) -> String {
        pieces.map { piece in
            guard colours, let style = piece.style else { return piece.text }
            return "\u{1B}[\(style.rawValue)m\(piece.text)\u{1B}[0m"
        }.joined()
    }

    /// The concatenation of two texts.
    public static func + (left: Styled, right: Styled) -> Styled {
        var sum = left
        sum += right
        return sum
    }

    /// Appends a text.
    public static func += (left: inout Styled, right: Styled) { left.pieces += right.pieces }
}

extension Styled: ExpressibleByStringInterpolation {
    /// The program's own text, which may have several lines.
    public init(stringLiteral text: String) { self.init(lines: text) }

    /// A literal with interpolated values.
    public init(stringInterpolation: Interpolation) { self = stringInterpolation.styled }

    /// Collects the pieces of a literal.
    public struct Interpolation: StringInterpolationProtocol {
        var styled = Styled(safe: "", nil)

        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// The program's own text, which may have several lines.
        public mutating func appendLiteral(_ literal: String) { styled += Styled(lines: literal) }

        /// A value, as one line.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            styled += Styled(value.description)
        }

        /// A value that keeps its line feeds.
        public mutating func appendInterpolation(lines value: String) { styled += Styled(lines: value) }

        /// A text that already has styles.
        public mutating func appendInterpolation(_ value: Styled) { styled += value }
    }
}

extension DefaultStringInterpolation {
    /// Unavailable, because a `String` has no styles: use a `Styled` literal.
    @available(*, unavailable, message: "a String has no styles; make a Styled, or take its 'plain'")
    public mutating func appendInterpolation(_ value: Styled) {}
}

extension Sequence<Styled> {
    /// The concatenated texts, with `separator` between them.
    public func joined(separator: Styled = "") -> Styled {
        var all: Styled = ""
        for (index, text) in enumerated() { all += index == 0 ? text : separator + text }
        return all
    }
}
