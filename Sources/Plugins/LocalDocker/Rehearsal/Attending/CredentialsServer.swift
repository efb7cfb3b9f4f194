internal import LaunchHost

/// Serves short-lived credentials to the hosts of one job.
actor CredentialsServer {
    func stop() {}
}
extension Attendant {
    func openEndpoint(_ containers: inout HostContainers) async throws(BackendError) {
        try await containers.makeNetwork(nil)
    }
}
