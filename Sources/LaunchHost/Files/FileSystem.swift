package import Glibc

/// The system calls that read and copy a context. Their errors name the file and the reason.
///
/// Foundation's functions follow links, lose set-user-ID bits, and do not report which entry failed.
package enum FileSystem {
    /// The metadata of an entry. SourceRoot.swift imports CLaunchLinux too, which hides the module of `stat`.
    package typealias Status = stat

    /// A system call that failed.
    package struct Failure: Error {
        package var code: Int32
        package var path: String

        package init(code: Int32, path: String) {
            self.code = code
            self.path = path
        }

        /// This program's own code for a path that is not a regular file. The system has no such code.
        package static let notRegular: Int32 = -1
        /// The code for a file that is larger than its limit.
        static let tooLarge: Int32 = EFBIG

        package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
        package var why: String {
            switch code {
            case Self.notRegular: "it is not a regular file"
            case EXDEV: "a link in its path leads out of the folder"
            case ELOOP: "a part of its path is a link"
            default: String(cString: strerror(code))
            }
        }
    }

    /// The time of the last change in seconds since 1970. Files that import Foundation call this function, because the
    /// compiler does not always find the members of `timespec` there.
    package static func modified(_ path: String) throws(Failure) -> Double {
        Double(try status(path).st_mtim.tv_sec)
    }

    package static func status(_ path: String, followLinks: Bool = false) throws(Failure) -> stat {
        var status = stat()
        guard (followLinks ? stat(path, &status) : lstat(path, &status)) == 0 else {
            throw Failure(code: errno, path: path)
        }
        return status
    }

    /// The names in a folder, unordered, as bytes: a name may not be UTF-8.
    package static func names(in folder: String) throws(Failure) -> [[UInt8]] {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(code: errno, path: folder) }
        return try names(inOpen: descriptor, path: folder)
    }

    /// The names in an open folder. Closes the descriptor.
    package static func names(inOpen descriptor: Int32, path folder: String) throws(Failure) -> [[UInt8]] {
        guard let stream = fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw Failure(code: code, path: folder)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
        }
        guard errno == 0 else { throw Failure(code: errno, path: folder) }
        return names
    }

    /// The path without links, `.` and `..`.
    package static func realPath(_ path: String) throws(Failure) -> String {
        guard let real = realpath(path, nil) else { throw Failure(code: errno, path: path) }
        defer { free(real) }
        return String(cString: real)
    }

    package static func makeFolder(_ path: String, mode: mode_t) throws(Failure) {
        guard mkdir(path, mode) == 0 else { throw Failure(code: errno, path: path) }
    }

    package static func makeLink(_ path: String, to target: String) throws(Failure) {
        guard symlink(target, path) == 0 else { throw Failure(code: errno, path: path) }
    }

    package static func setMode(_ path: String, _ mode: UInt32) throws(Failure) {
        guard chmod(path, mode_t(mode)) == 0 else { throw Failure(code: errno, path: path) }
    }

    /// Moves a file or folder within one file system, atomically.
    package static func move(_ path: String, to target: String) throws(Failure) {
        guard rename(path, target) == 0 else { throw Failure(code: errno, path: path) }
    }
}

extension FileSystem {
    /// An open file that is closed when the value is destroyed.
    package struct File: ~Copyable {
        let descriptor: Int32
        package let path: String

        /// Opens a regular file for reading; a link at this path is an error.
        package init(reading path: String) throws(Failure) {
            // Non-blocking, so that a pipe that replaced the file does not block the scan.
            try self.init(
                regular: open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), code: errno, path: path)
        }

        /// Takes ownership of an open descriptor. `code` is the reason if it is negative.
        /// - Throws: `Failure` if the descriptor is negative or is not a regular file.
        init(regular descriptor: Int32, code: Int32, path: String) throws(Failure) {
            self.descriptor = descriptor
            self.path = path
            guard descriptor >= 0 else { throw Failure(code: code, path: path) }
            guard try status().st_mode & S_IFMT == S_IFREG else {
                throw Failure(code: Failure.notRegular, path: path)
            }
        }

        package init(creating path: String) throws(Failure) {
            descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            self.path = path
            guard descriptor >= 0 else { throw Failure(code: errno, path: path) }
        }

        deinit {
            if descriptor >= 0 { close(descriptor) }
        }

        package func status() throws(Failure) -> stat {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Failure(code: errno, path: path) }
            return status
        }

        /// The whole content of a small file.
        /// - Throws: `Failure` with `tooLarge` if it has more than `limit` bytes.
        package func bytes(limit: Int) throws(Failure) -> [UInt8] {
            guard try status().st_size <= limit else { throw Failure(code: Failure.tooLarge, path: path) }
            var content: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = try read(into: &buffer)
                if count == 0 { return content }
                content += buffer.prefix(count)
                // The file may have grown since its size was read.
                guard content.count <= limit else { throw Failure(code: Failure.tooLarge, path: path) }
            }
        }

        /// Reads the next bytes into `buffer`; returns 0 at the end.
        package func read(into buffer: inout [UInt8]) throws(Failure) -> Int {
            while true {
                let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
                if count >= 0 { return count }
                guard errno == EINTR else { throw Failure(code: errno, path: path) }
            }
        }

        /// The bytes at a position, at most `count`; none at the end.
        package func bytes(_ count: Int, at position: Int64) throws(Failure) -> [UInt8] {
            var buffer = [UInt8](repeating: 0, count: count)
            while true {
                let got = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(position)) }
                if got >= 0 { return Array(buffer.prefix(got)) }
                guard errno == EINTR else { throw Failure(code: errno, path: path) }
            }
        }

        /// Writes all bytes.
        package func write(_ bytes: ArraySlice<UInt8>) throws(Failure) {
            var rest = bytes
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    throw Failure(code: errno, path: path)
                }
            }
        }
    }
}
