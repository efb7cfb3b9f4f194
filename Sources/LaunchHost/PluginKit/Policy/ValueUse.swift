internal import LaunchPrintableText

/// How a text of a queue's template is used. The values of macros and template variables are checked for this use.
///
/// A value that a submitter chooses fills one part of the text. It must not end that part, or begin another.
public enum ValueUse: Sendable, Hashable {
    /// Free text, which may contain any value.
    case text
    /// A path in a container.
    case path
    /// A mount: a path or a volume of the agent's machine, a colon, and a path in the container.
    case mount
    /// A word of a command line: an option, or its argument such as a mount. A value does not begin another option, and
    /// does not end its argument.
    case command
    /// A name. It must not be one of the reserved words.
    case name(reserved: Set<String> = [])
    /// The name of a resource of a cloud, which may have parts that `:` and `/` separate. Messages call it `words`: "an
    /// ARN".
    case resource(_ words: String)
    /// A URI such as `s3://bucket/prefix`.
    case uri

    /// Why a value cannot fill a part of the text; nil if it can.
    package func fault(in value: String) -> String? {
        guard self != .text else { return nil }
        if value.isEmpty { return "it is empty" }
        if value.unicodeScalars.contains(where: { Printable.isUnsafe($0) }) { return "it has a control character" }
        if value == "." || value == ".." { return "it is '\(value)'" }
        if self == .command, value.hasPrefix("-") { return "it begins with '-', as an option does" }
        if let wrong = value.unicodeScalars.first(where: { forbidden.contains($0) || !isTaken($0) }) {
            return "it has '\(Wording.visible(String(wrong)))'"
        }
        return nil
    }

    /// Why the whole text with its values is not allowed; nil if it is.
    package func fault(inWhole text: String) -> String? {
        switch self {
        case .text: return nil
        case .path, .uri, .mount, .command:
            let parts = text.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == ":" }
            guard !parts.contains("."), !parts.contains("..") else { return "it has a part '.' or '..'" }
            return text.unicodeScalars.contains(where: { Printable.isUnsafe($0) }) ? "it has a control character" : nil
        case .name(let reserved):
            // `0`, `00` and `0:0` are the same user.
            let name = text.prefix { $0 != ":" }.lowercased()
            let digits = String(name.drop { $0 == "0" })
            let isReserved =
                reserved.contains(name) || (name.hasPrefix("0") && digits.isEmpty && reserved.contains("0"))
            return isReserved ? "'\(name)' is reserved" : nil
        case .resource: return text.contains("..") || text.contains("*") ? "it has '..' or '*'" : nil
        }
    }

    /// Whether a template variable without a list of values may be the whole text. For a mount, it would give the
    /// submitter any folder of the agent's machine, and for a word of a command, any option.
    package var takesWholeValues: Bool { self != .mount && self != .command }

    /// Whether a macro, whose value has a grammar of its own, may be the whole text.
    package var takesWholeMacros: Bool { self != .mount }

    /// A description of the text, for messages.
    package var words: String {
        switch self {
        case .text: "text"
        case .path: "a path"
        case .mount: "a mount"
        case .command: "a word of a command"
        case .name: "a name"
        case .resource(let words): words
        case .uri: "a URI"
        }
    }

    private var forbidden: String.UnicodeScalarView {
        switch self {
        case .text: "".unicodeScalars
        case .path: "/\\".unicodeScalars
        case .mount: "/\\:,".unicodeScalars
        case .command: "/\\:,= \t'\"`$;|&<>(){}[]*?!#~".unicodeScalars
        case .name: "/\\:,@=+ *?".unicodeScalars
        case .resource: "/\\:,*? ".unicodeScalars
        case .uri: "/\\:?#%".unicodeScalars
        }
    }

    private func isTaken(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .name, .resource: scalar.isASCII
        default: true
        }
    }
}
