internal import LaunchPluginKit

extension RehearsalReportWriter {
    /// The parts of SageMaker that a rehearsal with running containers reproduced.
    var reproduced: [String] {
        start + channels + [environment] + network + limits + checkpoints + ending
    }

    private var start: [String] {
        var files = ["hyperparameters.json", "inputdataconfig.json", "resourceconfig.json"]
        if rehearsal.hasCheckpoints { files.append("checkpointconfig.json") }
        return [
            "The start command was \(StartCommand(document).summary).",
            "\(TrainingConfigFiles.folder) held \(listed(files)), with the documented keys.",
        ]
    }

    private var channels: [String] {
        (job.rehearsalPlan?.inputs ?? []).compactMap { input in
            let origin: String
            switch input.source {
            case .none: return nil
            case .folder(let path), .augmentedManifest(let path, attributes: _): origin = path
            case .objects(let uri), .manifest(let uri): origin = uri
            }
            let way =
                switch input.delivery {
                case .copy: "a copy of \(origin) (File)"
                case .readOnly: "\(origin), read-only (FastFile)"
                case .pipe: "\(origin) through a pipe for each epoch (Pipe)"
                }
            var details: [String] = []
            if input.isSharded { details.append("each host had its share") }
            if let hosts = input.hosts { details.append("on \(listed(hosts)) only") }
            if let seed = input.shuffleSeed { details.append("shuffled with seed \(seed)") }
            if input.isCompressed { details.append("unpacked from gzip") }
            if input.isRecordIO { details.append("wrapped as RecordIO") }
            return "Channel \(input.name) was \(([way] + details).joined(separator: ", "))."
        }
    }

    private var environment: String {
        let own = document.environment.count
        let given = own == 0 ? "" : ", and the request's \(own == 1 ? "variable" : "\(own) variables")"
        let credentials =
            options.wantsCredentials
            ? "credentials came through the container endpoint, never as variables" : "there were no credentials"
        return "TRAINING_JOB_NAME and TRAINING_JOB_ARN were set\(given); no SM_* was added, and \(credentials)."
    }

    private var network: [String] {
        let hosts = rehearsal.hosts
        var lines: [String] = []
        if hosts.names.count > 1 {
            let groups = hosts.groups.count > 1 ? " in the groups \(listed(hosts.groups.map(\.name)))" : ""
            lines.append("\(listed(hosts.names))\(groups) found each other by name, on a network of their own.")
        }
        if document.isIsolated { lines.append("The containers had no outside network (EnableNetworkIsolation).") }
        return lines
    }

    private var limits: [String] {
        var lines: [String] = []
        if let limit = job.timeLimitSeconds {
            lines.append(
                "MaxRuntimeInSeconds was in force: \(limit) s from the start of the containers\(description.isOutOfTime ? ", and it ended the job" : "")."
            )
        }
        lines += signals
        // Only limits that were applied: a machine with less than the instance does not apply that limit.
        let limits = [
            given.cpus.map { "\(Self.plain($0)) CPUs" }, given.memoryBytes.map { Self.gibibytes($0) },
        ].compactMap(\.self)
        if options.isLikeInstance, !limits.isEmpty {
            lines.append("The containers had of \(listed(rehearsal.hosts.types)): \(listed(limits)).")
        }
        return lines
    }

    private var checkpoints: [String] {
        (job.rehearsalPlan?.synced ?? []).map { folder in
            "\(folder.path) was kept the same as \(folder.place ?? "a folder that ends with the rehearsal")"
                + " from the start, including deletions."
        }
    }

    private var ending: [String] {
        var lines: [String] = []
        if timeline.failure != nil {
            lines.append("The first \(FailureReason.most) characters of /opt/ml/output/failure became the reason.")
        }
        let names = job.metrics.keys.sorted()
        if !names.isEmpty { lines.append("Metric definitions were applied to the log: \(listed(names)).") }
        lines += timeline.results.map { "\($0.name) has the service's layout: \($0.path)." }
        return lines
    }

    static func gibibytes(_ bytes: Int64) -> String { "\(plain(Double(bytes) / 1_073_741_824)) GiB" }

    /// A number rounded to one decimal, without a zero fraction.
    static func plain(_ number: Double) -> String {
        let tenths = (number * 10).rounded() / 10
        return Int64(exactly: tenths).map { String($0) } ?? String(tenths)
    }
}
