"""What people and models said is found, in English and Chinese, in one project."""

import pytest
from django.db import connection

from tests.factories import (
    AnnotationFactory,
    ModelVersionFactory,
    PredictedSegmentFactory,
    PredictionFactory,
    ProjectFactory,
    SegmentFactory,
    UserFactory,
    VideoFactory,
)
from vigil.finding.search import sentences_found
from vigil.finding.statements import statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


def said(project, explanation, **more):
    annotation = AnnotationFactory(video=VideoFactory(project=project))
    return SegmentFactory(annotation=annotation, explanation=explanation, **more)


def found(project, text, **asked):
    return sentences_found(project=project, user=UserFactory(), model=asked.pop("model", None), text=text, **asked)


def texts(hits):
    return ["".join(piece.text for piece in hit.pieces) for hit in hits.hits]


def test_every_word_has_to_stand_in_the_sentence_in_whatever_form(project):
    said(project, "Two men are fighting near the exit.")
    said(project, "A man leaves by the exit.", label="Loitering")
    assert texts(found(project, "fights exit")) == ["Two men are fighting near the exit."]
    assert len(found(project, "exit").hits) == 2
    assert texts(found(project, "the fi")) == []
    assert texts(found(project, "fig")) == ["Two men are fighting near the exit."]


def test_chinese_is_found_without_blanks(project):
    said(project, "两名男子在出口附近打架，随后逃跑。")
    said(project, "一名男子在出口处等人，架子倒了。")
    assert texts(found(project, "打架")) == ["两名男子在出口附近打架，随后逃跑。"]
    assert texts(found(project, "出口附近")) == ["两名男子在出口附近打架，随后逃跑。"]
    assert len(found(project, "男子").hits) == len(found(project, "出").hits) == 2
    assert texts(found(project, "口打")) == []


def test_who_said_it_and_where_come_along(project):
    segment = said(project, "A kick.", start_ms=4000, end_ms=6000, label="Vandalism")
    [hit] = found(project, "kick").hits
    assert (hit.source, hit.start_ms, hit.end_ms, hit.label) == ("people", 4000, 6000, "Vandalism")
    assert (hit.who, hit.video_id) == (segment.annotation.user.username, segment.annotation.video_id)


def test_dialogues_the_models_sentences_and_names_are_searched_and_counted(project):
    version = ModelVersionFactory(project=project)
    turns = [{"role": "user", "text": "Who ran?"}, {"role": "assistant", "text": "A thief with a bicycle."}]
    said(project, "Nothing.", dialogue=turns)
    video = VideoFactory(project=project, name="bicycle_stand_02.mp4")
    prediction = PredictionFactory(video=video, model_version=version, judgement={"text": "A bicycle falls."})
    PredictedSegmentFactory(prediction=prediction, explanation="Somebody takes a bicycle.")
    old = PredictionFactory(video=video, model_version=ModelVersionFactory(project=project, state="archived"))
    PredictedSegmentFactory(prediction=old, explanation="An old bicycle.")
    hits = found(project, "bicycle", model=version)
    assert hits.counts == {"dialogue": 1, "model": 2, "video": 1} and not hits.is_capped
    assert texts(found(project, "bicycle", model=version, sources=["dialogue"])) == [
        "Who ran? — A thief with a bicycle."
    ]
    assert {hit.who for hit in hits.hits if hit.source == "model"} == {version.name}
    of_models = found(project, "bicycle", model=version, sources=["model"], label="Fighting")
    assert texts(of_models) == ["Somebody takes a bicycle."]


def test_other_projects_frozen_truths_and_rejected_segments_are_not_found(project):
    said(ProjectFactory(), "A kick elsewhere.")
    said(project, "A rejected kick.", outcome="rejected")
    truth = AnnotationFactory(video=VideoFactory(project=project), user=None, is_frozen_truth=True)
    SegmentFactory(annotation=truth, explanation="A true kick.")
    assert found(project, "kick").found == 0


def test_the_best_hit_comes_first_and_pages_go_on(project):
    for n in range(5):
        said(project, f"Somebody kicks a sign {'and waits ' * 20 * n}")
    first = found(project, "kick", most=3)
    assert first.found == 5 and len(first.hits) == 3
    assert texts(first)[0] == "Somebody kicks a sign "
    assert len(found(project, "kick", most=3, first=3).hits) == 2
    beyond = found(project, "kick", most=3, first=30)
    assert beyond.hits == [] and beyond.found == 5


@pytest.mark.parametrize("text", ["", "   ", "' OR 1=1 --", "%s", "the", "\\", "a" * 500, "打" * 300, ":*&|!"])
def test_whatever_is_typed_is_no_error(project, text):
    said(project, "A kick.")
    assert found(project, text).found == 0


def test_a_text_of_a_hundred_thousand_characters_is_kept(project):
    said(project, "打架" * 50_000)
    said(project, "kick " * 20_000)
    assert found(project, "打架").found == found(project, "kick").found == 1


def test_the_search_reads_an_index(project):
    said(project, "A kick.")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM annotations_segment s WHERE vigil_search_vector(s.explanation || ' ' || s.label)"
            " @@ to_tsquery('english', 'kick')"
        )
        assert "search_people" in str(cursor.fetchall())


def test_what_is_not_submitted_yet_is_found_by_its_author_alone(project):
    draft = said(project, "A half-baked umbrella thought.")
    draft.annotation.state = "draft"
    draft.annotation.save()
    assert found(project, "umbrella").hits == []
    mine = sentences_found(project=project, user=draft.annotation.user, model=None, text="umbrella")
    assert texts(mine) == ["A half-baked umbrella thought."]


def test_words_behind_a_line_break_or_a_tab_in_a_dialogue_are_found(project):
    turns = [{"role": "user", "text": "First line\numbrella here"}, {"role": "assistant", "text": 'It\train "wet"'}]
    said(project, "Nothing.", dialogue=turns)
    for word in ("umbrella", "rain", "first", "wet", "line umbrella rain"):
        assert texts(found(project, word)) == ['First line\numbrella here — It\train "wet"'], word
    assert found(project, "numbrella").hits == []


def test_what_somebody_is_blind_to_is_left_out_by_a_look_at_a_table_of_its_own_type():
    """Compared as any other type, each of ten thousand numbers would be compared with each hit."""
    blind = list(range(1, 50))
    given = {
        "english": "man", "simple": "", "project": 1, "user": 1, "blind": blind, "label": "", "model": 0,
        "model_name": "", "ranked": 1000, "first": 0, "most": 25,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN VERBOSE " + statement(["people"]), given)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "id <> ALL ('{1,2,3" in plan
    assert "::bigint[])" in plan and "::numeric" not in plan
