"""Volumes that outlive pods, and what provides them. All of it is only stored."""

from datetime import datetime

from labrunner.sandbox.kinds.cells import AGE, field, size
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.objects import Object, annotations, at, is_deleting, name

_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_UNSET = "<unset>"


def _modes(path: str) -> Column:
    def cell(obj: Object, now: datetime) -> str:
        return ",".join(_MODES[each] for each in _MODES if each in at(obj, path, ()))

    return Column("Access Modes", cell)


def _phase(obj: Object, now: datetime) -> str:
    return "Terminating" if is_deleting(obj) else str(at(obj, "status.phase", ""))


def _claim(obj: Object, now: datetime) -> str:
    found = at(obj, "spec.claimRef")
    return f"{found.get('namespace', '')}/{found.get('name', '')}" if found else ""


def _volume_defaults(draft: Object) -> None:
    spec = draft.setdefault("spec", {})
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")
    draft.setdefault("status", {"phase": "Pending"})


def _claim_defaults(draft: Object) -> None:
    draft.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
    draft.setdefault("status", {"phase": "Pending"})


def _class_defaults(draft: Object) -> None:
    draft.setdefault("reclaimPolicy", "Delete")
    draft.setdefault("volumeBindingMode", "Immediate")


def _class_name(obj: Object, now: datetime) -> str:
    return f"{name(obj)} (default)" if annotations(obj).get(DEFAULT_CLASS) == "true" else name(obj)


PERSISTENT_VOLUME = Behaviour(
    columns=(
        NAME,
        field("Capacity", "spec.capacity.storage"),
        _modes("spec.accessModes"),
        field("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
        Column("Status", _phase),
        Column("Claim", _claim),
        field("StorageClass", "spec.storageClassName"),
        field("VolumeAttributesClass", "spec.volumeAttributesClassName", _UNSET),
        field("Reason", "status.reason"),
        AGE,
        field("VolumeMode", "spec.volumeMode", _UNSET, priority=1),
    ),
    default=_volume_defaults,
    sentence="the sandbox stores a PersistentVolume but attaches no storage",
)

PERSISTENT_VOLUME_CLAIM = Behaviour(
    columns=(
        NAME,
        Column("Status", _phase),
        field("Volume", "spec.volumeName"),
        field("Capacity", "status.capacity.storage"),
        _modes("status.accessModes"),
        field("StorageClass", "spec.storageClassName"),
        field("VolumeAttributesClass", "spec.volumeAttributesClassName", _UNSET),
        AGE,
        field("VolumeMode", "spec.volumeMode", _UNSET, priority=1),
    ),
    default=_claim_defaults,
    sentence="the sandbox stores a PersistentVolumeClaim but provides no volume for it",
)

STORAGE_CLASS = Behaviour(
    columns=(
        Column("Name", _class_name, format="name"),
        field("Provisioner", "provisioner"),
        field("ReclaimPolicy", "reclaimPolicy"),
        field("VolumeBindingMode", "volumeBindingMode"),
        Column("AllowVolumeExpansion", lambda obj, now: bool(obj.get("allowVolumeExpansion"))),
        AGE,
    ),
    default=_class_defaults,
    sentence="the sandbox stores a StorageClass but provisions no volumes",
)

CSI_NODE = Behaviour(columns=(NAME, size("Drivers", "spec.drivers"), AGE), fidelity="emulated")

CSI_DRIVER = Behaviour(
    columns=(
        NAME,
        Column("AttachRequired", lambda obj, now: at(obj, "spec.attachRequired", True)),
        Column("PodInfoOnMount", lambda obj, now: at(obj, "spec.podInfoOnMount", False)),
        Column("StorageCapacity", lambda obj, now: at(obj, "spec.storageCapacity", False)),
        Column("Modes", lambda obj, now: ",".join(at(obj, "spec.volumeLifecycleModes", ["Persistent"]))),
        AGE,
    ),
)

VOLUME_ATTACHMENT = Behaviour(
    columns=(
        NAME,
        field("Attacher", "spec.attacher"),
        field("PV", "spec.source.persistentVolumeName"),
        field("Node", "spec.nodeName"),
        field("Attached", "status.attached", False),
        AGE,
    ),
)
