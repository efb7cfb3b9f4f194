// The host in one import, for programs that have every part of it.
@_exported public import LaunchAgent
