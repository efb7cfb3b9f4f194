/// One check of a service, with its limit of time.
struct DoctorWork: Sendable {
    /// What is checked.
    let name: String
    /// Whether it fails for the reason of the environment if that fails.
    let isBound: Bool
    /// Whether it is the check of the environment.
    let isEnvironment: Bool
    let run: @Sendable () async throws -> HealthCheck

    init(
        _ name: String, isBound: Bool = false, isEnvironment: Bool = false,
        run: @escaping @Sendable () async throws -> HealthCheck
    ) {
        (self.name, self.isBound, self.isEnvironment, self.run) = (name, isBound, isEnvironment, run)
    }

    /// The check of a part.
    init(_ inspection: Inspection, isBound: Bool) {
        self.init(inspection.name, isBound: isBound) {
            let result = try await inspection.run()
            return HealthCheck(
                result.isWarning ? .warn : .ok, inspection.name, result.detail, hint: result.hint)
        }
    }

    /// Whether a part calls its services with the environment's credentials.
    static func isBound(_ part: any Sendable) -> Bool {
        (part as? any EnvironmentBound)?.isBoundToEnvironment ?? false
    }

    /// The results of all, in their order. Checks that are bound to the environment begin after its check, and are not
    /// made if it fails: one cause is one failure. So all together take at most twice the limit.
    static func all(_ works: [DoctorWork], within limit: Duration) async -> [HealthCheck] {
        let first = works.first(where: \.isEnvironment)
        let environment = Task { await first?.finding(within: limit) }
        return await withTaskGroup(of: (Int, HealthCheck).self) { group in
            for (index, work) in works.enumerated() {
                group.addTask {
                    if work.isEnvironment, let found = await environment.value { return (index, found) }
                    if work.isBound, let found = await environment.value, found.status == .fail {
                        return (index, HealthCheck(.warn, work.name, "not checked: \(found.what) fails"))
                    }
                    return (index, await work.finding(within: limit))
                }
            }
            var found: [(Int, HealthCheck)] = []
            for await check in group { found.append(check) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func finding(within limit: Duration) async -> HealthCheck {
        let found = await TimeLimit.value(within: limit) {
            do { return try await run() } catch { return HealthCheck(name, error) }
        }
        return found
            ?? HealthCheck(
                .fail, name, "no answer within \(limit.components.seconds) s",
                hint: isEnvironment
                    ? "Check the network, and the program or service that gives the credentials."
                    : "Check the network and whether the service runs.", kind: .unavailable)
    }
}
