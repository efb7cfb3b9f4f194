extension Document {
    /// Reads a file, also one that is no regular file, such as a pipe; messages call it `name` where that is given.
    /// - Throws: `LaunchError` of that kind: missing, a folder, not readable, too large, not UTF-8 or not YAML.
    public init(
        reading path: String, kind: LaunchError.Kind, hint: String? = nil, as name: String? = nil
    ) throws(LaunchError) {
        let name = name ?? path
        let bytes: [UInt8]
        do throws(SmallFile.Fault) { bytes = try SmallFile.bytes(of: path, limit: Self.byteLimit) } catch {
            throw LaunchError(kind, "\(Wording.visible(name)): \(error.message).", hint: hint)
        }
        try self.init(parsing: bytes, name: name, kind: kind)
    }
}
