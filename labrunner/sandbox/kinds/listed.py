"""Which behaviour belongs to which kind. A kind that is not listed is stored, and says so."""

from collections.abc import Mapping

from labrunner.sandbox.kinds.config import CONFIG_MAP, SECRET
from labrunner.sandbox.kinds.kind import Behaviour
from labrunner.sandbox.kinds.namespaces import NAMESPACE
from labrunner.sandbox.kinds.nodes import NODE
from labrunner.sandbox.kinds.pods import POD
from labrunner.sandbox.kinds.service_accounts import SERVICE_ACCOUNT

BEHAVIOURS: Mapping[tuple[str, str], Behaviour] = {
    ("", "ConfigMap"): CONFIG_MAP,
    ("", "Namespace"): NAMESPACE,
    ("", "Node"): NODE,
    ("", "Pod"): POD,
    ("", "Secret"): SECRET,
    ("", "ServiceAccount"): SERVICE_ACCOUNT,
}
