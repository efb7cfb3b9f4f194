/// A stretch of time in which the bytes of an answer's body are counted.
struct SpeedWindow {
    /// When it began.
    let began = ContinuousClock.now
    /// How many bytes came since.
    var bytes = 0
}
