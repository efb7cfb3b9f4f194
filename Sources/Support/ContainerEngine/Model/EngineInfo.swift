/// The machine of the engine, from the info call.
public struct EngineInfo: Sendable, Decodable {
    /// The name of the machine.
    public var name: String?
    /// The number of processors.
    public var processors: Int?
    /// The memory in bytes.
    public var memoryBytes: Int64?
    /// The storage driver, e.g. `overlay2`.
    public var storageDriver: String?
    /// The engine's data folder.
    public var rootFolder: String?
    /// The names of the runtimes. `nvidia` means that GPUs are supported.
    public var runtimes: [String]

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case processors = "NCPU"
        case memoryBytes = "MemTotal"
        case storageDriver = "Driver"
        case rootFolder = "DockerRootDir"
        case runtimes = "Runtimes"
    }

    private struct Anything: Decodable {}

    /// Decodes the response of the info call.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        processors = try container.decodeIfPresent(Int.self, forKey: .processors)
        memoryBytes = try container.decodeIfPresent(Int64.self, forKey: .memoryBytes)
        storageDriver = try container.decodeIfPresent(String.self, forKey: .storageDriver)
        rootFolder = try container.decodeIfPresent(String.self, forKey: .rootFolder)
        runtimes = try container.decodeIfPresent([String: Anything].self, forKey: .runtimes)?.keys.sorted() ?? []
    }
}
