"""The names on the right are facts of the published files, written out by hand."""

from math import prod

import pytest

from ml.checkpoints.geometry import PUBLISHED
from ml.checkpoints.published_names import reason_left_out, wanted_tensors

WANTED = {(wanted.part, wanted.name): wanted for wanted in wanted_tensors(PUBLISHED)}


@pytest.mark.parametrize(
    ("part", "name", "sources", "shape"),
    [
        ("vision", "embeddings.class_embedding", ["visual_encoder.cls_token"], (1, 1, 1408)),
        ("vision", "embeddings.position_embedding", ["visual_encoder.pos_embed"], (1, 257, 1408)),
        ("vision", "embeddings.patch_embedding.weight", ["visual_encoder.patch_embed.proj.weight"], (1408, 3, 14, 14)),
        (
            "vision",
            "encoder.layers.38.self_attn.qkv.bias",
            ["visual_encoder.blocks.38.attn.q_bias", "visual_encoder.blocks.38.attn.v_bias"],
            (4224,),
        ),
        ("vision", "encoder.layers.0.self_attn.qkv.weight", ["visual_encoder.blocks.0.attn.qkv.weight"], (4224, 1408)),
        ("vision", "encoder.layers.7.layer_norm2.bias", ["visual_encoder.blocks.7.norm2.bias"], (1408,)),
        ("vision", "encoder.layers.7.mlp.fc1.weight", ["visual_encoder.blocks.7.mlp.fc1.weight"], (6144, 1408)),
        ("vision", "post_layernorm.weight", ["ln_vision.weight"], (1408,)),
        ("qformer", "query_tokens", ["query_tokens"], (1, 32, 768)),
        ("qformer", "former.layernorm.weight", ["Qformer.bert.embeddings.LayerNorm.weight"], (768,)),
        (
            "qformer",
            "former.encoder.layer.10.crossattention.attention.key.weight",
            ["Qformer.bert.encoder.layer.10.crossattention.self.key.weight"],
            (768, 1408),
        ),
        (
            "qformer",
            "former.encoder.layer.11.attention.output.LayerNorm.bias",
            ["Qformer.bert.encoder.layer.11.attention.output.LayerNorm.bias"],
            (768,),
        ),
        (
            "qformer",
            "former.encoder.layer.3.output_query.dense.weight",
            ["Qformer.bert.encoder.layer.3.output_query.dense.weight"],
            (768, 3072),
        ),
        ("video_qformer", "query_tokens", ["video_query_tokens"], (1, 32, 768)),
        ("video_qformer", "frame_positions.weight", ["video_frame_position_embedding.weight"], (32, 768)),
        (
            "video_qformer",
            "former.encoder.layer.1.crossattention.attention.value.weight",
            ["video_Qformer.bert.encoder.layer.1.crossattention.self.value.weight"],
            (768, 768),
        ),
        ("adaptor", "video_proj.weight", ["llama_proj.weight"], (4096, 768)),
        ("adaptor", "prompt_proj.bias", ["vad_proj.bias"], (4096,)),
        ("detector", "vador.predictors.0.layers.0.weight", ["vad_decoder.fc_0.weight"], (64, 768)),
        ("detector", "vador.predictors.0.layers.1.bias", ["vad_decoder.ln_0.bias"], (64,)),
        ("detector", "vador.predictors.0.layers.2.weight", ["vad_decoder.fc_1.weight"], (2, 64)),
        ("detector", "ltc.long.layers.2.weight", ["LTC_fcs_L.fc_1.weight"], (768, 64)),
        ("detector", "ltc.short.layers.1.weight", ["LTC_fcs_S.ln_0.weight"], (64,)),
    ],
)
def test_each_of_our_tensors_has_its_published_name_and_shape(part, name, sources, shape):
    assert list(WANTED[part, name].sources) == sources
    assert WANTED[part, name].shape == shape


def test_no_published_tensor_is_wanted_twice():
    sources = [source for wanted in WANTED.values() for source in wanted.sources]
    assert len(sources) == len(set(sources))


def test_39_blocks_of_eva_and_cross_attention_in_every_second_layer_of_the_image_q_former():
    assert {key.split(".")[2] for part, key in WANTED if key.startswith("encoder.layers.")} == set(map(str, range(39)))
    crossed = {key.split(".")[3] for part, key in WANTED if part == "qformer" and "crossattention" in key}
    assert crossed == {"0", "2", "4", "6", "8", "10"}


def test_sizes_are_the_papers():
    counts = {}
    for wanted in WANTED.values():
        counts[wanted.part] = counts.get(wanted.part, 0) + prod(wanted.shape)
    # 39 blocks: two norms, qkv without the keys' bias but with its zeros, projection, two layers of the mlp.
    width, hidden = 1408, 6144
    block = (
        4 * width + (3 * width * width + 3 * width) + (width * width + width) + (2 * width * hidden + width + hidden)
    )
    embeddings = width + 257 * width + 3 * 14 * 14 * width + width
    assert counts["vision"] == 39 * block + embeddings + 2 * width
    assert counts["adaptor"] == 6_299_648
    assert counts["detector"] == 248_002


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("visual_encoder.blocks.39.attn.qkv.weight", "the last block of EVA"),
        ("visual_encoder.norm.weight", "behind the block"),
        ("Qformer.bert.embeddings.word_embeddings.weight", "text half"),
        ("Qformer.bert.embeddings.position_ids", "text half"),
        ("Qformer.bert.encoder.layer.3.intermediate.dense.weight", "text half"),
        ("Qformer.cls.predictions.bias", "text half"),
        ("t5_proj.weight", "other language models"),
        ("audio_Qformer.bert.encoder.layer.0.attention.self.key.weight", "audio half"),
        ("audio_query_tokens", "audio half"),
        ("llama_model.model.layers.0.self_attn.q_proj.weight", "taken from its own folder"),
        ("temp", "pretraining"),
        ("itm_head.weight", "pretraining"),
    ],
)
def test_what_has_no_place_here_is_left_out_for_a_reason(name, reason):
    assert reason in reason_left_out(name, PUBLISHED)


@pytest.mark.parametrize("name", ["visual_encoder.blocks.40.norm1.weight", "backbone.conv1.weight", "temperature"])
def test_of_other_keys_nothing_is_claimed(name):
    assert reason_left_out(name, PUBLISHED) is None
