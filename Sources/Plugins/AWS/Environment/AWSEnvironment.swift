internal import FoundationEssentials
public import LaunchPluginKit
internal import Synchronization

/// Environment `aws`: the credentials, the region, and the clients that all AWS plugins share.
public final class AWSEnvironment: Environment {
    /// The profile, the files and the region at the start of the program.
    public let settings: ProfileSettings
    /// The services with another URL than their own.
    public let endpoints: EndpointSettings
    /// Refreshing credentials: the found ones, or those of `role_arn`.
    public let credentials: any CredentialsProvider
    /// Connections, clock and logger of all clients.
    public let runtime: AWSRuntime
    /// The role that the found credentials assume, if one is configured.
    public let roleARN: String?
    private let chosen: ChosenCredentials
    /// The services of the credential sources.
    let sourceContext: SourceContext
    private let asksInstance: Bool
    private let clients = Mutex<[ClientKey: AWSClient]>([:])

    /// What distinguishes the clients. Services of other plugins may share a signing name.
    private struct ClientKey: Hashable {
        let service: AWSService
        let region: String
        let retry: RetryPolicy?
    }
    private let instanceRegion = Mutex<String?>(nil)
    /// Logins to ECR by region.
    let registryLogins = Mutex<[String: ECRLogin]>([:])
    /// Credentials of roles for containers.
    let roles = Mutex<[AssumedRole: RefreshingCredentials]>([:])

    /// Creates the environment from checked options.
    /// - Throws: kind configuration for files, profiles, regions and settings that cannot be used.
    public init(_ options: AWSEnvironmentOptions, variables: [String: String], runtime: AWSRuntime) throws(AWSError) {
        try options.check()
        asksInstance = options.region == AWSEnvironmentOptions.instanceRegion
        let settings = try ProfileSettings(
            variables: AWSVariables(variables), profile: options.profile, region: asksInstance ? nil : options.region)
        if let region = settings.region, !asksInstance { try RegionNames.check(region, log: runtime.log) }
        let endpoints = EndpointSettings(settings, configured: options.endpointURL)
        let stsRegion = settings.region?.value
        let sts = STS { operation, fields, provider throws(AWSError) in
            // Without a region, use the global endpoint.
            let place = try endpoints.place(of: .sts, region: stsRegion ?? Partition.aws.globalRegion)
            let client = try AWSClient(
                .sts, endpoint: place.url, region: place.signingRegion, credentials: provider, runtime: runtime)
            return try await client.query(operation, fields)
        }
        let context = SourceContext(
            variables: settings.variables, clock: runtime.clock, log: runtime.log, http: runtime.http, sts: sts,
            endpoints: endpoints)
        let chosen = ChosenCredentials(context: context) { () throws(AWSError) in
            try CredentialChain(settings: settings, context: context).choose()
        }
        roleARN = options.roleARN
        credentials =
            options.roleARN.map { role in
                RefreshingCredentials(
                    assuming: RoleRequest(roleARN: role, externalID: options.externalID), as: chosen, context)
            } ?? chosen
        (self.settings, self.endpoints, self.runtime, self.chosen, sourceContext) =
            (settings, endpoints, runtime, chosen, context)
    }

    // MARK: region

    /// The region if it is known without a call. Nil without a region, or if the instance must be queried.
    public var knownRegion: String? {
        asksInstance ? instanceRegion.withLock { $0 } : settings.region?.value
    }

    /// The region.
    /// - Throws: kind configuration if none is set, with the settings that can set it.
    public func region() async throws(AWSError) -> String {
        if let known = knownRegion { return known }
        guard asksInstance else { throw RegionNames.missing }
        if let reason = InstanceMetadata.disabled(settings) {
            throw AWSError(.configuration, "The region must come from the instance, but \(reason).")
        }
        let metadata = try InstanceMetadata(settings, clock: runtime.clock)
        guard let found = try await metadata.region()?.stripped, !found.isEmpty else { throw RegionNames.missing }
        try RegionNames.check(Setting(found, from: .instance), log: runtime.log)
        instanceRegion.withLock { $0 = found }
        return found
    }

    // MARK: clients

    /// The client for a service in a region, one per program. Without `region`, the environment's.
    /// - Parameter retry: a retry policy other than the environment's; such a client is separate.
    /// - Throws: kind configuration for an unknown region or an endpoint that is not a URL.
    public func client(
        _ service: AWSService, region: String? = nil, retry: RetryPolicy? = nil
    ) async throws(AWSError) -> AWSClient {
        let region = if let region { region } else { try await self.region() }
        let key = ClientKey(service: service, region: region, retry: retry)
        if let client = clients.withLock({ $0[key] }) { return client }
        var runtime = runtime
        runtime.retry = retry ?? runtime.retry
        let place = try endpoints.place(of: service, region: region)
        let made = try AWSClient(
            service, endpoint: place.url, region: place.signingRegion, credentials: credentials, runtime: runtime)
        return clients.withLock { clients in
            let first = clients[key] ?? made
            clients[key] = first
            return first
        }
    }

    // MARK: identity

    /// Requests the identity of the credentials from AWS.
    public func verify() async throws(BackendError) -> Identity {
        do throws(AWSError) {
            let region = try await region()
            let identity = try await caller()
            return Identity(principal: identity.arn, account: identity.account, region: region)
        } catch {
            throw error.backendError
        }
    }

    /// Requests the identity of the credentials from AWS.
    func caller() async throws(AWSError) -> CallerIdentity {
        do throws(AWSError) {
            return try await sourceContext.sts.callerIdentity(credentials)
        } catch {
            throw RegionNames.explained(error, settings.region)
        }
    }

    /// The source of the credentials, why earlier sources are not used, the identity, and the expiration time.
    public func credentialReport() async -> CredentialReport {
        var report = CredentialReport(
            steps: [], profile: "\(settings.profile.value) (\(settings.profile.origin))",
            region: asksInstance
                ? instanceRegion.withLock { $0 } ?? "the instance's"
                : settings.region.map { "\($0.value) (\($0.origin))" })
        do throws(AWSError) {
            report.steps = try chosen.steps()
            if let roleARN {
                report.steps[report.steps.count - 1].reason = "assumes the role"
                report.steps.append(
                    CredentialReport.Step(
                        source: "role \(roleARN)", isUsed: true, reason: "role_arn of launch-config.yaml"))
            }
            report.expiration = try await credentials.credentials().expiration
            report.identity = try await caller()
        } catch {
            if report.steps.isEmpty,
                let choice = try? CredentialChain(settings: settings, context: sourceContext).choose()
            {
                report.steps = choice.skipped.map {
                    CredentialReport.Step(source: $0.source, isUsed: false, reason: $0.reason)
                }
            }
            report.problem = error.description
        }
        return report
    }
}
