internal import Foundation
public import LaunchConformance
public import LaunchPluginKit
internal import Synchronization

/// One way to break the contract of a registry.
public enum WrongRegistry: String, Sendable, CaseIterable {
    case unknownIsError
    case forgetsTag
    case sharesDestinations
    case keepsFirstAnswer
    case leavesTag
    case knowsTagsOnly
    case lendsItsLogin
    case printsPassword
    case unknownOffline

    /// What the plugin does wrong, as a predicate.
    public var words: String { facts.words }
    /// The name of the rule whose case refuses it.
    public var rule: String { facts.rule }

    private var facts: (rule: String, words: String) {
        switch self {
        case .unknownIsError: ("registry.unknown", "throws for an image that does not exist")
        case .forgetsTag: ("registry.destination", "makes a destination without the key's tag")
        case .sharesDestinations: ("registry.destination-pure", "gives all keys one destination")
        case .keepsFirstAnswer: ("registry.moved", "resolves a tag once and keeps the answer")
        case .leavesTag: ("registry.pushed", "resolves to a reference without the digest")
        case .knowsTagsOnly: ("registry.again", "does not resolve the references that it has pinned")
        case .lendsItsLogin: ("registry.login", "gives its login for images of every registry")
        case .printsPassword: ("registry.secrets", "keeps its password as plain text")
        case .unknownOffline: ("registry.unreachable", "resolves to nil while the registry is unreachable")
        }
    }
}

/// A registry in memory, and the wire of its client.
public final class SimImages: Wire, Sendable {
    private struct State {
        var images: [String: Digest] = [:]
        var isOffline = false
        var pushes = 0
    }

    private let state = Mutex(State())

    public init() {}

    public func begin(_ fault: WireFault) async throws -> Bool {
        guard fault == .unreachable else { return false }
        state.withLock { $0.isOffline = true }
        return true
    }

    public func end() async throws { state.withLock { $0.isOffline = false } }

    var isOffline: Bool { state.withLock(\.isOffline) }

    func push(_ reference: ImageReference, _ digest: Digest) {
        state.withLock { $0.images["\(reference)"] = digest }
    }

    /// Pushes another image at each call.
    public func push(_ reference: ImageReference) throws -> Digest {
        let number = state.withLock { state in
            state.pushes += 1
            return state.pushes
        }
        let digits = String(number, radix: 16)
        let text = "sha256:" + String(repeating: "0", count: 64 - digits.count) + digits
        guard let digest = Digest(rawValue: text) else { throw SimFault(description: text) }
        push(reference, digest)
        return digest
    }

    func digest(of reference: ImageReference) -> Digest? {
        state.withLock { state in
            if let digest = reference.digest { return state.images.values.contains(digest) ? digest : nil }
            return state.images["\(reference)"]
        }
    }
}

/// A registry that keeps the contract, and breaks it at one place on demand.
struct SimRegistry: Registry {
    static let host = "sim.invalid"
    static let password = "planted-password"

    let images: SimImages
    let wrong: WrongRegistry?
    let answers = Answers()
    /// Printed by a wrong plugin.
    let note: String

    init(_ images: SimImages, _ wrong: WrongRegistry?) {
        self.images = images
        self.wrong = wrong
        note = wrong == .printsPassword ? Self.password : ""
    }

    final class Answers: Sendable {
        let kept = Mutex<[String: PinnedImage]>([:])
    }

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        if images.isOffline {
            if wrong == .unknownOffline { return nil }
            throw BackendError(.unavailable, "The registry cannot be reached.")
        }
        if wrong == .keepsFirstAnswer, let kept = answers.kept.withLock({ $0["\(reference)"] }) { return kept }
        if wrong == .knowsTagsOnly, reference.digest != nil { return nil }
        guard let digest = images.digest(of: reference) else {
            if wrong == .unknownIsError { throw BackendError(.notFound, "There is no \(reference).") }
            return nil
        }
        let name = "\(reference.host ?? Self.host)/\(reference.repository)"
        let pinned = wrong == .leavesTag ? "\(name):\(reference.tag ?? "latest")" : "\(name)@\(digest)"
        let image = PinnedImage(reference: pinned, digest: digest, name: name)
        answers.kept.withLock { $0["\(reference)"] = image }
        return image
    }

    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        let tag = wrong == .sharesDestinations ? "launch-latest" : wrong == .forgetsTag ? "k\(key.tag)" : key.tag
        return ImageReference(host: Self.host, repository: repository ?? "launch", tag: tag)
    }

    func access() async throws(BackendError) -> RegistryAccess {
        .remote(host: Self.host, login: .init(username: "user", password: Secret(Self.password)))
    }

    func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        guard image.host == Self.host || wrong == .lendsItsLogin else { return nil }
        return RegistryAccess.Login(username: "user", password: Secret(Self.password))
    }
}

extension SimPlugin {
    /// A fixture for a registry.
    public static func fixture(_ wrong: WrongRegistry?) -> RegistryFixture {
        let images = SimImages()
        let type = wrong?.rawValue.lowercased() ?? "right"
        return RegistryFixture(
            plugin: Plugin<any Registry>(
                type: type, summary: "Keeps images in memory.", examples: ["type: \(type)"],
                make: { _, _ throws(BackendError) in SimRegistry(images, wrong) }),
            unknown: ImageReference(host: SimRegistry.host, repository: "no/such", tag: "v1"),
            secrets: [SimRegistry.password], wire: images, makeRegistry: { SimRegistry(images, wrong) },
            push: { try images.push($0) })
    }
}
