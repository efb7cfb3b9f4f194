import Foundation
import LaunchCrypto
import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The example signatures of the Amazon S3 API reference.
@Suite struct S3ExamplesTests {
    private let credentials = AWSCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
    /// 2013-05-24 00:00:00 UTC.
    private let time = Date(timeIntervalSince1970: 1_369_353_600)

    private func authorization(
        _ method: String, _ path: String, query: [(name: String, value: String?)] = [],
        headers: [(name: String, value: String)] = [], body: String = ""
    ) -> String? {
        let request = SigningRequest(
            method: method, host: "examplebucket.s3.amazonaws.com", path: path, query: query, headers: headers)
        return SigV4.sign(
            request, credentials: credentials, service: "s3", region: "us-east-1", at: time, payload: .bytes(body.utf8)
        ).last?.value
    }

    private func expected(_ signedHeaders: String, _ signature: String) -> String {
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            + "SignedHeaders=\(signedHeaders), Signature=\(signature)"
    }

    @Test func `the published signature of GetObject is computed`() {
        #expect(
            authorization("GET", "/test.txt", headers: [("Range", "bytes=0-9")])
                == expected(
                    "host;range;x-amz-content-sha256;x-amz-date",
                    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"))
    }

    @Test func `the published signature of PutObject is computed`() {
        let headers = [
            (name: "Date", value: "Fri, 24 May 2013 00:00:00 GMT"),
            (name: "x-amz-storage-class", value: "REDUCED_REDUNDANCY"),
        ]
        #expect(
            authorization("PUT", URIEncoding.path("/test$file.text"), headers: headers, body: "Welcome to Amazon S3.")
                == expected(
                    "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
    }

    @Test func `the published signature of GetBucketLifecycle is computed`() {
        #expect(
            authorization("GET", "/", query: [("lifecycle", nil)])
                == expected(
                    "host;x-amz-content-sha256;x-amz-date",
                    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
    }

    @Test func `the published signature of ListObjects is computed`() {
        #expect(
            authorization("GET", "/", query: [("max-keys", "2"), ("prefix", "J")])
                == expected(
                    "host;x-amz-content-sha256;x-amz-date",
                    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
    }

    @Test func `the published signature of a presigned URL is computed`() {
        let request = SigningRequest(method: "GET", host: "examplebucket.s3.amazonaws.com", path: "/test.txt")
        let url = SigV4.presign(
            request, credentials: credentials, service: "s3", region: "us-east-1", at: time, expires: .seconds(86_400))
        #expect(
            url == "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    @Test func `the published signatures of a chunked upload are computed`() {
        let length = 66_560, size = 65_536
        let request = SigningRequest(
            method: "PUT", host: "s3.amazonaws.com", path: "/examplebucket/chunkObject.txt",
            headers: [
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"), ("Content-Encoding", "aws-chunked"),
                ("Content-Length", "66824"),
            ])
        var (headers, chunks) = SigV4.signStreaming(
            request, credentials: credentials, service: "s3", region: "us-east-1", at: time, length: Int64(length))
        #expect(
            headers.last?.value
                == expected(
                    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
                        + "x-amz-decoded-content-length;x-amz-storage-class",
                    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"))
        let parts = [size, length - size, 0].map { chunks.chunk([UInt8](repeating: UInt8(ascii: "a"), count: $0)) }
        let signatures = [
            "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
            "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n",
            "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n",
        ]
        for (part, head) in zip(parts, signatures) { #expect(part.starts(with: head.utf8)) }
        #expect(parts.map(\.count).reduce(0, +) == 66_824)
        #expect(ChunkSigner.encodedLength(of: Int64(length), chunkSize: size) == 66_824)
        #expect(ChunkSigner.encodedLength(of: 0, chunkSize: 0) == Int64(parts[2].count))
    }
}
