internal import Foundation
public import LaunchConformance
internal import LaunchPluginKit

/// One way to break the contract of an environment.
public enum WrongEnvironment: String, Sendable, CaseIterable {
    case nameless
    case changesIdentity
    case changesWhenBusy
    case printsKey
    case verifiesOffline

    /// What the plugin does wrong, as a predicate.
    public var words: String { facts.words }
    /// The name of the rule whose case refuses it.
    public var rule: String { facts.rule }

    private var facts: (rule: String, words: String) {
        switch self {
        case .nameless: ("environment.identity", "has an identity without a name")
        case .changesIdentity: ("environment.identity", "has another identity at each call")
        case .changesWhenBusy: ("environment.concurrent", "has another identity in later calls")
        case .printsKey: ("environment.secrets", "keeps its key as plain text")
        case .verifiesOffline: ("environment.unreachable", "returns an identity without asking the service")
        }
    }
}

/// An environment that keeps the contract, and breaks it at one place on demand.
struct SimEnvironment: Environment {
    static let key = "planted-key"

    let images: SimImages
    let wrong: WrongEnvironment?
    let memory = Memory()
    let note: String

    init(_ images: SimImages, _ wrong: WrongEnvironment?) {
        self.images = images
        self.wrong = wrong
        note = wrong == .printsKey ? Self.key : ""
    }

    func verify() async throws(BackendError) -> Identity {
        if images.isOffline, wrong != .verifiesOffline {
            throw BackendError(.unavailable, "The service cannot be reached.")
        }
        let call = memory.count("verify")
        switch wrong {
        case .nameless: return Identity(principal: "")
        case .changesIdentity: return Identity(principal: "user-\(call)")
        case .changesWhenBusy: return Identity(principal: "user-\(call / 8)")
        default: return Identity(principal: "user", account: "1")
        }
    }
}

extension SimPlugin {
    /// A fixture for an environment.
    public static func fixture(_ wrong: WrongEnvironment?) -> EnvironmentFixture {
        let images = SimImages()
        let type = wrong?.rawValue.lowercased() ?? "right"
        return EnvironmentFixture(
            plugin: Plugin<any Environment>(
                type: type, summary: "Has an identity.", examples: ["type: \(type)"],
                make: { _, _ throws(BackendError) in SimEnvironment(images, wrong) }),
            secrets: [SimEnvironment.key], wire: images, makeEnvironment: { SimEnvironment(images, wrong) })
    }
}
