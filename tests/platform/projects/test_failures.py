"""Reasons that workers kept in English reach people in their own language."""

import ast
import re

import pytest
from django.utils import translation

from vigil.config.texts import PLATFORM
from vigil.gpu.reasons import in_words
from vigil.projects.failures import BLANK, KNOWN, failure_told


def sentences_written() -> set[str]:
    """Every text of the platform's code with `{}` for what is filled in."""
    written: set[str] = set()
    for path in PLATFORM.rglob("*.py"):
        if path.name == "failures.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                written.add("".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values))
    return written


@pytest.mark.parametrize("text", KNOWN)
def test_each_known_reason_is_one_that_is_still_written(text: str) -> None:
    looked_for = re.compile(re.escape(BLANK.sub("{}", text)).replace(re.escape("{}"), r"(\{\}|\{\}.*)"))
    assert any(looked_for.fullmatch(one) for one in sentences_written())


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("the file is empty (0 bytes); copy it again", "文件为空（0 字节）；请重新复制"),
        (
            "the file is cut off: 1,024 bytes are missing at its end and nothing of it can be read; copy it again",
            "文件不完整：末尾缺少 1,024 字节，无法读取任何内容；请重新复制",
        ),
        ("only 3 of its 20 frames can be decoded; the file is damaged", "共 20 帧，只有 3 帧可以解码；文件已损坏"),
        (
            "it is in the project already, labelled normal; that label was kept",
            "项目中已有此视频，标签为 normal；该标签已保留",
        ),
        ("nobody ever wrote this", "nobody ever wrote this"),
        ("", ""),
    ],
)
def test_a_known_reason_is_told_and_any_other_shown_as_it_is(reason: str, told: str) -> None:
    with translation.override("zh-hans"):
        assert failure_told(reason) == told
    with translation.override("en"):
        assert failure_told(reason) == reason


def test_what_the_gpu_worker_says_is_known() -> None:
    with translation.override("zh-hans"):
        assert failure_told(in_words(MemoryError())).startswith("内存不足")
        assert failure_told(in_words(KeyError("x"))).startswith("意外错误 KeyError：")
