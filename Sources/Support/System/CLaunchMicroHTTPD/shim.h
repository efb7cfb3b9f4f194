// libmicrohttpd, with typed wrappers of its variadic calls, which Swift cannot import.
#pragma once
#include <microhttpd.h>
#include <netinet/in.h>

// Some versions mark their enumerations as closed, others do not, so Swift has different names for the cases.
static const enum MHD_Result launch_mhd_yes = MHD_YES;
static const enum MHD_Result launch_mhd_no = MHD_NO;

// The options of `launch_mhd_start`.
typedef struct {
    const struct sockaddr_storage *address;
    unsigned int connections, connections_per_address, timeout_seconds;
    size_t memory_per_connection;
    // Called with `context`.
    void *context;
    MHD_AccessHandlerCallback request;
    MHD_NotifyConnectionCallback connection;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    // The library replaces escapes in a path by default. This function must return the length of the text.
    size_t (*unescape)(void *context, struct MHD_Connection *connection, char *text);
} launch_mhd_options;

// Starts a daemon with one thread of its own. NULL and errno if that fails. With epoll instead of poll, the library
// (0.9.75) misses the end of a connection that arrives together with data, and keeps the connection until its time limit.
static inline struct MHD_Daemon *launch_mhd_start(const launch_mhd_options *options) {
    // An IPv6 daemon for all addresses also gets the clients of IPv4.
    unsigned int family = options->address->ss_family == AF_INET6 ? MHD_USE_DUAL_STACK : MHD_NO_FLAG;
    return MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | family, 0, NULL, NULL, options->request,
        options->context,
        MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)options->address,
        MHD_OPTION_CONNECTION_LIMIT, options->connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->connections_per_address,
        MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->memory_per_connection,
        MHD_OPTION_NOTIFY_CONNECTION, options->connection, options->context,
        MHD_OPTION_URI_LOG_CALLBACK, options->target, options->context,
        MHD_OPTION_UNESCAPE_CALLBACK, options->unescape, options->context,
        MHD_OPTION_END);
}

// The port on which the daemon listens; 0 if the library does not know it.
static inline uint16_t launch_mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

// The socket of a connection; -1 if the library does not know it.
static inline int launch_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

// What the `connection` callback stored for the connection.
static inline void *launch_mhd_stored(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

// Whether the `connection` callback is called for a new connection.
static inline int launch_mhd_has_started(enum MHD_ConnectionNotificationCode code) {
    return code == MHD_CONNECTION_NOTIFY_STARTED;
}

static inline void launch_mhd_each_header(
    struct MHD_Connection *connection, MHD_KeyValueIterator take, void *context) {
    MHD_get_connection_values(connection, MHD_HEADER_KIND, take, context);
}

// A response with a copy of the body.
static inline struct MHD_Response *launch_mhd_response(size_t size, void *body) {
    return MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_COPY);
}
