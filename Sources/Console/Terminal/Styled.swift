internal import PrintableText

/// Text for a terminal: pieces, each with a style or none. What it is made of is safe to print, whatever comes in.
///
/// A string literal makes one. A value in the literal, `"\(value)"`, is one line: its line feeds and control characters
/// are escaped. `"\(lines: value)"` keeps the value's line feeds.
public struct Styled: Sendable, Equatable {
    struct Piece: Sendable, Equatable {
        let text: String
        let style: Palette.Style?
    }

    /// Every text in it went through `Printable`.
    private(set) var pieces: [Piece] = []

    private init(safe text: String, _ style: Palette.Style?) {
        if !text.isEmpty { pieces = [Piece(text: text, style: style)] }
    }

    /// One line; line feeds in it are escaped.
    public init(_ text: String, _ style: Palette.Style? = nil) {
        self.init(safe: Printable.line(text), style)
    }

    /// Text with its own lines.
    public init(lines text: String, _ style: Palette.Style? = nil) {
        self.init(safe: Printable.lines(text), style)
    }

    /// Output of a job or a build: a carriage return begins a new line.
    public init(log text: String, _ style: Palette.Style? = nil) {
        self.init(safe: Printable.log(text), style)
    }

    /// The text without styles.
    public var plain: String { pieces.map(\.text).joined() }

    /// The text as a terminal takes it, with the styles as escape sequences where `colours` says so.
    func text(colours: Bool) -> String {
        pieces.map { piece in
            guard colours, let style = piece.style else { return piece.text }
            return "\u{1B}[\(style.rawValue)m\(piece.text)\u{1B}[0m"
        }.joined()
    }

    /// One text after the other.
    public static func + (left: Styled, right: Styled) -> Styled {
        var sum = left
        sum += right
        return sum
    }

    /// Adds a text at the end.
    public static func += (left: inout Styled, right: Styled) { left.pieces += right.pieces }
}

extension Styled: ExpressibleByStringInterpolation {
    /// The program's own words, which may have several lines.
    public init(stringLiteral text: String) { self.init(lines: text) }

    /// A literal with values in it.
    public init(stringInterpolation: Interpolation) { self = stringInterpolation.styled }

    /// Collects a literal's pieces.
    public struct Interpolation: StringInterpolationProtocol {
        var styled = Styled(safe: "", nil)

        /// An empty one.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// The program's own words, which may have several lines.
        public mutating func appendLiteral(_ literal: String) { styled += Styled(lines: literal) }

        /// A value, as one line.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            styled += Styled(value.description)
        }

        /// A value with its own lines.
        public mutating func appendInterpolation(lines value: String) { styled += Styled(lines: value) }

        /// A text that has its styles already.
        public mutating func appendInterpolation(_ value: Styled) { styled += value }
    }
}

extension DefaultStringInterpolation {
    /// A `String` has no styles: use a `Styled` literal.
    @available(*, unavailable, message: "a String has no styles; make a Styled, or take its 'plain'")
    public mutating func appendInterpolation(_ value: Styled) {}
}

extension Sequence<Styled> {
    /// The texts in a row, with `separator` between them.
    public func joined(separator: Styled = "") -> Styled {
        var all: Styled = ""
        for (index, text) in enumerated() { all += index == 0 ? text : separator + text }
        return all
    }
}
