// Uses modules of launch beside those of the same purpose of other packages, and prints 'neighbours agree'.
internal import Crypto
internal import Foundation
internal import LaunchCrypto
internal import LaunchHTTP
internal import LaunchPluginKit
internal import LaunchSubprocess
internal import Subprocess

let words = Data("launch".utf8)
let theirs = Crypto.SHA256.hash(data: words).map { String(format: "%02x", $0) }.joined()
let ours = LaunchCrypto.SHA256.hex(words)
let program = LaunchSubprocess.Subprocess.findAll("true").first
let end = try await LaunchSubprocess.Subprocess.run(program ?? "true")
let other = try await Subprocess.run(.name("true"), output: .discarded)
let error = BackendError(.internalFault, "unused")
print(theirs == ours && end.exit.isSuccess && other.terminationStatus.isSuccess ? "neighbours agree" : "\(error)")
