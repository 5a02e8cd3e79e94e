"""The published networks computed plainly from tensors by their published names, without a class of ours.

Written down from what the networks are (EVA's blocks, BERT's layers with cross-attention), to be compared with.
"""

import torch
from torch.nn import functional

EVA_EPS, LN_VISION_EPS, BERT_EPS = 1e-6, 1e-5, 1e-12
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def clip_pixels(frames_THWC):
    pixels = torch.as_tensor(frames_THWC).permute(0, 3, 1, 2).float() / 255
    return (pixels - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def eva(state, pixels, *, blocks, heads):
    """Patch tokens of `visual_encoder.*` and `ln_vision.*`: the output of the last block, normed."""
    v = {key.removeprefix("visual_encoder."): values for key, values in state.items()}
    patch = v["patch_embed.proj.weight"].shape[-1]
    x = functional.conv2d(pixels, v["patch_embed.proj.weight"], v["patch_embed.proj.bias"], stride=patch)
    x = torch.cat([v["cls_token"].expand(len(x), -1, -1), x.flatten(2).transpose(1, 2)], 1) + v["pos_embed"]
    for number in range(blocks):
        name = f"blocks.{number}"
        bias = torch.cat(
            [v[f"{name}.attn.q_bias"], torch.zeros_like(v[f"{name}.attn.v_bias"]), v[f"{name}.attn.v_bias"]]
        )
        qkv = normed(v, f"{name}.norm1", x, EVA_EPS) @ v[f"{name}.attn.qkv.weight"].T + bias
        query, key, value = qkv.chunk(3, -1)
        x = x + linear(v, f"{name}.attn.proj", attention(query, key, value, heads))
        hidden = functional.gelu(linear(v, f"{name}.mlp.fc1", normed(v, f"{name}.norm2", x, EVA_EPS)))
        x = x + linear(v, f"{name}.mlp.fc2", hidden)
    return normed(state, "ln_vision", x, LN_VISION_EPS)


def qformer(state, prefix, queries, seen, *, layers, heads, frequency):
    """Last hidden states of the queries of `Qformer.bert` or `video_Qformer.bert`."""
    x = normed(state, f"{prefix}.embeddings.LayerNorm", queries, BERT_EPS).expand(len(seen), -1, -1)
    for number in range(layers):
        name = f"{prefix}.encoder.layer.{number}"
        x = bert_attention(state, f"{name}.attention", x, x, heads)
        if number % frequency == 0:
            x = bert_attention(state, f"{name}.crossattention", x, seen, heads)
        hidden = functional.gelu(linear(state, f"{name}.intermediate_query.dense", x))
        added = linear(state, f"{name}.output_query.dense", hidden) + x
        x = normed(state, f"{name}.output_query.LayerNorm", added, BERT_EPS)
    return x


def bert_attention(state, name, x, seen, heads):
    query = linear(state, f"{name}.self.query", x)
    key, value = linear(state, f"{name}.self.key", seen), linear(state, f"{name}.self.value", seen)
    added = linear(state, f"{name}.output.dense", attention(query, key, value, heads)) + x
    return normed(state, f"{name}.output.LayerNorm", added, BERT_EPS)


def attention(query, key, value, heads):
    def split(x):
        return x.view(*x.shape[:2], heads, -1).transpose(1, 2)

    weights = (split(query) @ split(key).transpose(-1, -2) / (query.shape[-1] // heads) ** 0.5).softmax(-1)
    return (weights @ split(value)).transpose(1, 2).flatten(2)


def linear(state, name, x):
    return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]


def normed(state, name, x, eps):
    return functional.layer_norm(x, x.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], eps)


def vad_llama(state, frames_CFQD, *, heads, layers, longest=3):
    """Logits [C, Q, 2] and hidden states [C, Q, D] of the branches y, y_l and y_s of one video (section 1.3)."""
    clips, per_clip, queries, width = frames_CFQD.shape
    positions = state["video_frame_position_embedding.weight"][:per_clip, None]

    def seen(frames):
        tokens = (frames + positions).reshape(clips, per_clip * queries, width)
        hidden = qformer(
            state,
            "video_Qformer.bert",
            state["video_query_tokens"],
            tokens,
            layers=layers,
            heads=heads,
            frequency=1,
        )
        return net(state, "vad_decoder", hidden), hidden

    def with_context(name, chosen):
        retrieved = (chosen * (unit @ unit.T)) @ unit
        return seen(frames_CFQD + net(state, name, retrieved.view_as(frames_CFQD)))

    unit = functional.normalize(frames_CFQD.flatten(1), dim=-1)
    raw = seen(frames_CFQD)
    score = raw[0].softmax(-1)[..., 1].amax(1)
    past = torch.ones(clips, clips).tril(-1)
    listed = torch.zeros(clips, clips)
    for candidates in (score * (score >= 0.5), (1 - score) * (score < 0.5)):
        ranked = candidates[None] * past
        listed += ranked > ranked.topk(min(longest, clips), 1).values[:, -1:] if clips >= longest else ranked > 0
    recent = torch.ones(clips, clips).tril() - torch.ones(clips, clips).tril(-longest)
    return raw, with_context("LTC_fcs_L", listed), with_context("LTC_fcs_S", recent)


def net(state, name, x):
    """Linear, layer norm, linear: the anomaly predictor and the nets W of the LTC."""
    hidden = normed(state, f"{name}.ln_0", linear(state, f"{name}.fc_0", x), 1e-5)
    return linear(state, f"{name}.fc_1", hidden)
