public import FoundationEssentials
import LaunchCore
import LaunchCrypto

/// AWS Signature Version 4: headers that sign a request, and presigned URLs.
///
/// Services differ in one point: S3 signs the path in its wire format and always includes the hash of the body. All
/// others normalise the path and encode it a second time. The service's signing name decides.
public struct SigV4 {
    /// How the signature covers the body.
    public enum Payload: Sendable, Hashable {
        /// The SHA-256 of the body, 64 lower-case hexadecimal digits.
        case hash(String)
        /// Not at all: only TLS protects the body. For S3.
        case unsigned
        /// Each chunk is signed when it is sent; see `signStreaming`. For S3.
        case streaming

        /// The hash of bytes in memory.
        public static func bytes(_ bytes: some Sequence<UInt8>) -> Payload { .hash(SHA256.hex(bytes)) }
        /// The hash of an empty body.
        public static let empty = Payload.hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

        var text: String {
            switch self {
            case .hash(let hash): hash
            case .unsigned: "UNSIGNED-PAYLOAD"
            case .streaming: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
            }
        }
    }

    /// The longest lifetime of a presigned URL: seven days.
    public static let longestPresignedLife = Duration.seconds(604_800)

    /// The header fields to set on the request, in place of fields with the same names: `X-Amz-Date`,
    /// `Authorization`, and if required `X-Amz-Security-Token` and `X-Amz-Content-SHA256`.
    public static func sign(
        _ request: SigningRequest, credentials: AWSCredentials, service: String, region: String, at time: Date,
        payload: Payload
    ) -> [(name: String, value: String)] {
        signed(request, credentials, CredentialScope(at: time, region: region, service: service), payload).headers
    }

    /// A presigned URL, from scheme to query. It expires after `expires`, or with the credentials.
    ///
    /// Its user must send the headers of the request; only `Host` is required. `expires` is truncated to whole
    /// seconds, from 1 s to seven days. S3 accepts any body; other services the empty one unless `payload` is set.
    public static func presign(
        _ request: SigningRequest, credentials: AWSCredentials, service: String, region: String, at time: Date,
        expires: Duration, payload: Payload? = nil, scheme: String = "https"
    ) -> String {
        let scope = CredentialScope(at: time, region: region, service: service)
        var request = request
        request.query += [
            ("X-Amz-Algorithm", algorithm), ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope.text)"),
            ("X-Amz-Date", scope.timestamp),
            ("X-Amz-Expires", String(min(max(expires, .seconds(1)), longestPresignedLife).components.seconds)),
            ("X-Amz-SignedHeaders", CanonicalRequest.headerNames(of: request)),
        ]
        if let token = credentials.sessionToken { request.query.append(("X-Amz-Security-Token", token.reveal())) }
        // In a presigned URL, every name has a value.
        request.query = request.query.map { ($0.name, $0.value ?? "") }
        let payload = payload ?? (isS3(service) ? .unsigned : .empty)
        let canonical = CanonicalRequest(request, payloadHash: payload.text, plainPath: isS3(service))
        let signature = signature(of: canonical, credentials, scope)
        return "\(scheme)://\(request.host)\(request.target)&X-Amz-Signature=\(signature)"
    }

    /// The header fields, as in `sign`, for a body that is signed in chunks, and the signer of the chunks.
    ///
    /// - Parameter length: the size of the body before it is divided into chunks, in bytes.
    public static func signStreaming(
        _ request: SigningRequest, credentials: AWSCredentials, service: String, region: String, at time: Date,
        length: Int64
    ) -> (headers: [(name: String, value: String)], chunks: ChunkSigner) {
        let scope = CredentialScope(at: time, region: region, service: service)
        let announced = [(name: "X-Amz-Decoded-Content-Length", value: String(length))]
        var request = request
        request.headers = replacing(request.headers, with: announced)
        let signed = signed(request, credentials, scope, .streaming)
        let key = SigningKeys.shared.key(credentials.secretAccessKey, scope)
        return (announced + signed.headers, ChunkSigner(seed: signed.signature, key: key, scope: scope))
    }

    static let algorithm = "AWS4-HMAC-SHA256"

    /// True for S3's signing names: `s3`, `s3express`, `s3-outposts`, `s3-object-lambda`.
    private static func isS3(_ service: String) -> Bool {
        service == "s3" || service == "s3express" || service.hasPrefix("s3-")
    }

    private static func signed(
        _ request: SigningRequest, _ credentials: AWSCredentials, _ scope: CredentialScope, _ payload: Payload
    ) -> (headers: [(name: String, value: String)], signature: String) {
        var headers = [(name: "X-Amz-Date", value: scope.timestamp)]
        if let token = credentials.sessionToken { headers.append(("X-Amz-Security-Token", token.reveal())) }
        if isS3(scope.service) || payload == .unsigned || payload == .streaming {
            headers.append(("X-Amz-Content-SHA256", payload.text))
        }
        var request = request
        request.headers = replacing(request.headers, with: headers)
        let canonical = CanonicalRequest(request, payloadHash: payload.text, plainPath: isS3(scope.service))
        let signature = signature(of: canonical, credentials, scope)
        let authorization =
            "\(algorithm) Credential=\(credentials.accessKeyID)/\(scope.text), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        return (headers + [("Authorization", authorization)], signature)
    }

    private static func signature(
        of canonical: CanonicalRequest, _ credentials: AWSCredentials, _ scope: CredentialScope
    ) -> String {
        let text = "\(algorithm)\n\(scope.timestamp)\n\(scope.text)\n\(canonical.hash)"
        let key = SigningKeys.shared.key(credentials.secretAccessKey, scope)
        return Hex.encode(HMACSHA256.authenticate(text.utf8, key: key))
    }

    /// A retry has the fields of the previous attempt; each may occur once.
    private static func replacing(
        _ headers: [(name: String, value: String)], with new: [(name: String, value: String)]
    ) -> [(name: String, value: String)] {
        let names = Set(new.map { $0.name.lowercased() })
        return headers.filter { !names.contains($0.name.lowercased()) } + new
    }
}
