internal import Glibc

/// What the kernel counts of this process, under the names that all client libraries of Prometheus use.
public struct ProcessMetrics: Sendable {
    private let cpu: MetricCounter
    private let resident: MetricGauge
    private let virtual: MetricGauge
    private let openFiles: MetricGauge
    private let mostFiles: MetricGauge
    private let start: MetricGauge

    /// Adds the families to a registry.
    public init(_ registry: MetricsRegistry) {
        cpu = registry.counter("process_cpu_seconds", "CPU time of the process, in user and system mode.")
        resident = registry.gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.")
        virtual = registry.gauge("process_virtual_memory_bytes", "Address space of the process.")
        openFiles = registry.gauge("process_open_fds", "Open file descriptors of the process.")
        mostFiles = registry.gauge("process_max_fds", "The most file descriptors that the process may open.")
        start = registry.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.")
    }

    /// Reads the values of now. A value that cannot be read stays as it was.
    public func refresh() {
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            cpu.record(total: Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            mostFiles.set(limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur))
        }
        if let count = Self.entries(of: "/proc/self/fd") { openFiles.set(Double(count)) }
        refreshFromStatus()
    }

    /// The fields of proc(5), from the state of the process on. Its name before them may contain spaces.
    private func refreshFromStatus() {
        guard let text = Self.text(of: "/proc/self/stat"), let end = text.lastIndex(of: ")") else { return }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let started = Double(fields[19]), let size = Double(fields[20]),
            let pages = Double(fields[21])
        else { return }
        virtual.set(size)
        resident.set(pages * Double(sysconf(Int32(_SC_PAGESIZE))))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        var boot = timespec(), now = timespec()
        guard ticks > 0, clock_gettime(CLOCK_BOOTTIME, &boot) == 0, clock_gettime(CLOCK_REALTIME, &now) == 0 else {
            return
        }
        // Rounded, because the two clocks are read one after the other.
        start.set((Self.seconds(now) - Self.seconds(boot) + started / ticks).rounded())
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }

    private static func entries(of folder: String) -> Int? {
        guard let directory = opendir(folder) else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Without the folder, its parent, and the descriptor that lists them.
        return max(0, count - 3)
    }

    private static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
