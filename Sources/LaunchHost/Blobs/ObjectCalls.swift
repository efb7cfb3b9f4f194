/// Calls of an object store for many objects, and the files that they use.
enum ObjectCalls {
    /// Uses a file of this machine.
    static func local<T>(_ body: () throws(FileSystem.Failure) -> T) throws(BackendError) -> T {
        do {
            return try body()
        } catch {
            throw BackendError(.unavailable, "\(error.path) cannot be used: \(error.why).")
        }
    }

    /// Runs the calls a few at a time, in any order. The first failure ends all.
    @discardableResult
    static func calls<Item: Sendable, Value: Sendable>(
        _ items: [Item], parallelism: Int, _ call: @escaping @Sendable (Item) async throws(BackendError) -> Value
    ) async throws(BackendError) -> [Value] {
        let result = await withTaskGroup(of: Result<Value, BackendError>.self) { group in
            var values: [Value] = []
            var failure: BackendError?
            var next = items.makeIterator()
            let begin = { (group: inout TaskGroup<Result<Value, BackendError>>, item: Item) in
                group.addTask {
                    do throws(BackendError) { return .success(try await call(item)) } catch { return .failure(error) }
                }
            }
            for _ in 0..<parallelism {
                if let item = next.next() { begin(&group, item) }
            }
            while let result = await group.next() {
                switch result {
                case .success(let value): values.append(value)
                case .failure(let error):
                    failure = failure ?? error
                    group.cancelAll()
                }
                if failure == nil, let item = next.next() { begin(&group, item) }
            }
            return failure.map { .failure($0) } ?? Result<[Value], BackendError>.success(values)
        }
        return try result.get()
    }

    /// The same, with the error of a command.
    static func each<Item: Sendable, Value: Sendable>(
        _ items: [Item], parallelism: Int, _ call: @escaping @Sendable (Item) async throws(BackendError) -> Value
    ) async throws(LaunchError) -> [Value] {
        do throws(BackendError) {
            return try await calls(items, parallelism: parallelism, call)
        } catch {
            throw LaunchError(error)
        }
    }
}
