internal import FoundationEssentials

/// Every way in which a value gets printed by accident.
func printed(_ value: Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    return "\(value) \(String(reflecting: value)) \(dumped)"
}

/// Throws where one of the secrets, plain or in Base64, shows in a value's print.
func requireHidden(_ secrets: [String], in value: Any, _ what: String) throws {
    let text = printed(value)
    for secret in secrets where !secret.isEmpty {
        let encoded = Data(secret.utf8).base64EncodedString()
        try require(!text.contains(secret) && !text.contains(encoded), "\(what) shows a secret when it is printed")
    }
}

/// The error that `body` ends with; throws where it ends well.
func failure(_ what: String, of body: () async throws -> Void) async throws -> any Error {
    do {
        try await body()
    } catch {
        return error
    }
    throw Broken("\(what) ended well")
}
