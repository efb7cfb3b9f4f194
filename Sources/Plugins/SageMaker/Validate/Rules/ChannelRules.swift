internal import LaunchPluginKit

extension Rule {
    /// Input channels.
    static let channels = [
        Rule("channel-name", source: Source.api("Channel, ChannelName")) { request in
            TrainingRequest.repeated(request.channels.map(\.name)).map { index, name in
                .error(
                    "\(request.channels[index].path).ChannelName",
                    "\(Shown.quoted(name)) is also the name of an earlier channel",
                    hint: "Each channel is a folder /opt/ml/input/data/NAME.")
            }
        },
        Rule("data-source", source: Source.api("Channel, DataSource")) { request in
            request.channels.flatMap { channel -> [Problem] in
                guard let given = channel.value["DataSource"]?.objectValue else { return [] }
                let kinds = ["S3DataSource", "FileSystemDataSource", "DatasetSource"].filter { given[$0] != nil }
                if kinds.count == 1 || (kinds.isEmpty && !given.isEmpty) { return [] }
                return [
                    .error(
                        "\(channel.path).DataSource",
                        kinds.isEmpty
                            ? "it is empty: give S3DataSource or FileSystemDataSource"
                            : "only one of \(kinds.joined(separator: " and ")) can be given")
                ]
            }
        },
        Rule("augmented-manifest-mode", source: Source.api("S3DataSource, S3DataType")) { request in
            s3(request) { channel, source in
                .when(
                    isOther(channel.mode, than: "Pipe") && source["S3DataType"]?.stringValue == "AugmentedManifestFile",
                    .error(
                        "\(channel.path).DataSource.S3DataSource.S3DataType",
                        "AugmentedManifestFile needs the input mode Pipe, and it is \(channel.mode ?? "not given")"))
            }
        },
        Rule("fast-file-type", source: Source.guide("model-access-training-data")) { request in
            s3(request) { channel, source in
                .when(
                    channel.mode == "FastFile" && source["S3DataType"]?.stringValue == "ManifestFile",
                    .error(
                        "\(channel.path).DataSource.S3DataSource.S3DataType",
                        "the input mode FastFile needs S3Prefix, and it is ManifestFile"))
            }
        },
        Rule("attribute-names", source: Source.api("S3DataSource, AttributeNames")) { request in
            s3(request) { channel, source in
                let path = "\(channel.path).DataSource.S3DataSource.AttributeNames"
                switch (source["S3DataType"].text, isAbsent(source["AttributeNames"])) {
                case ("AugmentedManifestFile", true):
                    return [.warning(path, "it is missing, and an augmented manifest is read by its attributes")]
                case ("S3Prefix", false), ("ManifestFile", false):
                    return [.warning(path, "it is for augmented manifests only")]
                default: return []
                }
            }
        },
        Rule("pipe-only-compression", source: Source.api("Channel, CompressionType")) { request in
            pipeOnly(request, "CompressionType", "Gzip")
        },
        Rule("pipe-only-record", source: Source.api("Channel, RecordWrapperType")) { request in
            pipeOnly(request, "RecordWrapperType", "RecordIO")
        },
        Rule("manifest-object", source: Source.api("S3DataSource, S3Uri")) { request in
            s3(request) { channel, source in
                let type = source["S3DataType"].text ?? ""
                return .when(
                    type.hasSuffix("ManifestFile") && source["S3Uri"].text?.last == "/",
                    .warning(
                        "\(channel.path).DataSource.S3DataSource.S3Uri",
                        "it ends in '/', and \(type) means one object, the manifest"))
            }
        },
    ]

    /// File systems as channels: EFS and FSx for Lustre.
    static let fileSystems = [
        Rule("file-system-mode", source: Source.guide("model-access-training-data")) { request in
            request.channels.filter { $0.fileSystem != nil && isOther($0.mode, than: "File") }.map {
                let path =
                    $0.value["InputMode"] == nil ? "AlgorithmSpecification.TrainingInputMode" : "\($0.path).InputMode"
                let name = $0.name ?? $0.path
                return .error(
                    path, "the channel \(name) is a file system, which needs the mode File, and it is \($0.mode ?? "")")
            }
        },
        Rule("file-system-vpc", source: Source.guide("model-access-training-data")) { request in
            let names = request.channels.filter { $0.fileSystem != nil }.map { $0.name ?? $0.path }
            return .when(
                !names.isEmpty && request.document["VpcConfig"] == nil,
                .error(
                    "VpcConfig",
                    "it is missing, and the file system of \(names.joined(separator: ", ")) is reached through it"))
        },
        Rule("file-system-path", source: Source.api("FileSystemDataSource, DirectoryPath")) { request in
            request.channels.compactMap { channel in
                guard let path = channel.fileSystem?["DirectoryPath"].text, path.first != "/" else { return nil }
                return .error(
                    "\(channel.path).DataSource.FileSystemDataSource.DirectoryPath",
                    "\(Shown.quoted(path)) is not a full path, which begins with '/'")
            }
        },
    ]

    private static func s3(
        _ request: TrainingRequest, _ check: (TrainingRequest.Channel, JSONValue) -> [Problem]
    ) -> [Problem] {
        request.channels.flatMap { channel in channel.s3.map { check(channel, $0) } ?? [] }
    }

    private static func pipeOnly(_ request: TrainingRequest, _ key: String, _ word: String) -> [Problem] {
        request.channels.filter { isOther($0.mode, than: "Pipe") && $0.value[key]?.stringValue == word }.map {
            .error(
                "\($0.path).\(key)", "\(word) is for the input mode Pipe, and it is \($0.mode ?? "")",
                hint: "Leave the key out or set it to None.")
        }
    }

    /// Whether the mode is valid and not `mode`. The model's check reports an invalid mode.
    private static func isOther(_ given: String?, than mode: String) -> Bool {
        given != mode && ["File", "FastFile", "Pipe"].contains(given)
    }
}
