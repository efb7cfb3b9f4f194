/// Something that a fixture may offer, and that the cases of some rules need.
public enum Ability: Sendable, Hashable {
    /// The way to the backend, with faults: the member `wire`.
    case wire
    /// One fault of the wire.
    case fault(WireFault)
    /// Another process: the member `second`.
    case secondProcess
    /// The list of what runs leave outside the program: the member `leftovers`.
    case leftovers
    /// The folders in which the plugin keeps files: `settings.folders`.
    case folders
    /// The paths of the backend's own template: the member `hasPath`.
    case hasPath
    /// A process of the kit's own, in which nothing else opens descriptors: `settings.process`.
    case ownProcess

    /// The member of the fixture that offers it.
    var member: String {
        switch self {
        case .wire, .fault: "wire"
        case .secondProcess: "second"
        case .leftovers: "leftovers"
        case .folders: "settings.folders"
        case .hasPath: "hasPath"
        case .ownProcess: "settings.process"
        }
    }

    /// The key as a test writes it: `settings.without[.wire]`.
    var key: String {
        switch self {
        case .wire: ".wire"
        case .fault(let fault): ".fault(.\(fault.name))"
        case .secondProcess: ".secondProcess"
        case .leftovers: ".leftovers"
        case .folders: ".folders"
        case .hasPath: ".hasPath"
        case .ownProcess: ".ownProcess"
        }
    }
}
