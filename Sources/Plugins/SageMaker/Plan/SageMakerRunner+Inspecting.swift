internal import LaunchAWS
package import LaunchPluginKit

extension SageMakerRunner: Inspecting {
    /// The buckets, the roles, the images and the quotas of the queues.
    package func inspections(of needs: InspectedNeeds) -> [Inspection] {
        guard let environment = service.environment else { return [] }
        let documents = needs.requests.map(\.document)
        let checks = TrainingInspections(environment: environment)
        return documents.flatMap(TrainingInspections.buckets).uniqued.sorted().map { bucket in
            environment.inspection("bucket \(bucket)") { () async throws(AWSError) in
                try await checks.bucket(bucket)
            }
        } + roles(needs.requests, checks) + images(documents, needs) + quotas(documents, checks)
    }

    private func roles(_ requests: [RunRequest], _ checks: TrainingInspections) -> [Inspection] {
        let named = requests.compactMap { request in TrainingRole(of: request.document).map { ($0, request) } }
        let roles = named.map(\.0).uniqued.sorted { $0.text < $1.text }
        return roles.flatMap { role in
            // Two roles of one name are of two accounts, or have two paths.
            let name = roles.filter { $0.name == role.name }.count == 1 ? role.name : role.text
            let permissions = named.filter { $0.0 == role }.flatMap { self.permissions(for: $0.1) }
                .filter { $0.holder == .job }.uniqued
            return [
                checks.environment.inspection("role \(name)") { () async throws(AWSError) in
                    try await checks.role(role)
                },
                checks.environment.inspection("permissions of \(name)") { () async throws(AWSError) in
                    try await checks.permissions(permissions, of: role)
                },
            ]
        }
    }

    private func images(_ documents: [JSONValue], _ needs: InspectedNeeds) -> [Inspection] {
        guard let registry = needs.registry else { return [] }
        let names = documents.compactMap { $0["AlgorithmSpecification"]?["TrainingImage"]?.stringValue }
        return names.filter { $0 != needs.standIn && !$0.contains("*") && TrainingImageCheck.isInECR($0) }.uniqued
            .sorted().map { name in
                let image = TrainingImageCheck(name: name, registry: registry)
                return Inspection("image \(image.shortName)") { () async throws(BackendError) in try await image.found()
                }
            }
    }

    private func quotas(_ documents: [JSONValue], _ checks: TrainingInspections) -> [Inspection] {
        var wanted: [String: Int] = [:]
        for document in documents {
            for (name, count) in TrainingInspections.quotas(document) { wanted[name] = max(wanted[name] ?? 0, count) }
        }
        guard !wanted.isEmpty else { return [] }
        return [
            checks.environment.inspection("quotas") { [wanted] () async throws(AWSError) in
                try await checks.quotas(wanted)
            }
        ]
    }
}

extension SageMakerRunner: EnvironmentBound {
    /// Without an AWS environment, it makes no calls.
    package var isBoundToEnvironment: Bool { service.environment != nil }
}

/// Checks of what SageMaker needs in the account.
struct TrainingInspections: Sendable {
    /// Service Quotas: `botocore/data/service-quotas`.
    private static let serviceQuotas = AWSService(
        "service-quotas", name: "Service Quotas", wire: .json(target: "ServiceQuotasV20190624"),
        hostPrefix: "servicequotas", signingName: "servicequotas", environmentName: "SERVICE_QUOTAS")
    /// The most pages of quotas that are read; SageMaker has some 3,000 quotas, 100 on a page.
    private static let largestPages = 100

    let environment: AWSEnvironment

    // MARK: What a document names

    /// The buckets with a known name.
    static func buckets(_ document: JSONValue) -> [String] {
        let outputs = ["OutputDataConfig", "CheckpointConfig", "TensorBoardOutputConfig"].compactMap {
            document[$0]?["S3OutputPath"]?.stringValue ?? document[$0]?["S3Uri"]?.stringValue
        }
        let inputs = (document["InputDataConfig"]?.arrayValue ?? []).compactMap {
            $0["DataSource"]?["S3DataSource"]?["S3Uri"]?.stringValue
        }
        let anywhere = S3Location.Scope(partition: "*", region: "*", account: "*")
        return (outputs + inputs).compactMap { S3Location($0, in: anywhere)?.bucketName }
    }

    /// The quotas of the instance types, by name, with the instances of one run.
    static func quotas(_ document: JSONValue) -> [(String, Int)] {
        let resources = document["ResourceConfig"]
        let groups = resources?["InstanceGroups"]?.arrayValue ?? [resources].compactMap(\.self)
        // The names as Service Quotas lists them: "ml.m5.xlarge for training job usage".
        let kind =
            document["EnableManagedSpotTraining"]?.boolValue == true ? "spot training job usage" : "training job usage"
        return groups.compactMap { group in
            guard let type = group["InstanceType"]?.stringValue, !type.contains("*") else { return nil }
            return ("\(type) for \(kind)", Int(clamping: group["InstanceCount"]?.integerValue ?? 1))
        }
    }

    // MARK: Checks

    /// Whether the bucket is there, and in the region of the jobs.
    func bucket(_ name: String) async throws(AWSError) -> Inspection.Found {
        let region = try await environment.region()
        let found: String
        do throws(AWSError) {
            found = try await environment.objects().region(of: name)
        } catch {
            guard error.kind == .auth else { throw error }
            return .warning(
                "not checked: this identity may not list it (s3:ListBucket), which an agent does not need",
                hint: "The jobs' role must reach it: 'launch iam-policy --for job' prints the policy.")
        }
        guard found == region else {
            throw AWSError(
                .configuration, "The bucket is in \(found), and the jobs are in \(region).",
                hint: "SageMaker reads and writes buckets of its own region: change the queue's bucket, or "
                    + "'region' of the environment.")
        }
        return .ok("in \(region)")
    }

    /// Whether the account may have the instances of one run.
    func quotas(_ wanted: [String: Int]) async throws(AWSError) -> Inspection.Found {
        var missing = wanted
        var values: [String: Double] = [:]
        var token: String?
        var pages = 0
        do throws(AWSError) {
            let client = try await environment.client(Self.serviceQuotas)
            repeat {
                var input: [String: JSONValue] = ["ServiceCode": .string("sagemaker"), "MaxResults": .integer(100)]
                input["NextToken"] = token.map { .string($0) }
                let answer = try await client.json(.read("ListServiceQuotas"), input: .object(input))
                for quota in answer["Quotas"]?.arrayValue ?? [] {
                    guard let name = quota["QuotaName"]?.stringValue, missing.removeValue(forKey: name) != nil else {
                        continue
                    }
                    values[name] = quota["Value"]?.doubleValue
                }
                token = answer["NextToken"]?.stringValue
                pages += 1
            } while token != nil && !missing.isEmpty && pages < Self.largestPages
        } catch {
            guard error.kind == .auth else { throw error }
            return .warning(
                "not checked: this identity may not read them (servicequotas:ListServiceQuotas), which an agent does not need",
                hint: "The console has them: Service Quotas, Amazon SageMaker.")
        }
        let small = wanted.sorted { $0.key < $1.key }.filter { name, count in
            values[name].map { $0 < Double(count) } ?? false
        }
        if let (name, count) = small.first {
            let value = values[name].map { Int(clamping: Int64(exactly: $0.rounded(.down)) ?? .max) } ?? 0
            throw AWSError(
                .quota, "The account may have \(value) of the quota '\(name)', and a run needs \(count).",
                hint: "Request an increase in Service Quotas (Amazon SageMaker), or change the queue's instances.")
        }
        guard missing.isEmpty else {
            return .warning(
                "Service Quotas does not list \(missing.keys.sorted().joined(separator: ", "))",
                hint: "Check the instance types of the queue.")
        }
        return .ok(
            wanted.sorted { $0.key < $1.key }.map { "\($0.key): \(Self.text(values[$0.key]))" }.joined(separator: "; "))
    }

    private static func text(_ value: Double?) -> String {
        value.flatMap { Int64(exactly: $0).map(String.init) } ?? value.map { "\($0)" } ?? "unknown"
    }
}
