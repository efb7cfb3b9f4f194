/// Keys of another program's files that do not belong to a template. They are removed from the template with one
/// warning.
public struct ForeignKeys: Sendable {
    /// The keys, as the other program writes them.
    public var paths: [FieldPath]
    /// The keys are removed only if the file has one of these keys at its top level. Nil means always.
    public var signs: Set<String>?
    /// Creates the warning. It gets the keys that were found, in the order of the file.
    public var message: @Sendable ([String]) -> String
    /// What the user can do.
    public var hint: String?

    /// Creates keys with their warning.
    public init(
        _ paths: [FieldPath], signs: Set<String>? = nil, hint: String? = nil,
        message: @escaping @Sendable ([String]) -> String
    ) {
        self.paths = paths
        self.signs = signs
        self.hint = hint
        self.message = message
    }
}
