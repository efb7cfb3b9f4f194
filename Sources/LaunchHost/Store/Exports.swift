@_exported public import LaunchConfiguration
