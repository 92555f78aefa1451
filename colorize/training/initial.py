"""A network as it is before its first minibatch."""

from colorize import backend
from colorize.systems import networks, params
from colorize.systems.pretrained import load_vgg16
from colorize.systems.weights_file import WeightsError
from models.published import VGG16_LAYERS

__all__ = ['build_initial']


def build_initial(network_settings, vgg16=None, seed=0):
    """Build a network as it is before its first minibatch.

    Parameters
    ----------
    network_settings : dict
        See :data:`colorize.settings.NETWORKS`.
    vgg16 : str, optional
        File of pre-trained weights for the layers that it holds; not for
        conv4 where that has another depth.
    seed : int
        Decides the random initial parameters.

    Returns
    -------
    systems.Network
    """
    backend.seed(seed)
    network = networks.build(network_settings)
    if vgg16:
        _take_vgg16(network, vgg16)
    return network


def _take_vgg16(network, path):
    """The published parameters for the layers that have them."""
    if network.settings['vgg_batch_norm']:
        raise WeightsError(f'{path}: VGG16 has no batch norm; train without '
                           'vgg_batch_norm')
    arrays = load_vgg16(path)
    if network.settings['conv4_depth'] != VGG16_LAYERS['conv4_1']:
        arrays = {name: values for name, values in arrays.items()
                  if not name.startswith('conv4')}
    known = params.get_params(network.outputs)
    params.set_params({name: known[name] for name in arrays}, arrays, path)
