internal import LaunchAWS
internal import LaunchPluginKit
internal import LaunchSuggestions

/// All problems of a request at once, offline. The paths are those of the queue's template.
struct BatchChecks {
    /// The largest document of `SubmitJob` in bytes (User Guide, "Service quotas").
    static let longestJob = 30 << 10
    /// The largest overrides of a container in characters (ECS, `TaskOverride`).
    static let longestOverrides = 8192

    private let request: BatchRequest?
    private let region: String?

    init(_ request: RunRequest, region: String?) {
        self.request = try? BatchRequest(request)
        self.region = region
    }

    var findings: [Finding] {
        guard let request else {
            return [Finding(.error, at: FieldPath(), "it is not a request of \(BatchRunner.type)")]
        }
        return queue(request) + definition(request) + resources(request) + retries(request) + limits(request)
            + container(request) + tags(request)
    }

    private func at(_ name: String) -> FieldPath { FieldPath([.member(name)]) }

    // MARK: queue and definition

    private func queue(_ request: BatchRequest) -> [Finding] {
        let queue = request.queue
        if queue.isEmpty { return [Finding(.error, at: at("job_queue"), "the job queue is missing")] }
        if queue.hasPrefix("<") {
            return [
                Finding(
                    .error, at: at("job_queue"), "it is still \(queue)",
                    hint: "Write the name of a job queue; 'aws batch describe-job-queues' lists them.",
                    rule: Finding.placeholder)
            ]
        }
        return reference(queue, "job-queue", at: at("job_queue"))
    }

    /// The findings about a name or an ARN.
    private func reference(_ text: String, _ type: String, at path: FieldPath) -> [Finding] {
        guard text.hasPrefix("arn:") else {
            let name = text.split(separator: ":", omittingEmptySubsequences: false)
            let isRevision = type == "job-definition" && name.count == 2 && Int(name[1]).map { $0 > 0 } == true
            let isName = (1...128).contains(name[0].utf8.count) && name[0].allSatisfy { Self.isWord($0) }
            guard isName, name.count == 1 || isRevision else {
                return [
                    Finding(
                        .error, at: path, "\(Wording.quoted(text)) is neither a name nor an ARN",
                        hint: "A name has 1 to 128 letters, digits, hyphens and underscores.")
                ]
            }
            return []
        }
        guard let arn = ARN(text), arn.service == "batch", arn.resource.hasPrefix("\(type)/") else {
            return [Finding(.error, at: path, "\(Wording.quoted(text)) is not the ARN of a \(type) of Batch")]
        }
        if let region, arn.region != region {
            return [
                Finding(
                    .error, at: path, "it is in \(arn.region), and the environment's region is \(region)",
                    hint: "Jobs run in the region of the environment.")
            ]
        }
        return []
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-" || character == "_")
    }

    private func definition(_ request: BatchRequest) -> [Finding] {
        if request.definition == nil {
            var found = reference(
                request.job["jobDefinition"]?.stringValue ?? "", "job-definition", at: at("job_definition"))
            if request.notes.hasProperties {
                found.append(
                    Finding(
                        .error, at: at("container_properties"), "the queue also has job_definition",
                        hint: "Keep one of the two."))
            }
            return found
        }
        let path = at("container_properties")
        let properties = request.definition?["containerProperties"]?.objectValue ?? [:]
        var found: [Finding] = []
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            let place = path.appending(name)
            // The image, and the resources that the template gives, are not the user's.
            if name == "image" { continue }
            guard let kind = ContainerMembers.kinds[name] else {
                found.append(
                    Finding(
                        .error, at: place,
                        "Batch has no such member of ContainerProperties"
                            + Suggestion.question(about: name, in: ContainerMembers.kinds.keys.sorted()),
                        isAboutName: true))
                continue
            }
            if let hint = ContainerMembers.elsewhere[name] {
                found.append(Finding(.error, at: place, "it does not belong here", hint: "\(hint)."))
            } else if !ContainerMembers.fits(value, kind) {
                found.append(Finding(.error, at: place, "it must be a \(kind.rawValue), not \(value.kindName)"))
            }
        }
        return found + platform(request, properties, path) + roles(properties, path)
    }

    private func platform(
        _ request: BatchRequest, _ properties: [String: JSONValue], _ path: FieldPath
    ) -> [Finding] {
        let isFargate = request.notes.platform == "FARGATE"
        let wrong = isFargate ? ContainerMembers.ec2Only : ContainerMembers.fargateOnly
        var found = properties.keys.filter { wrong.contains($0) }.sorted().map { name in
            Finding(
                .error, at: path.appending(name), "\(isFargate ? "Fargate does" : "EC2 does") not have it",
                hint: "Leave it out, or write platform: \(isFargate ? "EC2" : "FARGATE").")
        }
        if isFargate, properties["executionRoleArn"] == nil {
            found.append(
                Finding(
                    .error, at: path.appending("executionRoleArn"),
                    "jobs on Fargate need the role with which ECS pulls the image and writes the log"))
        }
        if let driver = properties["logConfiguration"]?["logDriver"]?.stringValue, driver != "awslogs" {
            found.append(
                Finding(
                    .warning, at: path.appending("logConfiguration"),
                    "with the log driver \(driver), 'launch logs' shows nothing: it reads CloudWatch Logs"))
        }
        return found
    }

    private func roles(_ properties: [String: JSONValue], _ path: FieldPath) -> [Finding] {
        ["jobRoleArn", "executionRoleArn"].compactMap { name in
            guard let role = properties[name]?.stringValue, role.hasPrefix("arn:"),
                ARN(role).map({ $0.service == "iam" && $0.resource.hasPrefix("role/") }) != true
            else { return nil }
            return Finding(
                .error, at: path.appending(name), "\(Wording.quoted(role)) is not the ARN of a role",
                hint: "Write it like arn:aws:iam::123456789012:role/name.")
        }
    }

    // MARK: resources, attempts, limits

    private func resources(_ request: BatchRequest) -> [Finding] {
        let own = request.job["containerOverrides"]?["resourceRequirements"]
        let defined = request.definition?["containerProperties"]?["resourceRequirements"]
        let platform = request.definition == nil ? "EC2" : request.notes.platform
        let given = ContainerResources(own ?? defined, at: at("resources"), platform: platform)
        // The platform of a definition of the user is not known.
        var found = request.definition == nil ? [] : given.findings
        guard request.definition != nil else { return found }
        for type in ["VCPU", "MEMORY"]
        where given.values[type] == nil && !found.contains(where: { $0.path == at("resources").appending(type) }) {
            found.append(
                Finding(
                    .error, at: at("resources"), "\(type) is missing: Batch needs processors and memory of every job",
                    hint: "Write resources: {VCPU: 1, MEMORY: 2048}, with MiB of memory."))
        }
        return found
    }

    private func retries(_ request: BatchRequest) -> [Finding] {
        let path = at("evaluate_on_exit")
        let rules = request.job["retryStrategy"]?["evaluateOnExit"]?.arrayValue ?? []
        var found: [Finding] = []
        if rules.count > 5 {
            found.append(Finding(.error, at: path, "it has \(rules.count) rules; Batch allows 5"))
        }
        for (index, rule) in rules.enumerated() {
            let conditions = ["onExitCode", "onReason", "onStatusReason"].filter { rule[$0]?.stringValue != nil }
            if conditions.isEmpty {
                found.append(
                    Finding(
                        .error, at: path.appending(index: index), "the rule has no condition",
                        hint: "Give on_exit_code, on_reason or on_status_reason."))
            }
            if let code = rule["onExitCode"]?.stringValue,
                code.isEmpty || !(code.hasSuffix("*") ? code.dropLast() : code[...]).allSatisfy(\.isNumber)
            {
                found.append(
                    Finding(
                        .error, at: path.appending(index: index).appending("on_exit_code"),
                        "it must have digits, with a * at most at the end, not \(Wording.quoted(code))"))
            }
        }
        return found
    }

    private func limits(_ request: BatchRequest) -> [Finding] {
        var found: [Finding] = []
        if let limit = request.job["timeout"]?["attemptDurationSeconds"]?.integerValue, limit < 60 {
            found.append(Finding(.error, at: at("timeout"), "it must be 60 s or more, not \(limit) s"))
        }
        if let size = request.job["arrayProperties"]?["size"]?.integerValue, !(2...10_000).contains(size) {
            found.append(Finding(.error, at: at("array_size"), "it must be 2 to 10000, not \(size)"))
        }
        let bytes = (try? JSON.canonicalData(JSONValue.object(request.job)).count) ?? 0
        if bytes > Self.longestJob {
            found.append(
                Finding(
                    .error, at: FieldPath(), "the job takes \(bytes) bytes; Batch accepts \(Self.longestJob)",
                    hint: "Put long values of env and arguments into a file that the job reads."))
        } else if let overrides = request.job["containerOverrides"],
            let size = try? JSON.canonical(overrides).count, size > Self.longestOverrides
        {
            found.append(
                Finding(
                    .warning, at: FieldPath(),
                    "command, env and resources take \(size) characters; ECS starts no container above "
                        + "\(Self.longestOverrides)",
                    hint: "Put long values of env and arguments into a file that the job reads."))
        }
        return found
    }

    // MARK: container and tags

    private func container(_ request: BatchRequest) -> [Finding] {
        var found = request.notes.reserved.map { name in
            Finding(.error, at: at("env").appending(name), "names that begin with AWS_BATCH are reserved by Batch")
        }
        if request.notes.replacesEntryPoint {
            found.append(
                Finding(
                    .warning, at: at("command"),
                    "Batch keeps the image's ENTRYPOINT, if it has one: the words become its arguments"))
        }
        if request.notes.leavesConfigOut {
            found.append(
                Finding(
                    .warning, at: at("env"),
                    "\(BatchRender.runConfig) is left out: the run's configuration is longer than "
                        + "\(BatchRender.longestRunConfig) bytes"))
        }
        if !request.notes.isPinned, request.definition != nil {
            found.append(
                Finding(
                    .warning, at: at("image"),
                    "\(request.notes.reference) is not pinned to a digest, because its registry denies the look-up: its "
                        + "tag may name another image when the job starts", hint: "Name the image by its digest.",
                    rule: "image-unpinned"))
        }
        if request.definition == nil {
            found.append(
                Finding(
                    .warning, at: at("job_definition"),
                    "the image is that of the definition, by the name that the definition has: launch cannot pin it",
                    hint: "With container_properties instead, launch registers a definition with the pinned image.",
                    rule: "image-unpinned"))
        }
        return found
    }

    private func tags(_ request: BatchRequest) -> [Finding] {
        let tags = request.job["tags"]?.objectValue ?? [:]
        var found: [Finding] = []
        if tags.count > 50 {
            found.append(
                Finding(.error, at: at("tags"), "the job has \(tags.count) tags with those of launch; Batch allows 50"))
        }
        for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
            let text = value.stringValue ?? ""
            if key.isEmpty || key.count > 128 || key.lowercased().hasPrefix("aws:") {
                found.append(
                    Finding(
                        .error, at: at("tags").appending(key),
                        "a key must have 1 to 128 characters and must not begin with aws:", isAboutName: true))
            }
            if text.unicodeScalars.count > 256 || TagText.clean(text) != text {
                found.append(
                    Finding(
                        .error, at: at("tags").appending(key),
                        "a value must have at most 256 letters, digits, spaces and characters of _.:/=+-@"))
            }
        }
        return found
    }
}
