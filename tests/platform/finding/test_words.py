import pytest

from vigil.finding.words import SHOWN, marked, wanted


@pytest.mark.parametrize(
    ("text", "english", "simple"),
    [
        ("two men fight", "two & men & fight:*", ""),
        ("打架", "", "(打架)"),
        ("有人打架", "", "(有人 <-> 人打 <-> 打架)"),
        ("火", "", "火:*"),
        ("camera_2 打架", "camera & 2", "(打架)"),
        ("a' | b & !c:* <-> (d)", "a & b & c & d", ""),
        ("!!! ()", "", ""),
    ],
)
def test_what_somebody_types_becomes_terms_and_nothing_else(text, english, simple):
    found = wanted(text)
    assert (found.english, found.simple) == (english, simple)
    assert found.is_empty is not bool(english or simple)


def shown(text: str, query: str) -> str:
    return "".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in marked(text, wanted(query).marks))


def test_words_and_their_forms_are_marked():
    assert shown("Two men fighting; they fought and kick.", "fights") == "Two men [fighting]; they fought and kick."
    assert shown("有人在门口打架。", "打架") == "有人在门口[打架]。"
    assert shown("<b>Kick</b>", "kick") == "<b>[Kick]</b>"


def test_of_a_long_text_the_place_of_the_first_mark_is_shown():
    text = "nothing here " * 500 + "a kick " + "and so on " * 500
    found = shown(text, "kick")
    assert found.startswith("… ") and found.endswith(" …") and "[kick]" in found and len(found) < SHOWN + 20
