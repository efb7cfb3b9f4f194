internal import LaunchPluginKit

extension Rehearsal {
    /// The input that a channel becomes in the container job.
    func input(_ channel: TrainingChannel) -> RehearsalPlan.Input {
        let isPipe = channel.mode == .pipe
        let local = options.channels[channel.name]
        return RehearsalPlan.Input(
            name: channel.name, path: channel.path, source: source(of: channel, local: local),
            delivery: delivery(of: channel), hosts: hosts.names(in: channel.groups),
            isSharded: channel.distribution == "ShardedByS3Key",
            // Both apply only to pipes: "CompressionType is used only in Pipe input mode".
            isCompressed: isPipe && channel.isGzip, shuffleSeed: channel.shuffleSeed,
            isRecordIO: isPipe && channel.recordWrapper == "RecordIO",
            // SageMaker fails a job whose S3 prefix has no objects, so an empty local folder in its place fails as
            // well. A file system may be empty.
            needsFiles: local != nil && channel.s3 != nil ? true : nil)
    }

    private func source(
        of channel: TrainingChannel, local: String?
    ) -> RehearsalPlan.Input.Source {
        switch (channel.dataType, local, channel.uri) {
        case ("AugmentedManifestFile", let local?, _):
            .augmentedManifest(local, attributes: channel.attributes)
        case (_, let local?, _): .folder(local)
        case (_, nil, nil): .none
        case ("AugmentedManifestFile", nil, let uri?): .augmentedManifest(uri, attributes: channel.attributes)
        case ("ManifestFile", nil, let uri?): .manifest(uri)
        case (_, nil, let uri?): .objects(uri)
        }
    }

    private func delivery(of channel: TrainingChannel) -> RehearsalPlan.Input.Delivery {
        if let fileSystem = channel.fileSystem {
            return fileSystem["FileSystemAccessMode"]?.stringValue == "ro" ? .readOnly : .copy
        }
        return switch channel.mode {
        case .file: .copy
        case .fastFile: .readOnly
        case .pipe: .pipe
        }
    }

    /// Whether checkpoints are kept, because the request or the submitter asks for it.
    var hasCheckpoints: Bool { document.checkpointURI != nil || options.checkpoints != nil }

    /// The folder of checkpoints, if any. Without one, an interruption loses everything, as on SageMaker.
    var synced: [RehearsalPlan.SyncedFolder] {
        guard hasCheckpoints else { return [] }
        var path = document.checkpointPath
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let place = options.checkpoints ?? (options.keepsLocal ? nil : document.checkpointURI)
        return [.init(path: path, place: place)]
    }

    /// The model and the other output files.
    var results: [RehearsalPlan.Result] {
        let isPacked = !document.isUncompressed
        // The same subfolders as below S3OutputPath, so that rehearsals do not overwrite each other or the user's
        // files.
        let local = options.output.map { "\($0)/\(document.jobName)/output" }
        let place = local ?? (options.keepsLocal ? nil : document.resultURI)
        return [
            .init(
                name: isPacked ? "model.tar.gz" : "model", path: "/opt/ml/model", isPacked: isPacked,
                destination: place),
            .init(
                name: isPacked ? "output.tar.gz" : "data", path: "/opt/ml/output/data", isPacked: isPacked,
                destination: place, isKeptOnFailure: true),
        ]
    }

    /// Limits and devices.
    ///
    /// `/dev/shm` is half of the instance type's memory, which is Linux's default; SageMaker's own value is not
    /// documented. The value is only a limit: memory is used as data is written.
    var resources: ContainerJob.Resources {
        let shapes = hosts.types.compactMap { InstanceShape($0) }
        let memory = shapes.map(\.memoryBytes).max()
        var resources = ContainerJob.Resources(
            sharedMemoryBytes: options.sharedMemoryBytes ?? memory.map { $0 / 2 },
            gpus: shapes.contains { $0.gpus > 0 } ? -1 : nil)
        if options.isLikeInstance {
            resources.cpus = shapes.map { Double($0.cpus) }.max()
            resources.memoryBytes = memory
        }
        return resources
    }
}
