import CLaunchCurl

/// Maps libcurl's result codes to `HTTPError`.
enum CurlFailure {
    static func error(_ code: CurlCode, of entry: RunningTransfer) -> HTTPError {
        let sent = entry.easy.hasSentRequest
        if let own = entry.failure { return own }
        let detail = entry.easy.message
        let kind = kind(of: code, detail)
        // The details of the other kinds may quote bytes of the server.
        let mayQuote = [.couldNotResolve, .couldNotConnect, .tls, .timedOut].contains(kind)
        let words = mayQuote ? detail ?? code.message : code.message
        let message =
            switch kind {
            case .reset where sent: "the connection ended before the response was complete (\(words))"
            case .reset: "the connection ended before the request was sent (\(words))"
            default: words
            }
        return HTTPError(
            kind, message, host: entry.transfer.target.host, curlCode: Int32(code.raw.rawValue),
            requestMayHaveReachedServer: sent)
    }

    private static func kind(of code: CurlCode, _ detail: String?) -> HTTPError.Code {
        switch code.raw {
        case CURLE_OPERATION_TIMEDOUT:
            return .timedOut
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return .couldNotResolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY:
            return .couldNotConnect
        case CURLE_SSL_CONNECT_ERROR:
            // A peer that closes the connection during the handshake is a lost connection, not a problem of trust.
            let lost = detail.map { $0.contains("SSL_ERROR_SYSCALL") || $0.contains("reset by peer") } ?? false
            return lost ? .reset : .tls
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CRL_BADFILE, CURLE_USE_SSL_FAILED,
            CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CLIENTCERT:
            return .tls
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND:
            return .reset
        case CURLE_URL_MALFORMAT:
            return .badURL
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_TOO_MANY_REDIRECTS, CURLE_HTTP_RETURNED_ERROR,
            CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_REMOTE_ACCESS_DENIED:
            return .protocolError
        default:
            return .internalError
        }
    }
}
