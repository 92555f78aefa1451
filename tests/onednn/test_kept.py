"""Kernels that are kept packed: never old ones, never too many."""

import numpy as np

from tests.onednn.test_ops import needs_onednn, resident
from tests.onednn.test_convolutions import Case, agree, run_again
from tests.shared.precision import limit

#: Without AMX the first is done by Winograd, the second direct.
SHAPES = (1, 64, 40, 20, 20), (1, 64, 40, 3, 3)


@needs_onednn
def test_a_change_in_place_is_seen_wherever_it_is():
    for shape in SHAPES:
        case = Case(shape)
        for place in range(0, case.kernels.size, case.kernels.size // 40):
            for _ in range(3):
                agree(case.forward(), case.forward_truth(),
                      limit(1e-5, 2e-5))
            case.kernels.flat[place] += 100


@needs_onednn
def test_the_same_on_older_processors():
    for most in 'AVX512_CORE', 'AVX2':
        run_again('from tests.onednn import test_kept as test; '
                  'test.test_a_change_in_place_is_seen_wherever_it_is()',
                  DNNL_MAX_CPU_ISA=most)


@needs_onednn
def test_kernels_of_one_memory_and_of_equal_values_in_another_shape():
    first, second = Case((1, 64, 32, 20, 20)), Case((1, 32, 64, 20, 20))
    second.kernels = first.kernels.reshape(second.kernels.shape)
    for _ in range(3):
        for case in (first, second):
            agree(case.forward(), case.forward_truth())


@needs_onednn
def test_values_that_stay_are_known_by_their_address_while_they_are_held():
    from colorize.onednn.kept import settle
    for shape in SHAPES:
        case = Case(shape)
        memory = case.kernels
        case.kernels = settle(memory[:])
        truth = case.forward_truth()
        agree(case.forward(), truth, limit(1e-5, 2e-5))
        memory.flat[0] += 100  # which is not looked at
        agree(case.forward(), truth, limit(1e-5, 2e-5))
        case.kernels = memory
        agree(case.forward(), case.forward_truth(), limit(1e-5, 2e-5))


@needs_onednn
def test_kept_kernels_are_bounded():
    case = Case((1, 256, 256, 20, 20))
    before = resident()
    for number in range(40):
        case.kernels += number
        for _ in range(3):
            case.forward()
    # Each takes 11 MiB; 40 of them would be 440.
    assert resident() - before < 330 << 20


@needs_onednn
def test_training_keeps_none():
    case = Case((1, 256, 256, 20, 20))
    case.forward()
    before = resident()
    for _ in range(30):
        case.kernels *= np.float32(1.001)
        case.forward()
    assert resident() - before < 30 << 20
