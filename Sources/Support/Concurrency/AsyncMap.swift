extension Sequence {
    /// The results of an asynchronous closure for the elements, one after the other.
    package func asyncMap<Value, Failure>(
        _ transform: (Element) async throws(Failure) -> Value
    ) async throws(Failure) -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
