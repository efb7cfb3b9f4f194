/// A certificate for one host name, and the authority that signed it, made by the `openssl` program.
public struct TestCertificate {
    /// The PEM files.
    public let authority: String, certificate: String, key: String

    /// Makes a certificate for a host name and 127.0.0.1.
    /// - Parameter days: how long it is valid from now on; negative for one that has expired.
    public init(for name: String, in folder: TemporaryDirectory, days: Int = 2) throws {
        authority = folder.file("ca.crt")
        certificate = folder.file("server.crt")
        key = folder.file("server.key")
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try Tool.run(
            "openssl",
            ["req", "-x509"] + curve + [
                "-keyout", folder.file("ca.key"), "-out", authority, "-days", "2", "-subj", "/CN=launch test authority",
            ])
        try Tool.run(
            "openssl",
            ["req"] + curve + ["-keyout", key, "-out", folder.file("server.csr"), "-subj", "/CN=launch test server"])
        let extensions = try folder.write("server.ext", "subjectAltName=DNS:\(name),IP:127.0.0.1\n")
        try Tool.run(
            "openssl",
            [
                "x509", "-req", "-in", folder.file("server.csr"), "-CA", authority, "-CAkey", folder.file("ca.key"),
                "-CAcreateserial", "-days", "\(days)", "-extfile", extensions, "-out", certificate,
            ])
    }
}
