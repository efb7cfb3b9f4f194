/// A runner whose jobs can read a folder of code as an input channel (`RunnableJob.code`).
///
/// `render` adds the channel and the start command. The host uploads the files to `codePlace` before it submits the
/// request, or passes the folder to the local runner of a rehearsal as the channel's data.
public protocol CodeCarrying: Runner {
    /// Where the code of a request must be before it is submitted; nil for a request without code. Pure.
    func codePlace(of request: RunRequest) -> CodePlace?
}
