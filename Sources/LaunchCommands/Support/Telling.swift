internal import Console
internal import LaunchHost

extension Styled {
    /// What is wrong, or may be, with a place of a file.
    init(_ diagnostic: Diagnostic) {
        self = DiagnosticRenderer().pieces(of: diagnostic).map { piece in
            Styled(lines: piece.text, piece.part?.style)
        }.joined()
    }
}

extension DiagnosticRenderer.Part {
    fileprivate var style: Palette.Style {
        switch self {
        case .place: .bold
        case .error: .red
        case .warning: .yellow
        case .source: .dim
        case .caret: .green
        case .hint: .cyan
        }
    }
}

extension Terminal {
    /// Says on standard error what is wrong, or may be, with a place of a file.
    func tell(_ diagnostic: Diagnostic) {
        err(Styled(diagnostic))
    }

    /// Says on standard error what the user should know.
    func warn(_ text: String) {
        err("\(Styled("warning:", .yellow)) \(lines: text)")
    }
}
