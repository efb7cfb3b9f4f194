/// A runner whose jobs can read a folder of code as an input channel (`RunnableJob.code`).
///
/// `render` adds the channel and the start command. The host uploads the files to `codePlace` before it submits the
/// request, or passes the folder to a runner on this machine: to the local runner of a rehearsal as the channel's data, to
/// any other as `RunRequest.codeFolder`.
public protocol CodeCarrying: Runner {
    /// Where the code of a request must be before it is submitted; nil for a request without code. Pure.
    func codePlace(of request: RunRequest) -> CodePlace?

    /// The URI below which the code of runs with such a request would be, also for a request without code; nil if there is
    /// none. Without a slash at its end. Pure.
    func codeRoot(of request: RunRequest) -> String?

    /// Whether `submit` copies the files from `RunRequest.codeFolder` on this machine, so that nothing is uploaded. The
    /// default is false.
    var readsCodeHere: Bool { get }
}

extension CodeCarrying {
    public var readsCodeHere: Bool { false }
}
