internal import Synchronization

/// Replaces known secret values, and values in known places, in text that is printed or stored.
///
/// A secret is found as it is, and in the forms in which programs repeat it: base64 at any offset, URL-encoded,
/// escaped for JSON, XML and shells. It is also found in parts: a part of ``SecretForm/window`` bytes is masked where
/// it stands, so a text that is cut or wrapped does not show the rest.
///
/// Two kinds of values are not searched for, because ordinary text has them too: fewer than 6 bytes, and fewer than 12
/// digits alone.
public final class SecretMask: Sendable {
    /// What stands for a secret.
    public static let mark = "<secret>"
    /// Bytes of a secret that are searched for; the rest is beyond what any service uses.
    public static let longest = 64 * 1024

    /// The secrets of this process.
    ///
    /// It is shared on purpose. A secret is read deep in one module and repeated by a server or a tool in another, and
    /// every way out of the process must know it. A value that is passed along would miss the way that forgets it.
    /// ``Secret`` adds each value here when it is made; the terminal, the store and the log files ask here.
    public static let shared = SecretMask()

    private struct State {
        /// The secrets by age, so that the oldest leave first.
        var secrets: [SecretForm] = []
        var known: Set<SecretForm> = []
        /// How many of `secrets` are in `index`.
        var indexed = 0
        var index = SecretIndex()
    }

    private let state = Mutex(State())
    /// More windows than this are not kept; the oldest half of the secrets leaves. A long-lived agent gets new
    /// credentials every hour.
    private let limit: Int

    /// A mask that knows no secret.
    /// - Parameter limit: how many windows it keeps, which bounds its memory to about 40 bytes each.
    public init(limit: Int = 400_000) {
        self.limit = limit
    }

    /// Adds a secret. Each of its lines is one too.
    public func add(_ secret: String) {
        add([SecretForm(secret, .value)])
    }

    /// Adds the content of a file with secrets, such as a `.netrc` or a `pip.conf`: its lines, its long words and the
    /// passwords of its URLs. Ordinary words in it, such as a host's name, stay readable.
    public func add(contentOf file: String) {
        add(SecretForm.forms(ofFile: file))
    }

    private func add(_ forms: [SecretForm]) {
        state.withLock { state in
            // The forms are made when text comes to be masked: many programs read a secret and print nothing.
            for form in forms where form.isSearchable && state.known.insert(form).inserted {
                state.secrets.append(form)
            }
        }
    }

    /// The text with secrets replaced by ``mark``.
    public func mask(_ text: String) -> String {
        let index = currentIndex()
        let known = index.isEmpty ? text : index.masked(text)
        return SecretShapes.masked(known)
    }

    /// A mask for text that arrives in pieces.
    public func stream() -> MaskedStream { MaskedStream(self) }

    /// How many windows are searched for.
    public var windowCount: Int { currentIndex().count }

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
        // The newest secret stays, whatever its size: it is the one in use.
        let dropped = min(state.secrets.count - 1, (state.secrets.count + 1) / 2)
        guard dropped > 0 else { return }
        for secret in state.secrets.prefix(dropped) { state.known.remove(secret) }
        state.secrets.removeFirst(dropped)
        state.index = SecretIndex()
        for secret in state.secrets { state.index.add(secret) }
        state.indexed = state.secrets.count
    }
}
