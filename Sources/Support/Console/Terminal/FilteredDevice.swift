/// A device that changes every text before it is written, for example to mask secrets.
///
/// It is the last step before the stream, so all output passes through it.
public struct FilteredDevice: TerminalDevice {
    /// Changes the text that is written to the stream.
    public typealias Filter = @Sendable (_ text: String, _ stream: StandardStream) -> String

    private let device: any TerminalDevice
    private let filter: Filter

    /// A device that writes `filter`'s result to `device`. The filter gets the text and its stream.
    public init(_ device: any TerminalDevice, filter: @escaping Filter) {
        self.device = device
        self.filter = filter
    }

    /// The columns of the underlying device.
    public var columns: Int? { device.columns }

    /// Whether the stream of the underlying device is a terminal.
    public func isTTY(_ stream: StandardStream) -> Bool { device.isTTY(stream) }

    /// Whether the underlying device has a keyboard.
    public var hasKeyboard: Bool { device.hasKeyboard }

    /// The next line of the underlying device.
    public func readLine() -> String? { device.readLine() }

    /// Writes the filtered text.
    public func write(_ text: String, to stream: StandardStream) throws(OutputError) {
        try device.write(filter(text, stream), to: stream)
    }
}
