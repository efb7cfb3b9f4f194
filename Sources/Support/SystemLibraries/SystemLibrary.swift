internal import CLaunchArchive
internal import CLaunchCrypto
internal import CLaunchCurl
internal import CLaunchLinux
internal import CLaunchMicroHTTPD
internal import CLaunchPCRE2
internal import CLaunchPQ
internal import CLaunchSQLite
internal import CLaunchYAML
internal import Glibc

/// A system library that the program uses, with the loaded version and the version that it was compiled with.
public struct SystemLibrary: Sendable, Hashable, Encodable {
    /// The library's own name, such as `libcurl`.
    public let name: String
    /// The loaded version, as the library reports it.
    public let version: String
    /// The version of the headers, if it differs from the loaded one.
    public let compiledWith: String?
    /// The source package in Debian and Ubuntu, as in their security trackers.
    public let package: String

    private init(_ name: String, _ version: String?, compiledWith: String? = nil, package: String) {
        self.name = name
        self.version = version ?? "unknown"
        self.compiledWith = compiledWith == version ? nil : compiledWith
        self.package = package
    }

    /// All libraries. Those that libcurl loads come after it.
    public static var all: [SystemLibrary] {
        curl + [
            SystemLibrary(
                "libcrypto", text(OpenSSL_version(OPENSSL_VERSION)), compiledWith: OPENSSL_VERSION_TEXT,
                package: "openssl"),
            SystemLibrary("SQLite", text(sqlite3_libversion()), compiledWith: SQLITE_VERSION, package: "sqlite3"),
            SystemLibrary("libpq", postgres?.version, package: "postgresql-\(postgres?.major ?? 0)"),
            SystemLibrary("libyaml", text(yaml_get_version_string()), package: "libyaml"),
            SystemLibrary("PCRE2", pcre, compiledWith: "\(PCRE2_MAJOR).\(PCRE2_MINOR)", package: "pcre2"),
            SystemLibrary("libmicrohttpd", text(MHD_get_version()), package: "libmicrohttpd"),
            SystemLibrary(
                "libarchive", archive, compiledWith: ARCHIVE_VERSION_ONLY_STRING, package: "libarchive"),
            SystemLibrary("glibc", text(launch_libc_version()), package: "glibc"),
        ] + (xml.map { [SystemLibrary("libxml2", $0, package: "libxml2")] } ?? [])
    }

    /// The version of the Swift compiler.
    public static var compiler: String {
        #if compiler(>=6.4)
        "6.4 or newer"
        #elseif compiler(>=6.3)
        "6.3"
        #else
        "6.2"
        #endif
    }

    private static var curl: [SystemLibrary] {
        guard let info = launch_curl_version()?.pointee else { return [] }
        let others: [(name: String, version: UnsafePointer<CChar>?, package: String)] = [
            ("TLS of libcurl", info.ssl_version, "openssl"), ("zlib", info.libz_version, "zlib"),
            ("nghttp2", info.nghttp2_version, "nghttp2"),
        ]
        return [SystemLibrary("libcurl", text(info.version), compiledWith: LIBCURL_VERSION, package: "curl")]
            + others.compactMap { other in
                other.version.map { SystemLibrary(other.name, text($0), package: other.package) }
            }
    }

    /// PCRE2 reports `10.42 2022-12-11`; the date is removed.
    private static var pcre: String? {
        var buffer = [UInt8](repeating: 0, count: 64)
        guard pcre2_config_8(UInt32(PCRE2_CONFIG_VERSION), &buffer) > 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
    }

    /// libpq reports a number, 150018 for 15.18. Its headers have none.
    private static var postgres: (major: Int32, version: String)? {
        let number = PQlibVersion()
        return number > 0 ? (number / 10_000, "\(number / 10_000).\(number % 10_000)") : nil
    }

    /// libarchive reports `libarchive 3.6.2`; its own name is removed.
    private static var archive: String? {
        text(archive_version_string()).map { $0.split(separator: " ").last.map(String.init) ?? $0 }
    }

    /// libxml2 reports a number, 20914 for 2.9.14, and may append text.
    ///
    /// Looked up by name, because the library's headers include those of ICU, which conflict with Foundation's.
    private static var xml: String? {
        guard let variable = dlsym(nil, "xmlParserVersion")?.assumingMemoryBound(to: UnsafePointer<CChar>?.self),
            let words = text(variable.pointee), let number = Int(words.prefix { $0.isNumber }), number >= 10_000
        else { return nil }
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
