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
print(theirs == ours ? "neighbours agree" : "\(BackendError(.internalFault, "The hashes differ."))")
