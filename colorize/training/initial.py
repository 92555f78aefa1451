"""A network as it is before its first minibatch."""

from colorize import backend
from colorize.settings import SettingError, check_network, check_training
from colorize.systems import networks, params, trained
from colorize.systems.pretrained import load_vgg16
from colorize.systems.weights_file import WeightsError
from models.published import VGG16_LAYERS

__all__ = ['build_initial', 'read_vgg16', 'settings_of_start']


def build_initial(network_settings, vgg16=None, seed=0, start=None):
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
    start : str, optional
        Weights file that gives all parameters.

    Returns
    -------
    systems.Network
    """
    backend.seed(seed)
    network = networks.build(network_settings)
    if vgg16:
        _take_vgg16(network, vgg16)
    if start:
        trained.fill(network, start)
    return network


def read_vgg16(network_settings, path):
    """The published parameters for the layers of a network that have them.

    Parameters
    ----------
    network_settings : dict
        Complete.
    path : str

    Returns
    -------
    dict
        Arrays by name.

    Raises
    ------
    ValueError
        When the file is none of VGG16, or does not suit the network.
    OSError
        When it cannot be opened.
    """
    if network_settings['vgg_batch_norm']:
        raise WeightsError(f'{path}: VGG16 has no batch norm; train without '
                           'vgg_batch_norm')
    arrays = load_vgg16(path)
    if network_settings['width'] != 1:
        raise WeightsError(f'{path}: VGG16 is of width 1, the network of '
                           f"{network_settings['width']}; add --width 1")
    if network_settings['conv4_depth'] != VGG16_LAYERS['conv4_1']:
        arrays = {name: values for name, values in arrays.items()
                  if not name.startswith('conv4')}
    return arrays


def _take_vgg16(network, path):
    arrays = read_vgg16(network.settings, path)
    known = params.get_params(network.outputs)
    params.set_params({name: known[name] for name in arrays}, arrays, path)


def settings_of_start(network_settings, settings, begun=None):
    """Settings that a file to start from completes.

    Parameters
    ----------
    network_settings, settings : dict
        What was asked for. 'start' names the file; without, nothing is
        changed.
    begun : dict, optional
        What ``run.json`` says of a run that began from it: then network and
        'side' are the run's, and the file need not be there any more.

    Returns
    -------
    network_settings, settings : dict
        The network is the file's, with 'freeze_until' as asked for; photos
        are of the side that it was trained with unless 'side' says another.

    Raises
    ------
    SettingError
        When another network is asked for than the file holds.
    colorize.systems.weights_file.WeightsError
        When the file is no weights file.
    """
    path = settings.get('start')
    if not path:
        return network_settings, settings
    if begun:
        found = check_network(begun['network'])
        side = check_training(begun['training'])['side']
    else:
        found, side = trained.settings_of(path)
    for name, value in network_settings.items():
        if name != 'freeze_until' and value != found.get(name):
            raise SettingError(
                f"{name} {value!r}: {path} holds a {found['system']} network "
                f'with {name} {found.get(name)!r}, and that cannot be changed')
    network = dict(found, freeze_until=network_settings.get('freeze_until'))
    return network, dict({'side': side}, **settings)
