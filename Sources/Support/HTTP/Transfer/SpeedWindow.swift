/// A window of time in which the bytes of a response's body are counted.
struct SpeedWindow {
    /// The start of the window.
    let began = ContinuousClock.now
    /// The number of bytes since then.
    var bytes = 0
}
