internal import Console
internal import LaunchHost

extension DiagnosticRenderer {
    /// A renderer in the colours of one stream.
    init(_ palette: Palette) {
        self.init { part, text in
            switch part {
            case .place: palette(.bold, text)
            case .error: palette(.red, text)
            case .warning: palette(.yellow, text)
            case .source: palette(.dim, text)
            case .caret: palette(.green, text)
            case .hint: palette(.cyan, text)
            }
        }
    }
}

extension Terminal {
    /// Says on standard error what is wrong, or may be, with a place of a file.
    func tell(_ diagnostic: Diagnostic) {
        err(DiagnosticRenderer(errorColours).render(diagnostic))
    }

    /// Says on standard error what the user should know.
    func warn(_ text: String) {
        err("\(errorColours(.yellow, "warning:")) \(text)")
    }
}
