"""The paper's geometry with random weights on a GPU: clips and tokens a second, memory, share of the roofline.

The roofline is measured in the same run: half-precision products of large matrices for what computes, copies of large
tensors for what reads weights. Without a GPU there is nothing to say, and nothing is said.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForCausalLM

from benchmarks.figure import Figure, figures_print
from ml.checkpoints.folder import write_parts
from ml.checkpoints.geometry import PUBLISHED, Geometry
from ml.checkpoints.random_weights import converted_tensors, llm_config
from ml.model.eva_blip2 import EvaBlip2Backbone
from ml.model.vador import single_vador
from ml.model.video_llama_former import load_video_llama_former

FRAMES = 8
REPEATS = 7
CLIPS = (1, 8, 16)
VADOR_CLIPS = 256
PROMPT_TOKENS, NEW_TOKENS = 128, 64
ANSWERS = (1, 8)


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """Median of a few runs, after one that does not count."""
    took = []
    for _ in range(REPEATS + 1):
        _wait(device)
        began_at = time.perf_counter()
        work()
        _wait(device)
        took.append(time.perf_counter() - began_at)
    return statistics.median(took[1:])


def flops(work: Callable[[], object]) -> int:
    """Floating-point operations, a multiplication and an addition counting as two."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()


def roofline(device: torch.device, dtype: torch.dtype, side: int) -> tuple[float, float]:
    """Operations a second of a product of square matrices, and bytes a second that a copy reads."""
    a, b = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    target = torch.empty_like(a)
    compute = 2 * side**3 / seconds(lambda: torch.mm(a, b, out=target), device)
    source = torch.empty(side * side * 8, device=device, dtype=torch.uint8)
    copy = torch.empty_like(source)
    # A copy reads and writes: both halves are traffic.
    return compute, 2 * source.numel() / seconds(lambda: copy.copy_(source), device)


def figures(geometry: Geometry, device: torch.device, *, side: int) -> list[Figure]:
    """All figures of one geometry on one device; `side` is that of the roofline's matrices."""
    with tempfile.TemporaryDirectory(prefix="vigil-full-size-") as name, torch.no_grad():
        folder = Path(name)
        write_parts(folder, converted_tensors(geometry, seed=0), geometry)
        compute, bandwidth = roofline(device, torch.float16 if device.type == "cuda" else torch.float32, side)
        measured = [
            Figure("roofline: half-precision products", compute / 1e12, "TFLOP/s"),
            Figure("roofline: memory traffic", bandwidth / 1e9, "GB/s"),
            *_backbone(folder, geometry, device, compute),
            *_vador(folder, geometry, device),
        ]
    return measured + _language(geometry, device, bandwidth)


def _backbone(folder: Path, geometry: Geometry, device: torch.device, compute: float) -> list[Figure]:
    backbone = EvaBlip2Backbone(
        folder,
        frames_per_clip=FRAMES,
        input_px=geometry.image_px,
        tokens=FRAMES * geometry.queries,
        width=geometry.width,
        dtype="float16",
        device=device,
    )
    _forget_peak(device)
    measured = []
    for clips in CLIPS:
        shape = (clips * FRAMES, geometry.image_px, geometry.image_px, 3)
        frames = torch.randint(0, 256, shape, dtype=torch.uint8)
        took_s = seconds(lambda frames=frames: backbone.clip_tokens(frames).half().cpu(), device)
        share = flops(lambda frames=frames: backbone.clip_tokens(frames)) / took_s / compute
        measured.append(Figure(f"frames to tokens, {clips} clips at once", clips / took_s, "clips/s"))
        measured.append(Figure(f"frames to tokens, {clips} clips at once", 100 * share, "%", "the roofline"))
    return [*measured, *_peak("frames to tokens", device)]


def _vador(folder: Path, geometry: Geometry, device: torch.device) -> list[Figure]:
    former = load_video_llama_former(folder, frame_tokens=geometry.queries)
    vador = single_vador(former, dim=geometry.width, hidden=geometry.predictor_hidden).to(device)
    tokens = torch.randn(VADOR_CLIPS, FRAMES * geometry.queries, geometry.width, device=device)
    took_s = seconds(lambda: vador(tokens).probability_C, device)
    return [Figure("tokens to scores, one branch", VADOR_CLIPS / took_s, "clips/s")]


def _language(geometry: Geometry, device: torch.device, bandwidth: float) -> list[Figure]:
    with torch.device(device):
        llm = AutoModelForCausalLM.from_config(llm_config(geometry), dtype=torch.bfloat16).eval()
    weights = sum(values.numel() * values.element_size() for values in llm.parameters())
    _forget_peak(device)
    measured = []
    for answers in ANSWERS:
        prompt = torch.randint(3, geometry.llm_vocabulary, (answers, PROMPT_TOKENS), device=device)

        def generated(count: int, prompt: torch.Tensor = prompt) -> object:
            is_text = torch.ones_like(prompt)
            return llm.generate(
                prompt, attention_mask=is_text, do_sample=False, min_new_tokens=count, max_new_tokens=count
            )

        first_s, all_s = (seconds(lambda count=count: generated(count), device) for count in (1, NEW_TOKENS))
        step_s = max(all_s - first_s, 1e-9) / (NEW_TOKENS - 1)
        measured += [
            Figure(f"answers, {answers} at once", answers / step_s, "tokens/s"),
            Figure(f"answers, {answers} at once", 100 * weights / step_s / bandwidth, "%", "the roofline of reading"),
            Figure(f"until the first token, {answers} at once", first_s, "s"),
        ]
    return [*measured, *_peak("answers", device)]


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _forget_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def _peak(what: str, device: torch.device) -> list[Figure]:
    if device.type != "cuda":
        return []
    return [Figure(f"{what}, peak memory", torch.cuda.max_memory_allocated(device) / 2**30, "GiB")]


def main() -> None:
    if not torch.cuda.is_available():
        sys.stderr.write("no GPU: the paper's geometry is not measured\n")
        figures_print([])
        return
    figures_print(figures(PUBLISHED, torch.device("cuda"), side=8192))


if __name__ == "__main__":
    main()
