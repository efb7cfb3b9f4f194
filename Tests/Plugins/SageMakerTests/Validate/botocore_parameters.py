"""Checks CreateTrainingJob documents with the installed botocore's own validator, for BotocoreParameterTests.

Usage: botocore_parameters.py < DOCUMENTS, a JSON list. Prints a line with botocore's version, then a line for each
document with botocore's report, which is empty for a valid document. Members that this version of botocore does not
know are removed first. Exits with 3 if botocore is not installed.
"""

import json
import sys

try:
    import botocore
    import botocore.session
    from botocore.validate import ParamValidator
except ImportError:
    sys.exit(3)


def known(value, shape):
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: known(value[name], shape.members[name]) for name in value if name in shape.members}
    if shape.type_name == "list" and isinstance(value, list):
        return [known(one, shape.member) for one in value]
    return value


def main():
    service = botocore.session.get_session().get_service_model("sagemaker")
    shape = service.operation_model("CreateTrainingJob").input_shape
    print(json.dumps({"version": botocore.__version__}))
    for document in json.load(sys.stdin):
        print(json.dumps(ParamValidator().validate(known(document, shape), shape).generate_report()))


main()
