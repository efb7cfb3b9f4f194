/// A location in S3 as IAM policies name it: a bucket, an access point or a directory bucket, and a key in it.
struct S3Location: Sendable, Hashable {
    private enum Holder: Hashable {
        case bucket(String)
        /// The ARN of the access point.
        case accessPoint(String)
        /// A bucket of S3 Express One Zone, which authorizes sessions instead of single calls.
        case directory(String)
    }

    /// The partition, region and account of a request's buckets; `*` if unknown.
    struct Scope: Sendable, Hashable {
        let partition: String
        let region: String
        let account: String
    }

    private let holder: Holder
    private let key: String
    private let scope: Scope

    /// The name of an ordinary bucket, if it is known.
    var bucketName: String? {
        guard case .bucket(let name) = holder, !name.contains("*") else { return nil }
        return name
    }

    /// Parses `s3://…` with a bucket, an access point's ARN or its alias, and `https://` with a bucket in the host or
    /// in the path; nil for a location outside S3. `*` is any text.
    init?(_ uri: String, in scope: Scope) {
        self.scope = scope
        if uri == "*" {
            (holder, key) = (.bucket("*"), "")
        } else if let rest = Self.text(uri, after: "s3://"), rest.hasPrefix("arn:") {
            guard let found = Self.accessPoint(rest) else { return nil }
            (holder, key) = found
        } else if let rest = Self.text(uri, after: "s3://") {
            let (bucket, key) = Self.split(rest)
            guard !bucket.isEmpty else { return nil }
            (holder, self.key) = (Self.holder(bucket, scope), key)
        } else if let rest = Self.text(uri, after: "https://") {
            guard let found = Self.web(rest, scope) else { return nil }
            (holder, key) = found
        } else {
            return nil
        }
    }

    /// The resource of `s3:ListBucket`; nil for a directory bucket.
    var container: String? {
        switch holder {
        case .bucket(let name): "arn:\(scope.partition):s3:::\(name)"
        case .accessPoint(let arn): arn
        case .directory: nil
        }
    }

    /// The resource of `s3express:CreateSession`; nil for every other location.
    var directory: String? {
        guard case .directory(let name) = holder else { return nil }
        return "arn:\(scope.partition):s3express:\(scope.region):\(scope.account):bucket/\(name)"
    }

    /// All objects whose key begins with the location's key.
    var beginningWithKey: String? { objects("\(key)*") }
    /// All objects in the location, read as a folder.
    var inFolder: String? { objects(key.isEmpty ? "*" : key.hasSuffix("/") ? "\(key)*" : "\(key)/*") }
    /// The object at the location.
    var object: String? { objects(key) }
    /// All objects of the bucket.
    var all: String? { objects("*") }

    private func objects(_ pattern: String) -> String? {
        switch holder {
        case .bucket: container.map { "\($0)/\(pattern)" }
        case .accessPoint(let arn): "\(arn)/object/\(pattern)"
        case .directory: nil
        }
    }

    // MARK: Parsing

    private static func text(_ text: String, after start: String) -> String? {
        text.hasPrefix(start) ? String(text.dropFirst(start.count)) : nil
    }

    private static func split(_ text: String) -> (String, String) {
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        return (String(text[..<slash]), String(text[slash...].dropFirst()))
    }

    private static func holder(_ bucket: String, _ scope: Scope) -> Holder {
        if bucket.hasSuffix("--x-s3") { return .directory(bucket) }
        // An alias does not contain the access point's whole name.
        guard bucket.hasSuffix("-s3alias") else { return .bucket(bucket) }
        return .accessPoint("arn:\(scope.partition):s3:\(scope.region):*:accesspoint/*")
    }

    /// `arn:aws:s3:us-east-1:123456789012:accesspoint/name/key`
    private static func accessPoint(_ text: String) -> (Holder, String)? {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        let kind = "accesspoint"
        guard parts[5].hasPrefix("\(kind)/") || parts[5].hasPrefix("\(kind):") else { return nil }
        let (name, key) = split(String(parts[5].dropFirst(kind.count + 1)))
        guard !name.isEmpty else { return nil }
        return (.accessPoint("\(parts[..<5].joined(separator: ":")):\(kind)/\(name)"), key)
    }

    private static func web(_ text: String, _ scope: Scope) -> (Holder, String)? {
        let (host, path) = split(text)
        if let point = host.wholeMatch(
            of: /([a-z0-9*-]+)-([0-9]{12}|\*)\.s3-accesspoint\.(?:dualstack\.)?([a-z0-9*-]+)\.amazonaws\.com(?:\.cn)?/)
        {
            let arn = "arn:\(scope.partition):s3:\(point.3):\(point.2):accesspoint/\(point.1)"
            return (.accessPoint(arn), path)
        }
        guard
            let found = host.wholeMatch(
                of: /(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z0-9*-]+)?\.amazonaws\.com(?:\.cn)?/)
        else { return nil }
        if let bucket = found.1 { return (holder(String(bucket), scope), path) }
        let (bucket, key) = split(path)
        return bucket.isEmpty ? nil : (holder(bucket, scope), key)
    }
}
