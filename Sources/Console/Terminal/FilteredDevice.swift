/// A device that changes every text before it is written, as one that masks secrets does.
///
/// It is the last step before the stream, so no way of writing avoids it.
public struct FilteredDevice: TerminalDevice {
    private let device: any TerminalDevice
    private let filter: @Sendable (String) -> String

    /// A device that writes to `device` what `filter` makes of each text.
    public init(_ device: any TerminalDevice, filter: @escaping @Sendable (String) -> String) {
        self.device = device
        self.filter = filter
    }

    /// Columns of the device below.
    public var columns: Int? { device.columns }

    /// What the device below says.
    public func isTTY(_ stream: StandardStream) -> Bool { device.isTTY(stream) }

    /// Writes the filtered text.
    public func write(_ text: String, to stream: StandardStream) throws(OutputError) {
        try device.write(filter(text), to: stream)
    }
}
