import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from converted import published_small

from ml.checkpoints.conversion import ConversionRefused, convert
from ml.checkpoints.geometry import PUBLISHED, SMALL
from ml.checkpoints.published_files import PublishedFile, read_published

NAMES = {
    "eva": "eva_vit_g.pth",
    "blip2": "blip2_pretrained_flant5xxl.pth",
    "video_llama": "video_llama.pth",
    "vad_llama": "vad_llama.pth",
}


@pytest.fixture(scope="module")
def downloaded(tmp_path_factory):
    folder = published_small(tmp_path_factory.mktemp("weights"))
    return {role: read_published(folder / name) for role, name in NAMES.items()}


def changed(file, **changes):
    """A copy of a file with other tensors; None takes one away."""
    tensors = {**file.tensors, **{name: values for name, values in changes.items() if values is not None}}
    return PublishedFile(
        file.path, {name: values for name, values in tensors.items() if changes.get(name, values) is not None}, ()
    )


def test_a_plain_set_of_files_is_converted_and_every_key_accounted_for(downloaded):
    parts, account = convert(downloaded, SMALL)
    assert set(parts) == {"vision", "qformer", "video_qformer", "adaptor", "detector"}
    assert account.unmatched == account.missing == account.misshapen == account.overruled == account.absent_parts == ()
    told = {place for tensors in account.written.values() for each in tensors.values() for place in each.split(" + ")}
    told |= {place for places in account.left_out.values() for place in places}
    doubled = {name for name in downloaded["video_llama"].tensors if name in downloaded["vad_llama"].tensors}
    whole = {
        f"{NAMES[role]}: {'visual_encoder.' * (role == 'eva')}{name}"
        for role, file in downloaded.items()
        for name in file.tensors
    }
    # What two files say alike is told once.
    assert {place for place in whole - told if place.split(": ")[1] not in doubled} == set()


def test_keys_of_attention_get_no_bias(downloaded):
    parts, account = convert(downloaded, SMALL)
    query, key, value = parts["vision"]["encoder.layers.1.self_attn.qkv.bias"].chunk(3)
    eva = downloaded["eva"].tensors
    assert torch.equal(query, eva["blocks.1.attn.q_bias"])
    assert torch.equal(value, eva["blocks.1.attn.v_bias"])
    assert not key.any()
    assert account.written["vision"]["encoder.layers.1.self_attn.qkv.bias"] == (
        "eva_vit_g.pth: visual_encoder.blocks.1.attn.q_bias + eva_vit_g.pth: visual_encoder.blocks.1.attn.v_bias"
    )


def test_unknown_keys_are_listed_with_their_file(downloaded):
    files = {**downloaded, "blip2": changed(downloaded["blip2"], surprise=torch.ones(1))}
    assert convert(files, SMALL)[1].unmatched == ("blip2_pretrained_flant5xxl.pth: surprise",)


def test_missing_keys_are_all_listed(downloaded):
    files = {
        **downloaded,
        "blip2": changed(
            downloaded["blip2"], **{"ln_vision.bias": None, "Qformer.bert.embeddings.LayerNorm.bias": None}
        ),
    }
    with pytest.raises(ConversionRefused, match="2 keys are missing, of Qformer, ln_vision") as refused:
        convert(files, SMALL)
    assert refused.value.account.missing == ("ln_vision.bias", "Qformer.bert.embeddings.LayerNorm.bias")
    assert refused.value.account.missing_modules == ()


def test_a_file_that_was_not_named_is_missing_as_a_whole(downloaded):
    files = {role: file for role, file in downloaded.items() if role != "eva"}
    with pytest.raises(ConversionRefused, match="nothing of visual_encoder is in these files; name .* holds it: --eva"):
        convert(files, SMALL)


def test_a_wrong_shape_is_named_with_both_shapes(downloaded):
    files = {**downloaded, "blip2": changed(downloaded["blip2"], query_tokens=torch.ones(1, 32, 24))}
    with pytest.raises(ConversionRefused, match=r"flant5xxl.pth: query_tokens is \[1, 32, 24\], not \[1, 4, 24\]"):
        convert(files, SMALL)


def test_files_of_another_size_are_refused(downloaded):
    with pytest.raises(ConversionRefused, match="these files are of another architecture"):
        convert(downloaded, PUBLISHED)


def test_broken_numbers_are_refused(downloaded):
    broken = torch.full((1, 4, 24), float("nan"))
    files = {**downloaded, "blip2": changed(downloaded["blip2"], query_tokens=broken)}
    with pytest.raises(ConversionRefused, match="query_tokens holds broken numbers"):
        convert(files, SMALL)


def test_frozen_tensors_are_video_llamas_and_trained_ones_vad_llamas(downloaded):
    theirs = {name: torch.full_like(values, 0.5) for name, values in downloaded["video_llama"].tensors.items()}
    files = {**downloaded, "vad_llama": changed(downloaded["vad_llama"], **theirs)}
    parts, account = convert(files, SMALL)
    assert torch.equal(parts["video_qformer"]["query_tokens"], downloaded["video_llama"].tensors["video_query_tokens"])
    assert (parts["adaptor"]["video_proj.weight"] == 0.5).all()
    assert "vad_llama.pth: video_query_tokens (taken from video_llama.pth)" in account.overruled
    assert "video_llama.pth: llama_proj.weight (taken from vad_llama.pth)" in account.overruled


def test_a_copy_in_half_precision_is_no_contradiction(downloaded):
    halves = {name: values.half() for name, values in downloaded["blip2"].tensors.items() if name != "t5_proj.weight"}
    files = {**downloaded, "vad_llama": changed(downloaded["vad_llama"], **halves)}
    parts, account = convert(files, SMALL)
    assert account.overruled == ()
    assert parts["qformer"]["query_tokens"].dtype == torch.float32


def test_without_vad_llama_there_is_no_detector_and_half_an_adaptor(downloaded):
    files = {role: file for role, file in downloaded.items() if role != "vad_llama"}
    parts, account = convert(files, SMALL)
    assert set(parts["adaptor"]) == {"video_proj.weight", "video_proj.bias"}
    assert "detector" not in parts
    assert account.absent_parts == ("LTC_fcs_L", "LTC_fcs_S", "vad_decoder", "vad_proj")


def test_half_a_predictor_is_refused(downloaded):
    files = {**downloaded, "vad_llama": changed(downloaded["vad_llama"], **{"vad_decoder.fc_1.bias": None})}
    with pytest.raises(ConversionRefused, match="1 keys are missing, of vad_decoder"):
        convert(files, SMALL)


def test_one_checkpoint_may_hold_everything(downloaded):
    eva = {f"visual_encoder.{name}": values for name, values in downloaded["eva"].tensors.items()}
    rest = {
        name: values
        for role in ("blip2", "video_llama", "vad_llama")
        for name, values in downloaded[role].tensors.items()
    }
    whole = PublishedFile(Path("all.pth"), {**eva, **rest}, ())
    expected, found = convert(downloaded, SMALL)[0], convert({"vad_llama": whole}, SMALL)[0]
    for part, tensors in expected.items():
        assert all(torch.equal(values, found[part][name]) for name, values in tensors.items())
