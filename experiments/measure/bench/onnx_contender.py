"""The exported networks in onnxruntime, for ``make bench``."""

import os

import numpy as np
import onnxruntime

from colorize.color import bins
from colorize.export import onnx_file
from colorize.systems import networks
from colorize.systems.trained import Trained

__all__ = ['OnnxRuntime']


class OnnxRuntime:
    """Predicts as :class:`contender.Ours` does; it does not train.

    Parameters
    ----------
    system : {'classification', 'regression'}
    width : float
        Scales every depth.
    """

    def __init__(self, system, width):
        network = networks.build({'system': system, 'width': width})
        alike = np.full((2, bins.NUM_BINS), 1 / bins.NUM_BINS)
        model = onnx_file.of_network(Trained(
            network, bins.bin_centers(), alike, 224), 'argmax')
        options = onnxruntime.SessionOptions()
        # Its own threads do not go by this variable.
        options.intra_op_num_threads = int(os.environ.get(
            'OMP_NUM_THREADS', os.cpu_count()))
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options)

    def predict(self, photos):
        """Chroma, (batch, row, column, 2).

        Parameters
        ----------
        photos : float32 array, (batch, 3, row, column)
            See :func:`contender.data`. It takes lightness, so this makes
            one of them; grey and the mean are inside its graph.
        """
        lightness = np.abs(photos[:, 0]) * np.float32(100 / 130)
        return self._session.run(['chroma'], {'lightness': lightness})[0]
