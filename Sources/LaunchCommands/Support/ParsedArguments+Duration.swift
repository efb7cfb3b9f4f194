internal import LaunchConsole
internal import LaunchHost

extension ParsedArguments {
    /// The value of an option that is a duration, such as `90s`, `2m` or `90d`; nil if the option is not given.
    /// - Throws: `UsageError` if the text is not a duration from 0 to `limit`.
    func duration(_ name: String, upTo limit: Duration) throws(UsageError) -> Duration? {
        guard let text = string(name) else { return nil }
        // The bound of 366,000 days makes the conversion safe.
        guard let seconds = Quantity.seconds(text), seconds <= 366_000 * 86_400 else {
            throw refusal(name, text, limit)
        }
        let duration = Duration.milliseconds(Int64((seconds * 1_000).rounded(.up)))
        guard duration >= .zero, duration <= limit else { throw refusal(name, text, limit) }
        return duration
    }

    private func refusal(_ name: String, _ text: String, _ limit: Duration) -> UsageError {
        let days = limit.components.seconds / 86_400
        return usageError(
            "\(label(name)) takes a length of time up to \(Wording.count(Int(days), "day")), such as 90s or 2m; "
                + "got '\(Terminal.printable(text))'")
    }
}
