// A plugin imports this module alone.
@_exported public import LaunchCore
