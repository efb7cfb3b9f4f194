/// Where a secret is, in a configuration that does not contain it: `env:VARIABLE` or `file:PATH`.
package struct SecretReference: Sendable, Hashable {
    /// The kinds of places.
    private enum Place: Sendable, Hashable {
        case variable(String)
        case file(String)
    }

    private let place: Place

    /// Nil if the text is not a reference.
    package init?(_ text: String) {
        switch text {
        case _ where text.hasPrefix("env:") && text.utf8.count > 4: place = .variable(String(text.dropFirst(4)))
        case _ where text.hasPrefix("file:") && text.utf8.count > 5: place = .file(String(text.dropFirst(5)))
        default: return nil
        }
    }

    /// The text at the place without its last line break, at most 64 KiB; empty if the variable is not set.
    /// - Parameters:
    ///   - name: what the secret is, as the beginning of a sentence: `The key of the hook 'a'`.
    ///   - key: the key of launch-config.yaml that has the reference.
    ///   - variables: the environment of the process.
    ///   - document: the configuration, to whose folder a relative path belongs.
    /// - Throws: `LaunchError` of kind `.configuration` if the file cannot be read.
    package func text(
        of name: String, in key: String, variables: [String: String], document: Document?
    ) throws(LaunchError) -> String {
        let text: String
        switch place {
        case .variable(let variable): text = variables[variable] ?? ""
        case .file(let path):
            do throws(SmallFile.Fault) {
                let bytes = try SmallFile.bytes(of: document?.path(of: path) ?? path, limit: 64 << 10)
                text = String(decoding: bytes, as: UTF8.self)
            } catch {
                throw LaunchError(
                    .configuration, "\(name) cannot be read from '\(path)': \(error.message).",
                    hint: "Correct '\(key)' in launch-config.yaml.")
            }
        }
        // By bytes: a line break of Windows is one character.
        let bytes = Array(text.utf8)
        guard bytes.last == UInt8(ascii: "\n") else { return text }
        let end = bytes.dropLast().last == UInt8(ascii: "\r") ? 2 : 1
        return String(decoding: bytes.dropLast(end), as: UTF8.self)
    }
}
