/// What the engine says of its machine.
public struct EngineInfo: Sendable, Decodable {
    /// The name of the machine.
    public var name: String?
    /// The number of processors.
    public var processors: Int?
    /// The memory in bytes.
    public var memoryBytes: Int64?
    /// The storage driver, e.g. `overlay2`.
    public var storageDriver: String?
    /// The folder in which the engine keeps everything.
    public var rootFolder: String?
    /// The runtimes by name; `nvidia` among them tells of GPUs.
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

    /// Reads the answer of the info call.
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
