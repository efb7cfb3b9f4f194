internal import LaunchConsole
internal import LaunchHost

/// Parses the text of a queue's file into a definition and reports its errors and warnings.
struct QueueText {
    let context: CommandContext
    let runner: RunnerPlugin

    /// Reads a file, `-` for standard input. A text without a value is refused: a failed program or an editor that saved
    /// nothing must not remove a queue's template and rules.
    /// - Throws: `LaunchError` of kind `.invalid` with all errors, each with its position.
    func definition(of name: String, reading path: String) throws -> QueueDefinition {
        let isInput = StandardInput.isNamed(by: path)
        let document = try Document(reading: path, kind: .invalid)
        try document.refuseNoValue(.invalid, hint: "For a queue whose template has no keys, write {}.")
        if !isInput { context.warnIfOthersCanChange(path) }
        return try definition(of: name, document, fileName: isInput ? nil : path)
    }

    /// The runner's default template.
    /// - Throws: `LaunchError` if the plugin's template does not pass its own check.
    func defaultDefinition(of name: String) throws -> QueueDefinition {
        let type = runner.base.type
        let document = try Document(
            text: runner.defaultTemplate, name: "the default template of \(type)", kind: .invalid)
        return try definition(of: name, document, fileName: nil)
    }

    /// Checks a document that was read.
    /// - Throws: `LaunchError` of kind `.invalid` with all errors, each with its position.
    func definition(of name: String, _ document: Document, fileName: String?) throws -> QueueDefinition {
        let file = try QueueFile(document, runner: runner)
        if let other = file.name, other != name {
            throw LaunchError(
                .invalid, "\(document.name) has 1 error.",
                diagnostics: [
                    document.diagnostic(
                        .error, "the file is for the queue \(Wording.quoted(other)), not for \(Wording.quoted(name))",
                        hint: "change the key, or name the queue \(Wording.shortened(other))",
                        at: document.mark(at: FieldPath().appending("queue")), path: FieldPath().appending("queue"))
                ])
        }
        for warning in file.warnings { context.terminal.show(warning) }
        let definition = try QueueDefinition(name: name, resource: runner.base.type, file: file, fileName: fileName)
        showFindings(of: definition, file.document)
        return definition
    }

    /// Reports the backend's errors as warnings, because a submit may still supply missing values.
    private func showFindings(of definition: QueueDefinition, _ document: Document) {
        guard let config = try? LaunchConfig(at: context.location, catalog: context.catalog),
            let backends = try? context.backends(config),
            let findings = try? QueuePreview(backends: backends).findings(of: definition), !findings.isEmpty
        else { return }
        let spelt = document.spelt(like: runner)
        let placed = findings.map { finding in
            var diagnostic = spelt.diagnostic(for: finding)
            diagnostic.severity = .warning
            return diagnostic
        }
        for diagnostic in DiagnosticRenderer.sorted(placed) { context.terminal.show(diagnostic) }
    }
}
