/// Shows findings about a plan where their values come from: at the line of the queue's file or of the submitter's, or
/// with the option.
///
/// A value of the command line or of launch is in no file. A caret in the queue's file would mislead the user, so such
/// a finding has only its path, and the option if there is one.
struct FindingPositions {
    let plan: Plan
    let document: Document?
    let origins: Origins
    let submitted: SubmittedValues

    /// Where a finding's value was written.
    private enum Position {
        /// At this path of the queue's file, with a note about the text's variables.
        case file(FieldPath, note: String?)
        /// At this path of a file of the submitter.
        case submitted(Document, FieldPath)
        /// In no file.
        case elsewhere(note: String?)
    }

    func diagnostic(for finding: Finding) -> Diagnostic {
        // A finding that is not about a value of the request has no position.
        guard !finding.path.steps.isEmpty else {
            return Diagnostic(finding.severity, finding.message, hint: finding.hint, path: finding.path)
        }
        var finding = finding
        switch position(of: finding) {
        case .file(let path, let note):
            finding.message += note ?? ""
            if let document { return document.diagnostic(for: finding, at: path) }
        case .submitted(let document, let path): return document.diagnostic(for: finding, at: path)
        case .elsewhere(let note):
            finding.message += note ?? ""
        }
        let place = finding.path.description
        return Diagnostic(
            finding.severity, (place.isEmpty ? "" : "\(place): ") + finding.message, hint: finding.hint,
            path: finding.path)
    }

    private func position(of finding: Finding) -> Position {
        let path = finding.path
        if finding.isAboutName == true, document?.node(at: path) != nil { return .file(path, note: nil) }
        guard value(at: path) != nil else { return positionOfMissing(path) }
        guard let own = templatePath(of: path), let origin = origins.origin(of: own) else {
            return .elsewhere(note: nil)
        }
        switch origin.source {
        case .option(let option): return position(of: own, from: option)
        case .image: return .elsewhere(note: " (from the run's image)")
        case .template(let place):
            guard !origins.hasAdditions(below: own) else { return .elsewhere(note: nil) }
            return .file(place, note: note(about: origin))
        }
    }

    /// The position of a missing value is that of its nearest existing parent, unless the submitter removed the value or
    /// wrote the parent.
    private func positionOfMissing(_ path: FieldPath) -> Position {
        if let option = origins.removal(of: path) { return position(of: path, from: option) }
        var above = path
        repeat { above.steps.removeLast() } while !above.steps.isEmpty && value(at: above) == nil
        let rest = path.steps.dropFirst(above.steps.count)
        switch origins.origin(of: above)?.source {
        case .template(let own)?: return .file(FieldPath(own.steps + rest), note: nil)
        case .option(let option)?:
            guard let written = submitted.location(of: above, by: option, in: plan.job.template) else { break }
            return .submitted(written.document, FieldPath(written.path.steps + rest))
        case .image?, nil: break
        }
        return .elsewhere(note: nil)
    }

    /// The position of a submitter's value: in a file, or the option of the command line.
    private func position(of path: FieldPath, from option: SubmitOption) -> Position {
        submitted.location(of: path, by: option, in: plan.job.template).map { .submitted($0.document, $0.path) }
            ?? .elsewhere(note: " (from \(option.rawValue))")
    }

    /// The template variables of a text whose values are the submitter's.
    private func note(about origin: Origin) -> String? {
        let names = origin.placeholders.compactMap { if case .submitted(let name) = $0 { name } else { nil } }.uniqued
        let isInFile = names.contains { submitted.position(of: .variable($0)) != nil }
        guard isInFile else {
            return names.isEmpty ? nil : " (with \(Wording.all(names.map { "{{\($0)}}" })) from --set-var)"
        }
        let sources = names.map { "{{\($0)}} from \(submitted.position(of: .variable($0)) ?? "--set-var")" }
        return " (with \(Wording.all(sources)))"
    }

    /// The value in the request; for a key of launch itself, the value in the template.
    private func value(at path: FieldPath) -> JSONValue? {
        plan.request.document.value(at: path) ?? plan.job.template.value(at: path)
    }

    /// The path in the template of a value of the request; nil if the runner added the value. They differ only for
    /// items of a keyed list, such as tags, because a runner may add its own items.
    private func templatePath(of path: FieldPath) -> FieldPath? {
        guard let (list, key) = origins.keyedLists.first(where: { path.isBelow($0.key) }),
            case .item(let index) = path.steps[list.steps.count],
            let name = plan.request.document.value(at: list.appending(index: index))?[key]
        else { return path }
        let items = plan.job.template.value(at: list)?.arrayValue ?? []
        if items.indices.contains(index), items[index][key] == name { return path }
        guard let own = items.firstIndex(where: { $0[key] == name }) else { return nil }
        return FieldPath(list.appending(index: own).steps + path.steps.dropFirst(list.steps.count + 1))
    }
}
