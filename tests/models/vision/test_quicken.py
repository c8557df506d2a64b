import torch
from torch import nn
from transformers import Qwen3VLModel

from qwen3vl_app.models.vision.quicken import quicken


def tower(parity):
    model = Qwen3VLModel.from_pretrained(parity / "checkpoint", attn_implementation="sdpa")
    return model.visual.eval()


def states(visual, grids):
    torch.manual_seed(0)
    grids = torch.tensor(grids)
    patches = torch.rand(int(grids.prod(1).sum()), 1536) * 2 - 1
    with torch.inference_mode():
        out = visual(patches, grid_thw=grids)
    return out.pooler_output, *out.deepstack_features


def test_quicken__same_numbers_on_mixed_sizes(parity):
    # two equal pictures, a clip of three pairs, a larger one: runs of 2, 3 and 1 segments
    grids = [[1, 4, 6], [1, 4, 6], [3, 4, 4], [1, 8, 4]]
    visual = tower(parity)
    plain = states(visual, grids)
    assert quicken(visual)
    for found, expected in zip(states(visual, grids), plain, strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=2e-5)


def test_quicken__attention_alone_is_bitwise_equal(parity):
    visual = tower(parity)
    attention = visual.blocks[0].attn
    torch.manual_seed(0)
    hidden = torch.randn(3 * 24 + 16, 48)
    ends = torch.tensor([0, 24, 48, 72, 88], dtype=torch.int32)
    angles = torch.randn(88, 12)
    with torch.inference_mode():
        plain = attention(hidden, ends, (angles.cos(), angles.sin()))
        quicken(visual)
        found = attention(hidden, ends, (angles.cos(), angles.sin()))
    assert torch.equal(plain, found)


def test_quicken__keeps_the_names_of_the_weights(parity):
    visual = tower(parity)
    before = list(visual.state_dict())
    quicken(visual)
    assert list(visual.state_dict()) == before


def test_quicken__leaves_another_convolution_alone(parity, caplog):
    visual = tower(parity)
    visual.patch_embed.proj = nn.Conv3d(3, 48, (2, 16, 16), stride=(1, 16, 16))
    assert not quicken(visual)
    assert "left as it is" in caplog.text
    assert "forward" not in vars(visual.blocks[0].attn)
