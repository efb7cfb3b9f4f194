package import LaunchPluginKit

extension AWSEnvironment: Inspecting {
    /// The clock of this machine, and whether the agent's identity has the permissions that the queues need.
    package func inspections(of needs: InspectedNeeds) -> [Inspection] {
        var all = [inspection("clock") { () async throws(AWSError) in try await ClockInspection(self).finding() }]
        guard !needs.permissions.isEmpty else { return all }
        all.append(
            inspection("permissions") { () async throws(AWSError) in
                try await PermissionSimulation(self).verdict(on: needs.permissions)
            })
        return all
    }

    /// A check whose errors are AWS's.
    package func inspection(
        _ name: String, _ run: @escaping @Sendable () async throws(AWSError) -> Inspection.Found
    ) -> Inspection {
        Inspection(name) { () async throws(BackendError) in
            do throws(AWSError) { return try await run() } catch { throw error.backendError }
        }
    }

    /// The account of the credentials, from STS.
    package func callerAccount() async throws(AWSError) -> String { try await caller().account }
}
