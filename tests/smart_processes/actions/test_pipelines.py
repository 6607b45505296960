"""Pipelines, stages and moves: changed as a whole, refused as a whole."""

from __future__ import annotations

import pytest

from accounts import grants
from accounts.choices import Action, Scope
from smart_processes import events
from smart_processes.actions import pipelines
from smart_processes.actions.records import delete_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.drafts import EdgeDraft, PipelineDraft, StageDraft
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.models import Item, Pipeline, Stage, StageTransition, StageVisit
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from smart_processes.selectors.configuration import pipeline_draft
from tests.factories.accounts import make_role
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db

WON = StageDraft(name="Won", code="WON", semantics="success")
SECOND = PipelineDraft(name="Partners", stages=(StageDraft(name="New"), WON))


def codes(pipeline: Pipeline) -> list[str]:
    """Return the stages in use, in order."""
    return [stage.code for stage in pipeline_draft(pipeline).stages]


def drawn(pipeline: Pipeline) -> set[str]:
    """Return the moves as `A>B`."""
    return {f"{e.source}>{e.target}" for e in pipeline_draft(pipeline).edges}


# --- pipelines ------------------------------------------------------------------------------


def test_a_second_pipeline_needs_the_switch():
    record_type = make_type("request")
    with pytest.raises(ConfigurationRefused, match="has one pipeline"):
        pipelines.create_pipeline(record_type, SECOND, actor=system(), grants_from=None)

    several = make_type("claim", has_pipelines=True)
    made = pipelines.create_pipeline(several, SECOND, actor=system(), grants_from=None)

    assert (made.code, made.is_default, codes(made)) == ("partners", False, ["NEW", "WON"])


def test_a_new_pipeline_gets_the_grants_of_another_one_when_asked():
    record_type = make_type("request", has_pipelines=True)
    first = record_type.pipelines.get()
    role = make_role(
        "clerk", {first: {"view": "own"}, first.stages.get(code="WON"): {"view": "none"}}
    )

    copied = pipelines.create_pipeline(record_type, SECOND, actor=system(), grants_from=first)
    bare = pipelines.create_pipeline(record_type, SECOND, actor=system(), grants_from=None)

    cells = {(c.target, c.target_id, c.scope) for c in grants.read_cells([role.pk])}
    assert ("pipeline", copied.pk, Scope.OWN) in cells
    assert ("stage", copied.stages.get(code="WON").pk, Scope.NONE) in cells
    assert not any(target == "pipeline" and pk == bare.pk for target, pk, _scope in cells)


def test_the_default_pipeline_is_replaced_never_left_out():
    record_type = make_type("request", has_pipelines=True)
    first = record_type.pipelines.get()
    second = pipelines.create_pipeline(record_type, SECOND, actor=system(), grants_from=None)

    with pytest.raises(ConfigurationRefused, match="default one instead"):
        pipelines.change_pipeline(first, {"is_default": False}, actor=system())
    with pytest.raises(ConfigurationRefused, match="is the default pipeline"):
        pipelines.delete_pipeline(first, actor=system())

    pipelines.change_pipeline(second, {"is_default": True}, actor=system())
    pipelines.delete_pipeline(first, actor=system())
    assert schema_for(system()).type("request").default_pipeline.code == "partners"


def test_records_of_a_deleted_pipeline_go_to_stages_of_the_same_meaning():
    record_type = make_type("request", "NEW > CALL > WON | LOST", has_pipelines=True)
    first = record_type.pipelines.get()
    second = pipelines.create_pipeline(record_type, SECOND, actor=system(), grants_from=None)
    pipelines.change_pipeline(second, {"is_default": True}, actor=system())
    going, done = make_item(first, stage="CALL"), make_item(first, stage="WON")

    with pytest.raises(ConfigurationRefused, match="holds records"):
        pipelines.delete_pipeline(first, actor=system())
    assert pipelines.delete_pipeline(first, move_to=second, actor=system()) == 2

    assert Item.objects.get(pk=going.pk).stage == "NEW"
    done = Item.objects.get(pk=done.pk)
    assert (done.stage, done.pipeline_id) == ("WON", second.pk)
    assert done.timeline.get(kind="pipeline_changed").body == {
        "from": ["main", "WON"],
        "to": ["partners", "WON"],
    }


# --- stages ---------------------------------------------------------------------------------


def test_a_stage_is_added_last_of_its_meaning_or_where_asked():
    pipeline = make_pipeline("NEW > CALL > WON | LOST")

    pipelines.add_stage(pipeline, StageDraft(name="Договор"), actor=system())
    pipelines.add_stage(pipeline, StageDraft(name="Meet"), after="NEW", actor=system())
    pipelines.add_stage(pipeline, StageDraft(name="Junk", semantics="failure"), actor=system())

    assert codes(pipeline) == ["NEW", "MEET", "CALL", "DOGOVOR", "WON", "LOST", "JUNK"]


def test_a_stage_added_between_drawn_moves_can_be_reached_and_left():
    pipeline = make_pipeline("NEW > CALL > WON | LOST", edges="NEW>CALL CALL>WON CALL>LOST")

    pipelines.add_stage(pipeline, StageDraft(name="Meet"), after="NEW", actor=system())
    pipelines.add_stage(pipeline, StageDraft(name="Junk", semantics="failure"), actor=system())

    assert {"NEW>MEET", "MEET>CALL", "NEW>JUNK", "MEET>JUNK", "CALL>JUNK"} <= drawn(pipeline)


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (StageDraft(name="Again", code="NEW"), "There is a stage “NEW” already"),
        (StageDraft(name="new"), "Two stages are called"),
        (StageDraft(name="Paid", semantics="success"), "Only one stage may mean success"),
        (StageDraft(name="Meet", code="small"), "capital Latin letters"),
        (StageDraft(name=""), "Name"),
        (StageDraft(name="Meet", required_from_here=("fax",)), "no field “fax”"),
    ],
)
def test_a_wrong_stage_is_refused_and_nothing_changes(draft, sentence):
    pipeline = make_pipeline("NEW > CALL > WON | LOST")

    with pytest.raises(ConfigurationRefused, match=sentence):
        pipelines.add_stage(pipeline, draft, actor=system())

    assert codes(pipeline) == ["NEW", "CALL", "WON", "LOST"]


def test_the_meaning_of_success_passes_from_one_stage_to_another():
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    with pytest.raises(ConfigurationRefused, match="no success stage"):
        pipelines.change_stage(
            pipeline.stages.get(code="WON"), {"semantics": "failure"}, actor=system()
        )

    draft = pipeline_draft(pipeline)
    meanings = {"CALL": "success", "WON": "in_progress"}
    stages = tuple(
        StageDraft(name=s.name, code=s.code, semantics=meanings.get(s.code, s.semantics))
        for s in draft.stages
    )
    pipelines.set_shape(pipeline, PipelineDraft(name="Main", stages=stages), actor=system())

    assert pipeline.stages.get(semantics="success").code == "CALL"


def test_a_used_code_never_changes_but_the_name_does():
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    make_item(pipeline)
    new, call = pipeline.stages.get(code="NEW"), pipeline.stages.get(code="CALL")

    with pytest.raises(ConfigurationRefused, match="in use and never changes"):
        pipelines.change_stage(new, {"code": "FRESH"}, actor=system())
    pipelines.change_stage(new, {"name": "Fresh"}, actor=system())
    pipelines.change_stage(call, {"code": "TALK"}, actor=system())

    assert codes(pipeline) == ["NEW", "TALK", "WON", "LOST"]
    assert pipeline.stages.get(code="NEW").name == "Fresh"


def test_stages_are_put_into_another_order():
    pipeline = make_pipeline("NEW > CALL > MEET > WON | LOST")

    pipelines.reorder_stages(pipeline, ["LOST", "MEET", "NEW"], actor=system())

    assert codes(pipeline) == ["MEET", "NEW", "CALL", "WON", "LOST"]


def test_deleting_a_stage_asks_where_its_records_go():
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    make_item(pipeline, stage="CALL")
    delete_record(make_item(pipeline, stage="CALL"), actor=system())
    call = pipeline.stages.get(code="CALL")

    with pytest.raises(ConfigurationRefused, match=r"holds 2 records\. Choose") as refused:
        pipelines.delete_stage(call, actor=system())

    assert (refused.value.params["stage"], refused.value.params["count"]) == ("CALL", 2)
    assert codes(pipeline) == ["NEW", "CALL", "WON", "LOST"]


def test_records_of_a_deleted_stage_move_with_their_history():
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    record = make_item(pipeline, stage="CALL", amount="5 EUR")
    entered: list[events.StageEntered] = []
    events.subscribe(events.StageEntered, entered.append)

    call = pipeline.stages.get(code="CALL")
    pipelines.delete_stage(call, move_records_to=pipeline.stages.get(code="NEW"), actor=system())
    events._listeners[events.StageEntered].remove(entered.append)

    moved = Item.objects.get(pk=record.pk)
    assert (moved.stage, moved.version) == ("NEW", record.version + 1)
    assert moved.timeline.get(kind="moved").body == {"from": "CALL", "to": "NEW"}
    visits = StageVisit.objects.filter(item=moved).values_list("stage__code", "left_at")
    assert [(code, left is None) for code, left in visits] == [("CALL", False), ("NEW", True)]
    assert [(e.source, e.target, e.item_id) for e in entered] == [("CALL", "NEW", moved.pk)]
    type_schema = schema_for(system()).of(moved)
    columns = board_columns(
        actor=system(), type_schema=type_schema, pipeline=type_schema.default_pipeline
    )
    assert (columns[0].record_count, columns[0].amount_minor) == (1, 500)


def test_a_stage_with_a_past_is_retired_and_may_come_back_one_without_is_deleted():
    pipeline = make_pipeline("NEW > CALL > MEET > WON | LOST")
    make_item(pipeline, stage="CALL")
    goal = pipeline.stages.get(code="NEW")
    for code in ("CALL", "MEET"):
        stage = pipeline.stages.get(code=code)
        pipelines.delete_stage(stage, move_records_to=goal, actor=system())

    assert pipeline.stages.get(code="CALL").retired_at is not None
    assert not pipeline.stages.filter(code="MEET").exists()

    pipelines.add_stage(pipeline, StageDraft(name="Call", code="CALL"), actor=system())
    assert codes(pipeline) == ["NEW", "CALL", "WON", "LOST"]


def test_moves_are_drawn_on_over_a_deleted_stage():
    pipeline = make_pipeline("NEW > CALL > WON | LOST", edges="NEW>CALL CALL>WON CALL>LOST")

    pipelines.delete_stage(pipeline.stages.get(code="CALL"), actor=system())

    assert drawn(pipeline) == {"NEW>WON", "NEW>LOST"}


def test_more_records_than_one_batch_are_moved(monkeypatch):
    monkeypatch.setattr("smart_processes.actions.relocation.BATCH", 2)
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    for _ in range(5):
        make_item(pipeline, stage="CALL")

    pipelines.delete_stage(
        pipeline.stages.get(code="CALL"),
        move_records_to=pipeline.stages.get(code="WON"),
        actor=system(),
    )

    assert Item.objects.filter(pipeline=pipeline, stage="WON").count() == 5


# --- moves ----------------------------------------------------------------------------------


def test_drawn_moves_are_all_that_is_allowed():
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    role = make_role("boss")
    edges = [
        EdgeDraft(source="NEW", target="CALL", required_fields=("amount",)),
        EdgeDraft(source="CALL", target="WON", roles=("boss",)),
        EdgeDraft(source="CALL", target="LOST"),
    ]

    pipelines.set_edges(pipeline, edges, actor=system())
    pipelines.set_edges(pipeline, edges, actor=system())

    assert pipeline_draft(pipeline).edges == tuple(edges)
    assert StageTransition.objects.get(roles=role).target.code == "WON"
    record = make_item(pipeline, amount="1 EUR")
    assert move_to_stage(record, "CALL", actor=system()).stage == "CALL"


@pytest.mark.parametrize(
    ("edge", "sentence"),
    [
        (EdgeDraft(source="NEW", target="SIGNED"), "“SIGNED”, which is no stage"),
        (EdgeDraft(source="NEW", target="WON", roles=("ghost",)), "no role “ghost”"),
        (EdgeDraft(source="NEW", target="WON", required_fields=("fax",)), "no field “fax”"),
        (EdgeDraft(source="NEW", target="CALL"), "no moves lead to an end"),
    ],
)
def test_wrong_moves_are_refused(edge, sentence):
    pipeline = make_pipeline("NEW > CALL > WON")
    edges = [edge]
    if edge.target != "CALL":
        edges += [EdgeDraft(source="NEW", target="CALL"), EdgeDraft(source="CALL", target="WON")]

    with pytest.raises(ConfigurationRefused, match=sentence):
        pipelines.set_edges(pipeline, edges, actor=system())

    assert drawn(pipeline) == set()


def test_a_stage_of_another_pipeline_is_no_target():
    other = make_pipeline("START > END")
    pipeline = make_pipeline("NEW > WON")

    with pytest.raises(ConfigurationRefused):
        pipelines.set_edges(
            pipeline, [EdgeDraft(source="NEW", target=other.stages.first().code)], actor=system()
        )


def test_a_change_of_grants_is_not_a_change_of_stages():
    pipeline = make_pipeline("NEW > WON")
    role = make_role("clerk", {pipeline: {"view": "all"}})
    pipelines.reorder_stages(pipeline, ["NEW"], actor=system())

    (cell,) = grants.read_cells([role.pk])
    assert (cell.action, cell.scope) == (Action.VIEW, Scope.ALL)
    assert Stage.objects.filter(pipeline=pipeline).count() == 2
