extension EngineError {
    /// The reason for an error. Engines report it only in the text of a response, not in its code. The phrases are
    /// those of docker, podman, runc and crun, in lower case.
    public enum Reason: Sendable, Hashable, CaseIterable {
        case noSuchImage
        case noSuchContainer
        /// Another call is removing the container.
        case removalUnderWay
        /// The network still has containers.
        case networkInUse
        /// No range of addresses is left for a network.
        case noFreeSubnet
        /// The machine lacks something that may be available later.
        case exhausted
        case programMissing
        case userUnknown
        /// No driver provides the requested devices, such as GPUs.
        case noDeviceDriver
        /// The storage driver cannot limit the size of a container.
        case noStorageLimit
        case lacksCapability
        case readOnlyFileSystem
        /// The message is about a network.
        case network

        fileprivate var phrases: [String] {
            switch self {
            case .noSuchImage: ["no such image"]
            case .noSuchContainer: ["no such container"]
            case .networkInUse: ["has active endpoints", "network is being used"]
            case .removalUnderWay: ["removal of container", "marked for removal"]
            case .noFreeSubnet: ["overlap", "fully subnetted", "already used", "free subnet"]
            case .exhausted:
                [
                    "no space left", "timeout", "deadline exceeded", "connection refused", "cannot allocate memory",
                    "resource temporarily unavailable", "too many open files", "device or resource busy",
                ]
            case .programMissing: ["exec:", "executable file"]
            case .userUnknown: ["unable to find user", "unable to find group"]
            case .noDeviceDriver: ["device driver"]
            case .noStorageLimit: ["storage-opt", "storage opt"]
            case .lacksCapability: ["capability", "operation not permitted"]
            case .readOnlyFileSystem: ["read-only file system"]
            case .network: ["network"]
            }
        }
    }

    /// Whether the engine's text has a phrase for this reason.
    public func says(_ reason: Reason) -> Bool {
        let text = message.lowercased()
        return reason.phrases.contains { text.contains($0) }
    }
}
