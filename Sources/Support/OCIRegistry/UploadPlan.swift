/// The upload of one blob as a state machine: from what the registry answered, the next request. Pure.
///
/// The first attempt sends the whole blob in one request, which every registry takes. After a cut connection the plan asks
/// what the registry has. If it has nothing, the blob is sent again in pieces, each of which is kept by a registry that
/// takes pieces. Some registries accept a second piece and discard it. The plan notices that their range does not advance,
/// and sends the whole blob again.
struct UploadPlan: Sendable, Hashable {
    /// The next request.
    enum Step: Sendable, Hashable {
        /// Open an upload.
        case begin
        /// Send the whole blob, and end the upload.
        case sendAll
        /// Send these bytes.
        case send(Range<Int64>)
        /// End the upload.
        case finish
        /// Look for the blob: a request without an answer may have stored it.
        case look
        /// Ask how many bytes the upload has.
        case ask
        /// The registry has the blob.
        case done
        case failed(OCIError)
    }

    /// What a request resulted in.
    enum Event: Sendable, Hashable {
        /// An upload is open.
        case begun
        /// The blob is stored.
        case stored
        /// A piece was accepted. The number of bytes that the upload has then; nil if the registry does not say.
        case accepted(Int64?)
        /// The registry does not take pieces.
        case unsupported
        /// No answer, or one that a retry may change.
        case cut(OCIError)
        /// The upload has this many bytes.
        case holds(Int64)
        /// The registry does not know the upload.
        case lost
        /// Whether the registry has the blob.
        case found(Bool)
    }

    /// The size of a piece. The storage below some registries takes no smaller ones than 5 MiB.
    static let pieceBytes: Int64 = 8 << 20
    /// The most failures in a row without a byte more than before.
    static let maxFailures = 6

    let size: Int64
    private let piece: Int64
    private(set) var step: Step
    /// The failures since the registry last had more bytes than ever before.
    private(set) var failures = 0
    private var takesPieces = true
    private var sendsPieces = false
    private var best: Int64 = 0
    private var last: OCIError?

    /// - Parameter isBegun: whether an upload is open already.
    init(size: Int64, piece: Int64 = pieceBytes, isBegun: Bool = false) {
        self.size = size
        self.piece = piece
        step = isBegun ? .sendAll : .begin
    }

    /// Takes the result of the present step.
    mutating func take(_ event: Event) {
        switch (step, event) {
        case (.done, _), (.failed, _): break
        case (_, .stored), (.look, .found(true)): step = .done
        case (.begin, .begun): step = sendsPieces ? next(after: 0) : .sendAll
        case (.send(let range), .accepted(let count)):
            guard count ?? range.upperBound == range.upperBound else { return sendWhole() }
            advance(to: range.upperBound)
        case (.send, .unsupported): sendWhole()
        case (.look, .found(false)): step = .ask
        case (.ask, .holds(let count)):
            guard count > 0, count <= size, takesPieces else { return beginAgain() }
            sendsPieces = true
            advance(to: count)
        case (.sendAll, .cut(let error)), (.finish, .cut(let error)): fail(error, then: .look)
        case (.send, .cut(let error)): fail(error, then: .ask)
        case (let same, .cut(let error)): fail(error, then: same)
        case (_, .lost): fail(last ?? OCIError(.failing, "The registry has lost the upload."), then: nil)
        default:
            step = .failed(OCIError(.notARegistry, "The registry's answers to an upload do not fit its requests."))
        }
    }

    private mutating func advance(to offset: Int64) {
        if offset > best {
            best = offset
            failures = 0
        }
        step = next(after: offset)
    }

    private func next(after offset: Int64) -> Step {
        offset < size ? .send(offset..<min(size, offset + piece)) : .finish
    }

    /// The registry does not keep pieces.
    private mutating func sendWhole() {
        takesPieces = false
        fail(last ?? OCIError(.failing, "The registry does not take a blob in pieces."), then: nil)
    }

    private mutating func beginAgain() {
        sendsPieces = takesPieces && size > piece
        step = .begin
    }

    /// Counts a failure. Without a next step, the upload begins again.
    private mutating func fail(_ error: OCIError, then next: Step?) {
        last = error
        failures += 1
        guard error.isPassing, failures < Self.maxFailures else {
            step = .failed(error)
            return
        }
        if let next { step = next } else { beginAgain() }
    }
}
