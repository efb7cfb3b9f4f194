package import LaunchPluginKit

extension AWSEnvironment: Inspecting {
    /// Whether the agent's identity has the permissions that the queues need.
    package func inspections(of needs: InspectedNeeds) -> [Inspection] {
        guard !needs.permissions.isEmpty else { return [] }
        return [
            Inspection("permissions") { () async throws(BackendError) in
                do throws(AWSError) {
                    return try await PermissionSimulation(self).verdict(on: needs.permissions)
                } catch {
                    throw error.backendError
                }
            }
        ]
    }

    /// The account of the credentials, from STS.
    package func callerAccount() async throws(AWSError) -> String { try await caller().account }
}
