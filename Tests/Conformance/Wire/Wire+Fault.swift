extension Wire? {
    /// Calls `body` while the wire has a fault.
    func with<T>(_ fault: WireFault, _ body: () async throws -> T) async throws -> T {
        guard let wire = self else { throw NotChecked(why: "the fixture has no wire", needs: [.fault(fault), .wire]) }
        guard try await asked("wire.begin", { try await wire.begin(fault) }) else {
            throw NotChecked(why: "the fixture's wire cannot \(fault)", needs: [.fault(fault)])
        }
        let result: Result<T, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        try await asked("wire.end") { try await wire.end() }
        return try result.get()
    }
}
