internal import LaunchPluginKit

/// Checks whether S3 can have a bucket of the name in an S3 URI.
///
/// The rules are from the S3 user guide ("General purpose bucket naming rules"). Buckets that were created in us-east-1
/// before March 2018 may have upper-case letters, underscores and longer names.
struct BucketName {
    /// An error in a bucket's name.
    struct Fault {
        var severity: Finding.Severity
        var message: String
        var hint: String
    }

    private static let rule =
        "A bucket has 3 to 63 lower-case letters, digits, '.' and '-', a letter or digit at both ends."

    /// Nil if the bucket can exist, or if the URI is not an S3 URI.
    static func fault(in uri: String) -> Fault? {
        if uri.hasPrefix("https://") { return faultOfHost(in: uri) }
        guard uri.hasPrefix("s3://") else { return nil }
        let rest = uri.dropFirst("s3://".count)
        // The ARN of an access point may replace the bucket.
        guard !rest.hasPrefix("arn:") else { return nil }
        let name = rest.prefix { $0 != "/" }
        func fault(_ severity: Finding.Severity, _ why: String, _ hint: String = rule) -> Fault {
            Fault(severity: severity, message: "\(Shown.quoted(String(name))) \(why)", hint: hint)
        }
        let bytes = name.utf8
        if let odd = name.first(where: { !isAllowed($0) }) {
            let isOpen = "${<[%".contains(odd)
            return fault(
                .error, "cannot be a bucket: no bucket has a name with \(Shown.quoted(String(odd)))",
                isOpen ? "Write the bucket's name in the place of the placeholder." : rule)
        }
        if bytes.count < 3 || bytes.count > 255 {
            return fault(.error, "cannot be a bucket: the name has \(Wording.count(bytes.count, "character"))")
        }
        guard bytes.count > 63 || !isNew(name) else { return nil }
        return fault(
            .warning, "is not a name that a new bucket can have", "\(rule) Older buckets of us-east-1 may differ.")
    }

    private static func faultOfHost(in uri: String) -> Fault? {
        let host = uri.dropFirst("https://".count).prefix { $0 != "/" }
        guard let odd = host.first(where: { !isAllowed($0) && $0 != ":" }) else { return nil }
        return Fault(
            severity: .error,
            message:
                "\(Shown.quoted(String(host))) cannot be a host: no host has a name with \(Shown.quoted(String(odd)))",
            hint: "Write s3://BUCKET/PREFIX with the bucket's name.")
    }

    private static func isAllowed(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || ".-_".contains(character))
    }

    private static func isNew(_ name: Substring) -> Bool {
        func isEnd(_ character: Character?) -> Bool {
            character.map { $0.isLowercase || $0.isNumber } ?? false
        }
        return isEnd(name.first) && isEnd(name.last) && !name.contains("..")
            && name.allSatisfy { !$0.isUppercase && $0 != "_" }
    }
}
