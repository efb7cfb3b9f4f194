/// Runs the parts of a transfer, a few at a time. The first failure ends all.
enum PartRunner {
    static func run<Value: Sendable>(
        _ count: Int, parallelism: Int, _ part: @escaping @Sendable (Int) async throws(AWSError) -> Value
    ) async throws(AWSError) -> [Value] {
        let result: Result<[Value?], AWSError> = await withTaskGroup(of: (Int, Result<Value, AWSError>).self) { group in
            var values = [Value?](repeating: nil, count: count)
            var failure: AWSError?
            var next = 0
            let start = { (group: inout TaskGroup<(Int, Result<Value, AWSError>)>) in
                let index = next
                next += 1
                group.addTask {
                    do throws(AWSError) {
                        return (index, .success(try await part(index)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            while next < min(count, parallelism) { start(&group) }
            for await (index, outcome) in group {
                switch outcome {
                case .success(let value): values[index] = value
                case .failure(let error):
                    // Later failures come from our cancellation and must not hide the cause.
                    failure = failure ?? error
                    group.cancelAll()
                }
                if failure == nil, next < count { start(&group) }
            }
            return failure.map { .failure($0) } ?? .success(values)
        }
        if Task.isCancelled { throw .gaveUp }
        return try result.get().compactMap(\.self)
    }
}
