internal import CLaunchPQ
internal import Glibc

/// A connection of libpq, without deadlines: each call returns at once, except for `start` and `proceed`, which may look up
/// a name.
///
/// All unsafe pointers of the library are in this file: the handle and the results of libpq, which these classes hold and
/// free in `deinit`, and the arrays of parameters, which live for one call.
// Unchecked because the compiler cannot follow libpq's pointer. The handle moves once, from the thread that connects to the
// one that uses it, and libpq permits use by one thread at a time. `Connecting` gives it up before `PQConnection` gets it.
final class PQHandle: @unchecked Sendable {
    /// What `proceed` waits for.
    enum Progress { case reading, writing, connected, failed }

    private let handle: OpaquePointer

    /// Begins to connect; nil if the memory does not suffice.
    init?(keywords: [(name: String, value: String)]) {
        var names = keywords.map { strdup($0.name).map { UnsafePointer($0) } }
        var values = keywords.map { strdup($0.value).map { UnsafePointer($0) } }
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        names.append(nil)
        values.append(nil)
        // 0: `dbname` is only a name. As a connection string it could change the other keywords.
        guard let handle = PQconnectStartParams(names, values, 0) else { return nil }
        self.handle = handle
        // SQLSTATE, by which a failed connection is classified, is only in the verbose messages.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        // By default libpq prints notices of the server to standard error.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
    }

    deinit {
        PQfinish(handle)
    }

    // MARK: Connecting

    /// Takes the next step of the connection when the socket is ready.
    func proceed() -> Progress {
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: .reading
        case PGRES_POLLING_WRITING: .writing
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    var isFailed: Bool { PQstatus(handle) == CONNECTION_BAD }
    var isConnected: Bool { PQstatus(handle) == CONNECTION_OK }
    /// Whether the connection waits for an address to accept it.
    var awaitsAddress: Bool { PQstatus(handle) == CONNECTION_STARTED }

    /// Ends the attempt at this address. libpq then takes the next one.
    func skipAddress() {
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Calls that send return as soon as the socket takes no more bytes; `flush` sends the rest.
    func stopBlocking() -> Bool { PQsetnonblocking(handle, 1) == 0 }

    // MARK: State

    /// The descriptor; -1 without a connection.
    var socket: Int32 { PQsocket(handle) }
    var usesTLS: Bool { PQsslInUse(handle) != 0 }
    /// The number of bytes that the socket has received and libpq has not read.
    var bytesWaiting: Int { Int(launch_pq_bytes_waiting(socket)) }
    var serverVersion: Int { Int(PQserverVersion(handle)) }
    var backendID: Int32 { PQbackendPID(handle) }
    /// libpq's own description of the last failure, which may have several lines.
    var message: String { string(PQerrorMessage(handle)) ?? "" }

    /// Whether no transaction is open.
    var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }
    /// Whether a transaction is open, also one that failed.
    var isInTransaction: Bool { [PQTRANS_INTRANS, PQTRANS_INERROR].contains(PQtransactionStatus(handle)) }

    /// A setting that the server reports without being asked, such as `in_hot_standby`.
    func reported(_ setting: String) -> String? { string(PQparameterStatus(handle, setting)) }

    /// An identifier in quotation marks; nil if it is not valid text.
    func quoted(_ identifier: String) -> String? {
        guard let quoted = PQescapeIdentifier(handle, identifier, identifier.utf8.count) else { return nil }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }

    // MARK: Sending

    /// Sends statements without parameters.
    func send(script: String) -> Bool { PQsendQuery(handle, script) == 1 }

    func send(prepare sql: String, as name: String) -> Bool { PQsendPrepare(handle, name, sql, 0, nil) == 1 }

    func send(sql: String, _ parameters: PQParameters) -> Bool {
        parameters.withPointers { count, values, lengths, formats in
            PQsendQueryParams(handle, sql, count, nil, values, lengths, formats, 0) == 1
        }
    }

    func send(prepared name: String, _ parameters: PQParameters) -> Bool {
        parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0) == 1
        }
    }

    /// Delivers each row of the sent statement as a result, so that libpq holds one row.
    func readSingleRows() { PQsetSingleRowMode(handle) }

    // MARK: Receiving

    /// Sends what is left: 0 if nothing is, 1 if the socket takes no more bytes, -1 if it failed.
    func flush() -> Int32 { PQflush(handle) }

    /// Reads what the socket has. False if the connection failed.
    func consume() -> Bool { PQconsumeInput(handle) == 1 }

    /// Whether the next result is incomplete.
    var isBusy: Bool { PQisBusy(handle) == 1 }

    /// The next result of what was sent; nil after the last one. Blocks if `isBusy`.
    func nextResult() -> PQResult? { PQgetResult(handle).map { PQResult($0) } }

    /// The next notification that was received.
    func nextNotification() -> PQNotification? {
        guard let found = PQnotifies(handle) else { return nil }
        defer { PQfreemem(found) }
        return PQNotification(
            channel: string(found.pointee.relname) ?? "", payload: string(found.pointee.extra) ?? "",
            sender: found.pointee.be_pid)
    }
}

/// A result of libpq.
final class PQResult {
    enum Status { case rows, command, empty, failed, other }

    private let handle: OpaquePointer
    /// The columns by name. Of two columns with one name, the first counts.
    private(set) lazy var columns: [String: Int32] = {
        var columns: [String: Int32] = [:]
        for index in 0..<PQnfields(handle) {
            guard let name = string(PQfname(handle, index)), columns[name] == nil else { continue }
            columns[name] = index
        }
        return columns
    }()

    fileprivate init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    var status: Status {
        switch PQresultStatus(handle) {
        case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: .rows
        case PGRES_COMMAND_OK: .command
        case PGRES_EMPTY_QUERY: .empty
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR: .failed
        default: .other
        }
    }

    var rowCount: Int32 { PQntuples(handle) }
    /// The number of rows that the statement changed or returned, as the server reports it.
    var affected: Int { string(PQcmdTuples(handle)).flatMap { Int($0) } ?? 0 }
    /// Such as `COMMIT` or `UPDATE 3`.
    var tag: String { string(PQcmdStatus(handle)) ?? "" }

    var severity: String? { string(launch_pq_severity(handle)) }
    var sqlState: String? { string(launch_pq_sqlstate(handle)) }
    var primaryMessage: String? { string(launch_pq_message(handle)) }
    var detail: String? { string(launch_pq_detail(handle)) }
    var hint: String? { string(launch_pq_hint(handle)) }
    var constraint: String? { string(launch_pq_constraint(handle)) }
    /// libpq's description of the failure, if the server sent none.
    var message: String { string(PQresultErrorMessage(handle)) ?? "" }

    /// The sum of the lengths of a row's values, in bytes.
    func size(ofRow row: Int32) -> Int {
        (0..<PQnfields(handle)).reduce(0) { $0 + Int(PQgetlength(handle, row, $1)) }
    }

    /// The text of a value; nil for NULL, and for a row or column that does not exist.
    func text(row: Int32, column: Int32) -> String? {
        bytes(row: row, column: column) { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of a value of type `bytea`.
    func binary(row: Int32, column: Int32) -> [UInt8]? {
        guard isValue(row: row, column: column), let start = PQgetvalue(handle, row, column) else { return nil }
        var count = 0
        let bytes = start.withMemoryRebound(to: UInt8.self, capacity: Int(PQgetlength(handle, row, column)) + 1) {
            PQunescapeBytea($0, &count)
        }
        guard let bytes else { return nil }
        defer { PQfreemem(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private func bytes<T>(row: Int32, column: Int32, _ body: (UnsafeRawBufferPointer) -> T) -> T? {
        guard isValue(row: row, column: column), let start = PQgetvalue(handle, row, column) else { return nil }
        return body(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, column))))
    }

    private func isValue(row: Int32, column: Int32) -> Bool {
        row >= 0 && row < PQntuples(handle) && column >= 0 && column < PQnfields(handle)
            && PQgetisnull(handle, row, column) == 0
    }
}

/// The parameters of a statement in the form that libpq reads.
struct PQParameters {
    private var bytes: [UInt8] = []
    /// Where each value begins in `bytes`; nil for NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    init(_ values: [PQValue]) throws(PQError) {
        // The protocol counts parameters in 16 bits.
        guard values.count <= 65_535 else {
            throw PQError(.invalidValue, "A statement has \(values.count) parameters, and 65535 is the limit.")
        }
        for (index, value) in values.enumerated() {
            switch value {
            case .null: add(nil, format: 0)
            case .integer(let number): add("\(number)".utf8, format: 0)
            case .bytes(let data): add(data, format: 1)
            case .text(let text):
                guard !text.utf8.contains(0) else {
                    throw PQError(
                        .invalidValue, "Parameter \(index + 1) contains the character U+0000, which cannot be stored.")
                }
                add(text.utf8, format: 0)
            }
            guard bytes.count <= Int32.max else {
                throw PQError(.invalidValue, "The parameters of a statement have more than 2 GiB.")
            }
        }
    }

    private mutating func add(_ value: (some Collection<UInt8>)?, format: Int32) {
        starts.append(value == nil ? nil : bytes.count)
        lengths.append(Int32(clamping: value?.count ?? 0))
        formats.append(format)
        bytes += value.map { Array($0) } ?? []
        // Values in text format end with a zero byte.
        bytes.append(0)
    }

    private mutating func add(_: Never?, format: Int32) { add(nil as [UInt8]?, format: format) }

    fileprivate func withPointers(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Bool
    ) -> Bool {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress
            let pointers = starts.map { start in
                start.flatMap { base?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            return body(Int32(clamping: starts.count), pointers, lengths, formats)
        }
    }
}

private func string(_ pointer: UnsafePointer<CChar>?) -> String? {
    pointer.map { String(cString: $0) }
}

extension PQConnection {
    /// The keywords of a connection URL (`postgresql://user@host:port/database?sslmode=...`), as libpq reads it. Nil if it
    /// is not a valid one: libpq's own message may quote a password.
    public static func keywords(ofURL url: String) -> [String: String]? {
        guard ["postgresql://", "postgres://"].contains(where: { url.hasPrefix($0) }), !url.utf8.contains(0) else {
            return nil
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            return nil
        }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var next = options
        while let name = string(next.pointee.keyword) {
            if let value = string(next.pointee.val) { found[name] = value }
            next = next.advanced(by: 1)
        }
        return found
    }
}
