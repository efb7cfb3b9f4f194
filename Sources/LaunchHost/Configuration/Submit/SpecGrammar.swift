/// The checks of a spec from any source.
package enum SpecGrammar {
    /// The problems of the names, times and paths of a spec from any source.
    /// - Parameter submitted: the positions of the spec's values in the submitter's files.
    package static func mistakes(in spec: LaunchSpec, _ submitted: SubmittedValues = .none) -> [Diagnostic] {
        var mistakes: [Diagnostic] = []
        for (what, key, value) in [
            ("project", "project", spec.project), ("run's name", "name", spec.name),
            ("entity", "entity", spec.entity), ("author", "author", spec.author),
        ] {
            guard let value, let why = NameGrammar.fault(in: value) else { continue }
            mistakes.append(
                submitted.diagnostic(
                    "the \(what) \(Wording.quoted(value)) \(why)", hint: NameGrammar.hint, about: .key(key)))
        }
        switch spec.source {
        case .algorithm: mistakes.append(Diagnostic(.error, "a submit names no algorithm; the template does"))
        case .noImage:
            mistakes.append(Diagnostic(.error, "a submit does not decide that a run has no image; the runner does"))
        case .image, .code, .git, .template: break
        }
        return mistakes + (spec.rehearsal?.mistakes ?? [])
    }
}

extension RehearsalOptions {
    /// The local paths that a rehearsal reads or writes, with a description of each.
    var places: [(what: String, path: String, value: SubmittedValues.Value)] {
        channels.sorted { $0.key < $1.key }.map { ("channel \($0.key)", $0.value, .channel($0.key)) }
            + (checkpoints.map { [("checkpoints", $0, .key("checkpoints"))] } ?? [])
            + (output.map { [("output", $0, .key("output"))] } ?? [])
    }

    /// The checks of the command line, for a spec from another source.
    package var mistakes: [Diagnostic] {
        var found: [String] = []
        for (what, path, _) in places {
            if !path.hasPrefix("/") { found.append("the path \(Wording.quoted(path)) for \(what) is not absolute") }
            if path.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
                found.append("the path \(Wording.quoted(path)) for \(what) has a control character")
            }
        }
        let times = [("grace", graceSeconds), ("drill", drill?.afterSeconds), ("drill's grace", drill?.graceSeconds)]
        for (what, seconds) in times where !(0...86_400).contains(seconds ?? 0) {
            found.append("the \(what) of the rehearsal is a time up to a day; found \(seconds ?? 0) seconds")
        }
        if let size = sharedMemoryBytes, size <= 0 {
            found.append("the size of /dev/shm is one byte or more; found \(size)")
        }
        return found.map { Diagnostic(.error, $0) }
    }

    /// The options with the real path of every local path, so that the checked path is the one that is used.
    package func withRealPlaces(_ realPath: (String) -> String) -> RehearsalOptions {
        var options = self
        options.channels = channels.mapValues(realPath)
        options.checkpoints = checkpoints.map(realPath)
        options.output = output.map(realPath)
        return options
    }
}
