public import LaunchCore
internal import LaunchHTTP

/// One request of a REST-JSON service: what the service's model has under `http`, with values.
///
///     try await client.rest(.read("DescribeCluster"), RESTCall(.get, "/clusters/\(name)"))
public struct RESTCall: Sendable {
    /// The method of a request.
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The method.
    public var method: Method
    /// The path, with its values in place.
    public var path: RESTPath
    /// The items of the query, not encoded. A name may occur several times.
    public var query: [(name: String, value: String)]
    /// The header fields that the model demands, without those of the protocol.
    public var headers: [(name: String, value: String)]
    /// The document of the body; nil for a request without a body.
    public var body: JSONValue?

    public init(
        _ method: Method, _ path: RESTPath, query: KeyValuePairs<String, String> = [:],
        headers: KeyValuePairs<String, String> = [:], body: JSONValue? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query.map { ($0.key, $0.value) }
        self.headers = headers.map { ($0.key, $0.value) }
        self.body = body
    }

    func exchange(_ operation: AWSOperation) throws(AWSError) -> Exchange {
        if let value = path.unusable {
            throw AWSError(
                .invalid, "\(Wording.quoted(value)) cannot be a value in the path \(path.text).",
                hint: "The value must have characters, and must not be a name such as '..'.")
        }
        var exchange = Exchange(operation: operation)
        exchange.method = HTTPMethod(method)
        exchange.path = path.text
        exchange.query = query.map { ($0.name, $0.value) }
        exchange.headers = headers
        return exchange
    }
}

extension HTTPMethod {
    fileprivate init(_ method: RESTCall.Method) {
        self =
            switch method {
            case .get: .get
            case .put: .put
            case .post: .post
            case .patch: .patch
            case .delete: .delete
            }
    }
}

/// The path of a request. A value in the text of a path is percent-encoded, so it is always one part of the path:
/// `"/v1/tags/\(arn)"`. With `\(greedy: key)` the slashes of the value stay, as for a label `{key+}` of a model.
public struct RESTPath: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The path in its wire format, with a leading slash.
    let text: String
    /// A value that would give the path another meaning: an empty one, `.` or `..`.
    let unusable: String?

    public init(stringLiteral value: String) {
        (text, unusable) = (value, nil)
    }

    public init(stringInterpolation: StringInterpolation) {
        (text, unusable) = (stringInterpolation.text, stringInterpolation.unusable)
    }

    /// Encodes values, and keeps the text around them.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var unusable: String?

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) { text += literal }

        /// One part of the path.
        public mutating func appendInterpolation(_ value: String) {
            check(value, [value[...]])
            text += URIEncoding.component(value)
        }

        /// Several parts of the path, separated by slashes.
        public mutating func appendInterpolation(greedy value: String) {
            check(value, value.split(separator: "/", omittingEmptySubsequences: false))
            text += URIEncoding.path(value)
        }

        // Clients and servers remove such parts from a path. The request would then reach another resource.
        private mutating func check(_ value: String, _ parts: [Substring]) {
            if parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) { unusable = unusable ?? value }
        }
    }
}
