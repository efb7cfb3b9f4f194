/// A fault on the way between a plugin and its backend. The set may grow, so it is not an enumeration.
public struct WireFault: Sendable, Hashable, CustomStringConvertible {
    /// What the fault does, in a few words.
    public let description: String
    /// The member of this type.
    let name: String
    private init(_ name: String, _ description: String) {
        self.name = name
        self.description = description
    }

    /// The next submit takes effect in the backend, and the plugin gets no answer. Later calls are answered.
    public static let loseSubmitAnswer = WireFault("loseSubmitAnswer", "lose the answer of a submit")
    /// No call reaches the backend: each fails at once, as without a route or with an engine that is not running.
    public static let unreachable = WireFault("unreachable", "be unreachable")
    /// The backend refuses each call, without an effect, because there are too many.
    public static let throttled = WireFault("throttled", "refuse calls as too many")
    /// Lists are late: they do not have a run that was submitted during the fault. Other calls are answered truly.
    public static let lateLists = WireFault("lateLists", "give lists without the newest run")
    /// Calls get no answer until the fault ends, and then fail without an effect.
    public static let silent = WireFault("silent", "give no answer")
}

/// The way between a plugin and its backend, which the fixture owns.
///
/// The kit begins one fault at a time, calls the plugin, and ends the fault. A fixture may offer any of them; what it
/// does not offer is reported as not checked. `HTTPWire` and `CommandWire` are ready implementations.
public protocol Wire: Sendable {
    /// Begins a fault. False if this wire does not have it.
    func begin(_ fault: WireFault) async throws -> Bool

    /// Ends the fault. Calls reach the backend again. Without a fault it has no effect.
    func end() async throws
}
