import Foundation
public import TestSupport

/// A request for the services of the stub.
public struct StubRequest: Sendable {
    /// The original request.
    public let raw: TestRequest
    /// The path, still encoded.
    public let path: String
    /// The query, decoded.
    public let query: [(name: String, value: String)]
    /// The signer; nil for a request without a signature.
    public let signer: Signer?

    /// The key, region and service of a signature.
    public struct Signer: Sendable, Hashable {
        public let accessKeyID: String
        /// The region and the service of the scope.
        public let region: String, service: String
    }

    init(_ raw: TestRequest) {
        self.raw = raw
        let parts = raw.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = parts.count == 2 ? Self.pairs(String(parts[1])) : []
        signer = Self.signer(of: raw, query)
    }

    /// The first value of a query item.
    public func value(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The fields of a form in the body.
    public var form: [String: String] {
        Dictionary(Self.pairs(raw.text).map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// The path, decoded.
    public var decodedPath: String { path.removingPercentEncoding ?? path }

    static func pairs(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map {
                $0.replacing("+", with: " ").removingPercentEncoding ?? String($0)
            }
            return (decoded[0], decoded.count == 2 ? decoded[1] : "")
        }
    }

    private static func signer(of raw: TestRequest, _ query: [(name: String, value: String)]) -> Signer? {
        let credential: Substring
        if let header = raw.header("Authorization"), let start = header.range(of: "Credential=") {
            credential = header[start.upperBound...].prefix { $0 != "," }
        } else if let value = query.first(where: { $0.name == "X-Amz-Credential" })?.value {
            credential = value[...]
        } else {
            return nil
        }
        let parts = credential.split(separator: "/").map(String.init)
        guard parts.count == 5 else { return nil }
        return Signer(accessKeyID: parts[0], region: parts[2], service: parts[3])
    }
}
