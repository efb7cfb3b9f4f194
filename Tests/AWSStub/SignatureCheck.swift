import Foundation
import LaunchAWS
import LaunchCrypto
import LaunchHost
import TestSupport

/// Refuses what AWS refuses: unknown keys, expired sessions, wrong signatures and wrong clocks.
struct SignatureCheck: Sendable {
    let keys: StubKeys
    let now: @Sendable () -> Date

    func check(_ request: StubRequest) throws(StubError) {
        guard let signer = request.signer else {
            throw StubError("MissingAuthenticationTokenException", "Missing Authentication Token", status: 403)
        }
        let isS3 = signer.service == "s3"
        guard let credentials = keys.credentials(signer.accessKeyID) else {
            throw isS3
                ? StubError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist.", status: 403)
                : StubError("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
        let isPresigned = request.raw.header("Authorization") == nil
        let token =
            isPresigned ? request.value("X-Amz-Security-Token") : request.raw.header("X-Amz-Security-Token")
        guard token == credentials.sessionToken?.reveal() else {
            throw StubError("InvalidClientTokenId", "The security token is not the one of this key.", status: 403)
        }
        guard !keys.hasEnded(credentials) else {
            throw StubError(isS3 ? "ExpiredToken" : "ExpiredTokenException", "The security token is expired")
        }
        let timestamp = isPresigned ? request.value("X-Amz-Date") : request.raw.header("X-Amz-Date")
        guard let time = timestamp.flatMap(Self.time) else {
            throw StubError("IncompleteSignatureException", "There is no date.", status: 403)
        }
        if isPresigned {
            try checkPresigned(request, signer, credentials, time)
        } else {
            try checkSigned(request, signer, credentials, time, isS3)
        }
    }

    private func checkSigned(
        _ request: StubRequest, _ signer: StubRequest.Signer, _ credentials: AWSCredentials, _ time: Date, _ isS3: Bool
    ) throws(StubError) {
        guard abs(time.timeIntervalSince(now())) <= 300 else {
            throw isS3
                ? StubError("RequestTimeTooSkewed", "The difference between the clocks is too large.", status: 403)
                : StubError("InvalidSignatureException", "Signature expired or not yet current", status: 400)
        }
        let given = request.raw.header("Authorization") ?? ""
        let names = Set(Self.part("SignedHeaders=", of: given).split(separator: ";").map(String.init))
        let own: Set = ["host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"]
        let headers = request.raw.headers.filter { field in
            let name = field.name.lowercased()
            return names.contains(name) && !own.contains(name)
        }
        let hash = SHA256.hex(request.raw.body)
        if let said = request.raw.header("X-Amz-Content-SHA256"), said != "UNSIGNED-PAYLOAD", said != hash {
            throw StubError("XAmzContentSHA256Mismatch", "The body is not what its hash says.")
        }
        let said = request.raw.header("X-Amz-Content-SHA256")
        let expected = SigV4.sign(
            SigningRequest(
                method: request.raw.method, host: request.raw.header("Host") ?? "", path: request.path,
                query: request.query.map { ($0.name, $0.value) }, headers: headers),
            credentials: credentials, service: signer.service, region: signer.region, at: time,
            payload: said == "UNSIGNED-PAYLOAD" ? .unsigned : .hash(hash))
        guard expected.first(where: { $0.name == "Authorization" })?.value == given else {
            throw StubError(
                isS3 ? "SignatureDoesNotMatch" : "InvalidSignatureException", "The signature does not match.",
                status: 403)
        }
    }

    private func checkPresigned(
        _ request: StubRequest, _ signer: StubRequest.Signer, _ credentials: AWSCredentials, _ time: Date
    ) throws(StubError) {
        let life = request.value("X-Amz-Expires").flatMap(Int.init) ?? 0
        guard now() < time.addingTimeInterval(Double(life)) else {
            throw StubError("AccessDenied", "Request has expired", status: 403)
        }
        let rest = request.query.filter { !$0.name.hasPrefix("X-Amz-") }
        let expected = SigV4.presign(
            SigningRequest(
                method: request.raw.method, host: request.raw.header("Host") ?? "", path: request.path,
                query: rest.map { ($0.name, $0.value) }),
            credentials: credentials, service: signer.service, region: signer.region, at: time, expires: .seconds(life))
        let signature = StubRequest.pairs(String(expected.split(separator: "?").last ?? ""))
            .first { $0.name == "X-Amz-Signature" }?.value
        guard signature != nil, signature == request.value("X-Amz-Signature") else {
            throw StubError("SignatureDoesNotMatch", "The signature does not match.", status: 403)
        }
    }

    private static func part(_ name: String, of header: String) -> Substring {
        guard let start = header.range(of: name) else { return "" }
        return header[start.upperBound...].prefix { $0 != "," }
    }

    /// `20150830T123600Z`.
    static func time(_ text: String) -> Date? {
        let digits = text.filter(\.isNumber)
        guard digits.count == 14, text.count == 16 else { return nil }
        var parts = DateComponents()
        var rest = digits[...]
        func take(_ count: Int) -> Int? {
            defer { rest = rest.dropFirst(count) }
            return Int(rest.prefix(count))
        }
        parts.year = take(4)
        parts.month = take(2)
        parts.day = take(2)
        parts.hour = take(2)
        parts.minute = take(2)
        parts.second = take(2)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: parts)
    }
}
