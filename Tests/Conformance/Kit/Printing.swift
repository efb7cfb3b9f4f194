internal import FoundationEssentials

/// All texts that printing a value can produce: its description, debug description and dump.
func printed(_ value: Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    return "\(value) \(String(reflecting: value)) \(dumped)"
}

/// Throws if one of the secrets, plain or in Base64, is in a printed form of the value.
func requireHidden(_ secrets: [String], in value: Any, _ what: String) throws {
    let text = printed(value)
    for secret in secrets where !secret.isEmpty {
        let encoded = Data(secret.utf8).base64EncodedString()
        try require(!text.contains(secret) && !text.contains(encoded), "\(what) contains a secret in its printed form")
    }
}

/// Returns the error that `body` throws. Throws if `body` succeeds.
func failure(_ what: String, of body: () async throws -> Void) async throws -> any Error {
    do {
        try await body()
    } catch {
        return error
    }
    throw Broken("\(what) succeeded")
}
