extension PluginCatalog.Declaration {
    /// A capability of the plugin, for people.
    public struct CapabilityRow: Sendable, Hashable {
        /// The name of the capability in `Capabilities`.
        public var name: String
        /// The value, in words.
        public var value: String
        /// What the value means.
        public var meaning: String
    }

    /// The capabilities that concern the plugin's role; empty for an environment and a registry.
    public var capabilityRows: [CapabilityRow] {
        func row(_ name: String, _ value: Bool, _ yes: String, _ no: String) -> CapabilityRow {
            CapabilityRow(name: name, value: value ? "yes" : "no", meaning: value ? yes : no)
        }
        switch role {
        case .environment, .registry: return []
        case .builder:
            return [row("builds", capabilities.builds, "It can build images.", "Only prebuilt images can be run.")]
        case .runner:
            let archive = capabilities.archiveField.map { " '\($0): true' archives it as well." } ?? ""
            let (shortest, longest) = (Self.words(capabilities.pace.shortest), Self.words(capabilities.pace.longest))
            return [
                row(
                    "needsImage", capabilities.needsImage, "A run needs an image.",
                    "A run may have no image. Its queue then needs no registry and no builder."),
                row(
                    "rehearses", capabilities.rehearses, "'--rehearse' can run the jobs of other runners here.",
                    "It cannot run the jobs of other runners."),
                row(
                    "keepsLogs", capabilities.keepsLogs, "The backend keeps the log of an ended run." + archive,
                    "The log is archived when a run has ended."),
                row(
                    "tellsStops", capabilities.tellsStops, "The backend itself reports whether a run was stopped.",
                    "A run that ends after a stop was requested counts as stopped."),
                CapabilityRow(
                    name: "fixedGrace", value: capabilities.fixedGrace.map { Self.words($0) } ?? "no",
                    meaning: capabilities.fixedGrace == nil
                        ? "'launch stop --grace' sets the time from SIGTERM to SIGKILL."
                        : "The time from SIGTERM to SIGKILL, regardless of 'launch stop --grace'."),
                costRow,
                CapabilityRow(
                    name: "pace", value: "\(shortest) to \(longest)",
                    meaning: "The time between two observations of the runs: after a change, and without changes."),
            ]
        }
    }

    private var costRow: CapabilityRow {
        switch capabilities.costs {
        case .none: CapabilityRow(name: "costs", value: "no", meaning: "An ended run has no cost.")
        case .always: CapabilityRow(name: "costs", value: "yes", meaning: "An ended run has a cost.")
        case .field(let name):
            CapabilityRow(
                name: "costs", value: "with '\(name)'", meaning: "An ended run has a cost if the runner has '\(name)'.")
        }
    }

    /// The capabilities that concern the plugin's role in JSON, times in seconds; nil if there are none.
    var capabilitiesJSON: JSONValue? {
        switch role {
        case .environment, .registry: return nil
        case .builder: return .object(["builds": .bool(capabilities.builds)])
        case .runner:
            var members: [String: JSONValue] = [
                "needsImage": .bool(capabilities.needsImage), "rehearses": .bool(capabilities.rehearses),
                "keepsLogs": .bool(capabilities.keepsLogs), "tellsStops": .bool(capabilities.tellsStops),
                "pace": .object([
                    "shortest": .number(capabilities.pace.shortest / .seconds(1)),
                    "longest": .number(capabilities.pace.longest / .seconds(1)),
                ]),
            ]
            switch capabilities.costs {
            case .none: members["costs"] = .bool(false)
            case .always: members["costs"] = .bool(true)
            case .field(let name): members["costs"] = .string(name)
            }
            members["archiveField"] = capabilities.archiveField.map { .string($0) }
            members["fixedGrace"] = capabilities.fixedGrace.map { .number($0 / .seconds(1)) }
            return .object(members)
        }
    }

    private static func words(_ duration: Duration) -> String {
        let milliseconds = Int((duration / .milliseconds(1)).rounded())
        return milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
