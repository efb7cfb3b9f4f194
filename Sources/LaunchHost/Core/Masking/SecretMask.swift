internal import Synchronization

/// Replaces known secrets, and values in known positions, in text that is printed or stored.
///
/// A secret is found in plain form and in encoded forms: base64 at any offset, URL-encoded, escaped for JSON, XML and
/// shells. Parts are found too: each part of a fixed length is masked, so a text that is cut or wrapped does not show
/// the rest.
///
/// Two kinds of values are not searched for, because they occur in ordinary text: values of fewer than 6 bytes, and
/// fewer than 12 digits alone.
package final class SecretMask: Sendable {
    /// The text that replaces a secret.
    package static let mark = "<secret>"
    /// The number of bytes of a secret that are searched for. No service uses longer secrets.
    package static let longest = 64 * 1024

    /// The secrets of this process.
    ///
    /// This instance is shared on purpose. One module reads a secret, and a server or a tool may repeat it in the
    /// output of another module, so every output of the process must know it. If the mask were an argument, one
    /// forgotten call would print the secret. ``Secret`` adds each value here when it is created. The terminal, the
    /// store and the log files use this mask.
    package static let shared = SecretMask()

    private struct State {
        /// The secrets in the order of their age, so that the oldest are removed first.
        var secrets: [SecretForm] = []
        var known: Set<SecretForm> = []
        /// The number of `secrets` that `index` contains.
        var indexed = 0
        var index = SecretIndex()
    }

    private let state = Mutex(State())
    /// The maximum number of windows. Beyond it, the oldest half of the secrets is removed. A long-lived agent gets new
    /// credentials every hour.
    private let limit: Int

    /// Creates a mask without secrets.
    /// - Parameter limit: the maximum number of windows. Each takes about 40 bytes of memory.
    package init(limit: Int = 400_000) {
        self.limit = limit
    }

    /// Adds a secret, and each of its lines as a secret.
    package func add(_ secret: String) {
        add([SecretForm(secret, .value)])
    }

    /// Adds the content of a file with secrets, such as a `.netrc` or a `pip.conf`: its lines, its long words and the
    /// passwords of its URLs. Ordinary words in it, such as a host name, are not masked.
    package func add(contentOf file: String) {
        add(SecretForm.forms(ofFile: file))
    }

    private func add(_ forms: [SecretForm]) {
        state.withLock { state in
            // The encoded forms are computed at the first call that masks text: many programs read a secret and print
            // nothing.
            for form in forms where form.isSearchable && state.known.insert(form).inserted {
                state.secrets.append(form)
            }
        }
    }

    /// The text with all secrets replaced by ``mark``.
    package func mask(_ text: String) -> String {
        let index = currentIndex()
        let known = index.isEmpty ? text : index.masked(text)
        return SecretShapes.masked(known)
    }

    /// A mask for text that arrives in pieces.
    package func stream() -> MaskedStream { MaskedStream(self) }

    /// The number of windows that are searched for.
    package var windowCount: Int { currentIndex().count }

    func currentIndex() -> SecretIndex {
        state.withLock { state in
            if state.indexed < state.secrets.count {
                for secret in state.secrets[state.indexed...] { state.index.add(secret) }
                state.indexed = state.secrets.count
                if state.index.count > limit { Self.dropOldest(&state) }
            }
            return state.index
        }
    }

    private static func dropOldest(_ state: inout State) {
        // The newest secret stays in the mask, whatever its size, because it is in use.
        let dropped = min(state.secrets.count - 1, (state.secrets.count + 1) / 2)
        guard dropped > 0 else { return }
        for secret in state.secrets.prefix(dropped) { state.known.remove(secret) }
        state.secrets.removeFirst(dropped)
        state.index = SecretIndex()
        for secret in state.secrets { state.index.add(secret) }
        state.indexed = state.secrets.count
    }
}
