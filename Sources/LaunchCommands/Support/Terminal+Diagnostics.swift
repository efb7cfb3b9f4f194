internal import LaunchConsole
internal import LaunchHost

extension Styled {
    /// A diagnostic with the colours of its parts.
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
    /// Prints a diagnostic to standard error.
    func show(_ diagnostic: Diagnostic) {
        let importance: Importance = diagnostic.severity == .error ? .error : .warning
        if isForPrograms { tell(importance, Styled(diagnostic)) } else { err(Styled(diagnostic)) }
    }

    /// Prints a warning to standard error.
    func warn(_ text: String) {
        tell(.warning, Styled(lines: text))
    }
}
