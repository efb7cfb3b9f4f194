import CLaunchLinux
import Glibc

// All unsafe code for starting a process: passes C strings and descriptors to it.

/// A program that was started and not yet reaped, with this program's ends of its pipes.
struct Child: Sendable {
    let pid: pid_t
    /// Becomes readable when the program ends.
    private let exitDescriptor: Int32
    /// This program's ends, non-blocking; nil without a pipe.
    let stdin: Int32?, stdout: Int32?, stderr: Int32?

    init(
        _ path: String, arguments: [String], environment: [String], workingDirectory: String?,
        stdin: Subprocess.Input, stdout: Subprocess.Output, stderr: Subprocess.Output,
        confinement: Subprocess.Confinement? = nil
    ) throws(SubprocessError) {
        let texts = arguments + environment + [path, workingDirectory ?? ""]
        guard !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw SubprocessError(.cannotStart, "\(path): an argument or variable contains a zero byte")
        }
        var ends = Ends()
        defer { ends.closeTheirs() }
        do throws(SubprocessError) {
            try ends.input(stdin, for: path)
            try ends.output(stdout, for: path)
            try ends.output(stderr, for: path)
            pid = try Self.spawn(path, arguments, environment, workingDirectory, ends.theirs, confinement)
        } catch {
            ends.closeOurs()
            throw error
        }
        exitDescriptor = launch_pidfd_open(pid)
        guard exitDescriptor >= 0 else {
            let code = errno
            kill(-pid, SIGKILL)
            waitpid(pid, nil, 0)
            ends.closeOurs()
            throw Self.failure(path, code)
        }
        self.stdin = ends.ours[0]
        self.stdout = ends.ours[1]
        self.stderr = ends.ours[2]
    }

    /// Signals the program or its group. Only valid before `reap`: until then the kernel does not reuse the numbers.
    func signal(_ signal: Int32, toGroup: Bool) {
        kill(toGroup ? -pid : pid, signal)
    }

    /// Waits until the program has ended. False if the task was cancelled first.
    func waitForExit() async -> Bool {
        while true {
            var look = pollfd(fd: exitDescriptor, events: Int16(POLLIN), revents: 0)
            if poll(&look, 1, 0) > 0 { return true }
            if Task.isCancelled { return false }
            await Poller.shared.wait(exitDescriptor)
        }
    }

    /// Reaps the program. Call it once, after the program has ended.
    func reap() -> Subprocess.Exit {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        close(exitDescriptor)
        let signal = status & 0x7f
        return signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String], _ workingDirectory: String?, _ theirs: [Int32],
        _ confinement: Subprocess.Confinement?
    ) throws(SubprocessError) -> pid_t {
        let rules = confinement.flatMap { LandlockRules($0) }
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0) } + [nil]
        let file = strdup(path)
        let folder = workingDirectory.flatMap { strdup($0) }
        defer {
            for text in argv + envp { free(text) }
            free(file)
            free(folder)
        }
        var pid: pid_t = 0
        func start() -> Int32 {
            argv.withUnsafeBufferPointer { argv in
                envp.withUnsafeBufferPointer { envp in
                    var child = launch_child()
                    child.path = file.map { UnsafePointer($0) }
                    child.arguments = argv.baseAddress
                    child.environment = envp.baseAddress
                    child.folder = folder.map { UnsafePointer($0) }
                    child.streams = (theirs[0], theirs[1], theirs[2])
                    child.confined = confinement == nil ? 0 : 1
                    child.rules = rules?.descriptor ?? -1
                    child.largest = confinement?.largestFile ?? 0
                    return launch_spawn(&child, &pid)
                }
            }
        }
        // A program that was written a moment ago may still be open in the child of another thread, which is about to
        // close it.
        var code = start()
        for _ in 0..<20 where code == ETXTBSY {
            usleep(5000)
            code = start()
        }
        extendLifetime(rules)
        guard code == 0 else {
            if let workingDirectory, access(workingDirectory, X_OK) != 0 {
                let reason = String(cString: strerror(errno))
                throw SubprocessError(.cannotStart, "cannot run \(path) in \(workingDirectory): \(reason)")
            }
            throw failure(path, code)
        }
        return pid
    }

    fileprivate static func failure(_ path: String, _ code: Int32) -> SubprocessError {
        SubprocessError(
            code == ENOENT ? .notFound : .cannotStart, "cannot run \(path): \(String(cString: strerror(code)))")
    }
}

/// Both sides of the three standard streams during their setup.
private struct Ends {
    var ours: [Int32?] = []
    var theirs: [Int32] = []

    mutating func input(_ input: Subprocess.Input, for path: String) throws(SubprocessError) {
        switch input {
        case .none: try open("/dev/null", O_RDONLY)
        case .file(let file): try open(file, O_RDONLY)
        case .descriptor(let descriptor): try add(ours: nil, theirs: launch_dup_above_2(descriptor), path)
        case .bytes: try pipe(weWrite: true, path)
        }
    }

    mutating func output(_ output: Subprocess.Output, for path: String) throws(SubprocessError) {
        switch output {
        case .discard: try open("/dev/null", O_WRONLY)
        case .collect, .lines: try pipe(weWrite: false, path)
        }
    }

    func closeTheirs() {
        for descriptor in theirs { close(descriptor) }
    }

    func closeOurs() {
        for case let descriptor? in ours { close(descriptor) }
    }

    private mutating func open(_ file: String, _ flags: Int32) throws(SubprocessError) {
        let descriptor = Glibc.open(file, flags | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SubprocessError(.cannotStart, "cannot open \(file): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        try add(ours: nil, theirs: launch_dup_above_2(descriptor), file)
    }

    private mutating func pipe(weWrite: Bool, _ path: String) throws(SubprocessError) {
        var pair: [Int32] = [-1, -1]
        guard launch_pipe(&pair) == 0 else { throw Child.failure(path, errno) }
        defer { for descriptor in pair { close(descriptor) } }
        let (mine, other) = weWrite ? (pair[1], pair[0]) : (pair[0], pair[1])
        let ours = launch_dup_above_2(mine)
        guard ours >= 0, launch_set_nonblocking(ours) == 0 else {
            let code = errno
            if ours >= 0 { close(ours) }
            throw Child.failure(path, code)
        }
        try add(ours: ours, theirs: launch_dup_above_2(other), path)
    }

    /// Descriptors from 3 up only, so that `dup2` of one stream does not overwrite another.
    private mutating func add(ours: Int32?, theirs: Int32, _ path: String) throws(SubprocessError) {
        guard theirs >= 0 else {
            let code = errno
            if let ours { close(ours) }
            throw Child.failure(path, code)
        }
        self.ours.append(ours)
        self.theirs.append(theirs)
    }
}
