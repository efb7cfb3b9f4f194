internal import Glibc

/// Ends the process at once, without the handlers of libraries.
///
/// `exit` runs them while threads of the store may still use the library: OpenSSL then frees its locks, and a thread that
/// closes a connection to PostgreSQL ends the process by SIGSEGV. All output is written without a buffer of the process.
func endProcess(_ code: Int32) -> Never { _exit(code) }
