extension Document {
    /// Reads a file; it may also be a pipe or another special file. `-` means standard input.
    /// - Throws: `LaunchError` of this kind: missing, a folder, not readable, too large, not UTF-8 or not YAML. Empty
    ///   standard input is an error too: a pipe whose writer failed must not count as an empty document.
    public init(
        reading path: String, kind: LaunchError.Kind, hint: String? = nil
    ) throws(LaunchError) {
        let isInput = path == StandardInput.path
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
        guard !isInput || hasValue else {
            throw LaunchError(
                kind, "\(name) is empty, so nothing was changed.",
                hint: "The program that writes to it may have failed. For a document without keys, write {}.")
        }
    }

    /// Whether the document contains more than blank lines and comments.
    public var hasValue: Bool {
        text.split(whereSeparator: \.isNewline).contains { line in
            let text = line.drop(while: \.isWhitespace)
            return !text.isEmpty && !text.hasPrefix("#") && text != "---"
        }
    }

    /// The path of a file that this document names. A relative path is relative to the folder of the document. For
    /// standard input, it is relative to the working folder.
    func path(of file: String) -> String {
        guard !file.hasPrefix("/"), name != StandardInput.name, let slash = name.lastIndex(of: "/") else { return file }
        return "\(name[..<slash])/\(file)"
    }
}
