"""What requests made up for the tests must not do, lest those after them find nothing."""

import os

import schemathesis

# The token by which the requests come, and the runs whose data they read.
KEPT = os.environ["NIANLUN_KEPT"].split(",")
NOBODY = "ffffffff-ffff-7fff-bfff-ffffffffffff"
# A position that the log will not have soon is waited for, five seconds each time.
FAR = 1_000_000
LAST = 2**63 - 1


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw.get("operationId")
    for operations, name in [("revokeToken", "token"), ("undoImport", "run")]:
        if operation == operations:
            word = str(case.path_parameters.get(name, ""))
            if any(kept.startswith(word.lower()) for kept in KEPT):
                case.path_parameters[name] = NOBODY
    position = str((case.query or {}).get("min_position", ""))
    if position.isdecimal() and FAR < int(position) <= LAST:
        case.query["min_position"] = 1
