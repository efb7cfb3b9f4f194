internal import LaunchPluginKit

/// One channel of `InputDataConfig`.
struct TrainingChannel: Sendable, Hashable {
    /// How a container reads the data.
    enum Mode: String, Sendable {
        case file = "File"
        case fastFile = "FastFile"
        case pipe = "Pipe"
    }

    /// The member of `InputDataConfig`.
    let value: JSONValue
    /// `ChannelName`.
    let name: String
    /// The channel's own mode, else the request's, else `File`.
    let mode: Mode

    /// Nil if the channel has no name.
    init?(_ value: JSONValue, defaultMode: String?) {
        guard let name = value["ChannelName"]?.stringValue else { return nil }
        self.value = value
        self.name = name
        let isFileSystem = value["DataSource"]?["FileSystemDataSource"] != nil
        let word = isFileSystem ? nil : value["InputMode"]?.stringValue ?? defaultMode
        mode = word.flatMap(Mode.init) ?? .file
    }

    var s3: JSONValue? { value["DataSource"]?["S3DataSource"] }
    var fileSystem: JSONValue? { value["DataSource"]?["FileSystemDataSource"] }
    var uri: String? { s3?["S3Uri"]?.stringValue }
    var dataType: String { s3?["S3DataType"]?.stringValue ?? "S3Prefix" }
    var contentType: String? { value["ContentType"]?.stringValue }
    var recordWrapper: String { value["RecordWrapperType"]?.stringValue ?? "None" }
    var isGzip: Bool { value["CompressionType"]?.stringValue == "Gzip" }
    var shuffleSeed: Int64? { value["ShuffleConfig"]?["Seed"]?.integerValue }
    var attributes: [String] { (s3?["AttributeNames"]?.arrayValue ?? []).compactMap(\.stringValue) }

    /// `FullyReplicated` or `ShardedByS3Key`. Every host sees the whole of a file system.
    var distribution: String { s3?["S3DataDistributionType"]?.stringValue ?? "FullyReplicated" }

    /// The instance groups that get the channel; nil for all.
    var groups: [String]? { s3?["InstanceGroupNames"]?.arrayValue?.compactMap(\.stringValue) }

    /// The channel's path in the container.
    var path: String { "/opt/ml/input/data/\(name)" }

    /// The source of the data, for display: the URI, or the file system.
    var origin: String {
        if let uri { return uri }
        if let fileSystem {
            let id = fileSystem["FileSystemId"]?.stringValue ?? "?"
            return "\(fileSystem["FileSystemType"]?.stringValue ?? "file system") \(id)"
        }
        return value["DataSource"]?["DatasetSource"]?["DatasetArn"]?.stringValue ?? "an unknown source"
    }
}
