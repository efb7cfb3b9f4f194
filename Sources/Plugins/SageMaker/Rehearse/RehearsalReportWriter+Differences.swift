internal import LaunchPluginKit

extension RehearsalReportWriter {
    /// The differences on SageMaker, with their corrections.
    var differences: [String] {
        // Most differences concern containers, so they are left out if no container ran.
        let lines = hasRun ? data + places + drill + containers + limitsApart : missingInputs + drill
        return image + lines + metricsLeftOut
    }

    private var image: [String] {
        var lines: [String] = []
        let found = ImageLocation(job.image)
        let isPrivate =
            document.algorithm?["TrainingImageConfig"]?["TrainingRepositoryAccessMode"]?.stringValue == "Vpc"
        if found.isOnlyHere {
            lines.append(
                "The image \(job.image.name) is known to this machine's engine only. Push it to ECR and name it there.")
        } else if found.ecr == nil, !isPrivate {
            lines.append(
                "The image \(job.image.name) is not in ECR, and SageMaker pulls only from ECR unless "
                    + "TrainingImageConfig says Vpc. Push it to ECR and name it there.")
        }
        if let platform = job.image.platform, !platform.hasPrefix("linux/amd64") {
            lines.append(
                "The image is for \(platform), and the instances run linux/amd64. Build it for linux/amd64.")
        }
        return lines
    }

    private var data: [String] {
        var lines: [String] = document.channels.compactMap { channel in
            guard let path = options.channels[channel.name] else { return nil }
            return
                "Channel \(channel.name) was read from \(path); SageMaker reads \(channel.origin), which was not "
                + "checked. Make sure that it has the same files."
        }
        if document.channels.contains(where: { options.channels[$0.name] != nil && $0.dataType == "ManifestFile" }) {
            lines.append("The manifest was not used: all files of the local folder in its place were read.")
        }
        if document.channels.contains(where: { $0.groups != nil }) {
            lines.append(
                "inputdataconfig.json listed only the channels of the host's own group; whether SageMaker lists the others "
                    + "is not documented. Do not rely on it.")
        }
        return lines
    }

    /// Inputs that were not available, and whether SageMaker would have the same problem.
    private var missingInputs: [String] {
        guard timeline.phase == .failed, timeline.steps.contains(where: { $0.status == .downloading }) else {
            return []
        }
        let cause = timeline.cause
        let what = "The inputs were not available: \(clause(cause?.message ?? "the cause is unknown"))."
        guard let channel = document.channels.first(where: { $0.name == timeline.failedInput }) else { return [what] }
        if options.channels[channel.name] != nil {
            return ["\(what) This concerns only this machine: SageMaker reads \(channel.origin)."]
        }
        if cause?.code == .unavailable || cause?.code == .internalFault {
            return ["\(what) This concerns only this machine and does not predict SageMaker's behaviour."]
        }
        return ["\(what) SageMaker would fail there, too. Correct the channels' URIs, or upload the data."]
    }

    private var places: [String] {
        var lines: [String] = []
        if let uri = document.resultURI, options.output != nil || options.keepsLocal {
            lines.append(
                "Results stayed on this machine; SageMaker stores them below \(uri), which was not "
                    + "checked. Make sure that the bucket exists in the job's region.")
        }
        if document.isUncompressed {
            lines.append(
                "Without compression, the files of /opt/ml/output/data are put below data/ here; where SageMaker puts "
                    + "them is not documented. Check before you read them from a fixed path.")
        }
        if let uri = document.checkpointURI, options.checkpoints != nil || options.keepsLocal {
            lines.append(
                "Checkpoints were kept \(options.checkpoints.map { "in \($0)" } ?? "as long as the rehearsal"); SageMaker "
                    + "starts from what is at \(uri) and writes there.")
        } else if options.checkpoints != nil, document.checkpointURI == nil {
            lines.append(
                "Checkpoints were kept, and the request has no CheckpointConfig: SageMaker would keep none. Add it.")
        }
        return lines
    }

    private var containers: [String] {
        var lines: [String] = []
        if let region = rehearsal.region, document.environment["AWS_REGION"] == nil {
            lines.append(
                "AWS_REGION was \(region) here, and SageMaker does not promise to set it. Set it in Environment if the job "
                    + "needs it.")
        }
        if rehearsal.region == nil {
            lines.append(
                "The job's region is not known, so TRAINING_JOB_ARN named us-east-1. Give the environment a region.")
        }
        if options.wantsCredentials {
            let whose = job.rehearsalPlan?.role.map { "those of the role \($0.name)" } ?? "the environment's"
            lines.append(
                "The credentials were \(whose); SageMaker gives those of the job's role. Make sure that this role has the "
                    + "permissions that the job needs.")
        }
        lines.append(
            "Folders for results could be written by any user here; SageMaker's are root's. If the image sets a USER, try "
                + "it on SageMaker with a small job first.")
        lines.append(sharedMemory)
        if let hardening = job.hardening {
            lines.append(
                "The queue has allow_overrides, so the containers had at most \(hardening.processes ?? 0) processes, no new "
                    + "privileges, and not \((hardening.dropped ?? []).joined(separator: ", ")). SageMaker's containers run "
                    + "as the image says with the default capabilities.")
        }
        return lines
    }

    private var sharedMemory: String {
        let size = given.sharedMemoryBytes.map { "had \(Self.gibibytes($0))" } ?? "had the engine's own size"
        let rule =
            if given.sharedMemoryBytes != job.resources.sharedMemoryBytes {
                ", half of this machine's memory, which has less than the \(Self.gibibytes(job.resources.sharedMemoryBytes ?? 0)) asked for"
            } else if options.sharedMemoryBytes == nil, job.resources.sharedMemoryBytes != nil {
                ", half of the instance's memory"
            } else {
                ""
            }
        return
            "/dev/shm \(size) here\(rule); SageMaker's size is not documented and cannot be set. A job that shares large "
            + "batches between processes should survive with less."
    }

    private var limitsApart: [String] {
        var lines: [String] = []
        if job.stopGraceSeconds != 120, timeline.phase == .stopped {
            lines.append(
                "A stop left \(job.stopGraceSeconds) s between SIGTERM and SIGKILL; SageMaker leaves 120 s.")
        }
        let types = rehearsal.hosts.types
        if options.isLikeInstance {
            let unknown = types.filter { InstanceShape($0) == nil }
            if !unknown.isEmpty {
                lines.append(
                    "The shape of \(listed(unknown)) is not known here, so it set no limits. See AWS's page of the type."
                )
            }
            if types.count - unknown.count > 1 {
                lines.append(
                    "All hosts had the limits of the largest of \(listed(types)). Rehearse the smaller group alone to see "
                        + "whether it fits.")
            }
        }
        return lines
    }

    private var metricsLeftOut: [String] {
        document.metricDefinitions.compactMap { name, pattern in
            let expression = MetricExpression(pattern)
            guard expression.pattern == nil else { return nil }
            return
                "Metric \(name) was left out: \(expression.reason). SageMaker may read '\(pattern)' differently; one group "
                + "without lookbehind works in both."
        }
    }
}
