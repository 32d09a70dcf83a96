"""Workloads that no controller here runs: stateful sets, jobs, cron jobs and what came before deployments."""

from collections.abc import Iterator
from datetime import datetime

from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import (
    AGE,
    NONE,
    container_columns,
    count,
    duration,
    field,
    pairs,
    selector,
    since,
)
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.kinds.pod_defaults import default_template
from labrunner.sandbox.kinds.templates import default_workload, selected_causes, template_causes
from labrunner.sandbox.objects import Object, at, is_true, metadata, moment

_CONTAINERS = container_columns("spec.template.spec.containers")
_SELECTOR = Column("Selector", lambda obj, now: selector(at(obj, "spec.selector")), priority=1)


def _stateful_defaults(draft: Object) -> None:
    spec = default_workload(draft)
    for key, value in (
        ("replicas", 1),
        ("podManagementPolicy", "OrderedReady"),
        ("revisionHistoryLimit", 10),
    ):
        spec.setdefault(key, value)
    strategy = spec.setdefault("updateStrategy", {})
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        strategy.setdefault("rollingUpdate", {}).setdefault("partition", 0)
    spec.setdefault("persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Retain", "whenScaled": "Retain"})


def _job_defaults(draft: Object) -> None:
    spec = default_workload(draft)
    _fill_job(spec)
    if not at(spec, "template.metadata.labels") or not spec.get("selector"):
        _label_job(draft, spec)


def _fill_job(spec: Object) -> None:
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    for key, value in (
        ("parallelism", 1),
        ("backoffLimit", 6),
        ("completionMode", "NonIndexed"),
        ("suspend", False),
        ("manualSelector", False),
        ("podReplacementPolicy", "TerminatingOrFailed"),
    ):
        spec.setdefault(key, value)


def _label_job(draft: Object, spec: Object) -> None:
    """Select a job's own pods by its uid, as the server does unless a job brings a selector."""
    own = {"batch.kubernetes.io/controller-uid": metadata(draft).get("uid", "")}
    named = {"batch.kubernetes.io/job-name": metadata(draft).get("name", "")}
    meta = spec["template"].setdefault("metadata", {})
    meta["labels"] = {**(meta.get("labels") or {}), **own, **named}
    spec["selector"] = {"matchLabels": own}


def _cron_defaults(draft: Object) -> None:
    spec = draft.setdefault("spec", {})
    for key, value in (
        ("concurrencyPolicy", "Allow"),
        ("suspend", False),
        ("successfulJobsHistoryLimit", 3),
        ("failedJobsHistoryLimit", 1),
    ):
        spec.setdefault(key, value)
    job = spec.setdefault("jobTemplate", {}).setdefault("spec", {})
    default_template(job.setdefault("template", {}))


def _job_causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    yield from template_causes(obj, "spec.template", ("OnFailure", "Never"))


def _job_status(obj: Object, now: datetime) -> str:
    for condition, word in (
        ("Complete", "Complete"),
        ("Failed", "Failed"),
        ("Suspended", "Suspended"),
        ("FailureTarget", "FailureTarget"),
        ("SuccessCriteriaMet", "SuccessCriteriaMet"),
    ):
        if is_true(obj, condition):
            return word
    return "Terminating" if metadata(obj).get("deletionTimestamp") else "Running"


def _completions(obj: Object, now: datetime) -> str:
    done, wanted = at(obj, "status.succeeded", 0), at(obj, "spec.completions")
    if wanted is not None:
        return f"{done}/{wanted}"
    parallel = at(obj, "spec.parallelism", 0)
    return f"{done}/1 of {parallel}" if parallel > 1 else f"{done}/1"


def _job_duration(obj: Object, now: datetime) -> str:
    start, end = at(obj, "status.startTime"), at(obj, "status.completionTime")
    if not start:
        return ""
    return duration((moment(end) - moment(start)).total_seconds()) if end else since(start, now)


def _last_schedule(obj: Object, now: datetime) -> str:
    last = at(obj, "status.lastScheduleTime")
    return since(last, now) if last else NONE


def _controller(obj: Object, now: datetime) -> str:
    for owner in metadata(obj).get("ownerReferences") or ():
        if owner.get("controller"):
            group = owner["apiVersion"].rpartition("/")[0]
            kind = owner["kind"].lower()
            return f"{kind}.{group}/{owner['name']}" if group else f"{kind}/{owner['name']}"
    return NONE


STATEFUL_SET = Behaviour(
    columns=(
        NAME,
        Column(
            "Ready", lambda obj, now: f"{at(obj, 'status.readyReplicas', 0)}/{at(obj, 'spec.replicas', 0)}"
        ),
        AGE,
        *_CONTAINERS,
    ),
    default=_stateful_defaults,
    validate=selected_causes,
    generation=True,
    sentence="the sandbox stores a StatefulSet but starts no pods for it",
)

JOB = Behaviour(
    columns=(
        NAME,
        Column("Status", _job_status),
        Column("Completions", _completions),
        Column("Duration", _job_duration),
        AGE,
        *_CONTAINERS,
        _SELECTOR,
    ),
    default=_job_defaults,
    validate=_job_causes,
    generation=True,
    sentence="the sandbox stores a Job but starts no pods for it",
)

CRON_JOB = Behaviour(
    columns=(
        NAME,
        field("Schedule", "spec.schedule"),
        field("Timezone", "spec.timeZone", NONE),
        Column("Suspend", lambda obj, now: str(at(obj, "spec.suspend", False))),
        Column("Active", lambda obj, now: len(at(obj, "status.active", ())), type="integer"),
        Column("Last Schedule", _last_schedule),
        AGE,
        *container_columns("spec.jobTemplate.spec.template.spec.containers"),
        Column("Selector", lambda obj, now: NONE, priority=1),
    ),
    default=_cron_defaults,
    generation=True,
    sentence="the sandbox stores a CronJob but starts no jobs for it",
)

REPLICATION_CONTROLLER = Behaviour(
    columns=(
        NAME,
        count("Desired", "spec.replicas"),
        count("Current", "status.replicas"),
        count("Ready", "status.readyReplicas"),
        AGE,
        *_CONTAINERS,
        Column("Selector", lambda obj, now: pairs(at(obj, "spec.selector")), priority=1),
    ),
    generation=True,
    sentence="the sandbox stores a ReplicationController but starts no pods for it",
)

POD_TEMPLATE = Behaviour(columns=(NAME, *container_columns("template.spec.containers"), AGE), generation=True)

CONTROLLER_REVISION = Behaviour(
    columns=(
        NAME,
        Column("Controller", _controller),
        field("Revision", "revision", 0, type="integer"),
        AGE,
    ),
    fidelity="real",
)
