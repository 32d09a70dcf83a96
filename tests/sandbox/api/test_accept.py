"""The client's `Accept` header decides how an answer is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labrunner.sandbox.api.accept import PLAIN, Form, choose
from labrunner.sandbox.errors import ApiError

TABLE = "application/json;as=Table;g=meta.k8s.io;v="
KUBECTL_GET = f"{TABLE}v1,{TABLE}v1beta1,application/json"
METADATA = ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
METADATA_ONLY = f"application/vnd.kubernetes.protobuf{METADATA},application/json{METADATA},application/json"


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", PLAIN),
        ("*/*", PLAIN),
        ("application/json", PLAIN),
        ("application/vnd.kubernetes.protobuf,application/json", PLAIN),
        ("application/json;stream=watch", PLAIN),
        ("text/html,application/xhtml+xml,*/*;q=0.8", PLAIN),
        ("application/yaml", Form(yaml=True)),
        ("application/yaml;q=0.5,application/json", PLAIN),
        (KUBECTL_GET, Form("table")),
        (METADATA_ONLY, Form("metadata")),
        (f"{TABLE}v1beta1,application/json", PLAIN),
        ("application/json;q=nonsense,application/yaml", Form(yaml=True)),
    ],
)
def test_the_first_form_that_is_written_here_is_chosen(header: str, form: Form) -> None:
    assert choose(header) == form


@pytest.mark.parametrize(
    "header", ["application/vnd.kubernetes.protobuf", "text/html", "application/json;as=Chart"]
)
def test_a_client_that_reads_nothing_of_ours_is_told(header: str) -> None:
    with pytest.raises(ApiError) as refusal:
        choose(header)
    assert refusal.value.code == 406


@given(st.text())
def test_any_header_is_understood_or_refused(header: str) -> None:
    try:
        choose(header)
    except ApiError as error:
        refusal = error
    else:
        return
    assert refusal.code == 406
