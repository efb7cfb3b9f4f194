extension Document {
    /// Reads a file; it may also be a pipe or another special file. `-` and `/dev/stdin` mean standard input.
    /// - Throws: `LaunchError` of this kind: missing, a folder, not readable, too large, not UTF-8 or not YAML. Standard
    ///   input or a pipe without a value is an error too: a program that fails writes nothing, or `null` as jq does, and
    ///   that must not count as a document without keys.
    package init(
        reading path: String, kind: LaunchError.Kind, hint: String? = nil
    ) throws(LaunchError) {
        let isInput = StandardInput.isNamed(by: path)
        let name = isInput ? StandardInput.name : path
        let bytes: [UInt8]
        do throws(SmallFile.Fault) {
            bytes =
                isInput
                ? try StandardInput.bytes(limit: Self.byteLimit) : try SmallFile.bytes(of: path, limit: Self.byteLimit)
        } catch {
            throw LaunchError(kind, "\(Wording.visible(name)): \(error.message).", hint: hint)
        }
        try self.init(parsing: bytes, name: name, kind: kind)
        if isInput || SmallFile.isPipe(path) {
            try refuseNoValue(
                kind, hint: "The program that writes to it may have failed. For a document without keys, write {}.")
        }
    }

    /// Refuses a document that is empty or `null`. `{}` is accepted.
    /// - Throws: `LaunchError` of that kind.
    package func refuseNoValue(_ kind: LaunchError.Kind, hint: String) throws(LaunchError) {
        guard !hasValue else { return }
        let isBlank = text.split(whereSeparator: \.isNewline).allSatisfy { line in
            let text = line.drop(while: \.isWhitespace)
            return text.isEmpty || text.hasPrefix("#") || text.hasPrefix("---") || text == "..."
        }
        throw LaunchError(kind, "\(name) is \(isBlank ? "empty" : "null"), so nothing was changed.", hint: hint)
    }

    /// The path of a file that this document names. A relative path is relative to the folder of the document. For
    /// standard input, it is relative to the working folder.
    package func path(of file: String) -> String {
        guard !file.hasPrefix("/"), name != StandardInput.name, let slash = name.lastIndex(of: "/") else { return file }
        return "\(name[..<slash])/\(file)"
    }
}
