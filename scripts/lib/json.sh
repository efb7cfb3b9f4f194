# shellcheck shell=bash
# Reads fields out of a JSON document on standard input; python3 is needed anyway.

# json_field PATH: the value at a path such as image.reference; 1 and nothing printed where there is none.
json_field() {
    python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value.get(key) if isinstance(value, dict) else None
if value is None:
    sys.exit(1)
print(value if isinstance(value, str) else json.dumps(value))
' "$1"
}

# json_paths: every outputs[].path, one a line.
json_paths() {
    python3 -c '
import json, sys
for output in json.load(sys.stdin).get("outputs") or []:
    print(output["path"])
'
}
