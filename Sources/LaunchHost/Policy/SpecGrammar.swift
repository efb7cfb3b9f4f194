/// The grammar of names in a spec. Names become parts of paths, URIs, tags and names in backends.
enum SpecGrammar {
    /// The maximum number of characters of a name.
    static let longest = 128

    /// The allowed characters of a name, for messages.
    static let hint =
        "Use 1 to \(longest) letters, digits, spaces, '.', '_', '-', '+', '@' and '=', beginning with a letter, a digit "
        + "or '_'."

    /// The problems of the names, times and paths of a spec from any source.
    static func mistakes(in spec: LaunchSpec) -> [Diagnostic] {
        var mistakes: [Diagnostic] = []
        for (what, value) in [
            ("project", spec.project), ("run's name", spec.name), ("entity", spec.entity), ("author", spec.author),
        ] {
            guard let value, let why = fault(in: value) else { continue }
            mistakes.append(Diagnostic(.error, "the \(what) \(Wording.quoted(value)) \(why)", hint: hint))
        }
        if case .algorithm = spec.source {
            mistakes.append(Diagnostic(.error, "a submit names no algorithm; the template does"))
        }
        return mistakes + (spec.rehearsal?.mistakes ?? [])
    }

    /// Why a text is not a valid name; nil if it is.
    static func fault(in text: String) -> String? {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return "is empty" }
        guard text.count <= longest, text.utf8.count <= 4 * longest else {
            return "is longer than \(longest) characters"
        }
        guard isWord(first) || first == "_" else { return "begins with \(shown(first))" }
        if let wrong = text.unicodeScalars.first(where: { !isAllowed($0) }) { return "has \(shown(wrong))" }
        // File systems and URIs treat these as the parent folder or as nothing.
        if text.contains("..") { return "has '..'" }
        return last == " " || last == "." ? "ends in \(shown(last))" : nil
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", ".", "_", "-", "+", "@", "=": true
        default: isWord(scalar)
        }
    }

    /// Letters and digits of any script, and combining marks.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
            true
        default: false
        }
    }

    private static func shown(_ scalar: Unicode.Scalar) -> String {
        scalar == " " ? "a space" : "'\(Wording.visible(String(scalar)))'"
    }
}

extension RehearsalOptions {
    /// The local paths that a rehearsal reads or writes, with a description of each.
    var places: [(what: String, path: String)] {
        channels.sorted { $0.key < $1.key }.map { ("channel \($0.key)", $0.value) }
            + (checkpoints.map { [("checkpoints", $0)] } ?? []) + (output.map { [("output", $0)] } ?? [])
    }

    /// The checks of the command line, for a spec from another source.
    var mistakes: [Diagnostic] {
        var found: [String] = []
        for (what, path) in places {
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
    func withRealPlaces(_ realPath: (String) -> String) -> RehearsalOptions {
        var options = self
        options.channels = channels.mapValues(realPath)
        options.checkpoints = checkpoints.map(realPath)
        options.output = output.map(realPath)
        return options
    }
}
