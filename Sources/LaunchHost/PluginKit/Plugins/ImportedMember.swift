/// A member of a foreign template in the form of a runner's own template, for `launch import`.
package struct ImportedMember: Sendable, Hashable {
    /// What the user should know of the conversion.
    package struct Note: Sendable, Hashable {
        /// A clause without a full stop.
        package var message: String
        /// What the user can do, as a clause.
        package var hint: String?

        package init(_ message: String, hint: String? = nil) {
            (self.message, self.hint) = (message, hint)
        }
    }

    /// The key of the runner's template; nil if the member is left out.
    package var key: String?
    /// The value for the key.
    package var value: JSONValue
    /// What was left out or changed.
    package var notes: [Note]

    package init(_ key: String?, _ value: JSONValue = .null, notes: [Note] = []) {
        (self.key, self.value, self.notes) = (key, value, notes)
    }
}
