import LaunchCore

extension Endpoint {
    /// The endpoint of one bucket. The bucket is in the host name. It is in the path if the name does not fit: with a
    /// dot, which no certificate covers; with capital letters; or if a setting gives the endpoint, because emulators
    /// and other stores rarely support bucket host names. An object's path is then `basePath` + `/` + the encoded
    /// key.
    public func bucket(_ name: String, pathStyle: Bool = false) throws(EndpointError) -> Endpoint {
        let found = Wording.quoted(name)
        guard !name.isEmpty, !name.contains("/") else {
            throw EndpointError("\(found) is not a bucket name", hint: "expected the name alone")
        }
        guard !name.contains(":") else {
            throw EndpointError(
                "\(found) is not a bucket name", hint: "access points are not supported: name the bucket")
        }
        guard !name.hasSuffix("--x-s3") else {
            throw EndpointError(
                "\(found) is a directory bucket, which is not supported", hint: "use a general purpose bucket")
        }
        if !pathStyle, !isOverride, Self.isHostLabel(bucket: name) { return with(host: "\(name).\(host)") }
        return with(basePath: "\(basePath)/\(URIEncoding.component(name))")
    }

    private static func isHostLabel(bucket name: String) -> Bool {
        let isAlphanumeric = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard (3...63).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last else {
            return false
        }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && name.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}
