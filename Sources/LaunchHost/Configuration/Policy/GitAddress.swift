/// The address of a git repository. It is checked before git gets it.
package struct GitAddress: Sendable, Hashable {
    /// The address in git's format.
    package let text: String
    /// The transports that git may use for the repository and for its submodules.
    package let protocols: String

    /// - Throws: `.invalid` if the text is not the address of a repository, or contains a password.
    package init(_ text: String) throws(LaunchError) {
        let shown = Self.masked(text)
        // git treats such a text as an option, in any position: `--upload-pack=…` runs a program.
        guard !text.hasPrefix("-"), !text.isEmpty, !text.unicodeScalars.contains(where: { $0.value < 32 }) else {
            throw LaunchError(.invalid, "'\(shown)' is not the address of a git repository.", hint: Self.forms)
        }
        if let match = text.wholeMatch(of: /(?i)([a-z][a-z0-9+.-]*):\/\/(.*)/) {
            let scheme = match.output.1.lowercased()
            let rest = match.output.2
            guard ["https", "http", "ssh", "git", "file"].contains(scheme) else {
                throw LaunchError(.invalid, "git is not used over '\(scheme)' in '\(shown)'.", hint: Self.forms)
            }
            let authority = scheme == "file" ? "" : rest.prefix { $0 != "/" }
            // A user name alone is the account for the login of ssh. Everything else before the `@` is a credential.
            if let at = authority.lastIndex(of: "@"), scheme != "ssh" || authority[..<at].contains(":") {
                throw LaunchError(
                    .invalid, "the address '\(shown)' holds a user name or a password.",
                    hint:
                        "Omit it, and use a git credential helper or ssh: otherwise it is stored and shown."
                )
            }
            let host = authority.split(separator: "@").last ?? ""
            guard !rest.isEmpty, scheme == "file" || !host.isEmpty, !host.hasPrefix("-") else {
                throw LaunchError(.invalid, "'\(shown)' names no host.", hint: Self.forms)
            }
            // The repository names its submodules. Only a repository of this machine may name another one of this
            // machine.
            protocols = scheme == "file" ? "https:ssh:git:http:file" : "https:ssh:git:http"
        } else {
            guard text.wholeMatch(of: /(?:[^@:\/\s-][^@:\/\s]*@)?[^@:\/\s-][^@:\/\s]*:[^:-].*/) != nil else {
                throw LaunchError(
                    .invalid, "'\(shown)' is not the address of a git repository.",
                    hint: text.hasPrefix("/") ? "For a folder of this machine, write 'file://\(text)'." : Self.forms)
            }
            protocols = "https:ssh:git:http"
        }
        self.text = text
    }

    private static let forms = "Use https://HOST/PATH, ssh://HOST/PATH, USER@HOST:PATH or file:///PATH."

    /// The text with user names and passwords of addresses masked, for messages.
    package static func masked(_ text: String) -> String {
        text.replacing(/(:\/\/)[^\/\s'"]*@/) { "\($0.output.1)***@" }
    }
}
