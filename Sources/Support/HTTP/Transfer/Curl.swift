import CLaunchCurl
import FoundationEssentials
import Glibc

// All unsafe code for libcurl. Handles and callbacks are used on the loop's thread only. The one exception is the
// wake-up, which libcurl allows from any thread while the handle exists.

/// A result of libcurl.
struct CurlCode: Equatable {
    static let ok = CurlCode(raw: CURLE_OK)
    static let outOfMemory = CurlCode(raw: CURLE_OUT_OF_MEMORY)

    let raw: CURLcode

    /// libcurl's general description of the code.
    var message: String { String(cString: curl_easy_strerror(raw)) }
}

/// libcurl's global state, initialized once before the first use.
enum CurlLibrary {
    static let ready = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

/// The parts of a URL as libcurl parses it.
enum CurlURL {
    struct Parts {
        let scheme: String, host: String, port: String
        let hasCredentials: Bool
    }

    static func parse(_ text: String) -> Parts? {
        // C ends a string at a zero byte, so the rest of the text would not be checked.
        guard !text.utf8.contains(0), CurlLibrary.ready, let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK,
            let scheme = part(url, CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https",
            let host = part(url, CURLUPART_HOST)?.lowercased(), !host.isEmpty,
            let port = part(url, CURLUPART_PORT)
        else { return nil }
        let hasCredentials = part(url, CURLUPART_USER) != nil || part(url, CURLUPART_PASSWORD) != nil
        return Parts(scheme: scheme, host: host, port: port, hasCredentials: hasCredentials)
    }

    private static func part(_ url: OpaquePointer, _ what: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, what, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

/// Wakes the loop's thread.
///
/// Unchecked, because any thread may use the pointer for this one call, and `TransferLoop` drops it under its lock
/// before the handle is freed.
struct CurlWaker: @unchecked Sendable {
    fileprivate let multi: UnsafeMutableRawPointer

    func wake() {
        curl_multi_wakeup(multi)
    }
}

/// The set of running transfers, with the connections that they share.
final class CurlMulti {
    private let multi: UnsafeMutableRawPointer
    private var entries: [UnsafeMutableRawPointer: RunningTransfer] = [:]

    init?(idleConnections: Int) {
        guard CurlLibrary.ready, let multi = curl_multi_init() else { return nil }
        self.multi = multi
        // By default the number of kept connections follows the number of transfers, so it shrinks between bursts.
        _ = launch_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, idleConnections)
        _ = launch_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    var waker: CurlWaker { CurlWaker(multi: multi) }

    func add(_ entry: RunningTransfer) -> Bool {
        entries[entry.easy.handle] = entry
        return curl_multi_add_handle(multi, entry.easy.handle) == CURLM_OK
    }

    func remove(_ entry: RunningTransfer) {
        curl_multi_remove_handle(multi, entry.easy.handle)
        entries[entry.easy.handle] = nil
    }

    func perform() {
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
    }

    func nextFinished() -> (RunningTransfer, CurlCode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let entry = entries[message.pointee.easy_handle] else {
                continue
            }
            return (entry, CurlCode(raw: launch_curl_result(message)))
        }
        return nil
    }

    /// Waits for the network, a wake-up, one of libcurl's own timers, or the given moment.
    func wait(until moment: ContinuousClock.Instant?) {
        let longest: Int32 = 60_000
        var timeout = longest
        if let moment {
            let left = ContinuousClock.now.duration(to: moment) / .milliseconds(1)
            timeout = Int32(min(Double(longest), max(0, left.rounded(.up))))
        }
        curl_multi_poll(multi, nil, 0, timeout, nil)
    }
}

/// An easy handle of libcurl, used for one transfer after another.
final class CurlEasy {
    let handle: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private(set) var followsRedirects = false

    init?() {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(handle)
        for list in lists { curl_slist_free_all(list) }
        errorText.deallocate()
    }

    /// libcurl's description of the failure, in addition to the code.
    var message: String? {
        errorText[0] == 0 ? nil : String(cString: errorText)
    }

    /// Whether the first bytes of the request were sent.
    var hasSentRequest: Bool {
        var size = 0
        return launch_curl_get_long(handle, CURLINFO_REQUEST_SIZE, &size) == CURLE_OK && size > 0
    }

    /// The head that libcurl has just completed. Nil if it is the one of an interim response.
    func head() -> ResponseHead? {
        var status = 0
        guard launch_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, status >= 200 || status == 101
        else { return nil }
        // libcurl counts 101 among the interim responses.
        let origin = UInt32(status == 101 ? CURLH_1XX : CURLH_HEADER)
        let lastRequest: Int32 = -1
        var fields: [(name: String, value: String)] = []
        var field: UnsafeMutablePointer<curl_header>?
        while let next = curl_easy_nextheader(handle, origin, lastRequest, field) {
            var value = UnsafePointer(next.pointee.value)
            // libcurl 7.88 leaves the line end in an empty value.
            while let start = value, [0x0d, 0x20, 0x09].contains(start.pointee) { value = start + 1 }
            fields.append((String(cString: next.pointee.name), value.map { String(cString: $0) } ?? ""))
            field = next
        }
        return ResponseHead(status: status, headers: HTTPHeaders(fields))
    }

    /// Resumes both directions. libcurl calls callbacks during this call.
    func unpause() -> CurlCode {
        CurlCode(raw: curl_easy_pause(handle, CURLPAUSE_CONT))
    }

    /// Resets the options of the transfer; keeps connections and caches for the next one.
    func reset() {
        curl_easy_reset(handle)
        for list in lists { curl_slist_free_all(list) }
        lists = []
        errorText[0] = 0
        followsRedirects = false
    }

    /// Sets all options. `entry` must live until the handle is reset; the loop ensures that.
    func prepare(for entry: RunningTransfer, _ configuration: HTTPClient.Configuration) -> CurlCode {
        var setter = CurlSetter(handle: handle)
        let request = entry.transfer.request
        let context = Unmanaged.passUnretained(entry).toOpaque()
        launch_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        setter.set(CURLOPT_URL, request.url)
        setter.set(CURLOPT_PROTOCOLS_STR, "http,https")
        setter.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        setter.set(CURLOPT_NOSIGNAL, 1)
        // Credentials come from the caller, never from a netrc file that has an entry for the host.
        setter.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        setter.set(CURLOPT_UNRESTRICTED_AUTH, 0)
        launch_curl_set_quick_exit(handle)
        setter.set(CURLOPT_NOPROGRESS, 1)
        setter.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        setter.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(configuration.connectTimeout / .milliseconds(1))))
        setter.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        setter.set(CURLOPT_TCP_KEEPALIVE, 1)
        setter.set(CURLOPT_PATH_AS_IS, 1)
        if case .stream = entry.transfer.receiver { setter.set(CURLOPT_BUFFERSIZE, 32 << 10) }
        setTrust(&setter, configuration.caBundle)
        setIdentity(&setter, configuration)
        setRoute(&setter, entry.transfer, configuration.proxy)
        setMethod(&setter, request)
        followsRedirects = request.followRedirects && [.get, .head].contains(request.method)
        if followsRedirects {
            setter.set(CURLOPT_FOLLOWLOCATION, 1)
            setter.set(CURLOPT_MAXREDIRS, 5)
            setter.set(CURLOPT_REDIR_PROTOCOLS_STR, entry.transfer.target.isSecure ? "https" : "http,https")
        }
        let lines = RequestHeaders.lines(request.headers, userAgent: configuration.userAgent)
        setter.set(CURLOPT_HTTPHEADER, list(lines))
        launch_curl_set_write(handle, CURLOPT_HEADERFUNCTION, receiveHeadLine)
        launch_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        launch_curl_set_write(handle, CURLOPT_WRITEFUNCTION, receiveBody)
        launch_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        launch_curl_set_read(handle, sendBody)
        launch_curl_set_pointer(handle, CURLOPT_READDATA, context)
        launch_curl_set_seek(handle, rewindBody)
        launch_curl_set_pointer(handle, CURLOPT_SEEKDATA, context)
        return CurlCode(raw: setter.result)
    }

    private func setTrust(_ setter: inout CurlSetter, _ bundle: String?) {
        var builtIn: UnsafeMutablePointer<CChar>?
        launch_curl_get_string(handle, CURLINFO_CAINFO, &builtIn)
        if let bundle {
            setter.set(CURLOPT_CAINFO, bundle)
        } else {
            guard let builtIn, access(builtIn, R_OK) == 0 else { return }
        }
        // With a folder of authorities beside the file, libcurl would trust both, and would read the file again for
        // every connection instead of caching it.
        launch_curl_set_pointer(handle, CURLOPT_CAPATH, nil)
    }

    /// Sets this client's certificate. A key with a password fails in the handshake, because nothing prompts for it.
    private func setIdentity(_ setter: inout CurlSetter, _ configuration: HTTPClient.Configuration) {
        if let certificate = configuration.clientCertificate { setter.set(CURLOPT_SSLCERT, certificate) }
        if let key = configuration.clientKey { setter.set(CURLOPT_SSLKEY, key) }
        guard !configuration.verifiesServer else { return }
        setter.set(CURLOPT_SSL_VERIFYPEER, 0)
        setter.set(CURLOPT_SSL_VERIFYHOST, 0)
    }

    private func setRoute(
        _ setter: inout CurlSetter, _ transfer: Transfer, _ proxy: HTTPClient.Configuration.Proxy
    ) {
        let request = transfer.request
        if let path = request.unixSocketPath {
            setter.set(CURLOPT_UNIX_SOCKET_PATH, path)
            setter.set(CURLOPT_PROXY, "")
            return
        }
        switch proxy {
        case .environment:
            // A proxy would see the password of a local registry, because that connection does not use TLS.
            if transfer.target.isLocal { setter.set(CURLOPT_PROXY, "") }
        case .direct: setter.set(CURLOPT_PROXY, "")
        case .url(let url): setter.set(CURLOPT_PROXY, url)
        }
        // CURLOPT_RESOLVE does not fit: it writes into a table that all requests of the client share.
        let routes = request.resolve.map { route in
            let address = route.address.contains(":") ? "[\(route.address)]" : route.address
            return "\(route.host):\(route.port):\(address):\(route.addressPort)"
        }
        if !routes.isEmpty { setter.set(CURLOPT_CONNECT_TO, list(routes)) }
    }

    private func setMethod(_ setter: inout CurlSetter, _ request: HTTPRequest) {
        let length: Int64? =
            switch request.body {
            case .none: 0
            case .bytes(let bytes): Int64(bytes.count)
            case .file(_, _, let length): length
            case .producer(let length, _): length
            }
        var hasBody = true
        if case .none = request.body { hasBody = [.post, .put, .patch].contains(request.method) }
        if hasBody {
            setter.set(CURLOPT_UPLOAD, 1)
            setter.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            setter.note(launch_curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(length ?? -1)))
        } else if request.method == .head {
            setter.set(CURLOPT_NOBODY, 1)
        } else if request.method != .get {
            setter.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    /// Makes a list that lives until the handle is reset.
    private func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { list = curl_slist_append(list, line) ?? list }
        if let list { lists.append(list) }
        return list
    }
}

/// Sets options and keeps the first error.
private struct CurlSetter {
    let handle: UnsafeMutableRawPointer
    private(set) var result = CURLE_OK

    init(handle: UnsafeMutableRawPointer) {
        self.handle = handle
    }

    mutating func note(_ code: CURLcode) {
        if result == CURLE_OK { result = code }
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        note(launch_curl_set_long(handle, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: String) {
        note(launch_curl_set_pointer(handle, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: UnsafeMutablePointer<curl_slist>?) {
        note(launch_curl_set_pointer(handle, option, value))
    }
}

// The callbacks. The context is a `RunningTransfer`, which the loop keeps while libcurl has the handle.

private func entry(_ context: UnsafeMutableRawPointer) -> RunningTransfer {
    Unmanaged<RunningTransfer>.fromOpaque(context).takeUnretainedValue()
}

private let receiveHeadLine: curl_write_callback = { bytes, size, count, context in
    guard let context, let bytes else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return entry(context).take(headLine: line) ? line.count : 0
}

private let receiveBody: curl_write_callback = { bytes, size, count, context in
    guard let context, let bytes else { return 0 }
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    switch entry(context).take(body: piece) {
    case .taken: return piece.count
    case .pause: return Int(CURL_WRITEFUNC_PAUSE)
    case .refuse: return 0
    }
}

private let sendBody: curl_read_callback = { room, size, count, context in
    guard let context, let room else { return Int(CURL_READFUNC_ABORT) }
    switch entry(context).nextUpload(size * count) {
    case .bytes(let bytes):
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: room, count: size * count).copyMemory(from: $0) }
        return bytes.count
    case .end: return 0
    case .wait: return Int(CURL_READFUNC_PAUSE)
    case .failed: return Int(CURL_READFUNC_ABORT)
    }
}

private let rewindBody: curl_seek_callback = { context, offset, origin in
    guard let context, offset == 0, origin == SEEK_SET, entry(context).rewindUpload() else { return CURL_SEEKFUNC_FAIL }
    return CURL_SEEKFUNC_OK
}
